"""QuickJS: an interpreter with garbage collector, bignums and regular expressions, driven by its C interface."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest


def test_quickjs(drive: Callable[..., tuple[bytes, bytes]]) -> None:
    found = importlib.util.find_spec("qjs-wasi-reactor")
    if found is None or not found.submodule_search_locations:
        pytest.skip("wasmjs, which brings QuickJS, is not installed")
    module = Path(found.submodule_search_locations[0]) / "qjs-wasi-reactor.wasm"
    expected, actual = drive("drive_quickjs.py", "wasmjs", module)
    assert actual == expected
    assert b"threw TypeError" in actual
    assert b"17984 199999" in actual
