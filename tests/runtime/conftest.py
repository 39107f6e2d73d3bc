"""Fixtures of the runtime's tests: stores, the harness, and scripts in processes of their own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
SCRIPT_TIMEOUT_S = 240


def _load_harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("runtime_harness", HERE / "runtime_harness.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["runtime_harness"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def rt() -> ModuleType:
    """Fixture: runtime_harness.py."""
    return sys.modules.get("runtime_harness") or _load_harness()


@pytest.fixture(params=["guard", "explicit"])
def store(rt: ModuleType, request: pytest.FixtureRequest) -> Any:
    """Fixture: a store, once with guard pages and once with explicit bounds checks."""
    return rt.new_store(request.param)


@pytest.fixture
def rt_script(root: Path) -> Callable[..., str]:
    """Fixture: run a Python script, which can import runtime_harness, in a process of its own; what it prints.

    The test fails if the script does, or writes to standard error.
    """

    def run(script: str, *args: str) -> str:
        path = os.pathsep.join([str(root), str(HERE), os.environ.get("PYTHONPATH", "")])
        prologue = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nfrom runtime_harness import *\n"
        done = subprocess.run(
            [sys.executable, "-c", prologue + script, *args],
            capture_output=True,
            text=True,
            timeout=SCRIPT_TIMEOUT_S,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run
