"""C code full of bit tricks, formats, long double, sorting and overlapping moves prints the same as under wasmtime."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "programs" / "reference.py"
MORE = bool(os.environ.get("WASMJIT_DIFF_CASES"))
BUILDS = {"small": ["-Os"], **({"vectors": ["-O3", "-msimd128"], "naive": ["-O0"]} if MORE else {})}
MODES = [("0", "guard"), ("2", "explicit"), *([("0", "explicit"), ("2", "guard")] if MORE else [])]


def run(*command: str, root: Path) -> bytes:
    """Standard output of a Python command that has to succeed."""
    paths = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, *command], capture_output=True, timeout=900, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


@pytest.fixture(scope="module", params=BUILDS)
def kernels(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path) -> tuple[Path, bytes]:
    """Fixture: the compiled program, and what it prints under wasmtime."""
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    file = tmp_path_factory.mktemp("kernels") / f"{request.param}.wasm"
    flags = ["-target", "wasm32-wasi", "-fwrapv", "-fno-sanitize=undefined", "-s", *BUILDS[request.param]]
    run("-m", "ziglang", "cc", *flags, "-o", str(file), str(HERE / "sources" / "kernels.c"), root=root)
    return file, run(str(REFERENCE), str(file), '{"args": [], "env": {}, "dirs": {}}', root=root)


@pytest.mark.parametrize(("opt", "bounds_checks"), MODES)
def test_kernels(kernels: tuple[Path, bytes], opt: str, bounds_checks: str, root: Path) -> None:
    file, expected = kernels
    assert expected.count(b"\n") > 15
    options = (f"--opt={opt}", f"--bounds-checks={bounds_checks}")
    assert run("-m", "wasmjit", "run", *options, str(file), root=root) == expected
