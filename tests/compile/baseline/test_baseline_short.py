"""Shorter encodings: what they become, and what is left alone. (test_baseline_execution.py runs them.)"""

from __future__ import annotations

import platform

import pytest

from wasmjit.compile.baseline.library import stencil_library
from wasmjit.compile.baseline.short import MAX_SHORT, short_code
from wasmjit.compile.baseline.stencil import Field, Stencil


@pytest.mark.parametrize(
    "code, value, short",
    [
        ("b800000000", 0, "31c0"),  # movl $0, %eax
        ("41bb00000000", 0, "4531db"),  # movl $0, %r11d
        ("0500000000", 5, "83c005"),  # addl
        ("480d00000000", 127, "4883c87f"),  # orq
        ("483d00000000", 1, "4883f801"),  # cmpq
        ("3d000000000f8c00000000", 1, "83f8010f8c00000000"),  # cmpl, jl T
        ("69c000000000", 10, "6bc00a"),  # imull
        ("498b8500000000", 8, "498b4508"),  # movq 8(%r13), %rax
        ("488d8000000000", 16, "488d4010"),  # leaq 16(%rax), %rax
        ("89c8410fb6840600000000", 3, "89c8410fb6440603"),  # movl %ecx, %eax; movzbl 3(%r14,%rax), %eax
        ("c4c17811ad00000000", 48, "c4c178116d30"),  # vmovups %xmm5, 48(%r13)
    ],
)
def test_short_forms(code: str, value: int, short: str) -> None:
    data = bytes.fromhex(code)
    offset = len(data) - (10 if "0f8c" in code else 4)
    assert short_code(data, offset, value) == bytes.fromhex(short)
    assert short_code(data, offset, MAX_SHORT + 1) is None


@pytest.mark.parametrize(
    "code, offset",
    [
        ("b800000000", 1),  # a constant that is not 0
        ("41bb0000000090", 2),  # something follows
        ("62f17e48108500000000", 6),  # EVEX multiplies short displacements
        ("0f38f08500000000", 4),  # an opcode of three bytes
        ("9090498b8500000000", 5),  # more than one instruction
        ("488b0500000000", 3),  # relative to the program counter
    ],
)
def test_what_has_no_short_form(code: str, offset: int) -> None:
    assert short_code(bytes.fromhex(code), offset, 1) is None


def test_stencils_with_more_to_patch_stay_as_they_are() -> None:
    code = bytes.fromhex("498b8500000000")
    assert len(Stencil(code, (Field(3, 4, "S", 0),), (), ()).pack_small(1)) == 4
    assert len(Stencil(code, (Field(3, 4, "S", 8),), (), ()).pack_small(1)) == 7
    twice = Stencil(code * 2, (Field(3, 4, "S", 0), Field(10, 4, "S", 0)), (), ())
    assert twice.pack_small(1) == twice.pack(1)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")
def test_the_frequent_ones_are_shortened() -> None:
    get = stencil_library(True).get
    keys = ("ld r3", "st A", "ldf x2", "stv FA", "i32.add A,S", "f64.mul FA,S", "i64.load r1", "i32.store r2,A")
    keys += ("br i32.eq A,K", "br i64.lt_u A,S", "i64.add A,K", "i32.and A,K", "global.get i own")
    for key in keys:
        assert len(get(key).pack_small(64)) < get(key).size, key
        assert len(get(key).pack_small(640)) == get(key).size, key
