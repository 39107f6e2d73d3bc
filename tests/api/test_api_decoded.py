"""Decoded modules in the cache."""

import pytest

from wasmjit import Config, Engine, Instance, Module, Store
from wasmjit.api import decoded
from wasmjit.api.wat import wat_to_wasm
from wasmjit.cache.listing import list_entries
from wasmjit.errors import InvalidError

TEXT = '(module (memory (export "m") 1) (data (i32.const 7) "seven") (func (export "f") (result i32) (i32.const 42)))'


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))


def _entries():
    return [entry for entry in list_entries() if entry.kind == "module"]


def test_a_module_is_decoded_once(monkeypatch):
    data = wat_to_wasm(TEXT)
    first = Module(Engine(), data)
    assert len(_entries()) == 1
    monkeypatch.setattr(decoded, "_decode", None)  # calling it would raise
    del first
    engine = Engine()
    instance = Instance(Store(engine), Module(engine, data))
    assert (instance.f(), bytes(instance.m[7:12])) == (42, b"seven")


def test_without_a_cache_nothing_is_kept():
    Module(Engine(cache=False), wat_to_wasm(TEXT))
    assert not _entries()


def test_what_is_damaged_is_decoded_again():
    data = wat_to_wasm(TEXT)
    Module(Engine(), data)
    (entry,) = _entries()
    with open(entry.path, "r+b") as file:
        file.seek(-3, 2)
        file.write(b"\xff")
    assert [export.name for export in Module(Engine(), data).exports] == ["m", "f"]


def test_an_invalid_module_is_refused_each_time():
    data = wat_to_wasm('(module (export "f" (func 3)))')
    for _ in range(2):
        with pytest.raises(InvalidError):
            Module(Engine(), data)
    assert not _entries()


def test_features_that_are_off_are_refused_although_the_module_is_kept():
    from wasmjit.errors import UnsupportedError

    data = wat_to_wasm("(module (memory i64 1))")
    Module(Engine(), data)
    with pytest.raises(UnsupportedError):
        Module(Engine(features=Config().features - {"memory64"}), data)
