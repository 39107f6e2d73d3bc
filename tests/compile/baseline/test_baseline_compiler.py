"""What the baseline compiler leaves to LLVM."""

from __future__ import annotations

import platform
from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.baseline.compiler import MAX_OPERANDS, BaselineCompiler
from wasmjit.config import Config

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")


def summing(operands: int) -> bytes:
    """A function that has so many operands on its stack at once, and adds them up."""
    gets, adds = "(local.get 0) " * operands, "i32.add " * (operands - 1)
    return wat_to_wasm(f'(module (func (export "f") (param i32) (result i32) {gets} {adds}))')


def has_stencils(data: bytes, *, fuel: bool = False) -> bool:
    """Whether function 0 of a module is compiled."""
    return BaselineCompiler(decode_module(data), Config(fuel=fuel)).pack(0) is not None


@pytest.mark.parametrize("fuel", [False, True])
def test_many_operands_are_not_looked_through_again_and_again(fuel: bool) -> None:
    assert has_stencils(summing(MAX_OPERANDS), fuel=fuel)
    assert not has_stencils(summing(MAX_OPERANDS + 1), fuel=fuel)


@pytest.mark.parametrize("operands", [MAX_OPERANDS, MAX_OPERANDS + 1, 20 * MAX_OPERANDS])
def test_the_result_is_the_same_either_way(operands: int) -> None:
    instance: Any = wasmjit.load(summing(operands), tier="baseline", cache=False)
    assert instance.f(3) == 3 * operands


@pytest.mark.parametrize(
    "body",
    [
        "(drop (i32.atomic.load (i32.const 0)))",
        "(drop (i32.load offset=0x80000000 (i32.const 0)))",
        "(drop (i32.load 1 (i32.const 0)))",
        "(block (try_table (catch_all 0)))",
        "(return_call 0)",
        f"(local {'i64 ' * 2049})",
    ],
)
def test_what_has_no_stencil(body: str) -> None:
    assert not has_stencils(wat_to_wasm(f"(module (memory 1) (memory 1) (func {body}))"))
