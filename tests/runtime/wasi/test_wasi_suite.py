"""The official WASI suite, preview 1, on the host's files and in memory.

`WASI_TESTSUITE` is a checkout of its branch prod/testsuite-base.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SUITE = os.environ.get("WASI_TESTSUITE")
FILES = sorted(Path(SUITE).glob("tests/*/testsuite/wasm32-wasip1/*.wasm")) if SUITE else []

pytestmark = pytest.mark.skipif(not FILES, reason="WASI_TESTSUITE does not name a checkout of the official suite")


def expectations(file: Path) -> dict[str, Any]:
    """The JSON beside a test: args, env, root, exit_code, stdout."""
    specification = file.with_suffix(".json")
    return json.loads(specification.read_text()) if specification.exists() else {}


def in_memory(folder: Path) -> dict[str, Any]:
    """A folder as the contents of a `VirtualDir`."""
    return {path.name: in_memory(path) if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("file", FILES or [None], ids=lambda file: f"{file.parts[-4]}-{file.stem}" if file else "none")
def test_official_by_command(file: Path, tmp_path: Path) -> None:
    """As the suite's own runner does it."""
    spec = importlib.util.spec_from_file_location("adapter", Path(__file__).with_name("adapter.py"))
    assert spec is not None and spec.loader is not None
    adapter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(adapter)
    expected = expectations(file)
    root = None
    if "root" in expected:
        root = str(tmp_path / "root")
        shutil.copytree(file.parent / expected["root"], root, symlinks=True)
    grants = (expected.get("args", []), expected.get("env", {}), root)
    command = adapter.compute_argv(str(file), grants, [], adapter.get_wasi_worlds()[0], file.parts[-2])
    command[command.index("run") + 1 : command.index("run") + 1] = ["--opt=0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == expected.get("exit_code", 0), done.stderr
    assert "stdout" not in expected or done.stdout == expected["stdout"]


@pytest.mark.parametrize(
    ("bounds_checks", "resolver"), [("guard", "openat2"), ("explicit", "walk"), ("guard", "memory")]
)
@pytest.mark.parametrize("file", FILES or [None], ids=lambda file: f"{file.parts[-4]}-{file.stem}" if file else "none")
def test_official(file: Path, bounds_checks: Any, resolver: Any, tmp_path: Path) -> None:
    import wasmjit

    expected = expectations(file)
    dirs: dict[str, Any] = {}
    if "root" in expected:
        shutil.copytree(file.parent / expected["root"], tmp_path / "root", symlinks=True)
        dirs = {"/": in_memory(tmp_path / "root") if resolver == "memory" else tmp_path / "root"}
    out, err = io.BytesIO(), io.BytesIO()
    config = wasmjit.WasiConfig(
        args=[file.name, *expected.get("args", [])],
        env=expected.get("env", {}),
        dirs=dirs,
        stdin=b"",
        stdout=out,
        stderr=err,
        resolver="auto" if resolver == "memory" else resolver,
    )
    engine = wasmjit.Engine(wasmjit.Config(opt="0", bounds_checks=bounds_checks))
    linker = wasmjit.Linker(engine)
    linker.define_wasi(config)
    start = linker.instantiate(wasmjit.Module(engine, file))["_start"]
    status = 0
    try:
        start()  # type: ignore[operator]
    except wasmjit.ExitStatus as exit:
        status = exit.code
    except wasmjit.Trap as trap:
        pytest.fail(f"{trap}\n{err.getvalue().decode(errors='replace')}")
    assert status == expected.get("exit_code", 0), err.getvalue()
    if "stdout" in expected:
        assert out.getvalue().decode() == expected["stdout"]
