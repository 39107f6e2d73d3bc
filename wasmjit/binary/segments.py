"""Element and data segments (spec 5.5.12, 5.5.14)."""

from __future__ import annotations

from typing import Literal

from wasmjit import limits
from wasmjit.binary.constexpr import decode_constexpr
from wasmjit.binary.reader import Reader
from wasmjit.binary.types import decode_reftype
from wasmjit.errors import MalformedError
from wasmjit.wasm.module import ConstExpr, DataSegment, ElementSegment, Module
from wasmjit.wasm.types import FUNC, FUNCREF, ValType, ref_type

_NOT_ACTIVE = 0x1
_EXPLICIT = 0x2  # active: with an index; not active: declarative
_EXPRS = 0x4

_FUNC_KIND = 0x00
_FUNC_REF = ref_type(FUNC, False)


def decode_element_section(r: Reader, module: Module) -> None:
    """Section 9."""
    count = r.read_count("element segments", limits.MAX_ELEMENT_SEGMENTS)
    module.elements = [_decode_element(r, module) for _ in range(count)]


def _decode_element(r: Reader, module: Module) -> ElementSegment:
    offset = r.pos
    flags = r.read_u32()
    if flags > (_NOT_ACTIVE | _EXPLICIT | _EXPRS):
        raise MalformedError("malformed elements segment kind", offset)
    active = not flags & _NOT_ACTIVE
    tableidx = r.read_u32() if active and flags & _EXPLICIT else 0
    at = decode_constexpr(r) if active else None
    type = _decode_element_type(r, module, flags)
    count = r.read_count("elements of a segment", limits.MAX_SEGMENT_ELEMENTS)
    funcs: tuple[int, ...] | None = None
    exprs: tuple[ConstExpr, ...] | None = None
    if flags & _EXPRS:
        exprs = tuple([decode_constexpr(r) for _ in range(count)])
    else:
        funcs = tuple(r.read_u32s(count))
    return ElementSegment(_element_mode(flags), type, tableidx, at, funcs, exprs, offset)


def _element_mode(flags: int) -> Literal["active", "passive", "declarative"]:
    if not flags & _NOT_ACTIVE:
        return "active"
    return "declarative" if flags & _EXPLICIT else "passive"


def _decode_element_type(r: Reader, module: Module, flags: int) -> ValType:
    """The type of a segment's elements; active segments of table 0 have the short form without one."""
    if not flags & (_NOT_ACTIVE | _EXPLICIT):
        return FUNCREF if flags & _EXPRS else _FUNC_REF
    if flags & _EXPRS:
        return decode_reftype(r, module)
    if r.read_byte() != _FUNC_KIND:
        raise MalformedError("malformed element kind", r.pos - 1)
    return _FUNC_REF


def decode_data_section(r: Reader, module: Module) -> None:
    """Section 11: the contents stay where they are."""
    count = r.read_count("data segments", limits.MAX_DATA_SEGMENTS)
    module.datas = [_decode_data(r) for _ in range(count)]


def _decode_data(r: Reader) -> DataSegment:
    offset = r.pos
    flags = r.read_u32()
    if flags > _EXPLICIT:
        raise MalformedError("malformed data segment kind", offset)
    active = not flags & _NOT_ACTIVE
    memidx = r.read_u32() if flags & _EXPLICIT else 0
    at = decode_constexpr(r) if active else None
    size = r.read_length()
    start = r.skip(size)
    return DataSegment("active" if active else "passive", memidx, at, start, start + size, offset)
