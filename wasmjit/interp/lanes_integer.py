"""Integer arithmetic lane by lane (spec 4.3.2, 4.4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import eq, ge, gt, le, lt, ne

from wasmjit.interp.lanes import I8X16, I16X8, I32X4, I64X2, INTEGERS, Function, Shape, Vector, as_int, as_vector

_Two = Callable[[int, int], int]
_One = Callable[[int], int]


def _binary(shape: Shape, operation: _Two, sign: str = "u") -> Function:
    lanes, mask = shape.lanes(sign), shape.mask
    unpack, pack = lanes.unpack, shape.unsigned.pack

    def run(a: Vector, b: Vector) -> Vector:
        return pack(*[operation(x, y) & mask for x, y in zip(unpack(a), unpack(b), strict=True)])

    return run


def _unary(shape: Shape, operation: _One, sign: str = "u") -> Function:
    unpack, pack, mask = shape.lanes(sign).unpack, shape.unsigned.pack, shape.mask

    def run(a: Vector) -> Vector:
        return pack(*[operation(x) & mask for x in unpack(a)])

    return run


def _comparison(shape: Shape, operation: Callable[[int, int], bool], sign: str) -> Function:
    def compare(x: int, y: int) -> int:
        return -operation(x, y)

    return _binary(shape, compare, sign)


def _shift(shape: Shape, operation: _Two, sign: str) -> Function:
    unpack, pack, mask, bits = shape.lanes(sign).unpack, shape.unsigned.pack, shape.mask, shape.bits

    def run(a: Vector, count: int) -> Vector:
        count %= bits
        return pack(*[operation(x, count) & mask for x in unpack(a)])

    return run


def _left(x: int, count: int) -> int:
    return x << count


def _right(x: int, count: int) -> int:
    return x >> count


def _clamp(low: int, high: int, operation: _Two) -> _Two:
    def clamped(x: int, y: int) -> int:
        return min(max(operation(x, y), low), high)

    return clamped


def _add(x: int, y: int) -> int:
    return x + y


def _subtract(x: int, y: int) -> int:
    return x - y


def _multiply(x: int, y: int) -> int:
    return x * y


def _average(x: int, y: int) -> int:
    return x + y + 1 >> 1


def _common(shape: Shape) -> Iterator[tuple[str, Function]]:
    """What all integer shapes have."""
    yield "add", _binary(shape, _add)
    yield "sub", _binary(shape, _subtract)
    yield "neg", _unary(shape, lambda x: -x)
    yield "abs", _unary(shape, abs, "s")
    yield "shl", _shift(shape, _left, "u")
    yield "shr_s", _shift(shape, _right, "s")
    yield "shr_u", _shift(shape, _right, "u")
    yield "eq", _comparison(shape, eq, "u")
    yield "ne", _comparison(shape, ne, "u")
    for name, operation in (("lt", lt), ("gt", gt), ("le", le), ("ge", ge)):
        yield f"{name}_s", _comparison(shape, operation, "s")
        if shape is not I64X2:
            yield f"{name}_u", _comparison(shape, operation, "u")


def _special(shape: Shape) -> Iterator[tuple[str, Function]]:
    """What only some shapes have."""
    if shape is not I8X16:
        yield "mul", _binary(shape, _multiply)
    if shape is not I64X2:
        for sign in "su":
            yield f"min_{sign}", _binary(shape, min, sign)
            yield f"max_{sign}", _binary(shape, max, sign)
    if shape in (I8X16, I16X8):
        yield "avgr_u", _binary(shape, _average)
        for sign in "su":
            low, high = (-(1 << shape.bits - 1), (1 << shape.bits - 1) - 1) if sign == "s" else (0, shape.mask)
            yield f"add_sat_{sign}", _binary(shape, _clamp(low, high, _add), sign)
            yield f"sub_sat_{sign}", _binary(shape, _clamp(low, high, _subtract), sign)


# --- tests of a whole vector


def _all_true(shape: Shape) -> Function:
    unpack = shape.unsigned.unpack

    def run(a: Vector) -> int:
        return int(all(unpack(a)))

    return run


def _bitmask(shape: Shape) -> Function:
    unpack = shape.signed.unpack

    def run(a: Vector) -> int:
        return sum(1 << i for i, x in enumerate(unpack(a)) if x < 0)

    return run


# --- between shapes


def _narrow(source: Shape, target: Shape, sign: str) -> Function:
    low, high = (-(1 << target.bits - 1), (1 << target.bits - 1) - 1) if sign == "s" else (0, target.mask)
    unpack, pack, mask = source.signed.unpack, target.unsigned.pack, target.mask

    def run(a: Vector, b: Vector) -> Vector:
        return pack(*[min(max(x, low), high) & mask for x in unpack(a) + unpack(b)])

    return run


def _half(part: str, count: int) -> slice:
    return slice(0, count // 2) if part == "low" else slice(count // 2, count)


def _extend(source: Shape, target: Shape, part: str, sign: str) -> Function:
    unpack, pack, mask = source.lanes(sign).unpack, target.unsigned.pack, target.mask
    half = _half(part, 128 // source.bits)

    def run(a: Vector) -> Vector:
        return pack(*[x & mask for x in unpack(a)[half]])

    return run


def _extended_product(source: Shape, target: Shape, part: str, sign: str) -> Function:
    unpack, pack, mask = source.lanes(sign).unpack, target.unsigned.pack, target.mask
    half = _half(part, 128 // source.bits)

    def run(a: Vector, b: Vector) -> Vector:
        return pack(*[x * y & mask for x, y in zip(unpack(a)[half], unpack(b)[half], strict=True)])

    return run


def _pairwise_sum(source: Shape, target: Shape, sign: str) -> Function:
    unpack, pack, mask = source.lanes(sign).unpack, target.unsigned.pack, target.mask

    def run(a: Vector) -> Vector:
        lanes = unpack(a)
        return pack(*[x + y & mask for x, y in zip(lanes[::2], lanes[1::2], strict=True)])

    return run


def i32x4_dot_i16x8_s(a: Vector, b: Vector) -> Vector:
    """Sums of products of neighbours."""
    products = [x * y for x, y in zip(I16X8.signed.unpack(a), I16X8.signed.unpack(b), strict=True)]
    sums = [x + y & I32X4.mask for x, y in zip(products[::2], products[1::2], strict=True)]
    return I32X4.unsigned.pack(*sums)


def _q15(x: int, y: int) -> int:
    return min(x * y + 0x4000 >> 15, 0x7FFF)


def i8x16_popcnt(a: Vector) -> Vector:
    """The bits set in each lane."""
    return bytes([x.bit_count() for x in a])


def _between() -> Iterator[tuple[str, Function]]:
    for source, target in ((I8X16, I16X8), (I16X8, I32X4), (I32X4, I64X2)):
        for sign in "su":
            for part in ("low", "high"):
                yield f"{target.name}_extend_{part}_{source.name}_{sign}", _extend(source, target, part, sign)
                product = _extended_product(source, target, part, sign)
                yield f"{target.name}_extmul_{part}_{source.name}_{sign}", product
            if target is not I64X2:
                yield f"{source.name}_narrow_{target.name}_{sign}", _narrow(target, source, sign)
                yield f"{target.name}_extadd_pairwise_{source.name}_{sign}", _pairwise_sum(source, target, sign)


# --- bits


def v128_bitselect(a: Vector, b: Vector, mask: Vector) -> Vector:
    """From `a` where `mask` has a bit, else from `b`."""
    bits, other = as_int(mask), as_int(b)
    return as_vector((as_int(a) ^ other) & bits ^ other)


BITS: dict[str, Function] = {
    "v128_not": lambda a: as_vector(as_int(a) ^ (1 << 128) - 1),
    "v128_and": lambda a, b: as_vector(as_int(a) & as_int(b)),
    "v128_andnot": lambda a, b: as_vector(as_int(a) & ~as_int(b)),
    "v128_or": lambda a, b: as_vector(as_int(a) | as_int(b)),
    "v128_xor": lambda a, b: as_vector(as_int(a) ^ as_int(b)),
    "v128_any_true": lambda a: int(any(a)),
    "v128_bitselect": v128_bitselect,
}

INTEGER_LANES: dict[str, Function] = {
    **BITS,
    **{f"{shape.name}_{name}": function for shape in INTEGERS for name, function in _common(shape)},
    **{f"{shape.name}_{name}": function for shape in INTEGERS for name, function in _special(shape)},
    **{f"{shape.name}_all_true": _all_true(shape) for shape in INTEGERS},
    **{f"{shape.name}_bitmask": _bitmask(shape) for shape in INTEGERS},
    **dict(_between()),
    "i8x16_popcnt": i8x16_popcnt,
    "i16x8_q15mulr_sat_s": _binary(I16X8, _q15, "s"),
    "i32x4_dot_i16x8_s": i32x4_dot_i16x8_s,
}
