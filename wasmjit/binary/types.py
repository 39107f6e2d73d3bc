"""Types in the binary format (spec 5.3)."""

from __future__ import annotations

from wasmjit import features
from wasmjit.binary.reader import Data, Reader, end_of_data, read_s33
from wasmjit.errors import InvalidError, MalformedError, UnsupportedError
from wasmjit.light import NoReturn
from wasmjit.limits import MAX_PARAMS, MAX_RESULTS
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import (
    HEAP_TYPE_BY_CODE,
    I32,
    I64,
    PAGE_SIZE_LOG2,
    VAL_TYPE_BY_CODE,
    FuncType,
    GlobalType,
    HeapType,
    Limits,
    MemType,
    RefType,
    TableType,
    ValType,
    ref_type,
)

TYPE_FEATURE_BY_CODE: dict[int, str] = {
    0x62: features.CUSTOM_DESCRIPTORS,  # exact
    0x68: features.STACK_SWITCHING,  # cont
    0x75: features.STACK_SWITCHING,  # nocont
}
"""Value and heap types of features that are not built."""

_REF_NULL, _REF = 0x63, 0x64
_EMPTY_BLOCK = 0x40

_HAS_MAX = 0x01
_SHARED = 0x02
_INDEX64 = 0x04
_PAGE_SIZE = 0x08
_PAGE_SIZE_BITS = 64

_BLOCK_TYPES: dict[int, FuncType] = {
    _EMPTY_BLOCK: FuncType(),
    **{code: FuncType((), (type,)) for code, type in VAL_TYPE_BY_CODE.items()},
}


def refuse_type(code: int, offset: int, message: str) -> NoReturn:
    """Raise the error for a byte that is no type here: UnsupportedError if a proposal has it, else `message`."""
    if code in TYPE_FEATURE_BY_CODE:
        raise UnsupportedError(TYPE_FEATURE_BY_CODE[code], offset)
    raise MalformedError(message, offset)


# --- types as they stand: those of the module are named by index


def read_heaptype(data: Data, pos: int) -> tuple[HeapType | int, int]:
    """A heap type (spec 5.3.2): abstract, or a type index."""
    code = data[pos]
    if code in HEAP_TYPE_BY_CODE:
        return HEAP_TYPE_BY_CODE[code], pos + 1
    index, after = read_s33(data, pos)
    if index < 0:
        refuse_type(code, pos, "malformed heap type")
    return index, after


def read_null(data: Data, pos: int) -> tuple[RefType, int]:
    """The immediate of `ref.null`, as the nullable reference type that it stands for."""
    heap, pos = read_heaptype(data, pos)
    return ref_type(heap, True), pos


def read_valtype(data: Data, pos: int) -> tuple[ValType, int]:
    """A value type (spec 5.3.4)."""
    code = data[pos]
    if code in VAL_TYPE_BY_CODE:
        return VAL_TYPE_BY_CODE[code], pos + 1
    if code not in (_REF_NULL, _REF):
        refuse_type(code, pos, "malformed value type")
    heap, pos = read_heaptype(data, pos + 1)
    return ref_type(heap, code == _REF_NULL), pos


def read_valtypes(data: Data, pos: int, count: int) -> tuple[tuple[ValType, ...], int]:
    """`count` value types."""
    codes = bytes(data[pos : pos + count])
    if len(codes) < count:
        raise end_of_data(data)
    try:
        return tuple([VAL_TYPE_BY_CODE[code] for code in codes]), pos + count
    except KeyError:  # one that has more than a byte, or is none
        types: list[ValType] = []
        for _ in range(count):
            type, pos = read_valtype(data, pos)
            types.append(type)
        return tuple(types), pos


def read_blocktype(data: Data, pos: int) -> tuple[FuncType | int, int]:
    """A block type (spec 5.4.1): a FuncType for the short forms, else a type index."""
    code = data[pos]
    if code in _BLOCK_TYPES:
        return _BLOCK_TYPES[code], pos + 1
    if code in (_REF_NULL, _REF):
        type, pos = read_valtype(data, pos)
        return FuncType((), (type,)), pos
    index, after = read_s33(data, pos)
    if index < 0:
        refuse_type(code, pos, "malformed block type")
    return index, after


# --- types of a module


def resolve(module: Module, type: ValType, offset: int, open: int = 0) -> ValType:
    """A type with an index in it as the defined type that is meant.

    Indices below `open` are left as they are: those of the group that is being read. An index of no type is noted in
    the module's faults, for validation to report.
    """
    if not isinstance(type, RefType) or not isinstance(type.heap, int):
        return type
    if type.heap < len(module.deftypes):
        return ref_type(module.deftypes[type.heap], type.nullable)
    if type.heap >= open:
        module.faults.append(InvalidError(f"unknown type {type.heap}", None, offset))
    return type


def decode_valtype(r: Reader, module: Module, open: int = 0) -> ValType:
    """A value type (spec 5.3.4)."""
    offset = r.pos
    type, r.pos = read_valtype(r.data, offset)
    return resolve(module, type, offset, open) if type.is_ref else type


def decode_reftype(r: Reader, module: Module) -> ValType:
    """A reference type (spec 5.3.3)."""
    offset = r.pos
    type, r.pos = read_valtype(r.data, offset)
    if not type.is_ref:
        raise MalformedError("malformed reference type", offset)
    return resolve(module, type, offset)


def decode_valtypes(r: Reader, module: Module, open: int, limit: str, maximum: int) -> tuple[ValType, ...]:
    """A vector of value types (spec 5.3.5)."""
    count = r.read_count(limit, maximum)
    offset = r.pos
    types, r.pos = read_valtypes(r.data, offset, count)
    if r.pos == offset + count:
        return types  # each of one byte: nothing to resolve
    return tuple([resolve(module, type, offset, open) for type in types])


def decode_functype(r: Reader, module: Module, open: int) -> FuncType:
    """A function type after its form (spec 5.3.7)."""
    params = decode_valtypes(r, module, open, "parameters", MAX_PARAMS)
    return FuncType(params, decode_valtypes(r, module, open, "results", MAX_RESULTS))


def decode_tabletype(r: Reader, module: Module) -> TableType:
    """A table type (spec 5.3.9). Sizes take 64 bits to read; that they are in range is for validation to say."""
    element = decode_reftype(r, module)
    offset = r.pos
    flags = r.read_byte()
    if flags & ~(_HAS_MAX | _INDEX64):
        raise MalformedError("malformed limits flags", offset)
    return TableType(_decode_limits(r, flags), element, _address_type(flags))


def decode_memtype(r: Reader) -> MemType:
    """A memory type (spec 5.3.8)."""
    offset = r.pos
    flags = r.read_byte()
    if flags > (_HAS_MAX | _SHARED | _INDEX64 | _PAGE_SIZE) or (flags & _PAGE_SIZE and r.pos >= r.end):
        # The core suite wants a lone flag of custom-page-sizes malformed as such, not the section too short.
        raise MalformedError("malformed limits flags", offset)
    limits = _decode_limits(r, flags)
    return MemType(
        limits, _address_type(flags), shared=bool(flags & _SHARED), page_size_log2=_decode_page_size(r, flags)
    )


def _address_type(flags: int) -> ValType:
    return I64 if flags & _INDEX64 else I32


def _decode_page_size(r: Reader, flags: int) -> int:
    """The logarithm of a custom page size (custom-page-sizes); which are allowed is for validation to say."""
    if not flags & _PAGE_SIZE:
        return PAGE_SIZE_LOG2
    log2 = r.read_u32()
    if log2 >= _PAGE_SIZE_BITS:
        raise MalformedError("invalid custom page size", r.pos - 1)
    return log2


def _decode_limits(r: Reader, flags: int) -> Limits:
    """Limits after their flags (spec 5.3.7)."""
    return Limits(r.read_u64(), r.read_u64() if flags & _HAS_MAX else None)


def decode_globaltype(r: Reader, module: Module) -> GlobalType:
    """A global type (spec 5.3.10)."""
    type = decode_valtype(r, module)
    return GlobalType(type, decode_mutability(r))


def decode_mutability(r: Reader) -> bool:
    """Whether a global or field can change (spec 5.3.6, 5.3.13)."""
    mutable = r.read_byte()
    if mutable > 1:
        raise MalformedError("malformed mutability", r.pos - 1)
    return mutable == 1
