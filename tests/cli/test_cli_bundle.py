"""The modules of a start in one file: what is in it is used while the sources are what they were."""

import os
import subprocess
import sys

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.cache.listing import list_entries

WRITE = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\03\\00\\00\\00") (data (i32.const 16) "ok\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""

SCRIPT = """
import sys
from wasmjit.cli import main
try:
    main(["run", "w.wasm"])
except SystemExit as end:
    loaders = [type(sys.modules[name].__loader__).__name__ for name in sys.modules if name.startswith("wasmjit.")]
    print(end.code, loaders.count("_Loader"))
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Run a program; status, and how many modules came out of the file."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "w.wasm").write_bytes(wat_to_wasm(WRITE))

    def run(before=""):
        command = [sys.executable, "-c", before + SCRIPT]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=True)
        greeting, numbers = done.stdout.splitlines()
        assert (greeting, done.stderr) == ("ok", "")
        status, count = map(int, numbers.split())
        assert status == 0
        return count

    return run


def _bundle():
    (entry,) = [entry for entry in list_entries() if entry.kind == "start"]
    return entry


def test_the_third_start_takes_all_modules_from_the_file(start):
    assert start() == 0  # it compiles: what it imports is not kept
    assert start() == 0
    before = _bundle()
    assert start() > 50
    assert _bundle() == before  # nothing was missing


def test_a_damaged_file_is_made_again(start):
    start()
    start()
    path = _bundle().path
    with open(path, "r+b") as file:
        file.seek(1000)
        file.write(b"\xff" * 100)
    assert start() == 0
    assert start() > 50


def test_modules_whose_code_is_damaged_are_loaded_as_usual(start):
    start()
    start()
    everything = start()
    with open(_bundle().path, "r+b") as file:
        file.seek(-100_000, os.SEEK_END)
        file.write(b"\xff" * 100)
    assert everything - 3 < start() < everything
    assert start() == everything


def test_modules_whose_sources_have_changed_are_loaded_as_usual(start):
    start()
    start()
    changed = "import os; stat = os.stat; os.stat = lambda p, **o: stat(p if 'memory' not in str(p) else '/', **o)\n"
    everything = start()
    assert 50 < start(changed) < everything


def test_what_others_could_have_written_is_not_used(start):
    start()
    start()
    os.chmod(_bundle().path, 0o666)
    assert start() == 0
