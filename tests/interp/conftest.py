"""Fixtures for the interpreter's tests: modules as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wasm_tools, wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.interp.code import ModuleCode

ENGINE = wasmjit.Engine(tier="interp")


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Fixture: skip without wasm-tools."""
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))


@pytest.fixture
def instantiate() -> Callable[..., Any]:
    """Fixture: an instance of a module given as text, with imports."""

    def make(text: str, imports: Mapping[str, Any] | None = None) -> wasmjit.Instance:
        return wasmjit.load(text, imports, store=wasmjit.Store(ENGINE))

    return make


@pytest.fixture
def source() -> Callable[[str], str]:
    """Fixture: the Python source of the first function of a module given as text."""

    def make(text: str) -> str:
        module = decode_module(wat_to_wasm(text))
        return ModuleCode(module).source(module.num_imported_funcs)[0]

    return make
