"""`wasmjit run FILE ARGS...`: the short way does what the long one does, and starts without what it can do without."""

import subprocess
import sys

import pytest

from wasmjit.api.wat import wat_to_wasm

PRINT = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 16) "done\\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) {} ))"""


@pytest.mark.parametrize(
    ("tail", "status", "message"),
    [
        ("", 0, ""),
        ("(call $exit (i32.const 300))", 44, ""),
        ("(unreachable)", 134, "wasmjit: trap: m.wat: unreachable"),
        (
            "(throw $e (i32.const 5))) (tag $e (param i32)",
            134,
            "wasmjit: error: m.wat: uncaught exception with",
        ),
        ("(drop (call $bad))) (func $bad (result i32)", 1, "wasmjit: error: m.wat: type mismatch"),
    ],
)
def test_both_ways_do_the_same(cli, text_file, tail, status, message):
    text_file(PRINT.format(tail))
    plain, full = cli("run", "m.wat", "a"), cli("run", "--opt", "auto", "m.wat", "a")
    assert (plain.returncode, plain.stdout, plain.stderr) == (full.returncode, full.stdout, full.stderr)
    assert (plain.returncode, plain.stdout) == (status, "done\n")
    assert plain.stderr.startswith(message)
    assert ("\n  0: wasm!" in plain.stderr) == (status == 134)


@pytest.mark.parametrize(
    "content", ["nonsense", "(module)", '(module (import "x" "y" (func)) (func (export "_start")))']
)
def test_what_cannot_be_run_is_reported_once(cli, text_file, content):
    text_file(content)
    plain, full = cli("run", "m.wat"), cli("run", "--opt", "auto", "m.wat")
    assert (plain.returncode, plain.stderr) == (full.returncode, full.stderr)
    assert plain.returncode == 1
    assert plain.stderr.count("\n") == 1


def test_a_warm_start_imports_neither_llvm_nor_click(tmp_path, monkeypatch):
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "p.wasm").write_bytes(wat_to_wasm(PRINT.format("")))
    script = f"""
import sys
from wasmjit.cli import main
try:
    main(["run", {str(tmp_path / "p.wasm")!r}])
except SystemExit:
    heavy = ("llvmlite", "click", "subprocess", "multiprocessing", "dataclasses", "inspect", "socket")
    loaded = [name for name in heavy if name in sys.modules]
    wasi = tuple("wasmjit.runtime.wasi." + name for name in ("sock", "path", "poll", "network", "hostdir", "memdir"))
    heavy = ("wasmjit.validate", "wasmjit.compile.lower", "wasmjit.compile.llvm", "wasmjit.cli.run", *wasi)
    ours = [name for name in sys.modules if name.startswith(heavy)]
    print(*loaded, *ours)
"""
    outputs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=100).stdout
        for _ in range(2)
    ]
    assert "llvmlite" in outputs[0]
    assert outputs[1].splitlines() == ["done", ""]
