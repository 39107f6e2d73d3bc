"""Structures and arrays in constant expressions (spec 3.4.12, 4.6.6, 4.6.7).

While one is made its operands are still on the stack, where a collection finds them.
"""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.light import Any, TypeAlias
from wasmjit.runtime.heap import Heap
from wasmjit.wasm import constcodes as op
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import StructType

Maker: TypeAlias = Callable[[Heap, Module, Any, list[int]], None]
"""Replaces the operands of an instruction, as bits on a stack, by the object that it makes."""


def _replace(stack: list[int], count: int, made: int) -> None:
    del stack[len(stack) - count :]
    stack.append(made)


def _num_fields(module: Module, typeidx: int) -> int:
    type = module.types[typeidx]
    assert isinstance(type, StructType)
    return len(type.fields)


def _struct_new(heap: Heap, module: Module, typeidx: int, stack: list[int]) -> None:
    count = _num_fields(module, typeidx)
    _replace(stack, count, heap.new_struct(module.deftypes[typeidx], stack[len(stack) - count :]))


def _struct_new_default(heap: Heap, module: Module, typeidx: int, stack: list[int]) -> None:
    stack.append(heap.new_struct(module.deftypes[typeidx], [0] * _num_fields(module, typeidx)))


def _array_new(heap: Heap, module: Module, typeidx: int, stack: list[int]) -> None:
    value, count = stack[-2:]
    _replace(stack, 2, heap.new_array(module.deftypes[typeidx], [value] * count))


def _array_new_default(heap: Heap, module: Module, typeidx: int, stack: list[int]) -> None:
    _replace(stack, 1, heap.new_array(module.deftypes[typeidx], [0] * stack[-1]))


def _array_new_fixed(heap: Heap, module: Module, imm: tuple[int, int], stack: list[int]) -> None:
    typeidx, count = imm
    _replace(stack, count, heap.new_array(module.deftypes[typeidx], stack[len(stack) - count :]))


AGGREGATES: dict[int, Maker] = {
    op.STRUCT_NEW: _struct_new,
    op.STRUCT_NEW_DEFAULT: _struct_new_default,
    op.ARRAY_NEW: _array_new,
    op.ARRAY_NEW_DEFAULT: _array_new_default,
    op.ARRAY_NEW_FIXED: _array_new_fixed,
}
"""By opcode."""
