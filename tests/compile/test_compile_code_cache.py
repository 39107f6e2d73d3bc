"""Code on disk: what one process compiled another one runs, whatever happens to the files."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.cache.digest import digest
from wasmjit.cache.eviction import evict
from wasmjit.compile.lazy_module import LazyModule
from wasmjit.config import Config
from wasmjit.errors import Trap

PADDING = "(drop (i32.const 0))" * 200
WASM = wat_to_wasm(f"""(module
  (func $inner (export "trap") (param i32) (result i32) {PADDING} (i32.div_u (i32.const 9) (local.get 0)))
  (func (export "f") (param i32) (result i32) {PADDING} (i32.add (call $inner (local.get 0)) (i32.const 1)))
  (func (export "g") (param f64) (result f64) {PADDING} (f64.mul (f64.sqrt (local.get 0)) (f64.const 0.1))))""")


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fixture: an empty cache."""
    path = tmp_path / "cache"
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(path))
    return path


def lazy() -> LazyModule:
    """The module as another process would get it."""
    return LazyModule(decode_module(WASM), Config(opt="0"), digest(WASM))


def code_files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.name.startswith("code-"))


def test_what_is_compiled_is_found_by_the_next(directory: Path) -> None:
    first = lazy()
    assert not any(first.is_compiled(i) for i in range(3))
    first.provide(1)
    del first  # writes
    second = lazy()
    assert [second.is_compiled(i) for i in range(3)] == [False, True, False]
    second.provide(0)
    second.provide(2)
    del second
    assert all(lazy().is_compiled(i) for i in range(3))
    assert len(code_files(directory)) == 1


def test_code_of_two_processes_at_once_is_joined() -> None:
    first, second = lazy(), lazy()
    first.provide(0)
    second.provide(0)
    second.provide(2)
    del first, second
    third = lazy()
    assert [third.is_compiled(i) for i in range(3)] == [True, False, True]
    assert len(third._packs[0].pack.funcidxs) == 2


def run(value: int, *, cache: bool = True) -> Any:
    return wasmjit.load(WASM, opt=0, cache=cache).f(value)


def test_backtraces_of_cached_code_are_complete(directory: Path) -> None:
    script = f"""
import wasmjit
instance = wasmjit.load(bytes.fromhex({WASM.hex()!r}), opt=0)
try:
    instance.f(0)
except wasmjit.Trap as trap:
    print([(frame.funcidx, frame.offset) for frame in trap.frames])
import sys
print("llvmlite" in sys.modules)
"""
    outputs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout
        for _ in range(2)
    ]
    frames = [output.splitlines()[0] for output in outputs]
    assert frames[0] == frames[1]
    assert "None" not in frames[0]
    assert [output.splitlines()[1] for output in outputs] == ["True", "False"]


def test_damage_costs_a_compilation_and_nothing_else(directory: Path) -> None:
    rng = random.Random(2)
    first = lazy()
    for index in range(3):
        first.provide(index)
    del first
    (path,) = code_files(directory)
    good = path.read_bytes()
    for _ in range(60):
        damaged = bytearray(good)
        at = rng.randrange(len(good))
        if rng.random() < 0.3:
            del damaged[at:]
        else:
            damaged[at] = rng.randrange(256)
        path.write_bytes(damaged)
        module = lazy()
        for index in range(3):
            module.provide(index)
        assert module.locate(module.provide(0)) is not None
        del module
        path.write_bytes(good)


def test_no_cache(directory: Path) -> None:
    assert run(3, cache=False) == 4
    assert not directory.exists() or code_files(directory) == []


def test_the_size_is_bounded(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.mkdir(mode=0o700)
    for age in range(10):
        path = directory / f"code-{age}"
        path.write_bytes(bytes(1000))
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    monkeypatch.setenv("WASMJIT_CACHE_BYTES", "10000")
    evict()
    assert len(code_files(directory)) == 10
    monkeypatch.setenv("WASMJIT_CACHE_BYTES", "5000")
    evict()
    assert [path.name for path in code_files(directory)] == ["code-0", "code-1", "code-2", "code-3"]


def test_a_trap_in_code_whose_debug_information_is_lost(directory: Path) -> None:
    first = lazy()
    first.provide(0)
    first.provide(1)
    del first
    (path,) = code_files(directory)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(Trap, match="integer divide by zero") as caught:
        run(0)
    assert [frame.funcidx for frame in caught.value.frames] == [0, 1]
