"""Moving lanes: splat, extract, replace, shuffle, loads and stores of parts (spec 4.4.2, 4.4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import Any

from wasmjit.interp.lanes import I8X16, I16X8, I32X4, I64X2, INTEGERS, Function, Shape, Vector
from wasmjit.interp.scalars import Bytes, f32_reinterpret_i32, i32_reinterpret_f32

_V128 = Struct("<16s")


def _splat(shape: Shape) -> Function:
    mask, size, count = shape.mask, shape.bits // 8, 128 // shape.bits

    def run(x: int) -> Vector:
        return (x & mask).to_bytes(size, "little") * count

    return run


def _extract(shape: Shape, sign: str) -> Function:
    unpack = shape.lanes(sign).unpack

    def run(a: Vector, lane: int) -> int:
        number: int = unpack(a)[lane]
        return number

    return run


def _replace(shape: Shape) -> Function:
    mask, size = shape.mask, shape.bits // 8

    def run(a: Vector, x: int, lane: int) -> Vector:
        start = lane * size
        return a[:start] + (x & mask).to_bytes(size, "little") + a[start + size :]

    return run


def f32x4_splat(x: float) -> Vector:
    """Four times the same."""
    return i32_reinterpret_f32(x).to_bytes(4, "little") * 4


def f32x4_extract_lane(a: Vector, lane: int) -> float:
    """One lane."""
    return f32_reinterpret_i32(I32X4.unsigned.unpack(a)[lane])


def f32x4_replace_lane(a: Vector, x: float, lane: int) -> Vector:
    """One lane changed."""
    return a[: 4 * lane] + i32_reinterpret_f32(x).to_bytes(4, "little") + a[4 * lane + 4 :]


_DOUBLE = Struct("<d")


def f64x2_splat(x: float) -> Vector:
    """Twice the same."""
    return _DOUBLE.pack(x) * 2


def f64x2_extract_lane(a: Vector, lane: int) -> float:
    """One lane."""
    number: float = _DOUBLE.unpack_from(a, 8 * lane)[0]
    return number


def f64x2_replace_lane(a: Vector, x: float, lane: int) -> Vector:
    """One lane changed."""
    return a[: 8 * lane] + _DOUBLE.pack(x) + a[8 * lane + 8 :]


def i8x16_shuffle(a: Vector, b: Vector, lanes: bytes) -> Vector:
    """Lanes of both by number."""
    both = a + b
    return bytes([both[lane] for lane in lanes])


def i8x16_swizzle(a: Vector, lanes: Vector) -> Vector:
    """Lanes by number, 0 for one that there is not."""
    return bytes([a[lane] if lane < 16 else 0 for lane in lanes])


# --- memory


def v128_load(memory: Bytes, address: int) -> Vector:
    """All 16 bytes."""
    vector: bytes = _V128.unpack_from(memory, address)[0]
    return vector


def v128_store(memory: Any, address: int, a: Vector) -> None:
    """All 16 bytes."""
    _V128.pack_into(memory, address, a)


def _load_extended(source: str, target: Shape) -> Function:
    unpack, pack, mask = Struct(f"<{64 // (target.bits // 2)}{source}").unpack_from, target.unsigned.pack, target.mask

    def run(memory: Bytes, address: int) -> Vector:
        return pack(*[x & mask for x in unpack(memory, address)])

    return run


def _load_bytes(size: int, count: int) -> Function:
    """`size` bytes, `count` times, and zeros."""
    unpack, zeros = Struct(f"<{size}s").unpack_from, bytes(16 - size * count)

    def run(memory: Bytes, address: int) -> Vector:
        contents: bytes = unpack(memory, address)[0]
        return contents * count + zeros

    return run


def _load_lane(size: int) -> Function:
    unpack = Struct(f"<{size}s").unpack_from

    def run(memory: Bytes, address: int, a: Vector, lane: int) -> Vector:
        contents: bytes = unpack(memory, address)[0]
        return a[: size * lane] + contents + a[size * lane + size :]

    return run


def _store_lane(size: int) -> Function:
    pack = Struct(f"<{size}s").pack_into

    def run(memory: Any, address: int, a: Vector, lane: int) -> None:
        pack(memory, address, a[size * lane : size * lane + size])

    return run


def _memory() -> Iterator[tuple[str, Function]]:
    for name, letter, shape in (("8x8", "b", I16X8), ("16x4", "h", I32X4), ("32x2", "i", I64X2)):
        yield f"v128_load{name}_s", _load_extended(letter, shape)
        yield f"v128_load{name}_u", _load_extended(letter.upper(), shape)
    for bits in (8, 16, 32, 64):
        yield f"v128_load{bits}_splat", _load_bytes(bits // 8, 128 // bits)
        yield f"v128_load{bits}_lane", _load_lane(bits // 8)
        yield f"v128_store{bits}_lane", _store_lane(bits // 8)
    for bits in (32, 64):
        yield f"v128_load{bits}_zero", _load_bytes(bits // 8, 1)


MOVES: dict[str, Function] = {
    **{f"{shape.name}_splat": _splat(shape) for shape in INTEGERS},
    **{f"{shape.name}_replace_lane": _replace(shape) for shape in INTEGERS},
    **{f"{shape.name}_extract_lane_{sign}": _extract(shape, sign) for shape in (I8X16, I16X8) for sign in "su"},
    **{f"{shape.name}_extract_lane": _extract(shape, "u") for shape in (I32X4, I64X2)},
    **{
        function.__name__: function
        for function in (
            f32x4_splat, f32x4_extract_lane, f32x4_replace_lane, f64x2_splat, f64x2_extract_lane, f64x2_replace_lane,
            i8x16_shuffle, i8x16_swizzle, v128_load, v128_store,
        )
    },
    **dict(_memory()),
}  # fmt: skip
