"""Fixtures of the program tests: run a WASI command under wasmjit and under wasmtime and compare what comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TIMEOUT_S = 600
WASMJIT = [sys.executable, "-m", "wasmjit"]


@dataclass(frozen=True)
class Job:
    """One run of a command.

    `compiled` is what `wasmjit compile` made of `file`, and `dirs` the preopened directories {host: guest}.
    """

    file: Path
    compiled: Path | None = None
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    dirs: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    status: int
    stdout: bytes
    stderr: bytes


def _run(command: Sequence[str], stdin: bytes) -> Outcome:
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_wasmjit(job: Job, *options: str) -> Outcome:
    """Run `job` by the command line of wasmjit, with `options` of its `run` command."""
    command = [*WASMJIT, "run", *options]
    for host, guest in job.dirs.items():
        command += ["--dir", f"{host}::{guest}"]
    for name, value in job.env.items():
        command += ["--env", f"{name}={value}"]
    return _run([*command, str(job.compiled or job.file), *job.args], job.stdin)


def run_reference(job: Job) -> Outcome:
    """Run `job` in wasmtime."""
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    dirs = {str(host): guest for host, guest in job.dirs.items()}
    spec = json.dumps({"args": list(job.args), "env": dict(job.env), "dirs": dirs})
    return _run([sys.executable, str(HERE / "reference.py"), str(job.file), spec], job.stdin)


@pytest.fixture(scope="session")
def same_as_wasmtime() -> Callable[..., Outcome]:
    """Fixture: a function that runs a `Job(...)` under both engines, compares, and returns the outcome."""

    def compare(file: Path, *options: str, **settings: object) -> Outcome:
        job = Job(file, **settings)  # type: ignore[arg-type]
        expected = run_reference(job)
        actual = run_wasmjit(job, *(options or ("--opt=0",)))
        assert actual == expected
        return actual

    return compare


@pytest.fixture(scope="session")
def drive() -> Callable[[str, str, Path], tuple[bytes, bytes]]:
    """Fixture: runs a driver script of this folder with both engines; returns both standard outputs."""

    def run(script: str, package: str, file: Path) -> tuple[bytes, bytes]:
        pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
        outputs = []
        for engine in ("wasmtime", "wasmjit"):
            done = _run([sys.executable, str(HERE / script), engine, str(file)], b"")
            assert done.status == 0, f"{package} under {engine}: {done.stderr.decode(errors='replace')}"
            outputs.append(done.stdout)
        return outputs[0], outputs[1]

    return run


@pytest.fixture(scope="session")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fixture: a folder for compiled programs, shared by the workers of one test run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "programs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def build(build_dir: Path) -> Callable[..., Path]:
    """Fixture: runs a compiler, `{out}` in its command standing for the file to make; returns that file."""

    def run(name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> Path:
        out = build_dir / name
        if not out.exists():
            partial = build_dir / f"{os.getpid()}-{name}"
            filled = [str(partial) if word == "{out}" else word for word in command]
            done = subprocess.run(
                filled,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
                env={**os.environ, **(env or {})},
            )
            assert done.returncode == 0, done.stderr
            partial.replace(out)
        return out

    return run


@pytest.fixture(scope="session")
def precompile(build: Callable[..., Path]) -> Callable[..., Path]:
    """Fixture: compiles a module by `wasmjit compile`, for programs that are run many times."""

    def compile(file: Path, *options: str) -> Path:
        return build(f"{file.stem}.compiled", [*WASMJIT, "compile", *options, str(file), "-o", "{out}"])

    return compile


@pytest.fixture(scope="session")
def zig(build: Callable[..., Path]) -> Callable[..., Path]:
    """Fixture: compiles a C or C++ file of `sources` to a WASI command."""
    pytest.importorskip("ziglang", reason="ziglang, the C and C++ compiler, is not installed")

    def compile(source: str, *options: str) -> Path:
        compiler = "c++" if source.endswith(".cpp") else "cc"
        command = [sys.executable, "-m", "ziglang", compiler, "-target", "wasm32-wasi", "-O2", "-s", *options]
        return build(Path(source).stem + ".wasm", [*command, "-o", "{out}", str(HERE / "sources" / source)])

    return compile


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Fixture: a folder to preopen, with a text file in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "words.txt").write_bytes(b"the quick brown fox jumps over the lazy dog the end\n" * 20 + b"fin")
    return folder
