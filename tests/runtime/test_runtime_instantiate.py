"""Instantiation: constant expressions, segments, start functions, what is shared."""

from __future__ import annotations

import mmap
from typing import Any

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import compile_module
from wasmjit.errors import LinkError, Trap
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.instantiate import instantiate
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import EXTERNREF, FUNCREF, I32, I64, GlobalType, Limits, MemType, TableType


def test_globals_and_constant_expressions(store: Any, rt: Any) -> None:
    given = [GlobalInstance.create(store, GlobalType(t), v) for t, v in ((I32, 10), (I64, -3))]
    inst = rt.instance(
        store,
        """(module (import "" "a" (global $a i32)) (import "" "b" (global $b i64))
          (global (export "i32") i32 (i32.const -5)) (global (export "i64") i64 (i64.const 0x123456789abcdef0))
          (global (export "f32") f32 (f32.const -0x1.8p3)) (global (export "f64") f64 (f64.const 0.1))
          (global (export "v128") v128 (v128.const i32x4 1 2 3 4)) (global (export "null") funcref (ref.null func))
          (global (export "func") funcref (ref.func $f)) (global (export "copy") i64 (global.get $b))
          (global (export "sum") i32 (i32.add (global.get $a) (i32.mul (i32.const 0x40000000) (i32.const 5))))
          (global (export "difference") i64 (i64.sub (i64.mul (global.get $b) (i64.const 7)) (i64.const 1)))
          (global (export "minus") i32 (i32.sub (i32.const 1) (i32.const 2)))
          (global (export "imported") (mut i32) (i32.const 0))
          (func $f) (func (export "get") (result i32) (global.get $a)))""",
        given,
    )
    values = {name: inst.exports[name].value for name in inst.exports if name != "get"}
    assert values.pop("func") is inst.func(0)
    assert values == {
        "i32": -5, "i64": 0x123456789ABCDEF0, "f32": -12.0, "f64": 0.1, "null": None, "copy": -3,
        "v128": b"\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", "sum": 10 + 0x40000000, "difference": -22, "minus": -1,
        "imported": 0,
    }  # fmt: skip
    assert rt.call(inst, "get") == 10


def test_mutable_globals_are_shared(store: Any, rt: Any) -> None:
    first = rt.instance(
        store,
        """(module (global $g (export "g") (mut i64) (i64.const 1))
          (func (export "get") (result i64) (global.get $g)) (func (export "set") (param i64)
            (global.set $g (local.get 0))))""",
    )
    second = rt.instance(
        store,
        """(module (import "" "g" (global $g (mut i64))) (export "again" (global $g))
          (func (export "bump") (global.set $g (i64.mul (global.get $g) (i64.const 3)))))""",
        [first.exports["g"]],
    )
    rt.call(first, "set", 7)
    rt.call(second, "bump")
    assert (rt.call(first, "get"), second.exports["again"].value) == (21, 21)
    first.exports["g"].value = 5
    rt.call(second, "bump")
    assert first.exports["g"].value == 15
    assert first.exports["g"] is first.exports["g"] is second.exports["again"]


def test_data_segments(store: Any, rt: Any) -> None:
    memory = MemoryInstance(store, MemType(Limits(1)))
    at = GlobalInstance.create(store, GlobalType(I32), 100)
    inst = rt.instance(
        store,
        """(module (import "" "m" (memory 1)) (import "" "at" (global $at i32))
          (data (global.get $at) "hello") (data $p "passive") (data (i32.const 102) "XY") (data (i32.const 65536) "")
          (func (export "init") (param i32 i32 i32) (memory.init $p (local.get 0) (local.get 1) (local.get 2)))
          (func (export "drop") (data.drop $p)))""",
        [memory, at],
    )
    assert memory.read(100, 6) == b"heXYo\0"
    rt.call(inst, "init", 0, 4, 3)
    assert memory.read(0, 4) == b"ive\0"
    for args in ((0, 5, 3), (65535, 0, 2), (0, 8, 0), (65537, 0, 0), (0, 0, 0xFFFFFFFF)):
        with pytest.raises(Trap, match="out of bounds memory access"):
            rt.call(inst, "init", *args)
    rt.call(inst, "drop")
    rt.call(inst, "init", 65536, 0, 0)
    with pytest.raises(Trap, match="out of bounds memory access"):
        rt.call(inst, "init", 0, 0, 1)


def test_earlier_segments_stay_written_when_a_later_one_traps(store: Any, rt: Any) -> None:
    memory = MemoryInstance(store, MemType(Limits(1)))
    table = TableInstance(store, TableType(Limits(3), FUNCREF))
    with pytest.raises(Trap) as caught:
        rt.instance(
            store,
            """(module (import "" "m" (memory 1)) (import "" "t" (table 3 funcref))
              (elem (i32.const 0) func $f) (data (i32.const 0) "ab") (data (i32.const 65535) "cd")
              (data (i32.const 10) "never") (func $f (result i32) (i32.const 77)))""",
            [memory, table],
        )
    assert caught.value.message == "out of bounds memory access"
    assert memory.read(0, 2) == b"ab" and memory.read(65535, 1) == b"\0" and memory.read(10, 5) == bytes(5)
    assert table.get_value(0).call(()) == 77, "the function outlives the instance that failed"


def test_element_segments_out_of_bounds(store: Any, rt: Any) -> None:
    table = TableInstance(store, TableType(Limits(1), FUNCREF))
    for at in (1, 2, -1):
        with pytest.raises(Trap, match="out of bounds table access"):
            rt.instance(
                store, f'(module (import "" "t" (table 1 funcref)) (elem (i32.const {at}) func $f) (func $f))', [table]
            )
    assert table.get_value(0) is None


def test_element_segments(store: Any, rt: Any) -> None:
    host = rt.host(store, "-> i32", lambda: 1)
    inst = rt.instance(
        store,
        """(module (import "" "h" (func $h (result i32))) (table $t (export "t") 6 funcref)
          (elem (i32.const 0) func $f $h) (elem $p funcref (ref.func $h) (ref.null func) (ref.func $f))
          (elem (table $t) (i32.const 4) funcref (ref.null func) (ref.func $f)) (elem declare func $f)
          (func $f (export "f") (result i32) (i32.const 2))
          (func (export "init") (param i32 i32 i32) (table.init $p (local.get 0) (local.get 1) (local.get 2)))
          (func (export "drop") (elem.drop $p)))""",
        [host],
    )
    table, f = inst.exports["t"], inst.exports["f"]
    assert [table.get_value(i) for i in range(6)] == [f, host, None, None, None, f]
    rt.call(inst, "init", 1, 0, 3)
    assert [table.get_value(i) for i in range(6)] == [f, host, None, f, None, f]
    for args in ((0, 2, 2), (5, 0, 2), (7, 0, 0), (0, 4, 0)):
        with pytest.raises(Trap, match="out of bounds table access"):
            rt.call(inst, "init", *args)
    rt.call(inst, "drop")
    rt.call(inst, "init", 0, 0, 0)
    with pytest.raises(Trap):
        rt.call(inst, "init", 0, 0, 1)


def test_segments_of_external_references(store: Any, rt: Any) -> None:
    glob = GlobalInstance.create(store, GlobalType(EXTERNREF), "object")
    inst = rt.instance(
        store,
        """(module (import "" "g" (global $g externref)) (table $t (export "t") 2 externref)
          (elem $p externref (global.get $g) (ref.null extern)) (global (export "copy") externref (global.get $g))
          (func (export "init") (table.init $p (i32.const 0) (i32.const 0) (i32.const 2)))
          (func (export "drop") (elem.drop $p)))""",
        [glob],
    )
    rt.call(inst, "drop")
    with pytest.raises(Trap):
        rt.call(inst, "init")
    other = rt.instance(
        store,
        """(module (import "" "g" (global $g externref)) (table $t (export "t") 2 externref)
          (elem $p externref (global.get $g) (ref.null extern))
          (func (export "init") (table.init $p (i32.const 0) (i32.const 0) (i32.const 2))))""",
        [inst.exports["copy"]],
    )
    rt.call(other, "init")
    table = other.exports["t"]
    assert [table.get_value(0), table.get_value(1)] == ["object", None]
    del inst, other, glob, table
    assert len(store.externrefs) == 0


def test_start_functions(store: Any, rt: Any) -> None:
    seen: list[int] = []
    host = rt.host(store, "i32 ->", seen.append)
    rt.instance(
        store, '(module (import "" "h" (func $h (param i32))) (start $s) (func $s (call $h (i32.const 5))))', [host]
    )
    assert seen == [5]
    started = rt.host(store, "->", lambda: seen.append(6))
    rt.instance(store, '(module (import "" "h" (func $h)) (start $h))', [started])
    assert seen == [5, 6]
    with pytest.raises(Trap, match="unreachable") as caught:
        rt.instance(store, "(module (start $s) (func $s unreachable))")
    assert [frame.funcidx for frame in caught.value.frames] == [0]


def test_nothing_happens_if_imports_do_not_fit(store: Any, rt: Any) -> None:
    memory = MemoryInstance(store, MemType(Limits(1)))
    with pytest.raises(LinkError):
        rt.instance(
            store,
            '(module (import "" "m" (memory 1)) (import "" "f" (func)) (data (i32.const 0) "x"))',
            [memory, rt.host(store, "i32 ->", print)],
        )
    assert memory.read(0, 1) == b"\0"


def test_exports(store: Any, rt: Any) -> None:
    memory = MemoryInstance(store, MemType(Limits(1)))
    table = TableInstance(store, TableType(Limits(1), FUNCREF))
    host = rt.host(store, "->", lambda: None)
    inst = rt.instance(
        store,
        """(module (import "" "m" (memory 1)) (import "" "t" (table 1 funcref)) (import "" "f" (func))
          (export "m" (memory 0)) (export "t" (table 0)) (export "f" (func 0)) (table (export "own") 2 externref)
          (func $own (export "func")) (export "same" (func $own)))""",
        [memory, table, host],
    )
    exports = inst.exports
    assert list(exports) == ["m", "t", "f", "own", "func", "same"] and len(exports) == 6 and "m" in exports
    assert exports["m"] is memory and exports["t"] is table and exports["f"] is host
    own, func = exports["own"], exports["func"]
    assert own is exports["own"] and own.type == TableType(Limits(2), EXTERNREF)
    assert func is exports["same"] and func.name == "func"
    with pytest.raises(KeyError):
        exports["none"]


def test_module_data_may_be_a_mapping(store: Any, rt: Any) -> None:
    wasm = wat_to_wasm(
        """(module (memory (export "m") 1) (data (i32.const 3) "active") (data $p "passive")
          (func (export "init") (memory.init $p (i32.const 20) (i32.const 0) (i32.const 7))))"""
    )
    with mmap.mmap(-1, len(wasm)) as mapping:
        mapping[:] = wasm
        view = memoryview(mapping).toreadonly()
        module = decode_module(view)
        inst = instantiate(store, module, compile_module(module, store.config), [])
        rt.call(inst, "init")
        assert inst.exports["m"].read(0, 30).replace(b"\0", b"") == b"activepassive"
        del inst, module
        view.release()
