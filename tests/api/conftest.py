"""Modules for the API's tests are WebAssembly text."""

from __future__ import annotations

import pytest

from wasmjit.api.engine import Engine
from wasmjit.api.store import Store
from wasmjit.api.wat import wasm_tools


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    """Fixture: skip without wasm-tools."""
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["guard", "explicit", "interp"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Fixture: engines of all kinds, fast at compiling."""
    if request.param == "interp":
        return Engine(tier="interp")
    return Engine(opt=0, bounds_checks=request.param)


@pytest.fixture
def store(engine: Engine) -> Store:
    """Fixture: a store."""
    return Store(engine)
