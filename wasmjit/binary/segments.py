"""Element and data segments (spec 5.5.12, 5.5.14)."""

from __future__ import annotations

from wasmjit import limits
from wasmjit.binary.constexpr import decode_constexpr
from wasmjit.binary.reader import Reader, read_s32
from wasmjit.binary.types import decode_reftype
from wasmjit.errors import MalformedError
from wasmjit.light import Literal
from wasmjit.wasm.columns import DataColumns, signed_column, unsigned_column
from wasmjit.wasm.constcodes import I32_CONST
from wasmjit.wasm.module import ConstExpr, DataSegment, ElementSegment, Module
from wasmjit.wasm.types import FUNC, FUNCREF, ValType, ref_type

_NOT_ACTIVE = 0x1
_EXPLICIT = 0x2  # active: with an index; not active: declarative
_EXPRS = 0x4

_END = 0x0B
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
    """Section 11: the contents stay where they are. There may be tens of thousands: plain ones become numbers only."""
    count = r.read_count("data segments", limits.MAX_DATA_SEGMENTS)
    others: dict[int, DataSegment] = {}
    offsets, places, starts, ends = [0] * count, [0] * count, [0] * count, [0] * count
    for dataidx in range(count):
        offsets[dataidx] = r.pos
        place = _decode_plain_place(r)
        if place is None:
            segment = others[dataidx] = _decode_data(r)
            starts[dataidx], ends[dataidx] = segment.start, segment.end
            continue
        places[dataidx] = place
        size = r.read_length()
        start = starts[dataidx] = r.skip(size)
        ends[dataidx] = start + size
    columns = unsigned_column(offsets), signed_column(places), unsigned_column(starts), unsigned_column(ends)
    module.datas = DataColumns(*columns, others)


def _decode_plain_place(r: Reader) -> int | None:
    """The literal of an active segment for memory 0 that goes to one of 32 bits; None, and nothing read, for others."""
    data, pos = r.data, r.pos
    if data[pos] or data[pos + 1] != I32_CONST:
        return None
    place, pos = read_s32(data, pos + 2)
    if pos >= r.end or data[pos] != _END:
        return None
    r.pos = pos + 1
    return place


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
