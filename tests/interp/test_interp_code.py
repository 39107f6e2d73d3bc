"""What functions become in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import wasmjit
from wasmjit.interp import code
from wasmjit.interp.dispatch import print_dispatched
from wasmjit.interp.translator import Translator

Instantiate = Callable[..., Any]
Source = Callable[[str], str]


def test_every_instruction_is_translated() -> None:
    assert code.unhandled() == []


def test_sums_are_masked_once(source: Source) -> None:
    text = source(
        "(module (func (param i32 i32) (result i32) (i32.mul (i32.add (local.get 0) (i32.const 7)) (local.get 1))))"
    )
    assert text.count("4294967295") == 1


def test_values_known_to_be_small_are_not_masked(source: Source) -> None:
    text = source(
        "(module (memory 1) (func (param i32) (result i32) (i32.add (i32.load8_u (local.get 0)) (i32.const 7))))"
    )
    assert "4294967295" not in text


def test_a_branch_to_the_end_of_a_block_needs_no_loop(source: Source) -> None:
    text = source(
        """(module (func (param i32) (result i32)
          (block (br_if 0 (local.get 0)) (local.set 0 (i32.const 5)) (br_if 0 (i32.eqz (local.get 0))) nop)
          (local.get 0)))"""
    )
    assert "while" not in text


def test_a_load_is_not_moved_behind_a_store(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (memory 1) (func (export "f") (result i32)
          (i32.load (i32.const 0)) (i32.store (i32.const 0) (i32.const 1))))"""
    )
    assert instance.f() == 0


def test_an_operand_keeps_the_value_of_its_local(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (func (export "f") (param i32) (result i32)
          (i32.add (local.get 0) (i32.const 1)) (local.set 0 (i32.const 100)) (i32.mul (local.get 0))))"""
    )
    assert instance.f(4) == 500


def nest(depth: int, opening: str, inner: str) -> str:
    return (
        f'(module (func (export "f") (param i32) (result i32) {opening * depth} {inner} {")" * depth} (local.get 0)))'
    )


@pytest.mark.parametrize("depth", [15, 40, 200, 5000])
@pytest.mark.parametrize(
    ("opening", "inner", "expected"),
    [
        ("(block ", "(br_if {last} (local.get 0)) (local.set 0 (i32.const 9))", (9, 1)),
        (
            "(loop ",
            "(local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if {last} (i32.gt_s (local.get 0) (i32.const 0)))",
            (-1, 0),
        ),
        ("(if (i32.eqz (local.get 0)) (then ", "(local.set 0 (i32.const 9))", (9, 1)),
    ],
    ids=["blocks", "loops", "ifs"],
)
def test_any_nesting(opening: str, inner: str, expected: tuple[int, int], depth: int, instantiate: Instantiate) -> None:
    closing = opening.count("(") - opening.count(")") - 1
    text = nest(depth, opening, inner.format(last=depth - 1) + ")" * 0)
    if closing:
        text = text.replace(")" * depth + " (local.get 0)", ")" * (depth * (1 + closing)) + " (local.get 0)")
    instance = instantiate(text)
    assert (instance.f(0), instance.f(1)) == expected


BRANCHES = """(module (func (export "f") (param $i i32) (result i32) (local $sum i32) (local $n i32)
  (loop $outer
    (local.set $n (i32.const 0))
    (block $next
      (loop $inner
        (br_if $next (i32.eq (local.get $n) (i32.const 3)))
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (block $low (block $high
          (br_table $low $high $next (i32.sub (local.get $i) (local.get $n))))
          (local.set $sum (i32.add (local.get $sum) (i32.const 100))))
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (br_if $outer (i32.gt_s (local.get $i) (i32.const 1)))
        (br $inner)))
    (local.set $i (i32.sub (local.get $i) (i32.const 1)))
    (br_if $outer (i32.ge_s (local.get $i) (i32.const 0))))
  (local.get $sum)))"""


@pytest.mark.parametrize("argument", [0, 1, 2])
def test_both_ways_to_print_control_flow_agree(
    argument: int, instantiate: Instantiate, monkeypatch: pytest.MonkeyPatch
) -> None:
    structured = instantiate(BRANCHES).f(argument)
    monkeypatch.setattr(code, "_MAX_NESTING", 0)
    assert instantiate(BRANCHES).f(argument) == structured


def test_a_body_is_translated_when_it_is_first_called(
    instantiate: Instantiate, monkeypatch: pytest.MonkeyPatch
) -> None:
    translated: list[Any] = []
    run = Translator.run
    monkeypatch.setattr(Translator, "run", lambda self, instrs: translated.append(instrs) or run(self, instrs))
    instance = instantiate('(module (func (export "a")) (func (export "b")))')
    assert not translated
    instance.a()
    instance.a()
    assert len(translated) == 1


def test_basic_blocks_of_an_empty_body() -> None:
    assert print_dispatched([])[0][-1].strip() == "pass"


def test_a_missing_feature_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "SUPPORTED", code.SUPPORTED - {"simd"})
    with pytest.raises(wasmjit.UnsupportedError, match="simd"):
        wasmjit.Module(wasmjit.Engine(tier="interp"), "(module (func (drop (v128.const i64x2 0 0))))")


def test_negative_constants_are_constants(instantiate: Instantiate) -> None:
    instance = instantiate(
        """(module (func (export "f") (param i64) (result i64)
          (i64.shl (local.get 0) (i64.extend_i32_s (i32.const -63))))
          (func (export "g") (result i64) (i64.and (i64.extend_i32_s (i32.const -256)) (i64.const -1))))"""
    )
    assert instance.f(3) == 6
    assert instance.g() == -256
