"""A Rust program, compiled here if there is a Rust compiler with the standard library for WASI."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "sources" / "words.rs"
TARGETS = ("wasm32-wasip1", "wasm32-wasi")


def compiler() -> tuple[str, str] | None:
    """A rustc and the target of its that it has a standard library for."""
    for rustc in {shutil.which("rustc"), shutil.which("rustc", path=os.defpath)} - {None}:
        shown = subprocess.run([str(rustc), "--print=sysroot"], capture_output=True, text=True, check=False)
        for target in TARGETS:
            if (Path(shown.stdout.strip()) / "lib" / "rustlib" / target / "lib").is_dir():
                return str(rustc), target
    return None


def test_rust_program(build: Callable[..., Path], same_as_wasmtime: Callable[..., Any], data_dir: Path) -> None:
    found = compiler()
    if found is None:
        pytest.skip("there is no Rust compiler for WASI")
    rustc, target = found
    command = [rustc, "--edition=2021", f"--target={target}", "-O", "-Cstrip=symbols", "-o", "{out}", str(SOURCE)]
    outcome = same_as_wasmtime(
        build("words.wasm", command),
        args=["a", "b"],
        env={"MODE": "x"},
        stdin=b"line\nzwei\n",
        dirs={data_dir: "/data"},
    )
    assert outcome.status == 7
    assert outcome.stderr == b"done\n"
    assert (data_dir / "out" / "counts").read_text().startswith("brown 20\n")
