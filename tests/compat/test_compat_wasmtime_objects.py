"""Memories, tables, globals, types, modules, engines and their settings."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

from tests.compat.conftest import World


def test_memory_is_read_and_written_like_a_list(world: World) -> None:
    memory, store = world.exports["memory"], world.store
    assert memory.data_len(store) == 65536
    assert memory.write(store, b"abc", 10) == 3
    assert memory.write(store, bytearray(b"end"), -3) == 3
    assert memory.read(store, 10, 13) == bytearray(b"abc")
    assert memory.read(store, -3) == bytearray(b"end")
    assert memory.read(store, 70000) == bytearray()
    assert memory.read(store, 20, 10) == bytearray()
    assert len(memory.read(store)) == 65536
    for start in (65534, 65536, 1 << 40):
        with pytest.raises(IndexError):
            memory.write(store, b"abc", start)


def test_memory_grows(world: World) -> None:
    memory, store = world.exports["memory"], world.store
    assert memory.grow(store, 2) == 1
    assert memory.size(store) == 3
    with pytest.raises(world.wt.WasmtimeError, match="failed to grow memory by `1`"):
        memory.grow(store, 1)
    with pytest.raises(world.wt.WasmtimeError, match="negative"):
        memory.grow(store, -1)
    assert memory.type(store).limits.max == 3


def test_memory_without_a_copy(world: World) -> None:
    numpy = pytest.importorskip("numpy")
    memory, store = world.exports["memory"], world.store
    array = numpy.frombuffer(memory.get_buffer_ptr(store, 8, 16), dtype=numpy.uint8)
    array[:] = range(8)
    assert memory.read(store, 16, 24) == bytearray(range(8))
    pointer = memory.data_ptr(store)
    assert pointer[17] == 1
    pointer[17] = 9
    assert array[1] == 9
    assert ctypes.addressof(pointer.contents) + 16 == array.ctypes.data


def test_buffers_outlive_the_store(ours: Any) -> None:
    world = World(ours)
    buffer = world.exports["memory"].get_buffer_ptr(world.store)
    pointer = world.exports["memory"].data_ptr(world.store)
    world.store.close()
    del world
    buffer[3] = 5
    assert pointer[3] == 5


@pytest.mark.parametrize(("size", "offset"), [(65537, 0), (1, 65536), (None, 65537), (1, -1)])
def test_buffers_keep_to_their_bounds(ours: Any, size: int | None, offset: int) -> None:
    world = World(ours)
    with pytest.raises(IndexError):
        world.exports["memory"].get_buffer_ptr(world.store, size, offset)


def test_memories_of_other_kinds(wt: Any) -> None:
    config = wt.Config()
    config.wasm_custom_page_sizes = True
    store = wt.Store(wt.Engine(config))
    wide = wt.Memory(store, wt.MemoryType(wt.Limits(1, 1 << 33), is_64=True))
    assert wide.type(store).is_64
    small = wt.Memory(store, wt.MemoryType(wt.Limits(10, 20), page_size_log2=0))
    assert (small.data_len(store), small.grow(store, 3), small.data_len(store)) == (10, 10, 13)
    assert (small.page_size(store), wide.page_size(store), small.page_size_log2(store)) == (1, 65536, 0)


def test_shared_memories(ours: Any) -> None:
    """The package itself can make them, but not import them."""
    wt = ours
    config = wt.Config()
    config.wasm_threads = True
    config.shared_memory = True
    engine = wt.Engine(config)
    memory = wt.SharedMemory(engine, wt.MemoryType(wt.Limits(1, 2), shared=True))
    text = """(module (import "" "m" (memory 1 2 shared)) (export "m" (memory 0))
        (func (export "add") (result i32) (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))"""
    module = wt.Module(engine, text)
    for before in range(2):
        store = wt.Store(engine)
        exports = wt.Instance(store, module, [memory]).exports(store)
        assert exports["add"](store) == before
        assert isinstance(exports["m"], wt.SharedMemory)
        assert exports["m"].type().is_shared
    assert memory.data_ptr()[0] == 2
    assert (memory.grow(1), memory.size(), memory.data_len()) == (1, 2, 131072)
    with pytest.raises(wt.WasmtimeError):
        wt.SharedMemory(engine, wt.MemoryType(wt.Limits(1, 2)))


def test_tables(wt: Any) -> None:
    store = wt.Store()
    table = wt.Table(store, wt.TableType(wt.ValType.externref(), wt.Limits(1, 3)), "first")
    assert table.grow(store, 2, [2]) == 1
    assert [table.get(store, i) for i in range(3)] == ["first", [2], [2]]
    table.set(store, 1, None)
    assert table.get(store, 1) == None  # noqa: E711 - the package gives an object that equals it
    assert table.get(store, 7) is None
    with pytest.raises(wt.WasmtimeError, match="failed to grow table by `1`"):
        table.grow(store, 1, None)
    with pytest.raises(wt.WasmtimeError, match="out of bounds table access"):
        table.set(store, 3, None)


def test_globals(world: World) -> None:
    number = world.exports["global"]
    number.set_value(world.store, 2**32 + 8)
    assert number.value(world.store) == 8
    with pytest.raises(TypeError, match="don't know how to convert"):
        number.set_value(world.store, 1.5)
    wt = world.wt
    constant = wt.Global(world.store, wt.GlobalType(wt.ValType.f64(), False), 0.0)
    assert constant.value(world.store) == 0.0
    with pytest.raises(wt.WasmtimeError, match="immutable global cannot be set"):
        constant.set_value(world.store, 1.0)


def test_types(wt: Any) -> None:
    module = wt.Module(wt.Engine(), '(module (func (export "f") (param i32 f32) (result i64 externref) unreachable))')
    (export,) = module.exports
    assert export.name == "f"
    assert export.type.params == [wt.ValType.i32(), wt.ValType.f32()]
    assert str(export.type.results) == "[i64, anyref]"
    with pytest.raises(wt.WasmtimeError, match="cannot construct directly"):
        wt.ValType()
    with pytest.raises(TypeError):
        wt.FuncType([1], [])
    for limits in (wt.Limits(1 << 32, None), wt.Limits(1, 1 << 32), wt.Limits(2, 1)):
        with pytest.raises(wt.WasmtimeError):
            wt.MemoryType(limits)


def test_values(wt: Any) -> None:
    assert wt.Val.i32(0xFFFFFFFF).as_i32() == -1
    assert wt.Val.i64(1 << 63).value == -(1 << 63)
    assert wt.Val.f32(0.1).as_f32() != 0.1
    assert wt.Val.i32(1).as_i64() is None
    assert wt.Val.i32(1) == 1
    with pytest.raises(wt.WasmtimeError, match="Invalid reference type"):
        wt.Val.ref_null(wt.ValType.i32())


def exceptions_store(wt: Any) -> Any:
    config = wt.Config()
    config.wasm_exceptions = True
    return wt.Store(wt.Engine(config))


def test_tags(wt: Any) -> None:
    store = exceptions_store(wt)
    type = wt.TagType(wt.FuncType([wt.ValType.i32()], []))
    tags = [wt.Tag(store, type), wt.Tag(store, type)]
    assert [tags[0].eq(store, tag) for tag in tags] == [True, False]
    text = '(module (import "" "" (tag (param i32))) (export "t" (tag 0)))'
    module = wt.Module(store.engine, text)
    exported = wt.Instance(store, module, tags[1:]).exports(store)["t"]
    assert exported.eq(store, tags[1])
    assert exported.type(store).functype.params == [wt.ValType.i32()]
    with pytest.raises(wt.WasmtimeError):
        wt.Instance(store, module, [wt.Tag(store, wt.TagType(wt.FuncType([], [])))])


def test_exceptions(wt: Any) -> None:
    store = exceptions_store(wt)
    text = """(module (tag $t (param i32)) (func $throw (export "throw") (throw $t (i32.const 5)))
        (func (export "catch") (result i32)
            (block $caught (result i32) (try_table (catch $t $caught) (call $throw)) (i32.const 1))))"""
    exports = wt.Instance(store, wt.Module(store.engine, text), []).exports(store)
    assert exports["catch"](store) == 5
    with pytest.raises(wt.Trap, match="Caused by:\n    thrown Wasm exception\n") as caught:
        exports["throw"](store)
    assert caught.value.trap_code is None
    assert [frame.func_name for frame in caught.value.frames] == ["throw"]


def test_modules_are_kept_in_files(wt: Any, tmp_path: Path) -> None:
    store = wt.Store()
    encoded = wt.Module(store.engine, '(module (func (export "f") (result i32) (i32.const 6)))').serialize()
    file = tmp_path / "module"
    file.write_bytes(encoded)
    for module in (wt.Module.deserialize(store.engine, encoded), wt.Module.deserialize_file(store.engine, str(file))):
        assert wt.Instance(store, module, []).exports(store)["f"](store) == 6
    with pytest.raises(wt.WasmtimeError):
        wt.Module.deserialize(store.engine, encoded[:-40])


def test_large_modules_are_kept_without_their_code(ours: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasmjit.compat.wasmtime._module.SMALL_CODE_BYTES", 0)
    store = ours.Store()
    encoded = ours.Module(store.engine, '(module (func (export "f") (result i32) (i32.const 7)))').serialize()
    module = ours.Module.deserialize(store.engine, encoded)
    assert ours.Instance(store, module, []).exports(store)["f"](store) == 7


def test_what_is_closed_raises(wt: Any) -> None:
    module = wt.Module(wt.Engine(), "(module)")
    with module:
        assert module.exports == []
    with pytest.raises(ValueError, match="already closed"):
        _ = module.exports
    config = wt.Config()
    wt.Engine(config)
    with pytest.raises(ValueError, match="already closed"):
        wt.Engine(config)


SETTINGS = [
    ("strategy", "winch-or-so"),
    ("cranelift_opt_level", "9"),
    ("profiler", "perf"),
    ("cache", "/nowhere/cache.toml"),
    ("cache", False),
    ("target", "pdp11-dec-unix"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_settings_that_do_not_exist(wt: Any, name: str, value: object) -> None:
    with pytest.raises(wt.WasmtimeError):
        setattr(wt.Config(), name, value)


def test_settings_are_checked_and_write_only(wt: Any) -> None:
    config = wt.Config()
    for name in ("wasm_simd", "consume_fuel", "debug_info", "memory_may_move", "parallel_compilation"):
        with pytest.raises(TypeError):
            setattr(config, name, "yes")
    with pytest.raises(AttributeError):
        _ = config.wasm_simd


FEATURES = [
    ("wasm_exceptions", "(module (tag) (func (throw 0)))"),
    ("wasm_simd", "(module (func (drop (v128.const i64x2 0 0))))"),
    ("wasm_multi_value", "(module (func (result i32 i32) (i32.const 1) (i32.const 2)))"),
    ("wasm_bulk_memory", "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))"),
]


@pytest.mark.parametrize(("name", "text"), FEATURES)
def test_features_switched_off_are_refused(wt: Any, name: str, text: str) -> None:
    config = wt.Config()
    config.wasm_relaxed_simd = False  # it needs the other
    setattr(config, name, False)
    with pytest.raises(wt.WasmtimeError, match="not enabled"):
        wt.Module(wt.Engine(config), text)
    wt.Module(wt.Engine(), text)
