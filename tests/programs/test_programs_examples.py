"""The programs of examples/ do what the README says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_mandelbrot(root: Path, same_as_wasmtime: Callable[..., Any]) -> None:
    outcome = same_as_wasmtime(root / "examples" / "mandelbrot.wasm", "--opt=2", args=["60", "1000"])
    assert outcome.status == 0
    assert b"60 x 25, 1000 iterations at most, checksum " in outcome.stdout


def test_mandelbrot_usage(root: Path, same_as_wasmtime: Callable[..., Any]) -> None:
    outcome = same_as_wasmtime(root / "examples" / "mandelbrot.wasm", "--opt=0", args=["1"])
    assert outcome.status == 2
    assert outcome.stderr.startswith(b"usage: mandelbrot")


def run_example(root: Path, name: str, *args: str) -> list[str]:
    """The lines that an example prints."""
    command = [sys.executable, str(root / "examples" / name), *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout.splitlines()


def test_blur(root: Path) -> None:
    pytest.importorskip("numpy")
    assert run_example(root, "blur.py", "50", "40")[1] == "the same as NumPy's: True"


def test_quickjs(root: Path) -> None:
    if importlib.util.find_spec("qjs-wasi-reactor") is None:
        pytest.skip("QuickJS is not installed")
    scripts = ["1 + 1", "null.x", "let f = () => f() + 1; f()", "'still ' + 'alive'"]
    lines = run_example(root, "quickjs.py", *scripts)
    recursion = lines.pop(2)
    assert lines == [
        "1 + 1 => 2",
        "null.x => raises TypeError: cannot read property 'x' of null",
        "'still ' + 'alive' => still alive",
    ]
    # The guest has a stack in its memory, too: which of them ends first depends on the code's frames.
    ends = ("call stack exhausted", "out of bounds memory access")
    assert recursion in [f"let f = () => f() + 1; f() => raises {end}" for end in ends]


def test_tool(root: Path) -> None:
    lines = run_example(root, "tool.py")
    assert len(lines) > 10
    assert lines[-1] == "exit status 0, files left in /work: ['hello.txt']"


def test_limits(root: Path) -> None:
    assert run_example(root, "limits.py") == [
        "run_forever: took more than 0.1 s",
        "recurse: used up its stack",
        "take_memory: returned 16",
        "run_forever with fuel: took more than 1,000,000 instructions",
        "too large to begin with: implementation limit exceeded: memory_bytes is 1114112, at most 1048576 allowed",
    ]


def test_dask_map(root: Path) -> None:
    pytest.importorskip("dask")
    assert run_example(root, "dask_map.py", "one", "two three", "it is four") == ["ONE", "TWO THREE", "IT IS FOUR"]


def test_plugin(root: Path) -> None:
    assert run_example(root, "plugin.py") == [
        "['IT', 'RUNS', 'AND', 'IT', 'S', 'FAST']",
        "8.5",
        "the host's own exception: KeyError('durian')",
        "a trap, not a crash: out of bounds memory access",
        "['STILL', 'ALIVE']",
    ]
