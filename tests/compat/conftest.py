"""The tests of the interface run with this engine and with the package that it stands for: both have to pass them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from wasmjit.api.wat import wasm_tools

OURS = "wasmjit.compat.wasmtime"

ARITHMETIC = """(module $m
    (memory (export "memory") 1 3)
    (table (export "table") 2 funcref)
    (global (export "global") (mut i32) (i32.const 7))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "indirect") (param i32) (call_indirect (local.get 0)))
    (func (export "truncate") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
    (func $deep (export "deep") call $deep)
    (func (export "trap") unreachable)
    (func (export "two") (result i32 i64) i32.const 1 i64.const 2)
    (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
    (func (export "long") (param i64) (result i64) (local.get 0))
    (func (export "same") (param externref) (result externref) (local.get 0))
    (func (export "same_func") (param funcref) (result funcref) (local.get 0)))"""


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Fixture: skip without wasm-tools."""
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))


@pytest.fixture
def ours() -> Any:
    """Fixture: the interface on this engine."""
    return import_module(OURS)


@pytest.fixture(params=[OURS, "wasmtime"])
def wt(request: pytest.FixtureRequest) -> Any:
    """Fixture: the interface on this engine, and the package itself."""
    return pytest.importorskip(request.param)


class World:
    """A store of one of the two, with the instance of a module in it."""

    def __init__(self, wt: Any, text: str = ARITHMETIC, imports: list[Any] | None = None) -> None:
        self.wt = wt
        self.store = wt.Store()
        self.module = wt.Module(self.store.engine, text)
        self.instance = wt.Instance(self.store, self.module, imports or [])
        self.exports = self.instance.exports(self.store)

    def call(self, name: str, *args: Any) -> Any:
        """Call an exported function."""
        return self.exports[name](self.store, *args)


@pytest.fixture
def world(wt: Any) -> World:
    """Fixture: an instance of `ARITHMETIC`."""
    return World(wt)
