"""What a run reports of the engine: `--stats`, `--stats-json`."""

import json
import re

import pytest

PROGRAM = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 16) "done\\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) {})
  (func))"""


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.parametrize(("tail", "status"), [("", 0), ("(call $exit (i32.const 7))", 7), ("(unreachable)", 134)])
@pytest.mark.parametrize(("tier", "label"), [("optimized", "-O0"), ("interp", "interpreter")])
def test_a_table_in_the_end_however_the_run_ends(cli, text_file, tail, status, tier, label):
    text_file(PROGRAM.format(tail))
    result = cli("run", "--stats", "--tier", tier, "--opt", "0", "m.wat")
    assert (result.returncode, result.stdout) == (status, "done\n")
    said, header, table = result.stderr.partition("\ncode ")
    assert header and (said.startswith("wasmjit: trap: m.wat: unreachable") if status == 134 else not said)
    assert re.search(rf"^{label} +1 +0\.0 KiB{'' if tier == 'interp' else ' +[0-9.]+ KiB'}$", table, re.MULTILINE)
    assert re.search(r"^all there is +2 ", table, re.MULTILINE)
    assert re.search(r"^all +[0-9.]+ +[0-9.]+\n\Z", table, re.MULTILINE)


def test_functions_that_could_not_be_compiled_do_not_count(cli, text_file):
    text_file(PROGRAM.format("(drop (call $bad))) (func $bad (result i32)"))
    result = cli("run", "--stats", "--tier", "optimized", "--opt", "0", "m.wat")
    assert result.returncode == 1
    assert "type mismatch" in result.stderr and "all there is          3" in result.stderr


def test_json(cli, text_file, tmp_path):
    text_file(PROGRAM.format(""))
    options = ("--tier", "optimized", "--opt", "0", "--stats-json", "stats.json")
    first, second = (cli("run", *options, "m.wat") and json.loads((tmp_path / "stats.json").read_text()) for _ in "12")
    assert first["code"]["O0"]["functions"] == 1
    assert "cache_write" in first["phases"]
    assert (first["cache_misses"], first["cache_hits"]) == (1, 0)
    assert set(second["code"]) == {"cache"}
    assert (second["cache_misses"], second["cache_hits"]) == (0, 1)


def test_a_file_that_cannot_be_written(cli, text_file):
    text_file(PROGRAM.format(""))
    result = cli("run", "--stats-json", "no/such/file", "m.wat")
    assert (result.returncode, result.stdout) == (1, "done\n")
    assert result.stderr == "wasmjit: error: no/such/file: No such file or directory\n"


def test_nothing_is_said_unasked(cli, text_file):
    text_file(PROGRAM.format(""))
    assert cli("run", "--opt", "0", "m.wat").stderr == ""
