"""Tables for exceptions: what they say of frames is what the instructions of a function do."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import pytest

from wasmjit.compile.elf import ElfObject
from wasmjit.compile.jump_ir import JUMP_ATTRIBUTE_TEXT, JUMP_ATTRIBUTES, jump_ir
from wasmjit.compile.llvm.object import CodegenSettings, compile_assembly, compile_ir
from wasmjit.compile.llvm.target import resolve_target
from wasmjit.compile.platform import Platform, linux_platform
from wasmjit.compile.unwind import unwind_records

COUNT = 14

LOADS = "".join(f"  %q{i} = getelementptr i64, ptr %p, i64 {i}\n  %v{i} = load i64, ptr %q{i}\n" for i in range(COUNT))
CALLS = "".join(f"  %c{i} = call i64 @g(i64 %v{i})\n" for i in range(COUNT))
SUMS = "".join(f"  %s{i + 1} = add i64 %s{i}, %v{i}\n" for i in range(COUNT))
IR = f"""
declare i64 @g(i64)
define i64 @f(ptr %p) uwtable "frame-pointer"="all" {{
{LOADS}{CALLS}
  %s0 = add i64 0, 0
{SUMS}
  ret i64 %s{COUNT}
}}
"""


def settings(arch: str) -> CodegenSettings:
    target = resolve_target(None, f"{arch}-linux")  # type: ignore[arg-type]
    return CodegenSettings("1", target.cpu, target.features, target.triple)


def saved_above_the_frame_pointer(platform: Platform) -> dict[int, int]:
    """Offsets in bytes, by DWARF number of the register, as the tables have them."""
    elf = ElfObject(compile_ir(IR, settings(platform.arch)))
    text = next(i for i, section in enumerate(elf.sections) if section.name == ".text")
    records = unwind_records(elf, {text: 0}, platform)
    assert struct.unpack_from("<II", records) == (1, 0)
    words, (cfa,) = records[8 + 24 : 8 + 48], struct.unpack_from("<I", records, 8 + 48)
    pairs = zip(platform.saved_registers, words, strict=False)
    return {register: cfa - 8 * word for register, word in pairs if word}


def test_x86_64() -> None:
    """They are pushed one after the other below the frame pointer."""
    pushed = re.findall(r"pushq?\s+%(r\w+)", compile_assembly(IR, settings("x86_64")).partition("call")[0])
    numbers = {"rbx": 3, "r12": 12, "r13": 13, "r14": 14, "r15": 15}
    expected = {numbers[name]: -8 * i for i, name in enumerate(pushed[1:], 1) if name in numbers}
    assert pushed[0] == "rbp"
    assert len(expected) == 5
    assert saved_above_the_frame_pointer(linux_platform("x86_64")) == expected


def test_aarch64() -> None:
    """They are stored at offsets from the stack pointer, which then becomes the frame pointer."""
    code = compile_assembly(IR, settings("aarch64"))
    pointer = re.search(r"(?:add\s+x29, sp, #(\d+)|mov\s+x29, sp)", code)
    assert pointer
    expected: dict[int, int] = {}
    for registers, offset in re.findall(r"st[pr]\s+(x\d+(?:, x\d+)?), \[sp, #(\d+)\]", code[: pointer.start()]):
        for i, name in enumerate(registers.split(", ")):
            if 19 <= int(name[1:]) <= 28:
                expected[int(name[1:])] = int(offset) + 8 * i - int(pointer[1] or 0)
    assert len(expected) == 10
    assert saved_above_the_frame_pointer(linux_platform("aarch64")) == expected


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
@pytest.mark.parametrize("opt", ["0", "1"])
def test_registers_far_below_arguments(arch: str, opt: str) -> None:
    """A jump that makes room for its arguments between what it saves and its caller's frame."""
    key = "I" * 400 + ":I"
    ir = f"{jump_ir(key)}\nattributes {JUMP_ATTRIBUTES} = {{ {JUMP_ATTRIBUTE_TEXT} }}\n".replace("internal ", "")
    elf = ElfObject(compile_ir(ir, replace(settings(arch), opt=opt)))
    places = {i: 0 for i, section in enumerate(elf.sections) if section.name == ".text"}
    assert unwind_records(elf, places, linux_platform(arch))


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_a_function_that_saves_nothing_has_no_record(arch: str) -> None:
    ir = 'define i64 @f(i64 %x) uwtable "frame-pointer"="all" {\n  ret i64 %x\n}\n'
    elf = ElfObject(compile_ir(ir, settings(arch)))
    places = {i: 0 for i, section in enumerate(elf.sections) if section.name == ".text"}
    assert unwind_records(elf, places, linux_platform(arch)) == struct.pack("<II", 0, 0)
