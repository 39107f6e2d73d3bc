"""Wide arithmetic: sums, differences and products of 128 bits in two i64, the low half first."""

from __future__ import annotations

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import Handler, bind


def _pop_i128(f: Emitter) -> str:
    high, low = f.pop(), f.pop()
    wide_low = f.emit(f"zext i64 {low} to i128")
    wide_high = f.emit(f"zext i64 {high} to i128")
    return f.emit(f"or i128 {f.emit(f'shl i128 {wide_high}, 64')}, {wide_low}")


def _push_i128(f: Emitter, value: str) -> None:
    f.push(f.emit(f"trunc i128 {value} to i64"))
    f.push(f.emit(f"trunc i128 {f.emit(f'lshr i128 {value}, 64')} to i64"))


def _binary(operation: str) -> Handler:
    def lower(f: Emitter, imm: None) -> None:
        right, left = _pop_i128(f), _pop_i128(f)
        _push_i128(f, f.emit(f"{operation} i128 {left}, {right}"))

    return lower


def _multiply(extend: str) -> Handler:
    def lower(f: Emitter, imm: None) -> None:
        right, left = (f.emit(f"{extend} i64 {f.pop()} to i128") for _ in range(2))
        _push_i128(f, f.emit(f"mul i128 {left}, {right}"))

    return lower


bind("i64.add128", _binary("add"))
bind("i64.sub128", _binary("sub"))
bind("i64.mul_wide_s", _multiply("sext"))
bind("i64.mul_wide_u", _multiply("zext"))
