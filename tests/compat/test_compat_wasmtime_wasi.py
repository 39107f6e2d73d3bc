"""What WASI grants, as the interface says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ECHO = """(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "copy") (param $fd i32) (result i32)
        (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 100))
        (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
    (func (export "args") (result i32) (call $args (i32.const 1024) (i32.const 2048)))
    (func (export "environ") (result i32) (call $environ (i32.const 1024) (i32.const 2048))))"""


def run(wt: Any, config: Any, name: str, *args: int) -> tuple[int, Any]:
    """The result of a function of `ECHO`, and its memory from 2048 on."""
    store = wt.Store()
    store.set_wasi(config)
    linker = wt.Linker(store.engine)
    linker.define_wasi()
    exports = linker.instantiate(store, wt.Module(store.engine, ECHO)).exports(store)
    return exports[name](store, *args), bytes(exports["memory"].read(store, 2048, 2080))


def test_files_for_the_standard_streams(wt: Any, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"some input")
    config = wt.WasiConfig()
    config.stdin_file = tmp_path / "in"
    config.stdout_file = str(tmp_path / "out")
    run(wt, config, "copy", 1)
    assert (tmp_path / "out").read_bytes() == b"some input"


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_files_that_can_not_be_opened(wt: Any, tmp_path: Path, stream: str) -> None:
    with pytest.raises(wt.WasmtimeError, match=f"failed to set {stream} file"):
        setattr(wt.WasiConfig(), f"{stream}_file", str(tmp_path / "no" / "such"))


def test_callbacks_for_output(wt: Any, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"text")
    seen: list[bytes] = []
    for results in ([None], [4], [2, None]):
        config = wt.WasiConfig()
        config.stdin_file = str(tmp_path / "in")
        left = list(results)
        config.stderr_custom = lambda data, left=left: (seen.append(data), left.pop(0))[1]
        assert run(wt, config, "copy", 2)[0] == 0
    assert seen[:2] == [b"text", b"text"]


def test_callbacks_that_fail_are_errors_of_the_guest(
    ours: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").write_bytes(b"text")
    config = ours.WasiConfig()
    config.stdin_file = str(tmp_path / "in")
    config.stdout_custom = lambda data: 1 // 0
    assert run(ours, config, "copy", 1)[0] == 29  # EIO
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_by_default_there_is_nothing(wt: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(wt, wt.WasiConfig(), "copy", 1)[0] == 0
    assert capfd.readouterr().out == ""


def test_arguments_and_environment(wt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    config = wt.WasiConfig()
    config.argv = ["a", "bc"]
    assert run(wt, config, "args")[1].startswith(b"a\0bc\0\0")
    config = wt.WasiConfig()
    config.env = [("K", "v"), ("L", "w")]
    assert run(wt, config, "environ")[1].startswith(b"K=v\0L=w\0\0")
    monkeypatch.setattr("os.environ", {"ONLY": "this"})
    ours = wt.__name__.startswith("wasmjit")
    config = wt.WasiConfig()
    config.inherit_env()
    assert not ours or run(wt, config, "environ")[1].startswith(b"ONLY=this\0\0")


def test_a_configuration_is_used_once(wt: Any) -> None:
    store, config = wt.Store(), wt.WasiConfig()
    store.set_wasi(config)
    with pytest.raises(ValueError, match="already closed"):
        store.set_wasi(config)


OPEN = """(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "file") (data (i32.const 8) "sub")
    (func (export "open") (param $rights i64) (result i32)
        (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
            (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 16)))
    (func (export "mkdir") (result i32) (call $mkdir (i32.const 3) (i32.const 8) (i32.const 3))))"""
READ, WRITE = 1 << 1, 1 << 6


@pytest.mark.parametrize(
    ("dir_perms", "file_perms", "reads", "writes", "makes"),
    [
        ("READ_WRITE", "READ_WRITE", True, True, True),
        ("READ_ONLY", "READ_ONLY", True, False, False),
        ("READ_ONLY", "READ_WRITE", True, False, False),
    ],
)
def test_permissions(
    wt: Any, tmp_path: Path, dir_perms: str, file_perms: str, reads: bool, writes: bool, makes: bool
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    config = wt.WasiConfig()
    config.preopen_dir(str(tmp_path), "/", getattr(wt.DirPerms, dir_perms), getattr(wt.FilePerms, file_perms))
    store = wt.Store()
    store.set_wasi(config)
    linker = wt.Linker(store.engine)
    linker.define_wasi()
    exports = linker.instantiate(store, wt.Module(store.engine, OPEN)).exports(store)
    assert (exports["open"](store, READ) == 0) is reads
    assert (exports["open"](store, WRITE) == 0) is writes
    assert (exports["mkdir"](store) == 0) is makes


def test_directories_that_are_not_there(wt: Any) -> None:
    with pytest.raises(wt.WasmtimeError, match="failed to add preopen dir"):
        wt.WasiConfig().preopen_dir("/no/such/directory", "/")
