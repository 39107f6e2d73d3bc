"""A C program, compiled here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("options", [("--opt=0",), ("--opt=2",), ("--opt=0", "--bounds-checks=explicit")])
def test_c_program(
    options: tuple[str, ...], zig: Callable[..., Path], same_as_wasmtime: Callable[..., Any], data_dir: Path
) -> None:
    outcome = same_as_wasmtime(
        zig("text.c"),
        *options,
        args=["7", "caf\u00e9", ""],
        env={"GREETING": "hello there"},
        stdin=b"to be or not to be that is the question\n",
        dirs={data_dir: "/data"},
    )
    assert outcome.status == 7
    assert outcome.stderr == b"done\n"
    assert [path.name for path in data_dir.iterdir()] == ["words.txt"]
