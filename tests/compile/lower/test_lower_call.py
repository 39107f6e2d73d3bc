"""Tail calls take no stack, whoever is called and whatever it takes and returns; other calls leave it as it was."""

from __future__ import annotations

from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_asm
from wasmjit.config import Config, OptLevel

LEVELS: tuple[OptLevel, ...] = ("0", "2")
DEEP = 1_000_000  # 64 MB of stack if a call took 64 bytes; the limit is 2 MiB


def optimized(opt: OptLevel, wat: str, **imports: Any) -> wasmjit.Instance:
    """An instance whose code is of a level; its imports are of module "m"."""
    store = next((value.store for value in imports.values() if isinstance(value, wasmjit.Func)), None)
    store = store or wasmjit.Store(wasmjit.Engine(opt=opt))
    return wasmjit.Instance(store, wasmjit.Module(store.engine, wat), {"m": imports})


PARITY = """(module
  (type $t (func (param i64) (result i32)))
  (import "m" "next" (func $next (type $t)))
  (table (export "table") 2 funcref)
  (elem (i32.const 0) $direct $indirect)
  (func $direct (export "direct") (type $t)
    (if (i64.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $indirect (i64.sub (local.get 0) (i64.const 1))))
  (func $indirect (type $t)
    (if (i64.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call_indirect (type $t) (i64.sub (local.get 0) (i64.const 1)) (i32.const 0)))
  (func (export "imported") (type $t)
    (if (i64.eqz (local.get 0)) (then (return (i32.const 2))))
    (return_call $next (i64.sub (local.get 0) (i64.const 1)))))"""

BOUNCE = """(module
  (type $t (func (param i64) (result i32)))
  (table (export "table") 1 funcref)
  (func (export "next") (type $t) (return_call_indirect (type $t) (local.get 0) (i32.const 0))))"""


@pytest.mark.parametrize("opt", LEVELS)
def test_depth(opt: OptLevel) -> None:
    """Mutual recursion inside an instance, and through another one."""
    other = optimized(opt, BOUNCE)
    inst = optimized(opt, PARITY, next=other.next)
    assert inst.direct(DEEP) == 1
    assert inst.direct(DEEP + 1) == 0
    other.table[0] = inst.imported
    assert inst.imported(DEEP) == 2


@pytest.mark.parametrize("opt", LEVELS)
def test_host_function(opt: OptLevel) -> None:
    """Its results are those of the caller, and its exceptions arrive."""
    wat = """(module (import "m" "h" (func $h (param i32) (result i32 i64 i32 f64)))
      (func $f (param i32 i32) (result i32 i64 i32 f64) (return_call $h (local.get 1)))
      (func (export "f") (param i32) (result i32 i64 i32 f64) (call $f (i32.const 5) (local.get 0))))"""
    inst = optimized(opt, wat, h=lambda x: (x, 1 // x, 3, 4.5))
    assert inst.f(1) == (1, 1, 3, 4.5)
    with pytest.raises(ZeroDivisionError):
        inst.f(0)


CONSTANTS = {"i32": "(i32.const 11)", "i64": "(i64.const 12)", "f64": "(f64.const 13)"}
CONSTANTS["v128"] = "(v128.const i64x2 14 15)"
CHECKS = {
    "i32": "(i32.ne (local.get {0}) (i32.const 11))",
    "i64": "(i64.ne (local.get {0}) (i64.const 12))",
    "f64": "(f64.ne (local.get {0}) (f64.const 13))",
    "v128": "(i64.ne (i64x2.extract_lane 1 (local.get {0})) (i64.const 15))",
}


def ring(a: list[str], b: list[str]) -> str:
    """Two functions that end by calling each other, and check every argument."""
    text = ["(module"]
    for name, types, other, others in (("$a", a, "$b", b), ("$b", b, "$a", a)):
        text.append(f"(func {name} (param i32 {' '.join(types)}) (result i64)")
        text += [f"(if {CHECKS[t].format(i)} (then (unreachable)))" for i, t in enumerate(types, 1)]
        text.append("(if (i32.eqz (local.get 0)) (then (return (i64.const 7))))")
        arguments = " ".join(CONSTANTS[t] for t in others)
        text.append(f"(return_call {other} (i32.sub (local.get 0) (i32.const 1)) {arguments}))")
    arguments = " ".join(CONSTANTS[t] for t in a)
    text.append(f"""(func (export "f") (param i32) (result i64)
      (i64.add (i64.mul (call $a (local.get 0) {arguments}) (i64.const 100)) (call $a (i32.const 1) {arguments}))))""")
    return "\n".join(text)


@pytest.mark.parametrize("opt", LEVELS)
@pytest.mark.parametrize("base", [0, 9])
@pytest.mark.parametrize("extra", ["i64 6", "i64 7", "f64 9", "v128 9", "v128 10"])
def test_stack_arguments(opt: OptLevel, base: int, extra: str) -> None:
    """Callees with more of them and with fewer than the caller; an odd number of words; vectors."""
    type, number = extra.split()
    few = ["i32"] * base
    inst = optimized(opt, ring(few, few + [type] * int(number)))
    assert inst.f(DEEP // 10) == 707
    assert inst.f(DEEP // 10 + 1) == 707


def test_backtrace() -> None:
    """A function that ended in a tail call is no longer there."""
    wat = """(module
      (func $callee (unreachable))
      (func $gone (return_call $callee))
      (func (export "f") (call $gone) (nop)))"""
    with pytest.raises(wasmjit.Trap) as trap:
        optimized("0", wat).f()
    assert [frame.funcidx for frame in trap.value.frames] == [0, 2]


# --- calls that come back


TYPES = ("i32", "i64", "f32", "f64")


def pressed(params: list[str]) -> str:
    """A function that keeps many values while it calls one that takes many, in a try block too, and adds all up."""
    constants = " ".join(f"({t}.const {i + 1})" for i, t in enumerate(params))
    weighted = [f"(i64.mul (i64.const {i + 1}) {as_i64(t, f'(local.get {i})')})" for i, t in enumerate(params)]
    add = "".join(f"(local.set $n (i64.add (local.get $n) {w}))" for w in weighted)
    loads = "".join(f"(local.set $k{i} (i64.load offset={8 * i} (local.get 0)))" for i in range(24))
    sums = "".join(f"(local.set $n (i64.add (local.get $n) (local.get $k{i})))" for i in range(24))
    keep = " ".join(f"(local $k{i} i64)" for i in range(24))
    return f"""(module (memory 1) (tag $e (param i64))
      (type $t (func (param {" ".join(params)}) (result i64)))
      (table funcref (elem $callee))
      (func (export "set") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
      (func $callee (export "callee") (type $t) (local $n i64) {add} (local.get $n))
      (func $thrower (type $t) (throw $e (call $callee {" ".join(f"(local.get {i})" for i in range(len(params)))})))
      (func (export "direct") (param i32) (result i64) (local $n i64) {keep}
        {loads} (local.set $n (call $callee {constants})) {sums}
        (i64.add (local.get $n) (call $callee {constants})))
      (func (export "indirect") (param i32) (result i64) (local $n i64) {keep}
        {loads} (local.set $n (call_indirect (type $t) {constants} (i32.const 0))) {sums} (local.get $n))
      (func (export "caught") (param i32) (result i64) (local $n i64) {keep}
        {loads}
        (block $caught (result i64) (try_table (catch $e $caught) (drop (call $thrower {constants}))) (unreachable))
        (local.set $n) {sums} (local.get $n)))"""


def as_i64(type: str, value: str) -> str:
    """A value of any type as i64."""
    if type == "i64":
        return value
    return f"(i64.extend_i32_s {value})" if type == "i32" else f"(i64.trunc_{type}_s {value})"


@pytest.mark.parametrize("opt", ["0", "1", "2"])
@pytest.mark.parametrize("count", [7, 8, 9, 20, 45])
def test_calls_with_many_arguments(opt: OptLevel, count: int) -> None:
    """Whoever calls whom, and from Python: what is kept meanwhile is the same afterwards."""
    params = [TYPES[i * i % 4 if count > 20 else i % 2] for i in range(count)]
    inst = optimized(opt, pressed(params))
    expected = sum(i * i for i in range(1, count + 1))
    assert inst.callee(*(float(i + 1) if t[0] == "f" else i + 1 for i, t in enumerate(params))) == expected
    for i in range(24):
        inst.set(8 * i, 1 << 2 * i)
    kept = sum(1 << 2 * i for i in range(24))
    assert inst.direct(0) == 2 * expected + kept
    assert (inst.indirect(0), inst.caught(0)) == (expected + kept,) * 2


@pytest.mark.parametrize("opt", ["0", "1", "2"])
def test_no_call_moves_the_stack_pointer_on_arm(opt: OptLevel) -> None:
    """LLVM reloads registers from the stack between such a call and the instruction that moves the pointer back."""
    module = decode_module(wat_to_wasm(pressed(["i64"] * 20)))
    config = Config(opt=opt, target="aarch64-linux")
    for funcidx in range(2, len(module.codes)):  # behind those two that call nothing
        code = function_asm(module, config, funcidx).partition(f"\nf{funcidx}:")[2].partition(".Lfunc_end")[0]
        _, call, behind = code.partition("\tbl")
        assert call
        assert "sub\tsp, sp" not in behind
