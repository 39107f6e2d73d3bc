"""The programs of examples/ do what the README says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_mandelbrot(root: Path, same_as_wasmtime: Callable[..., Any]) -> None:
    outcome = same_as_wasmtime(root / "examples" / "mandelbrot.wasm", "--opt=2", args=["60", "1000"])
    assert outcome.status == 0
    assert b"60 x 25, 1000 iterations at most, checksum " in outcome.stdout


def test_mandelbrot_usage(root: Path, same_as_wasmtime: Callable[..., Any]) -> None:
    outcome = same_as_wasmtime(root / "examples" / "mandelbrot.wasm", "--opt=0", args=["1"])
    assert outcome.status == 2
    assert outcome.stderr.startswith(b"usage: mandelbrot")


def test_plugin(root: Path) -> None:
    command = [sys.executable, str(root / "examples" / "plugin.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.splitlines() == [
        "['IT', 'RUNS', 'AND', 'IT', 'S', 'FAST']",
        "8.5",
        "the host's own exception: KeyError('durian')",
        "a trap, not a crash: out of bounds memory access",
        "['STILL', 'ALIVE']",
    ]
