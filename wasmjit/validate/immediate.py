"""Immediates of instructions whose typing is plain (spec 3.3.3, 3.3.7).

Memory accesses, lanes, memories, data segments.
"""

from __future__ import annotations

from wasmjit import features
from wasmjit.errors import InvalidError
from wasmjit.validate.checker import Checker
from wasmjit.validate.lookup import lookup
from wasmjit.validate.registry import Handler, bind, validates
from wasmjit.wasm.opcodes import OPCODES, Op
from wasmjit.wasm.types import I32

_VECTOR_BYTES = 16
_MAX_OFFSET = 0xFFFF_FFFF


def _memory(check: Checker, memidx: int) -> None:
    lookup(check.module.memories, memidx, "memory")


def _access(natural_log2: int) -> Handler:
    def validate_access(check: Checker, imm: tuple[int, ...]) -> None:
        if imm[0] > natural_log2:
            raise InvalidError("alignment must not be larger than natural")
        if imm[1] > _MAX_OFFSET or imm[2] >= len(check.module.memories):
            memory = lookup(check.module.memories, imm[2], "memory")
            if memory.address is I32:
                raise InvalidError("offset out of range")

    return validate_access


def _atomic_access(natural_log2: int) -> Handler:
    validate_access = _access(natural_log2)

    def validate_atomic_access(check: Checker, imm: tuple[int, ...]) -> None:
        validate_access(check, imm)
        if imm[0] != natural_log2:
            raise InvalidError("atomic alignment must be natural")

    return validate_atomic_access


def _lane(count: int) -> Handler:
    def validate_lane(check: Checker, lane: int) -> None:
        if lane >= count:
            raise InvalidError("invalid lane index")

    return validate_lane


def _access_lane(natural_log2: int) -> Handler:
    validate_access, validate_lane = _access(natural_log2), _lane(_VECTOR_BYTES >> natural_log2)

    def validate_access_lane(check: Checker, imm: tuple[int, int, int, int]) -> None:
        validate_access(check, imm)
        validate_lane(check, imm[3])

    return validate_access_lane


def _lane_count(row: Op) -> int:
    """Lanes of the shape in front of the mnemonic's dot: 8 for i16x8.replace_lane."""
    shape, _, _ = row.name.partition(".")
    return int(shape.partition("x")[2])


def _handler(row: Op) -> Handler | None:
    if row.imm == "memarg":
        return _atomic_access(row.align_log2) if row.feature == features.THREADS else _access(row.align_log2)
    if row.imm == "memarg_lane":
        return _access_lane(row.align_log2)
    return _lane(_lane_count(row)) if row.imm == "lane" else None


def _bind_rows() -> None:
    for row in list(OPCODES.values()):
        handler = _handler(row)
        if handler is not None:
            bind(row.name, handler)


_bind_rows()


@validates("i8x16.shuffle")
def validate_shuffle(check: Checker, lanes: bytes) -> None:
    """Its lanes count through both vectors."""
    if max(lanes) >= 2 * _VECTOR_BYTES:
        raise InvalidError("invalid lane index")


@validates("memory.size", "memory.grow", "memory.fill")
def validate_memory(check: Checker, memidx: int) -> None:
    """The memory must exist."""
    _memory(check, memidx)


@validates("memory.copy")
def validate_memory_copy(check: Checker, imm: tuple[int, int]) -> None:
    """Both memories must exist."""
    destination, source = imm
    _memory(check, destination)
    _memory(check, source)


@validates("memory.init")
def validate_memory_init(check: Checker, imm: tuple[int, int]) -> None:
    """Memory and data segment must exist."""
    dataidx, memidx = imm
    _memory(check, memidx)
    lookup(check.module.datas, dataidx, "data segment")


@validates("data.drop")
def validate_data_drop(check: Checker, dataidx: int) -> None:
    """The data segment must exist."""
    lookup(check.module.datas, dataidx, "data segment")
