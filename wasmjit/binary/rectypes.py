"""The type section (spec 5.3.8-5.3.11, 5.5.4): recursive groups of function, structure and array types."""

from __future__ import annotations

from wasmjit import features, limits
from wasmjit.binary.reader import Reader
from wasmjit.binary.types import decode_functype, decode_mutability, decode_valtype
from wasmjit.errors import InvalidError, MalformedError, UnsupportedError
from wasmjit.light import NoReturn
from wasmjit.limits import check_limit
from wasmjit.wasm.module import Module
from wasmjit.wasm.rectypes import DefType, SubType, define_group
from wasmjit.wasm.types import I8, I16, ArrayType, CompositeType, FieldType, StructType

FORM_FEATURE_BY_CODE: dict[int, str] = {
    0x4C: features.CUSTOM_DESCRIPTORS,  # describes
    0x4D: features.CUSTOM_DESCRIPTORS,  # descriptor
    0x5D: features.STACK_SWITCHING,  # cont
}
"""Forms of type definitions of features that are not built."""

_REC, _SUB, _SUB_FINAL = 0x4E, 0x50, 0x4F
_FUNC, _STRUCT, _ARRAY = 0x60, 0x5F, 0x5E
_PACKED = {I8.code: I8, I16.code: I16}


def decode_type_section(r: Reader, module: Module) -> None:
    """Section 1."""
    for _ in range(r.read_count("types", limits.MAX_TYPES)):
        _decode_group(r, module)


def _decode_group(r: Reader, module: Module) -> None:
    """One recursive group; a definition that stands alone is a group of one."""
    count = 1
    if r.data[r.pos] == _REC:
        r.pos += 1
        count = r.read_count("types", limits.MAX_TYPES)
    start = len(module.deftypes)
    check_limit("types", start + count, limits.MAX_TYPES)
    group = [_decode_subtype(r, module, index, start + count) for index in range(start, start + count)]
    defined = define_group(group, start)
    module.deftypes += defined
    module.types += [type.composite for type in defined]


def _decode_subtype(r: Reader, module: Module, index: int, end: int) -> SubType:
    """Definition `index` of a module, in a group that ends before index `end`."""
    form = r.read_byte()
    if form not in (_SUB, _SUB_FINAL):
        return SubType(_decode_composite(r, module, end, form))
    offset = r.pos
    supertypes = r.read_u32s(r.read_length())
    if len(supertypes) > 1:
        module.faults.append(InvalidError("a type has at most one supertype", None, offset))
    supertype = _supertype(module, index, supertypes[0], offset) if supertypes else None
    return SubType(_decode_composite(r, module, end, r.read_byte()), form == _SUB_FINAL, supertype)


def _supertype(module: Module, index: int, supertype: int, offset: int) -> DefType | int | None:
    """The type that definition `index` names as its supertype: an index if it is in the same group."""
    if supertype >= index:
        module.faults.append(InvalidError(f"unknown type {supertype}", None, offset))
        return None
    return module.deftypes[supertype] if supertype < len(module.deftypes) else supertype


def _decode_composite(r: Reader, module: Module, open: int, form: int) -> CompositeType:
    """A composite type after its form (spec 5.3.9)."""
    if form == _FUNC:
        return decode_functype(r, module, open)
    if form == _STRUCT:
        count = r.read_count("fields", limits.MAX_FIELDS)
        return StructType(tuple([_decode_field(r, module, open) for _ in range(count)]))
    if form == _ARRAY:
        return ArrayType(_decode_field(r, module, open))
    _refuse_form(form, r.pos - 1)


def _decode_field(r: Reader, module: Module, open: int) -> FieldType:
    code = r.data[r.pos]
    if code in _PACKED:
        r.pos += 1
        return FieldType(_PACKED[code], decode_mutability(r))
    return FieldType(decode_valtype(r, module, open), decode_mutability(r))


def _refuse_form(form: int, offset: int) -> NoReturn:
    if form in FORM_FEATURE_BY_CODE:
        raise UnsupportedError(FORM_FEATURE_BY_CODE[form], offset)
    raise MalformedError("integer representation too long" if form >= 0x80 else "malformed type form", offset)
