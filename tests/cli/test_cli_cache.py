"""`wasmjit cache`."""

import os

import pytest


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Fixture: an empty cache of its own."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def filled(cache, cli_process, text_file):
    """Fixture: a cache with the code of one module."""
    name = text_file('(module (func (export "f") (result i32) (i32.const 7)))')
    assert cli_process("run", "--invoke", "f", name).stdout == "7\n"
    return cache


def test_directory(cache, cli, monkeypatch):
    assert cli("cache", "dir").stdout == f"{cache}\n"
    monkeypatch.setenv("WASMJIT_CACHE_DIR", "")
    result = cli("cache", "dir")
    assert result.returncode == 1
    assert "switched off" in result.stderr


def test_list_and_clear(filled, cli):
    shown = cli("cache", "list").stdout.splitlines()
    assert sum("code of a module" in line for line in shown) == 1
    files = len(list(filled.iterdir()))
    assert shown[-1].startswith(f"{files} files, ")
    assert cli("cache", "clear").stdout.startswith(f"{files} files removed")
    assert list(filled.iterdir()) == []
    assert cli("cache", "list").stdout.startswith("0 files, 0 B of ")


def test_verify_finds_and_removes_damage(filled, cli):
    assert "files are whole" in cli("cache", "verify").stdout
    (path,) = [path for path in filled.iterdir() if path.name.startswith("code-")]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    result = cli("cache", "verify")
    assert result.returncode == 1
    assert result.stderr == f"damaged, removed: {path}\n"
    assert not path.exists()


def test_no_cache_keeps_nothing_of_the_program(cache, cli_process, text_file):
    name = text_file('(module (func (export "f") (result i32) (i32.const 7)))')
    assert cli_process("run", "--no-cache", "--invoke", "f", name).stdout == "7\n"
    assert {path.name.partition("-")[0] for path in cache.iterdir()} <= {"object", "stencils"}


def test_without_a_directory_nothing_is_kept_at_all(cache, cli_process, text_file):
    name = text_file('(module (func (export "f") (result i32) (i32.const 7)))')
    environment = {**os.environ, "WASMJIT_CACHE_DIR": ""}
    assert cli_process("run", "--invoke", "f", name, env=environment).stdout == "7\n"
    assert not cache.exists()
