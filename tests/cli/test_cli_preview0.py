"""Modules that import WASI twice, or by its older name."""

from __future__ import annotations

from typing import Any

TWICE = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $again (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_write" (func $older (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_seek" (func $seek0 (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek1 (param i32 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_filestat_get" (func $stat0 (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_get" (func $stat1 (param i32 i32) (result i32)))
  (import "wasi_unstable" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\03\\00\\00\\00")
  (data (i32.const 16) "ok\\n")
  (data (i32.const 32) "file")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $again (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $older (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4) (i32.const 0)
      (i64.const 0x1fffffbf) (i64.const 0) (i32.const 0) (i32.const 8)))
    ;; from the end: 1 in preview 0, 2 in preview 1; both give the size
    (drop (call $seek0 (i32.load (i32.const 8)) (i64.const -1) (i32.const 1) (i32.const 64)))
    (drop (call $seek1 (i32.load (i32.const 8)) (i64.const -1) (i32.const 2) (i32.const 72)))
    (drop (call $stat0 (i32.load (i32.const 8)) (i32.const 128)))
    (drop (call $stat1 (i32.load (i32.const 8)) (i32.const 256)))
    (call $exit (i32.wrap_i64 (i64.add
      (i64.add (i64.load (i32.const 64)) (i64.load (i32.const 72)))
      (i64.add (i64.load (i32.const 152)) (i64.load (i32.const 288))))))))"""


def test_both_previews_in_one_module(cli: Any, text_file: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    result = cli("run", "--opt=0", "--dir", ".", text_file(TWICE))
    assert (result.stdout, result.stderr) == ("ok\nok\nok\n", "")
    assert result.returncode == 4 + 4 + 5 + 5
