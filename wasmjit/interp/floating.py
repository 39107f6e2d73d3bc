"""Floating point instructions (spec 4.3.3). An f32 is a float that is rounded after each operation."""

from __future__ import annotations

import math
import struct

from wasmjit.interp.operand import Operand, combine
from wasmjit.interp.registry import Handler, bind
from wasmjit.interp.translator import Translator


def _const(bits: int) -> Handler:
    def translate(t: Translator, value: int) -> None:
        code, size = ("<f", 4) if bits == 32 else ("<d", 8)
        number: float = struct.unpack(code, value.to_bytes(size, "little"))[0]
        if math.isnan(number):
            t.push(combine(f"f{bits}_reinterpret_i{bits}({value})", [], 0, 0))
        elif math.isinf(number):
            t.push(combine("INFINITY" if number > 0 else "(-INFINITY)", [], 0, 0))
        else:
            t.push(Operand(repr(number) if math.copysign(1, number) > 0 else f"({number!r})"))

    return translate


def push_rounded(t: Translator, operand: Operand) -> None:
    """Push an f32 that has not been rounded."""
    t.line(f"F32[0] = {operand.text}")
    t.push(t.scratch(combine("F32[0]", [], 0, 0)))


def _binary(symbol: str, bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        if symbol == "/":
            a, b = t.atoms(a, b)
            result = combine("({} / {} if {} else divide_by_zero({}, {}))", [a, b, b, a, b], 0, 0)
        else:
            result = combine(f"({{}} {symbol} {{}})", [a, b], 0, 0)
        if bits == 32:
            push_rounded(t, result)
        else:
            t.push(result)

    return translate


def _compare(symbol: str) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        t.push(combine(f"({{}} {symbol} {{}})", [a, b], 0, 1))

    return translate


def _function(template: str, count: int, rounded: bool = False) -> Handler:
    """A function of floats, whose result needs rounding or not."""

    def translate(t: Translator, imm: None) -> None:
        operands = [t.pop() for _ in range(count)]
        operands.reverse()
        result = combine(template, operands, 0, 0)
        if rounded:
            push_rounded(t, result)
        else:
            t.push(result)

    return translate


def _bind_all(bits: int) -> None:
    for name, symbol in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")):
        bind(f"f{bits}.{name}", _binary(symbol, bits))
    for name, symbol in (("eq", "=="), ("ne", "!="), ("lt", "<"), ("gt", ">"), ("le", "<="), ("ge", ">=")):
        bind(f"f{bits}.{name}", _compare(symbol))
    for name in ("ceil", "floor", "trunc", "nearest"):
        bind(f"f{bits}.{name}", _function(f"float_{name}({{}})", 1))
    for name in ("min", "max"):
        bind(f"f{bits}.{name}", _function(f"float_{name}({{}}, {{}})", 2))
    bind(f"f{bits}.sqrt", _function("float_sqrt({})", 1, bits == 32))
    bind(f"f{bits}.abs", _function("abs({})", 1))
    bind(f"f{bits}.neg", _function("(-{})", 1))
    bind(f"f{bits}.copysign", _function("copysign({}, {})", 2))
    bind(f"f{bits}.const", _const(bits))


_bind_all(32)
_bind_all(64)
