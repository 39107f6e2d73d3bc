"""wasmjit for the runner of the official WASI suite: `run-tests --runtime-adapter tests/runtime/wasi/adapter.py`.

WASMJIT is the command, with options of `wasmjit run` if need be; by default this Python's.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys


def _command() -> list[str]:
    return shlex.split(os.environ.get("WASMJIT", "")) or [sys.executable, "-m", "wasmjit"]


def get_name() -> str:
    """What the runner calls it."""
    return "wasmjit"


def get_version() -> str:
    """The version that it reports."""
    done = subprocess.run([*_command()[:3], "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def get_wasi_versions() -> list[str]:
    """Which folders of tests it can run."""
    return ["wasm32-wasip1"]


def get_wasi_worlds() -> list[str]:
    """Which kinds of programs."""
    return ["wasi:cli/command"]


def compute_argv(
    test_path: str,
    args_env_root: tuple[list[str], dict[str, str], str | None],
    proposals: list[str],
    wasi_world: str,
    wasi_version: str,
) -> list[str]:
    """The command that runs a test."""
    args, env, root = args_env_root
    options = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
    options += ["--dir", f"{root}::/"] if root else []
    return [*_command(), "run", *options, str(test_path), *args]
