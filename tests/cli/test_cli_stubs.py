"""`run --stub` and `--stub-all`."""

from __future__ import annotations

from typing import Any

import pytest

MODULE = """(module
  (import "./glue.js" "get.it" (func $get (param i32) (result i32)))
  (import "env" "two" (func $two (result f32 i64)))
  (import "env" "none" (func $none))
  (import "env" "base" (global $base i64))
  (import "env" "memory" (memory 2 5))
  (import "env" "table" (table 3 funcref))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "no_such_call" (func $no (result i64)))
  (func (export "get") (result i32) (call $get (i32.const 1)))
  (func (export "two") (result f32 i64) (call $two))
  (func (export "none") (call $none))
  (func (export "base") (result i64) (global.get $base))
  (func (export "pages") (result i32) (memory.size))
  (func (export "slots") (result i32) (table.size 0))
  (func (export "yield") (result i32) (call $yield))
  (func (export "no") (result i64) (call $no)))"""


def test_everything_missing_is_listed_with_its_type(cli: Any, text_file: Any) -> None:
    result = cli("run", "--stub", "env.none", "--invoke", "get", text_file(MODULE))
    assert result.returncode == 1
    missing = result.stderr.partition("unknown import: ")[2].partition(";")[0].split(", ")
    assert missing == [
        "./glue.js.get.it (func [i32] -> [i32])",
        "env.two (func [] -> [f32 i64])",
        "env.base (global i64)",
        "env.memory (memory 2 5)",
        "env.table (table 3 funcref)",
        "wasi_snapshot_preview1.no_such_call (func [] -> [i64])",
    ]


@pytest.mark.parametrize(
    ("options", "name", "output"),
    [
        ([], "get", "0\n"),
        ([], "two", "0.0\n0\n"),
        ([], "none", ""),
        ([], "base", "0\n"),
        ([], "pages", "2\n"),
        ([], "slots", "3\n"),
        ([], "yield", "0\n"),
        ([], "no", "0\n"),
        (["--stub", "./glue.js.get.it=0x10"], "get", "16\n"),
        (["--stub", "env.two=1.5,-2"], "two", "1.5\n-2\n"),
        (["--stub", "env.base=9"], "base", "9\n"),
        (["--stub", "wasi_snapshot_preview1.sched_yield=52"], "yield", "52\n"),
    ],
)
def test_stubs(cli: Any, text_file: Any, options: list[str], name: str, output: str) -> None:
    result = cli("run", "--opt=0", "--stub-all", *options, "--invoke", name, text_file(MODULE))
    assert (result.returncode, result.stdout, result.stderr) == (0, output, "")


def test_a_stub_that_traps(cli: Any, text_file: Any) -> None:
    result = cli("run", "--opt=0", "--stub-all", "--stub", "env.none=trap", "--invoke", "none", text_file(MODULE))
    assert result.returncode == 134
    assert "env.none was called, which is only a stand-in" in result.stderr


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        ("env.nothing=1", "the module has no such import"),
        ("./glue.js.get.it=x", "'x' is not of type i32"),
        ("env.two=1", "takes 2 values, 1 are given"),
        ("env.memory=1", "takes 0 values, 1 are given"),
        ("env.base=trap", "'trap' is not of type i64"),
    ],
)
def test_wrong_stubs(cli: Any, text_file: Any, stub: str, message: str) -> None:
    result = cli("run", "--stub", stub, "--stub-all", "--invoke", "get", text_file(MODULE))
    assert result.returncode == 2
    assert message in result.stderr
