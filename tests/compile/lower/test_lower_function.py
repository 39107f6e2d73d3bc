"""What the shape of a body decides: prologue, attributes, dropped loads, dead code."""

from __future__ import annotations

import re

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_ir
from wasmjit.config import Config


def ir_of(wat: str, funcidx: int = 0, **settings: str) -> str:
    """The function's own IR, without what the unit adds."""
    text = function_ir(decode_module(wat_to_wasm(wat)), Config(**settings), funcidx)  # type: ignore[arg-type]
    return text[text.index("define tailcc") : text.index("\n}\n", text.index("define tailcc"))]


def test_a_small_leaf_has_no_stack_check() -> None:
    assert "frameaddress" not in ir_of("(module (func (result i32) (i32.const 1)))")


@pytest.mark.parametrize("body", ["(call 0)", "(nop) " * 600])
def test_callers_and_large_functions_check_the_stack(body: str) -> None:
    assert "frameaddress" in ir_of(f"(module (func {body}))")


@pytest.mark.parametrize("load", ["i32.load", "i32.load8_s", "i64.load32_u", "v128.load64_splat", "v128.load16_lane 3"])
def test_a_dropped_load_is_kept(load: str) -> None:
    lane = "(v128.const i64x2 0 0)" if "lane" in load else ""
    text = ir_of(f"(module (memory 1) (func (drop ({load} (i32.const 4) {lane}))))")
    assert "load volatile" in text


def test_a_used_load_is_plain() -> None:
    assert "volatile" not in ir_of(
        "(module (memory 1) (func (result i32) (drop (i32.const 1)) (i32.load (i32.const 4))))"
    )


def test_long_blocks_are_split_and_very_long_ones_not_optimised() -> None:
    def chain(steps: int) -> str:
        return ir_of(f"(module (func (param i32) (result i32) local.get 0 {'i32.const 3 i32.mul ' * steps}))")

    short, longer, longest = chain(900), chain(3_000), chain(20_000)
    assert len(re.findall(r"(?m)^b\d+:", short)) == 1
    assert len(re.findall(r"(?m)^b\d+:", longer)) == 3
    assert " #0 " in longer.splitlines()[0]
    assert " #1 " in longest.splitlines()[0]


def test_no_block_is_split_behind_its_end() -> None:
    body = "(i32.store (i32.const 0) (local.get 0)) " * 400
    text = ir_of(f"(module (memory 1) (func (param i32) (block {body} br 0 {body}) {body}))")
    terminators = re.findall(r"(?m)^(?:br|ret|unreachable).*\n(?!b\d+:|\w+:|$)", text + "\n")
    assert terminators == []


def test_dead_code_emits_nothing() -> None:
    alive = ir_of("(module (func (result i32) (i32.const 1) return))")
    dead = ir_of(
        "(module (func (result i32) (i32.const 1) return (block (loop (br 0))) (i32.mul) (drop) (i32.const 2)))"
    )
    assert without_offsets(dead) == without_offsets(alive)


def without_offsets(text: str) -> str:
    return re.sub(r"!DILocation\([^)]*\)", "", text)


def test_explicit_bounds_compare_and_guard_pages_do_not() -> None:
    wat = "(module (memory 1) (func (param i32) (result i32) (i32.load offset=8 (local.get 0))))"
    assert "icmp ugt i64" in ir_of(wat, bounds_checks="explicit")
    assert "icmp" not in ir_of(wat, bounds_checks="guard")
