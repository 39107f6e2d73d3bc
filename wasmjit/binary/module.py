"""Modules (spec 5.5.17): the header, the order of the sections, and what has to agree between them."""

from __future__ import annotations

from collections.abc import Callable
from mmap import mmap

from wasmjit import features
from wasmjit.binary.code import decode_body
from wasmjit.binary.definitions import (
    decode_code_section,
    decode_data_count_section,
    decode_function_section,
    decode_global_section,
    decode_memory_section,
    decode_start_section,
    decode_table_section,
    decode_tag_section,
)
from wasmjit.binary.externs import decode_export_section, decode_import_section
from wasmjit.binary.reader import Data, Reader, end_of_data
from wasmjit.binary.rectypes import decode_type_section
from wasmjit.binary.segments import decode_data_section, decode_element_section
from wasmjit.errors import MalformedError, UnsupportedError, WasmError
from wasmjit.wasm.module import CustomSection, Module

MAGIC = b"\0asm"
VERSION = b"\1\0\0\0"
COMPONENT_VERSION = b"\x0d\0\1\0"

_CUSTOM = 0


def decode_module(data: bytes | bytearray | memoryview | mmap) -> Module:
    """Decode a module; function bodies, data and custom sections stay byte ranges.

    `data` is copied only if it is a bytearray, or a view of anything but contiguous bytes. It must not change, and
    a mapped file must stay mapped, for as long as the module is in use.

    Raises MalformedError, UnsupportedError and LimitError. A module that is well-formed but not valid passes.
    """
    module = Module(_as_data(data))
    r = Reader(module.data)
    _decode_header(r)
    try:
        _decode_sections(r, module)
        _check_lengths(module, r.pos)
    except MalformedError as error:
        raise _first_error(module, error) from None
    except IndexError:
        raise _first_error(module, end_of_data(module.data)) from None
    return module


def _as_data(data: bytes | bytearray | memoryview | mmap) -> Data:
    if isinstance(data, bytes):
        return data
    if isinstance(data, bytearray):
        return bytes(data)
    view = memoryview(data)
    return view if view.format == "B" and view.ndim == 1 and view.c_contiguous else view.tobytes()


def _decode_header(r: Reader) -> None:
    """Magic and version (spec 5.5.17)."""
    header = bytes(r.data[:8])
    if len(header) >= 4 and header[:4] != MAGIC:
        raise MalformedError("magic header not detected", 0)
    if len(header) < 8:
        raise MalformedError("unexpected end", len(header))
    version = header[4:]
    if version == COMPONENT_VERSION:
        raise UnsupportedError(features.COMPONENT_MODEL, 4)
    if version != VERSION:
        raise MalformedError("unknown binary version", 4)
    r.pos = 8


def _decode_sections(r: Reader, module: Module) -> None:
    rank = -1
    while r.pos < len(r.data):
        offset = r.pos
        id = r.read_byte()
        if id not in _DECODERS:
            raise MalformedError("malformed section id", offset)
        if id != _CUSTOM:
            if _RANKS[id] <= rank:
                raise MalformedError("unexpected content after last section", offset)
            rank = _RANKS[id]
        _decode_section(r, module, id)


def _decode_section(r: Reader, module: Module, id: int) -> None:
    """One section after its id (spec 5.5.2)."""
    size = r.read_length()
    start = r.pos
    r.end = start + size
    _DECODERS[id](r, module)
    if r.pos != r.end:
        raise MalformedError("section size mismatch", start)


def _decode_custom_section(r: Reader, module: Module) -> None:
    """Section 0: its name only (spec 5.5.3)."""
    name = r.read_name()
    if r.pos > r.end:
        raise MalformedError("unexpected end", r.end)
    start = r.skip(r.end - r.pos)
    module.customs.append(CustomSection(name, start, r.end))


def _check_lengths(module: Module, offset: int) -> None:
    """Spec 5.5.17: the counts that two sections have to agree on. `offset` is the end of the module."""
    if len(module.codes) != len(module.func_typeidxs) - module.num_imported_funcs:
        raise MalformedError("function and code section have inconsistent lengths", offset)
    if module.data_count is not None and module.data_count != len(module.datas):
        raise MalformedError("data count and data section have inconsistent lengths", offset)


def _first_error(module: Module, error: MalformedError) -> MalformedError:
    """The error to report for `error`, which may have its cause further up.

    What comes after the code makes no sense if the section is larger than its size says; then its last body is
    broken, and bodies have not been looked at yet.
    """
    if module.codes:
        try:
            decode_body(module, module.num_imported_funcs + len(module.codes) - 1)
        except MalformedError as earlier:
            return earlier
        except WasmError:
            pass
    return error


_DECODERS: dict[int, Callable[[Reader, Module], None]] = {
    _CUSTOM: _decode_custom_section,
    1: decode_type_section,
    2: decode_import_section,
    3: decode_function_section,
    4: decode_table_section,
    5: decode_memory_section,
    13: decode_tag_section,
    6: decode_global_section,
    7: decode_export_section,
    8: decode_start_section,
    9: decode_element_section,
    12: decode_data_count_section,
    10: decode_code_section,
    11: decode_data_section,
}
"""By section id (spec 5.5.2), in the order in which sections have to stand; custom sections may stand anywhere."""

_RANKS = {id: rank for rank, id in enumerate(_DECODERS)}
