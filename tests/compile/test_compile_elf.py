"""Reading objects: those that LLVM writes, and damaged ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmjit.compile.elf import SHF_EXECINSTR, STT_FUNC, ElfObject
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.errors import InternalError

IR = """
@data = global i64 7
declare double @fmod(double, double)
define double @f(double %x) {
  %y = call double @fmod(double %x, double 2.5)
  ret double %y
}
define internal i64 @g() noinline {
  %v = load i64, ptr @data
  ret i64 %v
}
define i64 @h() {
  %v = call i64 @g()
  ret i64 %v
}
"""
OBJECT = compile_ir(IR, CodegenSettings("1"))


def test_sections_symbols_and_relocations() -> None:
    elf = ElfObject(OBJECT)
    names = {symbol.name: symbol for symbol in elf.symbols}
    text = next(i for i, section in enumerate(elf.sections) if section.name == ".text")
    assert elf.sections[text].flags & SHF_EXECINSTR
    assert elf.sections[text].data[:1] and len(elf.sections[text].data) == elf.sections[text].size
    assert names["f"].type == STT_FUNC
    assert names["f"].section == text
    assert names["fmod"].section == 0
    targets = {elf.symbols[info >> 32].name for _, info, _ in elf.relocations(text)}
    assert "fmod" in targets


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\0" * 64, b"\x7fELF\x01\x01\x01" + b"\0" * 57])
def test_something_else(data: bytes) -> None:
    with pytest.raises(InternalError):
        ElfObject(data)


@given(st.integers(0, len(OBJECT) - 1))
def test_truncated_objects(size: int) -> None:
    with pytest.raises(InternalError):
        LoadedObject(OBJECT[:size])


def test_an_executable_is_refused() -> None:
    data = bytearray(OBJECT)
    data[16] = 2  # ET_EXEC
    with pytest.raises(InternalError, match="not a relocatable"):
        ElfObject(bytes(data))


def test_an_object_for_another_processor() -> None:
    data = bytearray(OBJECT)
    data[18] = 243  # RISC-V
    with pytest.raises(InternalError, match="another processor"):
        LoadedObject(bytes(data))
