"""A C++ program with exceptions off, compiled here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_cpp_program(zig: Callable[..., Path], same_as_wasmtime: Callable[..., Any]) -> None:
    outcome = same_as_wasmtime(
        zig("shapes.cpp", "-std=c++20", "-fno-exceptions"),
        args=["one", 'a "quoted" one'],
        stdin=b"a rose is a rose is a rose\nand so on\n",
    )
    assert outcome.status == 3
    assert outcome.stdout.endswith(b"dropped local object\ndropped static object\n")
