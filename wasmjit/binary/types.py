"""Types in the binary format (spec 5.3)."""

from __future__ import annotations

from typing import NoReturn

from wasmjit import features
from wasmjit.binary.reader import Data, Reader, end_of_data, read_s33
from wasmjit.errors import MalformedError, UnsupportedError
from wasmjit.limits import MAX_PARAMS, MAX_RESULTS
from wasmjit.wasm.types import (
    EXTERNREF,
    FUNCREF,
    I32,
    I64,
    VAL_TYPE_BY_CODE,
    VAL_TYPES,
    FuncType,
    GlobalType,
    Limits,
    MemType,
    TableType,
    ValType,
)

REF_TYPE_BY_CODE = {t.code: t for t in (FUNCREF, EXTERNREF)}

TYPE_FEATURE_BY_CODE: dict[int, str] = {
    0x62: features.CUSTOM_DESCRIPTORS,  # exact
    0x63: features.FUNCTION_REFERENCES,  # (ref null ht)
    0x64: features.FUNCTION_REFERENCES,  # (ref ht)
    0x68: features.STACK_SWITCHING,  # cont
    0x69: features.EXCEPTIONS,  # exn
    0x6A: features.GC,  # array
    0x6B: features.GC,  # struct
    0x6C: features.GC,  # i31
    0x6D: features.GC,  # eq
    0x6E: features.GC,  # any
    0x71: features.GC,  # none
    0x72: features.GC,  # noextern
    0x73: features.GC,  # nofunc
    0x74: features.EXCEPTIONS,  # noexn
    0x75: features.STACK_SWITCHING,  # nocont
}
"""Value and heap types of features that are not built."""

FORM_FEATURE_BY_CODE: dict[int, str] = {
    0x4C: features.CUSTOM_DESCRIPTORS,  # describes
    0x4D: features.CUSTOM_DESCRIPTORS,  # descriptor
    0x4E: features.GC,  # rec
    0x4F: features.GC,  # sub final
    0x50: features.GC,  # sub
    0x5D: features.STACK_SWITCHING,  # cont
    0x5E: features.GC,  # array
    0x5F: features.GC,  # struct
}
"""Forms of type definitions, other than functions, of features that are not built."""

_FUNC_FORM = 0x60
_EMPTY_BLOCK = 0x40

_HAS_MAX = 0x01
_SHARED = 0x02
_INDEX64 = 0x04
_PAGE_SIZE = 0x08

_BLOCK_TYPES: dict[int, FuncType] = {_EMPTY_BLOCK: FuncType(), **{t.code: FuncType((), (t,)) for t in VAL_TYPES}}


def refuse_type(code: int, offset: int, message: str) -> NoReturn:
    """Raise the error for a byte that is no type here: UnsupportedError if a proposal has it, else `message`."""
    if code in TYPE_FEATURE_BY_CODE:
        raise UnsupportedError(TYPE_FEATURE_BY_CODE[code], offset)
    raise MalformedError(message, offset)


def decode_valtype(r: Reader) -> ValType:
    """A value type (spec 5.3.4)."""
    code = r.read_byte()
    return VAL_TYPE_BY_CODE.get(code) or refuse_type(code, r.pos - 1, "malformed value type")


def decode_reftype(r: Reader) -> ValType:
    """A reference type (spec 5.3.3)."""
    code = r.read_byte()
    return REF_TYPE_BY_CODE.get(code) or refuse_type(code, r.pos - 1, "malformed reference type")


def read_valtypes(data: Data, pos: int, count: int) -> tuple[ValType, ...]:
    """`count` value types."""
    codes = bytes(data[pos : pos + count])
    if len(codes) < count:
        raise end_of_data(data)
    try:
        return tuple([VAL_TYPE_BY_CODE[code] for code in codes])
    except KeyError as error:
        code = error.args[0]
        refuse_type(code, pos + codes.index(code), "malformed value type")


def decode_valtypes(r: Reader, limit: str, maximum: int) -> tuple[ValType, ...]:
    """A vector of value types (spec 5.3.5)."""
    count = r.read_count(limit, maximum)
    return read_valtypes(r.data, r.skip(count), count)


def decode_functype(r: Reader) -> FuncType:
    """A type definition, which has to be a function type (spec 5.3.6)."""
    form = r.read_byte()
    if form != _FUNC_FORM:
        _refuse_form(form, r.pos - 1)
    return FuncType(decode_valtypes(r, "parameters", MAX_PARAMS), decode_valtypes(r, "results", MAX_RESULTS))


def _refuse_form(form: int, offset: int) -> NoReturn:
    if form in FORM_FEATURE_BY_CODE:
        raise UnsupportedError(FORM_FEATURE_BY_CODE[form], offset)
    raise MalformedError("integer representation too long" if form >= 0x80 else "malformed type form", offset)


def read_blocktype(data: Data, pos: int) -> tuple[FuncType | int, int]:
    """A block type (spec 5.4.1): a FuncType for the short forms, else a type index."""
    code = data[pos]
    if code in _BLOCK_TYPES:
        return _BLOCK_TYPES[code], pos + 1
    index, after = read_s33(data, pos)
    if index < 0:
        refuse_type(code, pos, "malformed block type")
    return index, after


def read_heaptype(data: Data, pos: int) -> tuple[ValType, int]:
    """The immediate of `ref.null`, as the nullable reference type that it stands for."""
    code = data[pos]
    if code in REF_TYPE_BY_CODE:
        return REF_TYPE_BY_CODE[code], pos + 1
    index, _ = read_s33(data, pos)
    if index >= 0:
        raise UnsupportedError(features.FUNCTION_REFERENCES, pos)
    refuse_type(code, pos, "malformed reference type")


def decode_tabletype(r: Reader) -> TableType:
    """A table type (spec 5.3.9). Sizes take 64 bits to read; that they are in range is for validation to say."""
    element = decode_reftype(r)
    offset = r.pos
    flags = r.read_byte()
    if flags & ~(_HAS_MAX | _INDEX64):
        raise MalformedError("malformed limits flags", offset)
    return TableType(_decode_limits(r, flags), element, _address_type(flags))


def decode_memtype(r: Reader) -> MemType:
    """A memory type (spec 5.3.8)."""
    offset = r.pos
    flags = r.read_byte()
    if flags & _PAGE_SIZE:
        _refuse_page_size(r, flags, offset)
    if flags > (_HAS_MAX | _SHARED | _INDEX64):
        raise MalformedError("malformed limits flags", offset)
    if flags & _SHARED:
        raise UnsupportedError(features.THREADS, offset)
    return MemType(_decode_limits(r, flags), _address_type(flags))


def _address_type(flags: int) -> ValType:
    return I64 if flags & _INDEX64 else I32


def _refuse_page_size(r: Reader, flags: int, offset: int) -> NoReturn:
    """Blame the proposal only for what it would read; the core suite wants other uses of its flag malformed."""
    try:
        _decode_limits(r, flags)
        r.read_u32()
    except (IndexError, MalformedError):
        flags = 0xFF
    if flags > (_HAS_MAX | _SHARED | _INDEX64 | _PAGE_SIZE):
        raise MalformedError("malformed limits flags", offset)
    raise UnsupportedError(features.CUSTOM_PAGE_SIZES, offset)


def _decode_limits(r: Reader, flags: int) -> Limits:
    """Limits after their flags (spec 5.3.7)."""
    return Limits(r.read_u64(), r.read_u64() if flags & _HAS_MAX else None)


def decode_globaltype(r: Reader) -> GlobalType:
    """A global type (spec 5.3.10)."""
    type = decode_valtype(r)
    mutable = r.read_byte()
    if mutable > 1:
        raise MalformedError("malformed mutability", r.pos - 1)
    return GlobalType(type, mutable == 1)
