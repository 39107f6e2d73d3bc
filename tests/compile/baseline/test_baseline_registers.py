"""The registers that LLVM gives to the parameters of stencils, by the encoding of moves."""

from __future__ import annotations

import platform

import pytest

from wasmjit.compile.baseline.library import stencil_library
from wasmjit.compile.baseline.registers import CONTEXT, INTEGERS, VECTORS

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")

NUMBERS = {"A": 0, "r3": 1, "r2": 2, "r1": 6, "B": 7, "r4": 8, "r5": 9, "r6": 11, "r0": 15}
RAX = 0


@pytest.mark.parametrize("name", INTEGERS)
def test_integer_registers(name: str) -> None:
    if name == "A":
        (field,) = stencil_library(True).get("const A").fields
        assert stencil_library(True).get("const A").code[: field.offset] == bytes([0xB8 + RAX])  # movl $K, %eax
        return
    number = NUMBERS[name]
    rex = 0x48 | (4 if number > 7 else 0)
    moved = stencil_library(True).get(f"mov A,{name}").code
    assert moved == bytes([rex, 0x89, 0xC0 | (number & 7) << 3])  # movq %name, %rax


@pytest.mark.parametrize("number, name", list(enumerate(VECTORS)))
def test_vector_registers(number: int, name: str) -> None:
    stencil = stencil_library(True).get(f"ldf {name}")
    modrm = stencil.code[stencil.fields[0].offset - 1]
    assert modrm >> 3 & 7 == number


def test_context_registers() -> None:
    library = stencil_library(True)
    assert library.get("ld A").code[:3] == bytes.fromhex("498b85")  # movq S(%r13), %rax
    assert library.get("ref.func").code[:4] == bytes.fromhex("498d8424")  # leaq G(%r12), %rax
    load = library.get("i64.load A")
    assert load.code.endswith(bytes.fromhex("498b8406") + bytes(4))  # movq O(%r14,%rax), %rax
    assert CONTEXT == ("c", "frame", "base")
