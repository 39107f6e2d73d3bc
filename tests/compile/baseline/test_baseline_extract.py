"""Stencils out of objects: what is cut off, what becomes a hole, and what is refused."""

from __future__ import annotations

import platform
import re

import pytest

from wasmjit.compile.baseline import generate
from wasmjit.compile.baseline.hole import Hole, ScaledHole
from wasmjit.compile.baseline.immediate import with_immediate
from wasmjit.compile.baseline.library import stencil_library
from wasmjit.compile.baseline.library_parts import CORE, FLOATS, VECTORS
from wasmjit.compile.baseline.stencil import Constant, Field, Stencil, join_parts
from wasmjit.compile.llvm.object import CodegenSettings, compile_assembly
from wasmjit.errors import InternalError

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")

NAMES = frozenset({"D", "F", "G", "K", "M", "N", "O", "S", "W", "W2"})
FIXED_PARTS = (CORE, FLOATS, VECTORS)
PROCESS_SYMBOLS = frozenset({"memset", "memmove"})


@pytest.fixture(scope="module", params=[True, False], ids=["guard", "explicit"])
def stencils(request: pytest.FixtureRequest) -> dict[str, Stencil]:
    """Fixture: all stencils with fixed keys, of both modes."""
    core, floats, vectors = (generate.fixed_stencils(part, guard=request.param) for part in FIXED_PARTS)
    return core | floats | vectors


def test_every_recipe_makes_a_stencil(stencils: dict[str, Stencil]) -> None:
    keys = [key for key, _ in generate.recipes()]
    assert len(keys) == len(set(keys))
    assert set(keys) | {"entry"} == set(stencils)


def test_stencils_depend_on_nothing_but_their_holes(stencils: dict[str, Stencil]) -> None:
    for key, stencil in stencils.items():
        ends = [0]
        for offset, width, name, _ in sorted(stencil.fields):
            assert name in NAMES and width in (1, 4, 8), key
            assert stencil.code[offset : offset + width] == bytes(width), key
            assert offset >= ends[-1], key
            ends.append(offset + width)
        assert {name for _, name in stencil.jumps} <= {"T", "Q"}, key
        for constant in stencil.constants:
            assert isinstance(constant.data, bytes) or constant.data in PROCESS_SYMBOLS, key
        patched = [*stencil.jumps, *stencil.constants]
        assert all(0 <= item[0] <= stencil.size - 4 for item in patched), key


def test_what_jumps_and_what_does_not(stencils: dict[str, Stencil]) -> None:
    jumping = {key for key, stencil in stencils.items() if stencil.jumps}
    assert jumping == {key for key in stencils if re.match(r"(br|bn|br_table) |jmp$|count$", key)}
    assert all(stencils[key].jumps == ((stencils[key].size - 4, "T"),) for key in jumping - {"br_table A"})


def test_branches_fall_through_where_they_are_not_taken(stencils: dict[str, Stencil]) -> None:
    for key in ("br i32.lt_u A,K", "br i64.eq A,r3", "bn A", "br f32.gt FA,FB"):
        stencil = stencils[key]
        assert stencil.jumps[0].offset == stencil.size - 4 and stencil.code[-6] == 0x0F, key


def test_operations_with_constants_are_one_instruction(stencils: dict[str, Stencil]) -> None:
    for name in ("add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"):
        for type in ("i32", "i64"):
            assert stencils[f"{type}.{name} A,K"].size <= 7, name


@pytest.mark.parametrize("guard", [True, False])
def test_stencils_leave_the_frame_pointer_alone(guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def remember(text: str, settings: CodegenSettings) -> bytes:
        texts.append(compile_assembly(text, settings))
        return b""

    monkeypatch.setattr(generate, "compile_ir", remember)
    monkeypatch.setattr(generate, "extract", lambda data: [])
    for part in FIXED_PARTS:
        generate.fixed_stencils(part, guard=guard)
    for text in texts:
        outside_of_entry = re.sub(r"#APP.*?#NO_APP", "", text, flags=re.DOTALL)
        assert not re.search(r"%[re]bp", outside_of_entry)
        assert "(%rsp)" not in outside_of_entry  # no spills
        assert "@GOTPCREL" not in re.sub(r"(memset|memmove)@GOTPCREL", "", text)


def test_an_operation_that_is_not_there_stays_as_it_is() -> None:
    code, fields = bytes.fromhex("41ba00000000") + b"\x90", (Field(2, 4, "K", 0),)
    assert with_immediate(code, fields) == (code, fields)


def test_packing() -> None:
    fields = (Field(1, 4, "S", 0), Field(6, 8, "W", 0), Field(15, 4, "S", -8), Field(20, 1, "K", 0))
    stencil = Stencil(bytes(range(22)), fields, (), (Constant(0, b"1234", 4, 0),))
    assert stencil.names == ("K", "S", "W") and stencil.size == 22
    packed = stencil.pack(5, 4, (1 << 64) - 1)
    assert packed[1:5] == b"\4\0\0\0" and packed[6:14] == b"\xff" * 8 and packed[20] == 5
    assert packed[15:19] == b"\xfc\xff\xff\xff"
    assert packed[0] == 0 and packed[5] == 5 and packed[14] == 14 and packed[19] == 19 and packed[21] == 21
    again = join_parts(stencil.parts())
    assert again.parts() == stencil.parts() and again.pack(5, 4, 0) == stencil.pack(5, 4, 0)


def test_holes_in_ir() -> None:
    hole = Hole("M") + 8 + 8
    assert f"{hole}" == str(hole) == 'ptrtoint (ptr getelementptr (i8, ptr @"M", i64 16) to i64)'
    assert Hole("K.32").text("i32") == 'ptrtoint (ptr @"K.32" to i32)'
    assert str(8 * ScaledHole("N")) == 'ptrtoint (ptr @"N" to i64)'
    with pytest.raises(TypeError):
        8 * hole
    with pytest.raises(TypeError):
        hole * 8


def test_entries_that_save_registers_in_another_way_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "PROLOGUE", b"\x90")
    with pytest.raises(InternalError, match="saves registers"):
        generate.signature_stencils(["entry8 i:ii"], guard=True)


def test_all_entries_save_the_same() -> None:
    library = stencil_library(True)
    keys = ("entry8 iiiiiii:i", "entry16 vvvvvvvvvv:vFf", "entry8 :iiiiii")
    assert all(library.get(key).code.startswith(generate.PROLOGUE) for key in ("entry", *keys))
    assert library.entry_saved.words == (7, 6, 5, 4, 3) and library.entry_saved.cfa == 16
