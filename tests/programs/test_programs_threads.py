"""C programs with pthreads, on wasi-threads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TIMEOUT_S = 600
OPTIONS = (
    "-mcpu=generic+atomics+bulk_memory",
    "-Wl,--shared-memory,--import-memory,--export-memory,--max-memory=67108864",
)


@pytest.mark.parametrize("options", [("--opt=0",), ("--opt=2",), ("--opt=0", "--bounds-checks=explicit")])
def test_producers_and_consumers(options: tuple[str, ...], zig: Callable[..., Path], root: Path) -> None:
    program = zig("queue.c", *OPTIONS, str(root / "bench" / "pthreads.c"))
    command = [sys.executable, "-m", "wasmjit", "run", *options, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1439400 1439400\n", "")
