"""`wasmjit bench`, with programs that end at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.api.wat import wat_to_wasm

HELLO = """(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00hi\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))) %s))"""

Bench = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Fixture: runs the command on a program, with options in front of it."""

    def run(*options: str, end: str = "") -> subprocess.CompletedProcess[str]:
        file = tmp_path / "hello.wasm"
        file.write_bytes(wat_to_wasm(HELLO % end))
        command = [sys.executable, "-m", "wasmjit", "bench", "--runs=2", "--warm-up=0", *options, str(file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    return run


def engines(document: str) -> dict[str, Any]:
    return {entry["engine"]: entry for entry in json.loads(document)["engines"]}


def test_a_table(bench: Bench) -> None:
    done = bench("--engines=interp,opt=0 guard")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["engine", "run", "±", "x", "best", "compile", "peak", "memory"]
    assert {line.split("  ")[0] for line in lines[2:]} == {"interp", "opt=0 guard"}


def test_json_and_plot(bench: Bench, tmp_path: Path) -> None:
    picture = tmp_path / "times.svg"
    done = bench("--engines=interp", "--json", "--check", f"--plot={picture}")
    entry = engines(done.stdout)["interp"]
    assert len(entry["samples"]) == 2
    assert 0 < entry["run_s"]["low"] <= entry["run_s"]["median"] <= entry["run_s"]["high"]
    assert entry["compile_s"]["median"] > 0
    assert entry["peak_bytes"] > 1 << 20
    assert ">interp<" in picture.read_text(encoding="utf-8")


def test_a_plot_as_png(bench: Bench, tmp_path: Path) -> None:
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: without the library that it is for
        pytest.skip(f"no cairosvg: {error}")
    picture = tmp_path / "times.png"
    done = bench("--engines=interp", f"--plot={picture}")
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(picture.read_bytes()[16:20], "big")
    assert width == 1400, "twice that of the SVG"


def test_a_program_that_fails_is_reported(bench: Bench) -> None:
    done = bench("--engines=interp", end="(call $exit (i32.const 3))")
    assert done.returncode == 1
    assert "interp: exit status 3" in done.stdout
    assert "interp: exit status 134: trap: unreachable" in bench("--engines=interp", end="unreachable").stdout


def test_a_program_that_takes_too_long_is_stopped(bench: Bench) -> None:
    assert "interp: over 2 s" in bench("--engines=interp", "--timeout=2", end="(loop $l (br $l))").stdout


def test_other_forms_of_the_program(bench: Bench, tmp_path: Path) -> None:
    script = tmp_path / "hello"
    script.write_text("#!/bin/sh\necho hi\n")
    script.chmod(0o755)
    done = bench("--engines=native,interp", f"--native={script}", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    script.write_text("#!/bin/sh\necho bye\n")
    done = bench("--engines=native,interp", f"--native={script}", "--check")
    assert done.returncode == 1
    assert "print something else" in done.stderr


@pytest.mark.parametrize("engine", ["wasmtime-py", "node"])
def test_other_engines(engine: str, bench: Bench) -> None:
    if engine == "node" and not shutil.which("node"):
        pytest.skip("node is not installed")
    if engine == "wasmtime-py":
        pytest.importorskip("wasmtime")
    done = bench(f"--engines={engine},interp", "--check", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(entry["compile_s"]["median"] > 0 for entry in engines(done.stdout).values())


def test_what_is_there_and_what_is_not(bench: Bench) -> None:
    assert {"interp", "opt=2 guard", "opt=s explicit"} <= set(bench("--list").stdout.splitlines())
    done = bench("--engines=nonsense")
    assert done.returncode == 1
    assert "no engine 'nonsense'; there are auto, baseline, interp" in done.stderr
    assert "a plot is .svg or .png" in bench("--engines=interp", "--plot=x.gif").stderr
