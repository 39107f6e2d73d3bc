"""Traps: messages, codes, backtraces."""

from __future__ import annotations

from typing import Any

import pytest

from wasmjit.abi.traps import MESSAGES, TrapCode
from wasmjit.errors import ExhaustionError, Frame, InternalError, Trap
from wasmjit.runtime.traps import plain_trap, trap_error

ALL = """(module $example (memory 1) (table 2 funcref) (elem (i32.const 1) $add) (type $none (func))
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $unreachable (export "unreachable") unreachable)
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "convert") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func $load (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "indirect") (param i32) (call_indirect (type $none) (local.get 0)))
  (func (export "get") (param i32) (result funcref) (table.get (local.get 0)))
  (func $deep (export "deep") (result i32) (i32.add (call $deep) (i32.const 1)))
  (func $outer (export "outer") (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1)))
  (func $inner (param i32) (result i32) (i32.add (call $load (local.get 0)) (i32.const 1))))"""


@pytest.mark.parametrize(
    ("name", "args", "code", "message"),
    [
        ("unreachable", (), "unreachable", "unreachable"),
        ("divide", (1, 0), "integer_divide_by_zero", "integer divide by zero"),
        ("divide", (-(1 << 31), -1), "integer_overflow", "integer overflow"),
        ("convert", (float("nan"),), "invalid_conversion", "invalid conversion to integer"),
        ("load", (65533,), "memory_out_of_bounds", "out of bounds memory access"),
        ("load", (0xFFFFFFFF,), "memory_out_of_bounds", "out of bounds memory access"),
        ("indirect", (2,), "undefined_element", "undefined element"),
        ("indirect", (0,), "uninitialized_element", "uninitialized element"),
        ("indirect", (1,), "indirect_call_type_mismatch", "indirect call type mismatch"),
        ("get", (2,), "table_out_of_bounds", "out of bounds table access"),
    ],
)
def test_every_trap(store: Any, rt: Any, name: str, args: Any, code: str, message: str) -> None:
    inst = rt.instance(store, ALL)
    with pytest.raises(Trap) as caught:
        rt.call(inst, name, *args)
    assert (caught.value.code, caught.value.message) == (code, message)
    frame = caught.value.frames[0]
    assert frame.funcidx == inst.exports[name].funcidx and frame.module == "example"
    start, end = inst.module.codes[frame.funcidx]
    assert frame.offset is not None and start < frame.offset < end
    assert rt.call(inst, "divide", 6, 3) == 2, "and it goes on"


def test_backtrace(store: Any, rt: Any) -> None:
    inst = rt.instance(store, ALL)
    with pytest.raises(Trap) as caught:
        rt.call(inst, "outer", 65536)
    frames = caught.value.frames
    assert [frame.name for frame in frames] == ["load", "inner", "outer"]
    data = bytes(inst.module.data)
    offsets = [frame.offset or 0 for frame in frames]
    assert [data[offset] for offset in offsets] == [0x28, 0x10, 0x10], "a load and two calls"
    assert caught.value.backtrace.splitlines()[1] == f"  1: example!$inner @ {offsets[1]:#x}"


def test_exhaustion(store: Any, rt: Any) -> None:
    inst = rt.instance(store, ALL)
    for _ in range(3):
        with pytest.raises(ExhaustionError, match="call stack exhausted") as caught:
            rt.call(inst, "deep")
        assert isinstance(caught.value, RecursionError) and caught.value.code == "stack_exhausted"
        assert len(caught.value.frames) > 50 and {frame.name for frame in caught.value.frames} == {"deep"}


def test_depth_follows_the_configuration(rt: Any) -> None:
    count = """(module (global $n (export "n") (mut i32) (i32.const 0))
      (func $f (export "f") (global.set $n (i32.add (global.get $n) (i32.const 1))) (call $f)))"""
    depths = []
    for size in (64 << 10, 256 << 10, 1 << 20):
        inst = rt.instance(rt.new_store(max_stack_bytes=size), count)
        with pytest.raises(ExhaustionError):
            rt.call(inst, "f")
        depths.append(inst.exports["n"].value)
    assert depths[0] * 3.5 < depths[1] < depths[0] * 4.5 and depths[1] * 3.5 < depths[2] < depths[1] * 4.5


def test_plain_traps() -> None:
    for code, message in MESSAGES.items():
        trap = plain_trap(code)
        assert (trap.message, trap.code, trap.frames) == (message, code.name.lower(), [])
    assert isinstance(plain_trap(TrapCode.STACK_EXHAUSTED), ExhaustionError)


def test_faults_that_are_no_traps_are_our_fault(store: Any) -> None:
    store.traps.trap_info.words[:5] = memoryview(bytes(40)).cast("Q")
    store.traps.trap_info.words[2] = 0x1000
    error = trap_error(store.traps, TrapCode.FAULT)
    assert isinstance(error, InternalError) and "0x1000" in str(error)
    assert isinstance(trap_error(store.traps, TrapCode.HOST_EXCEPTION), InternalError)


def test_frames_read_well() -> None:
    assert str(Frame(3, "name", 0x20, "mod")) == "mod!$name @ 0x20"
    assert str(Frame(3, None, None)) == "wasm!func[3]"
