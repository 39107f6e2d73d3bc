"""Function bodies and the instructions in them (spec 5.4, 5.5.13).

`decode_instrs` is the hottest loop of the decoder: every instruction of a module goes through it. What it does
follows from the table's immediate shapes alone. The shapes that make up most of real code are handled inline, in the
order of their frequency; all others by the functions of binary.immediates.
"""

from __future__ import annotations

from wasmjit.binary.immediates import (
    PREFIXES,
    READER_BY_CODE,
    illegal_opcode,
    read_memarg,
    read_prefixed_opcode,
)
from wasmjit.binary.reader import UNEXPECTED_END, Data, Reader, end_of_data, read_s32, read_u32
from wasmjit.binary.types import decode_valtype, read_blocktype
from wasmjit.errors import InvalidError, LimitError, MalformedError
from wasmjit.light import Any, TypeAlias
from wasmjit.limits import MAX_LOCALS, MAX_NESTING, check_limit
from wasmjit.record import mutable_record
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import ValType, is_relative

RawInstr: TypeAlias = tuple[int, Any, int]
"""Opcode, immediate (shape by `Op.imm`), byte offset in the module: an `Instr` without its class, for speed."""

_IF, _ELSE, _END = CODE_BY_NAME["if"], CODE_BY_NAME["else"], CODE_BY_NAME["end"]
_TRY_TABLE, _TRY, _DELEGATE = CODE_BY_NAME["try_table"], CODE_BY_NAME["try"], CODE_BY_NAME["delegate"]
_CATCH, _CATCH_ALL = CODE_BY_NAME["catch"], CODE_BY_NAME["catch_all"]
_TRY_PARTS = frozenset((_TRY_TABLE, _CATCH, _CATCH_ALL, _DELEGATE))

_NEED_DATA_COUNT = frozenset(
    CODE_BY_NAME[name] for name in ("memory.init", "data.drop", "array.new_data", "array.init_data")
)

_OTHER, _INDEX, _NONE, _S32, _MEMARG, _BLOCK = range(6)
_INLINE = {
    **dict.fromkeys(("label", "func", "local", "global", "table", "memory"), _INDEX),
    "": _NONE,
    "i32": _S32,
    "memarg": _MEMARG,
    "block": _BLOCK,
}


def _shape(code: int) -> int:
    if code not in OPCODES or code in (_ELSE, _END, *_TRY_PARTS):
        return _OTHER
    return _INLINE.get(OPCODES[code].imm, _OTHER)


_SHAPES = [_shape(code) for code in range(256)]
"""What to do with each opcode byte; a list, because indexing one is faster than anything else."""


def _track_try(code: int, opened: list[int], offset: int) -> None:
    """Note an opcode that opens, continues or closes a try block; raises MalformedError where it can't stand."""
    if code == _TRY_TABLE:
        opened.append(code)
        if len(opened) > MAX_NESTING:
            raise LimitError("nesting of blocks", len(opened), MAX_NESTING)
        return
    before = opened.pop() if opened else None
    if before != _TRY and (code == _DELEGATE or before != _CATCH):
        raise MalformedError("END opcode expected", offset)
    if code != _DELEGATE:
        opened.append(code)


class UnendedError(MalformedError):
    """An expression has no `end` within its bounds."""


@mutable_record
class Body:
    """A decoded function body.

    * `local_types`: the declared locals, without the parameters, one item each.
    * `instrs`: all instructions, the function's final `end` included. Blocks are known to be properly nested, and
      every `else` to belong to an `if`.
    """

    local_types: list[ValType]
    instrs: list[RawInstr]


def decode_body(module: Module, funcidx: int) -> Body:
    """Decode the body of the defined function `funcidx`, counted in the whole index space.

    Raises MalformedError, LimitError, UnsupportedError, and InvalidError for a local whose type does not exist.
    """
    start, end = module.codes[funcidx - module.num_imported_funcs]
    r = Reader(module.data, start)
    try:
        local_types = _decode_locals(r, end, module)
        instrs, pos = decode_instrs(module.data, r.pos, end, has_data_count=module.data_count is not None)
    except UnendedError:
        raise _missing_end(module.data, end) from None
    except IndexError:
        raise end_of_data(module.data) from None
    if pos < end:
        raise MalformedError("section size mismatch", pos)
    return Body(local_types, instrs)


def _decode_locals(r: Reader, end: int, module: Module) -> list[ValType]:
    offset = r.pos
    num_runs = r.read_length()
    if num_runs > end - offset:  # a bound on memory: the body, not the file
        raise MalformedError("length out of bounds", offset)
    runs = [(r.read_u32(), decode_valtype(r, module)) for _ in range(num_runs)]
    total = sum(count for count, _ in runs)
    if total >> 32:
        raise MalformedError("too many locals", offset)
    check_limit("locals", total, MAX_LOCALS)
    for _, type in runs:
        if is_relative(type):
            raise InvalidError(f"unknown type in a local of type {type}", None, offset)
    return [type for count, type in runs for _ in range(count)]


def _missing_end(data: Data, end: int) -> MalformedError:
    """The error for a body that reaches its `end` before its last instruction does.

    The official suite expects what a decoder says that does not know where the body ends: the next byte decides.
    """
    if end >= len(data):
        return end_of_data(data)
    return MalformedError("section size mismatch" if data[end] == _END else "END opcode expected", end)


def decode_instrs(data: Data, pos: int, end: int, *, has_data_count: bool = True) -> tuple[list[RawInstr], int]:
    """Decode an expression (spec 5.4.9) that lies between `pos` and `end`.

    Returns the instructions, the final `end` included, and the position behind it. Without a data count section
    no instruction may name a data segment (spec 5.5.16). Raises IndexError at the end of the data.
    """
    shapes = _SHAPES
    instrs: list[RawInstr] = []
    append = instrs.append
    opened: list[int] = []  # the opcodes of the open blocks; `else` takes the place of its `if`
    imm: Any
    while pos < end:
        offset = pos
        code = data[pos]
        pos += 1
        shape = shapes[code]
        if shape == _INDEX:
            imm = data[pos]
            pos += 1
            if imm >= 0x80:
                imm, pos = read_u32(data, offset + 1)
        elif shape == _NONE:
            imm = None
        elif shape == _S32:
            imm = data[pos]
            pos += 1
            if imm >= 0x80:
                imm, pos = read_s32(data, offset + 1)
            elif imm >= 0x40:
                imm -= 0x80
        elif shape == _MEMARG:
            align, place = data[pos], data[pos + 1]
            if align < 0x40 and place < 0x80:
                imm = align, place, 0
                pos += 2
            else:
                imm, pos = read_memarg(data, pos)
        elif shape == _BLOCK:
            imm, pos = read_blocktype(data, pos)
            opened.append(code)
            if len(opened) > MAX_NESTING:
                raise LimitError("nesting of blocks", len(opened), MAX_NESTING)
        elif code == _END:
            append((code, None, offset))
            if not opened:
                return instrs, pos
            opened.pop()
            continue
        elif code == _ELSE:
            if not opened or opened.pop() != _IF:
                raise MalformedError("END opcode expected", offset)
            opened.append(code)
            imm = None
        else:
            if code in _TRY_PARTS:
                _track_try(code, opened, offset)
            if code in PREFIXES:
                code, pos = read_prefixed_opcode(data, offset)
            if code not in READER_BY_CODE:
                raise illegal_opcode(data, offset)
            if code in _NEED_DATA_COUNT and not has_data_count:
                raise MalformedError("data count section required", offset)
            imm, pos = READER_BY_CODE[code](data, pos)
        append((code, imm, offset))
    raise UnendedError(UNEXPECTED_END, end)
