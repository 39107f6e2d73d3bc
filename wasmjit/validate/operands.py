"""Types of the operand stack inside of a body, for who has to know what is there in mid-run."""

from __future__ import annotations

from collections.abc import Container, Iterator

from wasmjit.light import TypeAlias
from wasmjit.validate.body import Body, validate_instrs
from wasmjit.validate.checker import FLOOR, Checker
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import ValType

Operands: TypeAlias = "tuple[ValType, ...] | None"


def operands_before(module: Module, funcidx: int, body: Body, indices: Container[int]) -> dict[int, Operands]:
    """What lies on the operand stack before the instructions at some indices of a valid body; None in dead code."""
    check = Checker(module, module.func_type(funcidx), body.local_types, list(body.instrs))
    watch = _Watch(check, indices)
    check.cursor = watch
    validate_instrs(check, funcidx)
    return watch.found


class _Watch:
    """Walks over the instructions of a checker, and looks at its stack on the way."""

    def __init__(self, check: Checker, indices: Container[int]) -> None:
        self.found: dict[int, Operands] = {}
        self._check = check
        self._indices = indices
        self._next = 0

    def __iter__(self) -> Iterator[tuple[int, object, int]]:
        return self

    def __next__(self) -> tuple[int, object, int]:
        index, check = self._next, self._check
        if index == len(check.instrs):
            raise StopIteration
        if index in self._indices:
            dead = any(frame.unreachable for frame in check.ctrls)
            self.found[index] = None if dead else tuple(type for type in check.stack if type is not FLOOR)
        self._next += 1
        return check.instrs[index]

    def __length_hint__(self) -> int:
        return len(self._check.instrs) - self._next
