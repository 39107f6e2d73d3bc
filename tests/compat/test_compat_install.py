"""Programs that know nothing of wasmjit, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
import wasmtime
from wasmtime import Instance, Module, Store
from wasmtime._func import Func

store = Store()
module = Module(store.engine, '(module (func (export "add") (param i32 i32) (result i32) '
                              '(i32.add (local.get 0) (local.get 1))))')
add = Instance(store, module, []).exports(store)["add"]
assert isinstance(add, Func) and Func is wasmtime.Func
print(__name__, wasmtime.Func.__module__, add(store, *map(int, sys.argv[1:])))
"""
EXPECTED = "__main__ wasmjit.compat.wasmtime._func 42\n"


def python(root: Path, *args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, args)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=cwd, env=environment)


def test_scripts(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = python(root, "-m", "wasmjit.compat", script, "40", "2")
    assert (done.stdout, done.stderr) == (EXPECTED, "")


def test_modules(root: Path, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    done = python(root, "-m", "wasmjit.compat", "-m", "program", "40", "2", cwd=tmp_path)
    assert (done.stdout, done.stderr) == (EXPECTED, "")


def test_code_and_exit_status(root: Path) -> None:
    done = python(root, "-m", "wasmjit.compat", "-c", "import sys, wasmtime; sys.exit(len(sys.argv))", "a")
    assert done.returncode == 2


def test_a_command_that_a_package_offers(root: Path, tmp_path: Path) -> None:
    info = tmp_path / "tool-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\ntool = tool:main\n")
    (tmp_path / "tool.py").write_text(
        "import sys, wasmtime\ndef main():\n    print(sys.argv, wasmtime.Func.__module__)\n"
    )
    done = python(root, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
                  "from wasmjit.compat.__main__ import main; main(['tool', 'x'])")  # fmt: skip
    assert done.stdout == "['tool', 'x'] wasmjit.compat.wasmtime._func\n"


def test_a_command_that_nobody_offers(root: Path) -> None:
    done = python(root, "-m", "wasmjit.compat", "no-such-command")
    assert done.returncode == 1
    assert "no-such-command: no such file" in done.stderr


@pytest.mark.parametrize(("args", "status"), [((), 2), (("--help",), 0)])
def test_usage(root: Path, args: tuple[str, ...], status: int) -> None:
    done = python(root, "-m", "wasmjit.compat", *args)
    assert done.returncode == status
    assert "usage: python -m wasmjit.compat" in done.stdout + done.stderr


def test_install_after_the_package_itself(root: Path) -> None:
    pytest.importorskip("wasmtime")
    done = python(root, "-c", "import sys, types; sys.modules['wasmtime'] = types.ModuleType('wasmtime')\n"
                  "import wasmjit; wasmjit.compat.install()")  # fmt: skip
    assert "wasmtime has been imported already" in done.stderr


def test_install_twice_and_what_is_not_offered(root: Path) -> None:
    code = """
import wasmjit
wasmjit.compat.install(); wasmjit.compat.install()
from importlib.metadata import version
assert int(version("wasmtime").partition(".")[0]) >= 40
try:
    import wasmtime.component
except ModuleNotFoundError as error:
    print(error.name)
"""
    done = python(root, "-c", code)
    assert (done.stdout, done.stderr) == ("wasmtime.component\n", "")
