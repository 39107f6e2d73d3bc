"""Fixtures of the compiler's tests: hand-written IR as wasm functions, and scripts in processes of their own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
SCRIPT_TIMEOUT_S = 240


def _load_harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("native_harness", HERE / "native_harness.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["native_harness"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def harness() -> ModuleType:
    """Fixture: native_harness.py."""
    return sys.modules.get("native_harness") or _load_harness()


@pytest.fixture
def guest(harness: ModuleType) -> Iterator[Callable[..., Any]]:
    """Fixture: makes a `Guest` of IR."""
    guests: list[Any] = []

    def make(ir: str, **options: Any) -> Any:
        guests.append(harness.Guest(ir, **options))
        return guests[-1]

    yield make
    for made in guests:
        made.close()


@pytest.fixture
def run_script(root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Fixture: run a Python script, which can import native_harness, in a process of its own."""

    def run(script: str, *args: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(root), str(HERE), os.environ.get("PYTHONPATH", "")])
        prologue = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        return subprocess.run(
            [sys.executable, "-c", prologue + script, *args],
            capture_output=True,
            text=True,
            timeout=SCRIPT_TIMEOUT_S,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )

    return run
