"""Modules: lookups in the index spaces."""

from __future__ import annotations

from wasmjit.wasm.module import Global, Module
from wasmjit.wasm.types import FUNCREF, I32, FuncType, GlobalType, Limits, MemType, TableType

NONE, UNARY = FuncType(), FuncType((I32,), (I32,))

MODULE = Module(
    b"",
    types=[NONE, UNARY],
    func_typeidxs=[1, 0],
    tables=[TableType(Limits(1), FUNCREF)],
    memories=[MemType(Limits(2))],
    globals=[Global(GlobalType(I32), None)],
)


def test_function_types():
    assert [MODULE.func_type(i) for i in (0, 1)] == [UNARY, NONE]


def test_block_types():
    assert MODULE.block_type(1) == UNARY
    assert MODULE.block_type(FuncType((), (I32,))) == FuncType((), (I32,))


def test_types_of_externs():
    assert MODULE.extern_type("func", 0) == UNARY
    assert MODULE.extern_type("table", 0) == TableType(Limits(1), FUNCREF)
    assert MODULE.extern_type("memory", 0) == MemType(Limits(2))
    assert MODULE.extern_type("global", 0) == GlobalType(I32)
