"""What the options of `run` grant."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wasmjit.cli.wasi import parse_dir, parse_time

CALL = """(module
  (import "wasi_snapshot_preview1" "{name}" (func $call {type}))
  (memory (export "memory") 1)
  (data (i32.const 64) "a.txt")
  (func (export "call") (result i32) (call $call {args}))
  (func (export "call_and_get") (result i64) (drop (call $call {args})) (i64.load (i32.const 8))))"""
RANDOM = CALL.format(name="random_get", type="(param i32 i32) (result i32)", args="(i32.const 8) (i32.const 8)")
CLOCK = CALL.format(
    name="clock_time_get", type="(param i32 i64 i32) (result i32)", args="(i32.const 0) (i64.const 0) (i32.const 8)"
)
UNLINK = CALL.format(
    name="path_unlink_file",
    type="(param i32 i32 i32) (result i32)",
    args="(i32.const 3) (i32.const 64) (i32.const 5)",
)
ACCEPT = CALL.format(
    name="sock_accept", type="(param i32 i32 i32) (result i32)", args="(i32.const 3) (i32.const 4) (i32.const 8)"
)
AGAIN, BADF, PERM = "6\n", "8\n", "63\n"


@pytest.mark.parametrize(
    ("text", "host", "guest", "read_only"),
    [
        ("/a::/b", "/a", "/b", False),
        ("c", "c", "c", False),
        ("d::", "d", "", False),
        ("/a::/b:ro", "/a", "/b", True),
        ("c:ro", "c", "c", True),
        ("c:ro:rw", "c:ro", "c:ro", False),
    ],
)
def test_directories(text: str, host: str, guest: str, read_only: bool) -> None:
    preopen = parse_dir(text)
    assert (preopen.host, preopen.guest, preopen.read_only) == (host, guest, read_only)


def test_a_read_only_directory(cli: Any, text_file: Any, tmp_path: Path) -> None:
    module = text_file(UNLINK)
    (tmp_path / "a.txt").write_text("")
    assert cli("run", "--dir", ".:ro", "--invoke", "call", module).stdout == PERM
    assert (tmp_path / "a.txt").exists()
    assert cli("run", "--dir", ".", "--invoke", "call", module).stdout == "0\n"
    assert not (tmp_path / "a.txt").exists()


def test_a_seed_repeats_random_bytes(cli: Any, text_file: Any) -> None:
    module = text_file(RANDOM)
    runs = [cli("run", *options, "--invoke", "call_and_get", module).stdout for options in (["--seed", "7"],) * 2]
    assert runs[0] == runs[1]
    assert cli("run", "--seed", "8", "--invoke", "call_and_get", module).stdout not in runs
    assert cli("run", "--invoke", "call_and_get", module).stdout not in runs


def test_a_frozen_clock(cli: Any, text_file: Any) -> None:
    module = text_file(CLOCK)
    run = ("--invoke", "call_and_get", module)
    assert cli("run", "--frozen-clock", "2001-09-09T01:46:40Z", *run).stdout == f"{10**18}\n"
    assert cli("run", "--deterministic", *run).stdout == "0\n"
    assert cli("run", "--deterministic", "--frozen-clock", "1.5", *run).stdout == "1500000000\n"
    for wrong in ("yesterday", "-1", "1e30", "nan", "inf"):
        result = cli("run", "--frozen-clock", wrong, *run)
        assert result.returncode == 2 and "--frozen-clock" in result.stderr


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [("1.5", 1_500_000_000), ("1970-01-02", 86_400 * 10**9), ("1970-01-01T01:00:00.000001+01:00", 1000)],
)
def test_times(text: str, time_ns: int) -> None:
    assert parse_time(text) == time_ns


def test_listeners(cli: Any, text_file: Any) -> None:
    module = text_file(ACCEPT)
    assert cli("run", "--invoke", "call", module).stdout == BADF
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cli("run", "--tcplisten", f"127.0.0.1:{port}", "--invoke", "call", module)
        assert result.returncode == 1 and f"can't listen at 127.0.0.1:{port}" in result.stderr
    for wrong in ("127.0.0.1", ":80", "127.0.0.1:http", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:"):
        assert cli("run", "--tcplisten", wrong, module).returncode == 2


def test_a_connection_to_a_listener(text_file: Any) -> None:
    module = text_file(ACCEPT.replace("i32.const 4)", "i32.const 0)"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wasmjit", "run", "--tcplisten", f"127.0.0.1:{port}", "--invoke", "call"]
    with subprocess.Popen([*command, str(module)], stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        assert process.communicate(timeout=60)[0] == b"0\n"
