"""What stencils are made by: functions of an emitter. Here for those of one instruction of the opcode table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from wasmjit.compile.baseline.registers import VECTOR
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import FuncType

Recipe: TypeAlias = Callable[[StencilEmitter], None]
"""Writes a stencil."""

_VECTOR_TYPES = frozenset({"float", "double", VECTOR})
_INTEGER_OPERANDS, _VECTOR_OPERANDS = ("A", "B"), ("FA", "FB", "x5")


def is_vector(type: str) -> bool:
    """Whether values of an LLVM type are in vector registers."""
    return type in _VECTOR_TYPES


def result_place(type: str) -> str:
    """The register that gets a result of an LLVM type."""
    return "FA" if is_vector(type) else "A"


def llvm_types(mnemonic: str) -> tuple[list[str], list[str]]:
    """LLVM types of an instruction's operands and results; both empty if its row does not tell."""
    type = OPCODES[CODE_BY_NAME[mnemonic]].type or FuncType((), ())
    return [LLVM_TYPE[t] for t in type.params], [LLVM_TYPE[t] for t in type.results]


def usual_places(types: Iterable[str]) -> list[str]:
    """Where operands of LLVM types are, unless a key says otherwise: A, then B; FA, FB, x5."""
    integers, vectors = iter(_INTEGER_OPERANDS), iter(_VECTOR_OPERANDS)
    return [next(vectors if is_vector(type) else integers) for type in types]


def operation(mnemonic: str, places: Iterable[str], imm: object = None, *, loses_b: bool = False) -> Recipe:
    """An instruction with operands in those places; its result in A or FA. It may use B besides."""
    params, results = llvm_types(mnemonic)

    def make(f: StencilEmitter) -> None:
        for place, type in zip(places, params, strict=True):
            f.take(place, type)
        f.lower(mnemonic, imm)
        for type in results:
            f.give(result_place(type), type)
        if loses_b:
            f.registers["B"] = "poison"
        f.go_on()

    return make


def branch(mnemonic: str, places: Iterable[str], *, if_true: bool) -> Recipe:
    """Jump to T if a comparison says so."""
    params, _ = llvm_types(mnemonic)

    def make(f: StencilEmitter) -> None:
        for place, type in zip(places, params, strict=True):
            f.take(place, type)
        f.lower(mnemonic)
        f.branch(f.condition(f.pop()), if_true=if_true)

    return make


def plain_mnemonics() -> Iterator[str]:
    """Instructions without immediates that compute one value, from numbers or vectors."""
    for code, row in OPCODES.items():
        if row.type is None or row.imm or len(row.type.results) != 1 or not row.type.params:
            continue
        if code in CODE_BY_NAME.values() and not any(t.is_ref for t in (*row.type.params, *row.type.results)):
            yield row.name
