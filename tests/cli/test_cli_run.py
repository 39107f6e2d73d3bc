import os
import signal
import subprocess
import sys
import time

import pytest

HELLO = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello\\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 6))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 7))))"""

# Writes all arguments, or the environment, with their NULs as they are.
STRINGS = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "{name}_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "{name}_get" (func $get (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (drop (call $sizes (i32.const 8) (i32.const 4)))
    (drop (call $get (i32.const 1024) (i32.const 65536)))
    (i32.store (i32.const 0) (i32.const 65536))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))))"""

LIBRARY = """(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "two") (param f32 i64) (result i64 f32) (local.get 1) (local.get 0))
  (func $deep unreachable)
  (func (export "trap") (call $deep) (call $deep))
  (func $rec (export "rec") (call $rec) (call $rec))
  (func (export "forever") (loop $l (br $l)))
  (global (export "g") i32 (i32.const 0)))"""


@pytest.fixture
def library(text_file):
    return text_file(LIBRARY, "lib.wat")


def test_a_program_prints_and_exits(cli_process, text_file):
    result = cli_process("run", "--opt", "0", text_file(HELLO))
    assert (result.returncode, result.stdout, result.stderr) == (7, "hello\n", "")


def test_standard_input(cli_process):
    result = cli_process("run", "-", input=HELLO)
    assert (result.returncode, result.stdout) == (7, "hello\n")


def test_a_program_that_returns_has_status_0(cli, text_file):
    assert cli("run", text_file('(module (func (export "_start")))')).returncode == 0


@pytest.mark.parametrize("code", [0, 1, 255])
def test_exit_status(cli, text_file, code):
    assert cli("run", text_file(HELLO.replace("i32.const 7", f"i32.const {code}"))).returncode == code


def test_arguments_go_to_the_program_untouched(cli, text_file):
    args = ["a b", "--opt", "-x", "--", "--help", "", "ü"]
    result = cli("run", text_file(STRINGS.format(name="args")), *args)
    assert result.stdout.split("\0") == ["m.wat", *args, ""]


def test_environment(cli, text_file, monkeypatch):
    module = text_file(STRINGS.format(name="environ"))
    monkeypatch.setenv("B", "two")
    monkeypatch.setenv("D", "no")
    result = cli("run", "--env", "A=1", "--env", "B", "--env", "C=x=y", "--env", "UNSET", module)
    assert sorted(result.stdout.split("\0")) == ["", "A=1", "B=two", "C=x=y"]
    assert cli("run", module).stdout == ""
    assert cli("run", "--env", "=x", module).returncode == 2


def test_directories(cli, text_file, tmp_path):
    result = cli("run", "--dir", "nowhere", text_file(HELLO))
    assert (result.returncode, result.stderr) == (1, "wasmjit: error: nowhere: No such file or directory\n")


@pytest.mark.parametrize(
    ("args", "output"),
    [
        (("add", "1", "-2"), "-1\n"),
        (("add", "0x10", "4294967295"), "15\n"),
        (("two", "0.1", "-5"), "-5\n0.1\n"),
        (("two", "nan", "0x7fffffffffffffff"), "9223372036854775807\nnan\n"),
        (("two", "-inf", "1"), "1\n-inf\n"),
    ],
)
def test_invoke(cli, library, args, output):
    name, *rest = args
    result = cli("run", "--invoke", name, library, *rest)
    assert (result.returncode, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("add", "1"), "takes 2 arguments [i32 i32] -> [i32], 1 are given"),
        (("add", "1", "x"), "argument 2: 'x' is not of type i32"),
        (("add", "1", "4294967296"), "argument 2: '4294967296' is not of type i32"),
    ],
)
def test_wrong_arguments_are_usage_errors(cli, library, args, message):
    name, *rest = args
    result = cli("run", "--invoke", name, library, *rest)
    assert result.returncode == 2
    assert message in result.stderr


def test_no_start_says_what_could_be_invoked(cli, library):
    result = cli("run", "lib.wat")
    assert result.returncode == 1
    assert result.stderr.startswith(
        "wasmjit: error: lib.wat: there is no _start: it is not a program; --invoke can call: add"
    )
    assert "two: func [f32 i64] -> [i64 f32]" in result.stderr
    assert result.stderr.count("\n") == 1


def test_exports_that_are_not_there(cli, library, text_file):
    assert "there is no export 'sub'; --invoke can call: add" in cli("run", "--invoke", "sub", library).stderr
    assert "the export g is not a function" in cli("run", "--invoke", "g", library).stderr
    assert "it exports no functions" in cli("run", text_file("(module)")).stderr


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_traps_print_message_and_backtrace(cli, library, checks):
    result = cli("run", "--opt", "0", "--bounds-checks", checks, "--invoke", "trap", "lib.wat")
    assert (result.returncode, result.stdout) == (134, "")
    lines = result.stderr.splitlines()
    assert lines[0] == "wasmjit: trap: lib.wat: unreachable"
    assert lines[1].startswith("  0: wasm!$deep @ 0x")
    assert lines[2].startswith("  1: wasm!func[3] @ 0x")
    assert len(lines) == 3


def test_stack_overflow_is_a_trap(cli_process, library):
    result = cli_process("run", "--max-stack", "100000", "--invoke", "rec", library)
    assert result.returncode == 134
    assert "call stack exhausted" in result.stderr


def test_reactors_are_initialised(cli, text_file):
    text = """(module (global $g (mut i32) (i32.const 1))
      (func (export "_initialize") (global.set $g (i32.add (global.get $g) (i32.const 1))))
      (func (export "get") (result i32) (global.get $g)))"""
    module = text_file(text)
    assert cli("run", "--invoke", "get", module).stdout == "2\n"
    assert cli("run", "--invoke", "_initialize", module).returncode == 0


def test_missing_imports_are_one_line(cli, text_file):
    result = cli(
        "run", text_file('(module (import "a" "f" (func)) (import "a" "m" (memory 1)) (func (export "_start")))')
    )
    assert result.returncode == 1
    assert result.stderr.endswith("m.wat: unknown import: a.f (func [] -> []), a.m (memory 1)\n")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "unexpected end"),
        (b"nonsense", "magic header not detected"),
        (b"\0asm\1\0\0\0\1\2\1\x5d", "unsupported feature: stack-switching"),
        (b'(module (func (export "_start") (result i32)))', "type mismatch"),
        (b"(modul)", "expected valid module field (line 1, column 2)"),
    ],
)
def test_bad_modules(cli, text_file, tmp_path, content, message):
    (tmp_path / "bad").write_bytes(content)
    result = cli("run", "bad")
    assert result.returncode == 1
    assert result.stderr.startswith("wasmjit: error: bad: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_debug_shows_the_traceback(cli_process, tmp_path):
    (tmp_path / "bad").write_bytes(b"nonsense")
    result = cli_process("run", "--debug", "bad")
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert "MalformedError: magic header not detected" in result.stderr


def test_missing_file(cli):
    result = cli("run", "missing.wasm")
    assert (result.returncode, result.stderr) == (1, "wasmjit: error: missing.wasm: No such file or directory\n")


def test_ctrl_c_ends_the_run_at_once_and_quietly(library):
    process = subprocess.Popen(
        [sys.executable, "-m", "wasmjit", "run", "--opt", "0", "--invoke", "forever", str(library)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(20 if "WASMJIT_EMULATED" in os.environ else 3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (-signal.SIGINT, b"", b"")  # which a shell reports as 130


def test_a_closed_pipe_is_the_programs_affair(text_file):
    command = f"sleep 0.3; {sys.executable} -m wasmjit run {text_file(HELLO)}; echo $? >&2"
    process = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b"7\n"
    process.stderr.close()
    process.wait(60)
