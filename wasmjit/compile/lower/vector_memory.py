"""Vector loads and stores (spec 4.4.7)."""

from __future__ import annotations

from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.memory import address, load, store
from wasmjit.compile.lower.registry import Handler, bind, lowers
from wasmjit.compile.lower.vector_lane import push_splat
from wasmjit.compile.lower.vector_shape import I8X16, I16X8, I32X4, I64X2, V128_TYPE, Shape, pop_vector, push_vector


@lowers("v128.load")
def lower_load(f: Emitter, imm: tuple[int, int, int]) -> None:
    """16 bytes."""
    f.push(load(f, V128_TYPE, address(f, imm, 16)))


@lowers("v128.store")
def lower_store(f: Emitter, imm: tuple[int, int, int]) -> None:
    """16 bytes."""
    value = f.pop()
    store(f, V128_TYPE, value, address(f, imm, 16))


def _load_extend(s: Shape, wide: Shape, extend: str) -> Handler:
    narrow = f"<{wide.count} x {s.lane}>"

    def lower(f: Emitter, imm: tuple[int, int, int]) -> None:
        lanes = load(f, narrow, address(f, imm, 8))
        push_vector(f, wide.type, f.emit(f"{extend} {narrow} {lanes} to {wide.type}"))

    return lower


def _load_splat(s: Shape) -> Handler:
    def lower(f: Emitter, imm: tuple[int, int, int]) -> None:
        push_splat(f, s, load(f, s.lane, address(f, imm, s.bits // 8)))

    return lower


def _load_zero(s: Shape) -> Handler:
    def lower(f: Emitter, imm: tuple[int, int, int]) -> None:
        lane = load(f, s.lane, address(f, imm, s.bits // 8))
        push_vector(f, s.type, f.emit(f"insertelement {s.type} zeroinitializer, {s.lane} {lane}, i64 0"))

    return lower


def _load_lane(s: Shape) -> Handler:
    def lower(f: Emitter, imm: tuple[int, int, int, int]) -> None:
        vector = pop_vector(f, s.type)
        lane = load(f, s.lane, address(f, imm, s.bits // 8))
        push_vector(f, s.type, f.emit(f"insertelement {s.type} {vector}, {s.lane} {lane}, i64 {imm[3]}"))

    return lower


def _store_lane(s: Shape) -> Handler:
    def lower(f: Emitter, imm: tuple[int, int, int, int]) -> None:
        lane = f.emit(f"extractelement {s.type} {pop_vector(f, s.type)}, i64 {imm[3]}")
        store(f, s.lane, lane, address(f, imm, s.bits // 8))

    return lower


def _bind_all() -> None:
    for s in (I8X16, I16X8, I32X4, I64X2):
        bind(f"v128.load{s.bits}_splat", _load_splat(s))
        bind(f"v128.load{s.bits}_lane", _load_lane(s))
        bind(f"v128.store{s.bits}_lane", _store_lane(s))
    for s in (I32X4, I64X2):
        bind(f"v128.load{s.bits}_zero", _load_zero(s))
    for s, wide in ((I8X16, I16X8), (I16X8, I32X4), (I32X4, I64X2)):
        for sign, extend in (("s", "sext"), ("u", "zext")):
            bind(f"v128.load{s.bits}x{wide.count}_{sign}", _load_extend(s, wide, extend))


_bind_all()
