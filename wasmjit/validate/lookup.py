"""Index spaces, with the error of an index that is not in them (spec 3.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from wasmjit.errors import InvalidError
from wasmjit.light import TypeVar
from wasmjit.wasm.module import ConstExpr, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType

T = TypeVar("T")

_REF_FUNC = CODE_BY_NAME["ref.func"]


def lookup(space: Sequence[T], index: int, what: str, offset: int | None = None) -> T:
    """Entry `index` of an index space of `what`, else InvalidError "unknown <what> <index>" at `offset`."""
    if index < len(space):
        return space[index]
    raise InvalidError(f"unknown {what} {index}", None, offset)


def lookup_type(module: Module, typeidx: int) -> FuncType:
    """Function type `typeidx`."""
    type = lookup(module.types, typeidx, "type")
    if isinstance(type, FuncType):
        return type
    raise InvalidError(f"type mismatch: type {typeidx} is not a function type")


def lookup_func(module: Module, funcidx: int) -> FuncType:
    """Type of function `funcidx`."""
    return lookup_type(module, lookup(module.func_typeidxs, funcidx, "function"))


def check_all(indices: Sequence[int], size: int, what: str, offset: int | None = None) -> None:
    """`indices` must be in an index space of `size` entries of `what`: error as by `lookup`."""
    if indices and max(indices) >= size:
        unknown = next(index for index in indices if index >= size)
        raise InvalidError(f"unknown {what} {unknown}", None, offset)


def declared_refs(module: Module) -> frozenset[int]:
    """Functions that `ref.func` may name in a body: C.refs of spec 3.4.10. Worked out once a module."""
    if module.refs is None:
        module.refs = frozenset(_refs(module))
    return module.refs


def _refs(module: Module) -> Iterator[int]:
    yield from (export.index for export in module.exports if export.kind == "func")
    for segment in module.elements:
        yield from segment.funcs or ()
        yield from _refs_of(segment.exprs or ())
    yield from _refs_of(list(module.table_inits.values()))
    yield from _refs_of([variable.init for variable in module.globals if variable.init is not None])


def _refs_of(exprs: Sequence[ConstExpr]) -> Iterator[int]:
    return (instr.imm for instr in chain.from_iterable(exprs) if instr.code == _REF_FUNC)
