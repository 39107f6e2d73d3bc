"""C programs, compiled here: they have to print, leave and return what they do under wasmtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

GUESTS = Path(__file__).parent / "guests"
REFERENCE = Path(__file__).parents[2] / "programs" / "reference.py"
Run = Callable[[str, Sequence[str], Mapping[str, str], Mapping[Path, str], bytes], subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Fixture: compiles a program of `guests`."""
    pytest.importorskip("ziglang", reason="ziglang, the C compiler, is not installed")
    folder = tmp_path_factory.mktemp("guests")

    def compile(name: str) -> Path:
        out = folder / f"{name}.wasm"
        if not out.exists():
            command = [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-wasi", "-O1", "-s"]
            subprocess.run([*command, str(GUESTS / f"{name}.c"), "-o", str(out)], check=True, timeout=600)
        return out

    return compile


def under_wasmjit(
    file: Path, args: Sequence[str], env: Mapping[str, str], dirs: Mapping[Path, str], stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    options = [word for host, guest in dirs.items() for word in ("--dir", f"{host}::{guest}")]
    options += [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
    command = [sys.executable, "-m", "wasmjit", "run", "--opt=0", *options, str(file), *args]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=600, check=False)


def under_wasmtime(
    file: Path, args: Sequence[str], env: Mapping[str, str], dirs: Mapping[Path, str], stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    pytest.importorskip("wasmtime", reason="wasmtime, the engine to compare with, is not installed")
    spec = {"args": list(args), "env": dict(env), "dirs": {str(host): guest for host, guest in dirs.items()}}
    command = [sys.executable, str(REFERENCE), str(file), json.dumps(spec)]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=600, check=False)


def tree_of(folder: Path) -> list[tuple[str, str, bytes]]:
    """Everything below a folder: path, link target, contents."""
    found = []
    for path in sorted(folder.rglob("*")):
        target = os.readlink(path) if path.is_symlink() else ""
        found.append(
            (str(path.relative_to(folder)), target, path.read_bytes() if not target and path.is_file() else b"")
        )
    return found


def both(
    tmp_path: Path, file: Path, args: Sequence[str] = (), env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run under both engines, each with a folder of its own as /data; compare everything, return what came out."""
    done, trees = [], []
    for name, run in (("wasmtime", under_wasmtime), ("wasmjit", under_wasmjit)):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "secret").write_text("secret")
        done.append(run(file, args, env or {}, {tmp_path / name / "data": "/data"}, stdin))
        trees.append(tree_of(tmp_path / name))
    expected, actual = done
    assert actual.stdout.decode() == expected.stdout.decode()
    assert actual.stderr.decode() == expected.stderr.decode()
    assert actual.returncode == expected.returncode
    assert trees[1] == trees[0]
    return actual


def test_files(build: Callable[[str], Path], tmp_path: Path) -> None:
    done = both(tmp_path, build("tree"), ["/data"])
    assert done.returncode == 0
    assert done.stdout.count(b"\n") > 70
    assert b"../secret: Operation not permitted" in done.stdout


def test_clocks_and_times(build: Callable[[str], Path], tmp_path: Path) -> None:
    done = both(tmp_path, build("times"))
    assert done.returncode == 0
    assert done.stdout.endswith(b"zeros 1\n")


@pytest.mark.parametrize("size", [0, 1, 57, 58, 59, 10_000])
def test_streams(build: Callable[[str], Path], tmp_path: Path, size: int) -> None:
    data = bytes(i * 7 % 95 + 32 for i in range(size))
    done = both(tmp_path, build("streams"), ["a b", "", "zwölf"], {"NAME": "value", "EMPTY": ""}, data)
    assert done.returncode == 4
    assert data in done.stdout
