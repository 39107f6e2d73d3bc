"""Conversions (spec 4.3.4)."""

from __future__ import annotations

from wasmjit.interp.floating import push_rounded
from wasmjit.interp.operand import MASKS, TRAPS, combine, masked, signed
from wasmjit.interp.registry import Handler, bind, interprets
from wasmjit.interp.translator import Translator


@interprets("i32.wrap_i64")
def wrap(t: Translator, imm: None) -> None:
    """The low half: when it is needed."""
    operand = t.pop()
    if operand.is_const:
        operand = masked(operand, 32)
    t.push(operand)


@interprets("i64.extend_i32_u")
def extend_u(t: Translator, imm: None) -> None:
    """The value as it is."""
    t.push(masked(t.pop(), 32))


@interprets("i64.extend_i32_s")
def extend_s(t: Translator, imm: None) -> None:
    """The value as a signed number."""
    t.push(signed(t.pop(), 32))


@interprets("f32.demote_f64")
def demote(t: Translator, imm: None) -> None:
    """Rounding."""
    push_rounded(t, t.pop())


@interprets("f64.promote_f32")
def promote(t: Translator, imm: None) -> None:
    """Quietens a NaN."""
    t.push(combine("({} * 1.0)", [t.pop()], 0, 0))


def _truncate(bits: int, sign: str, saturating: bool) -> Handler:
    """Truncation is the same from either size of float."""
    low = -(1 << bits - 1) if sign == "s" else 0
    high = (1 << bits - 1) - 1 if sign == "s" else MASKS[bits]
    function = "saturate" if saturating else "truncate"
    effects = 0 if saturating else TRAPS

    def translate(t: Translator, imm: None) -> None:
        t.push(combine(f"{function}({{}}, {low}, {high})", [t.pop()], low, high, effects, t.offset))

    return translate


def _convert(to_bits: int, bits: int, sign: str) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        operand = signed(t.pop(), bits) if sign == "s" else masked(t.pop(), bits)
        if to_bits == 32 and bits == 64:
            t.push(combine("f32_of_int({})", [operand], 0, 0))
        elif to_bits == 32:
            push_rounded(t, operand)
        else:
            t.push(combine("float({})", [operand], 0, 0))

    return translate


def _reinterpret(name: str, bits: int | None) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        operand = t.pop()
        operand = masked(operand, bits) if bits else operand
        t.push(combine(f"{name}({{}})", [operand], 0, MASKS[32 if "32" in name else 64]))

    return translate


def _bind_all(bits: int) -> None:
    for sign in ("s", "u"):
        for size in (32, 64):
            bind(f"i{bits}.trunc_f{size}_{sign}", _truncate(bits, sign, False))
            bind(f"i{bits}.trunc_sat_f{size}_{sign}", _truncate(bits, sign, True))
            bind(f"f{size}.convert_i{bits}_{sign}", _convert(size, bits, sign))
    bind(f"i{bits}.reinterpret_f{bits}", _reinterpret(f"i{bits}_reinterpret_f{bits}", None))
    bind(f"f{bits}.reinterpret_i{bits}", _reinterpret(f"f{bits}_reinterpret_i{bits}", bits))


_bind_all(32)
_bind_all(64)
