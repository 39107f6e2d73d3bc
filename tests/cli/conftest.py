"""The command line as users meet it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wasmjit.api.wat import wasm_tools
from wasmjit.cli import main

Result: TypeAlias = "subprocess.CompletedProcess[str]"
Cli: TypeAlias = Callable[..., Result]

COMMAND = [sys.executable, "-m", "wasmjit"]


@pytest.fixture(autouse=True)
def checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixture: processes find the project from any folder, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(root))


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Fixture: run `wasmjit` with arguments in a temporary folder, without a process of its own, which is faster."""

    def run(*args: str | Path) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(arg) for arg in args])
        assert isinstance(caught.value.code, int)
        return subprocess.CompletedProcess(args, caught.value.code, *capfd.readouterr())

    monkeypatch.chdir(tmp_path)
    on_interrupt = signal.getsignal(signal.SIGINT)
    yield run
    signal.signal(signal.SIGINT, on_interrupt)


@pytest.fixture
def cli_process(tmp_path: Path) -> Cli:
    """Fixture: run `wasmjit` with arguments in a temporary folder and a process of its own."""

    def run(*args: str | Path, **options: Any) -> Result:
        command = [*COMMAND, *map(str, args)]
        options = {"capture_output": True, "text": True, "check": False, "timeout": 120, "cwd": tmp_path} | options
        return subprocess.run(command, **options)  # type: ignore[call-overload, no-any-return]

    return run


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[[str], Path]:
    """Fixture: write a module's text to `m.wat`; skips without wasm-tools."""
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))

    def write(text: str, name: str = "m.wat") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
