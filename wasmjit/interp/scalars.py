"""Functions that translated code calls, and how numbers lie in memory."""

from __future__ import annotations

import math
from math import copysign, inf
from struct import Struct
from typing import Any, NoReturn

from wasmjit.abi.traps import MESSAGES, TrapCode
from wasmjit.errors import CallTimeout, ExhaustionError, FuelExhausted, Interrupted, Trap

_F32, _F64 = Struct("<f"), Struct("<d")
_U32, _U64 = Struct("<I"), Struct("<Q")

Bytes = bytes | bytearray | memoryview
_F32_QUIET = 0x40_0000
_EXACT = 1 << 53
_MASK64 = (1 << 64) - 1


_CLASSES: dict[TrapCode, type[ExhaustionError | Interrupted | CallTimeout | FuelExhausted]] = {
    TrapCode.STACK_EXHAUSTED: ExhaustionError,
    TrapCode.INTERRUPT: Interrupted,
    TrapCode.TIMEOUT: CallTimeout,
    TrapCode.OUT_OF_FUEL: FuelExhausted,
}


def trap(code: TrapCode) -> Trap:
    """The trap for a code."""
    special = _CLASSES.get(code)
    return Trap(MESSAGES[code], code.name.lower()) if special is None else special()


def trap_unreachable() -> NoReturn:
    """For `unreachable`."""
    raise trap(TrapCode.UNREACHABLE)


class TailCall:
    """What a function returns that ends with a tail call: what to call instead."""

    __slots__ = ("_args", "_function")

    def __init__(self, function: Any, args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args

    def make(self) -> Any:
        """Make the call: what the function returns, another tail call perhaps."""
        function = self._function
        return getattr(function, "body", function)(*self._args)


# --- bits


def f32_reinterpret_i32(bits: int) -> float:
    """An f32 from its bits: a NaN keeps them, widened."""
    if bits & 0x7F80_0000 == 0x7F80_0000 and bits & 0x7F_FFFF:
        wide = (bits & 0x8000_0000) << 32 | 0x7FF << 52 | (bits & 0x7F_FFFF) << 29
        return f64_reinterpret_i64(wide)
    number: float = _F32.unpack(_U32.pack(bits))[0]
    return number


def i32_reinterpret_f32(value: float) -> int:
    """The bits of an f32."""
    if value != value:
        wide = i64_reinterpret_f64(value)
        return wide >> 32 & 0x8000_0000 | 0x7F80_0000 | wide >> 29 & 0x7F_FFFF
    bits: int = _U32.unpack(_F32.pack(value))[0]
    return bits


def f64_reinterpret_i64(bits: int) -> float:
    """An f64 from its bits."""
    number: float = _F64.unpack(_U64.pack(bits))[0]
    return number


def i64_reinterpret_f64(value: float) -> int:
    """The bits of an f64."""
    bits: int = _U64.unpack(_F64.pack(value))[0]
    return bits


def load_nan32(memory: Bytes, address: int) -> float:
    """An f32 in memory that is a NaN."""
    return f32_reinterpret_i32(_U32.unpack_from(memory, address)[0])


def store_f32(memory: memoryview, address: int, value: float) -> None:
    """Store an f32 bit by bit."""
    if value == value:
        _F32.pack_into(memory, address, value)
    else:
        _U32.pack_into(memory, address, i32_reinterpret_f32(value))


# --- floats


def _quiet(value: float) -> float:
    return value * 1.0


def divide_by_zero(a: float, b: float) -> float:
    """IEEE 754 division by a zero."""
    if a != a:
        return _quiet(a)
    return copysign(inf, a) * copysign(1.0, b) if a else inf - inf


def float_sqrt(value: float) -> float:
    """The square root: a NaN of a negative number."""
    if value >= 0.0:
        return math.sqrt(value)
    return _quiet(value) if value != value else inf - inf


def float_min(a: float, b: float) -> float:
    """Spec fmin: a NaN if there is one, -0 before 0."""
    if a < b:
        return a
    if b < a:
        return b
    if a == b:
        return a if copysign(1.0, a) < 0 else b
    return a + b


def float_max(a: float, b: float) -> float:
    """Spec fmax: a NaN if there is one, 0 before -0."""
    if a > b:
        return a
    if b > a:
        return b
    if a == b:
        return b if copysign(1.0, a) < 0 else a
    return a + b


def _integral(value: float) -> bool:
    """Whether it has no fraction for its size, or is no number."""
    return not -4503599627370496.0 < value < 4503599627370496.0


def float_ceil(value: float) -> float:
    """Up to an integer."""
    return _quiet(value) if _integral(value) else copysign(math.ceil(value), value)


def float_floor(value: float) -> float:
    """Down to an integer."""
    return _quiet(value) if _integral(value) else copysign(math.floor(value), value)


def float_trunc(value: float) -> float:
    """Towards zero to an integer."""
    return _quiet(value) if _integral(value) else copysign(math.trunc(value), value)


def float_nearest(value: float) -> float:
    """To the nearest integer, to the even one in the middle."""
    return _quiet(value) if _integral(value) else copysign(round(value), value)


# --- conversions


def truncate(value: float, low: int, high: int) -> int:
    """The integer part. Traps if that is not between `low` and `high`, or there is none."""
    if value != value:
        raise trap(TrapCode.INVALID_CONVERSION)
    try:
        number = int(value)
    except OverflowError:
        raise trap(TrapCode.INTEGER_OVERFLOW) from None
    if not low <= number <= high:
        raise trap(TrapCode.INTEGER_OVERFLOW)
    return number


def saturate(value: float, low: int, high: int) -> int:
    """The integer part, or the nearest of the bounds; 0 for a NaN."""
    if value != value:
        return 0
    return low if value <= low else high if value >= high else int(value)


def f32_of_int(number: int) -> float:
    """The nearest f32. Through an f64 it would be rounded twice, so the bits that decide are gathered in one."""
    magnitude = abs(number)
    if magnitude >= _EXACT:
        excess = magnitude.bit_length() - 32
        magnitude = (magnitude >> excess | bool(magnitude & (1 << excess) - 1)) << excess
    rounded: float = _F32.unpack(_F32.pack(float(-magnitude if number < 0 else magnitude)))[0]
    return rounded


# --- integers


def _signed_division(bits: int) -> dict[str, object]:
    overflow = 1 << bits - 1

    def div_s(a: int, b: int) -> int:
        """Towards zero. Traps for a divisor of zero and for a quotient that is too large."""
        if not b:
            raise trap(TrapCode.INTEGER_DIVIDE_BY_ZERO)
        quotient = abs(a) // abs(b)
        if (a < 0) != (b < 0):
            return -quotient
        if quotient == overflow:
            raise trap(TrapCode.INTEGER_OVERFLOW)
        return quotient

    def rem_s(a: int, b: int) -> int:
        """With the sign of the dividend. Traps for a divisor of zero."""
        if not b:
            raise trap(TrapCode.INTEGER_DIVIDE_BY_ZERO)
        return abs(a) % abs(b) if a >= 0 else -(abs(a) % abs(b))

    return {f"i{bits}_div_s": div_s, f"i{bits}_rem_s": rem_s}


def _rotations(bits: int) -> dict[str, object]:
    mask = (1 << bits) - 1

    def rotl(a: int, count: int) -> int:
        """To the left."""
        count &= bits - 1
        return (a << count | a >> bits - count) & mask

    def rotr(a: int, count: int) -> int:
        """To the right."""
        count &= bits - 1
        return (a >> count | a << bits - count) & mask

    return {f"i{bits}_rotl": rotl, f"i{bits}_rotr": rotr}


def _halves(number: int) -> tuple[int, int]:
    return number & _MASK64, number >> 64 & _MASK64


def i64_add128(a: int, a_high: int, b: int, b_high: int) -> tuple[int, int]:
    """The sum of two numbers in halves."""
    return _halves((a_high << 64 | a) + (b_high << 64 | b))


def i64_sub128(a: int, a_high: int, b: int, b_high: int) -> tuple[int, int]:
    """The difference of two numbers in halves."""
    return _halves((a_high << 64 | a) - (b_high << 64 | b))


def i64_mul_wide_u(a: int, b: int) -> tuple[int, int]:
    """The whole product."""
    return _halves(a * b)


def i64_mul_wide_s(a: int, b: int) -> tuple[int, int]:
    """The whole product of signed numbers."""
    return _halves((a - (a >> 63 << 64)) * (b - (b >> 63 << 64)))


SCALARS: dict[str, object] = {
    **_signed_division(32),
    **_signed_division(64),
    **_rotations(32),
    **_rotations(64),
    "INFINITY": inf,
    "ZERO": bytes(16),
    "abs": abs,
    "copysign": copysign,
    "float": float,
    "len": len,
    "ldi8": Struct("<b").unpack_from,
    "ldi16": Struct("<h").unpack_from,
    "ldi32": Struct("<i").unpack_from,
    "ldu16": Struct("<H").unpack_from,
    "ldu32": _U32.unpack_from,
    "ldu64": _U64.unpack_from,
    "ldf32": _F32.unpack_from,
    "ldf64": _F64.unpack_from,
    "stu16": Struct("<H").pack_into,
    "stu32": _U32.pack_into,
    "stu64": _U64.pack_into,
    "stf64": _F64.pack_into,
    **{
        function.__name__: function
        for function in (
            divide_by_zero, f32_of_int, f32_reinterpret_i32, f64_reinterpret_i64, float_ceil, float_floor, float_max,
            float_min, float_nearest, float_sqrt, float_trunc, i32_reinterpret_f32, i64_reinterpret_f64, load_nan32,
            i64_add128, i64_sub128, i64_mul_wide_s, i64_mul_wide_u,
            TailCall, saturate, store_f32, trap_unreachable, truncate,
        )
    },
}  # fmt: skip
"""Global names of translated code that do not depend on the instance."""
