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


HEAVY = [
    "llvmlite",
    "click",
    "subprocess",
    "multiprocessing",
    "dataclasses",
    "inspect",
    "socket",
    "typing",
    "enum",
    "re",
    "threading",
    "contextlib",
    "select",
    "heapq",
    "signal",
    "termios",
    "random",
    "collections",
    "functools",
]
OURS = [
    "validate",
    "binary",
    "wasm.opcodes",
    "compile.lower",
    "compile.llvm",
    "compile.baseline",
    "compile.elf",
    "compile.layout",
    "compile.loader",
    "compile.unwind",
    "compile.worker",
    "compile.unit_compiler",
    "cli.run",
    "runtime.heap",
    "runtime.image",
    "runtime.buffer",
    "abi.native",
    "api.linker",
    "api.memory",
    "api.stubs",
    "api.wat",
    "api.statistics",
    "interp",
]
WASI = [
    "args",
    "clock",
    "environ",
    "fddir",
    "sock",
    "path",
    "poll",
    "network",
    "hostdir",
    "memdir",
    "memtree",
    "stream",
    "syscalls",
    "random",
    "sched",
    "threads",
]
MODULES = 125
"""What a start may import of ours: raise it if there is no other way."""


def test_a_warm_start_imports_what_it_needs_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "p.wasm").write_bytes(wat_to_wasm(PRINT.format("")))
    script = f"""
import sys
from wasmjit.cli import main
before = set(sys.modules)
try:
    main(["run", {str(tmp_path / "p.wasm")!r}])
except SystemExit:
    print(*set(sys.modules) - before)
"""
    command = [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}" + script]
    outputs = [
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout for _ in range(2)
    ]
    assert "llvmlite" in outputs[0].split()
    done, loaded = outputs[1].splitlines()
    names = set(loaded.split())
    beginnings = tuple(f"wasmjit.{name}" for name in (*OURS, *(f"runtime.wasi.{name}" for name in WASI)))
    unwanted = {name for name in names if f"{name}.".startswith(tuple(f"{start}." for start in beginnings))}
    assert (done, unwanted | names & set(HEAVY)) == ("done", set())
    assert len([name for name in names if name.startswith("wasmjit")]) <= MODULES
