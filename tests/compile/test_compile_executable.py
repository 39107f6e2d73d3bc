"""Pages that become executable: access, and the flush of the instruction cache where the platform has one."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace

import pytest

from wasmjit.compile.arena import Arena
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.compile.platform import current_platform, executable, mapping
from wasmjit.compile.stubs import StubTable

# As a flush, notes the range that it is asked for.
NOTE = "define void @note(i64 %start, i64 %end) {{\n  {}\n  {}\n  ret void\n}}\n"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[ctypes.Array[ctypes.c_uint64]]:
    """Fixture: start and end of the last range that was flushed, by machine code that stands in for the platform's."""
    cell = (ctypes.c_uint64 * 2)()
    stores = (
        f"store volatile i64 %{name}, ptr inttoptr (i64 {ctypes.addressof(cell) + 8 * i} to ptr)"
        for i, name in enumerate(("start", "end"))
    )
    note = LoadedObject(compile_ir(NOTE.format(*stores), CodegenSettings(opt="0")))
    code = ctypes.string_at(note.symbols["note"], note.end - note.symbols["note"])[: mapping.PAGE_BYTES]
    platform = replace(current_platform(), flush_code=code)
    monkeypatch.setattr(executable, "current_platform", lambda: platform)
    executable._flusher.cache_clear()
    yield cell
    executable._flusher.cache_clear()


def test_objects_and_stubs_are_flushed(noted: ctypes.Array[ctypes.c_uint64]) -> None:
    code = LoadedObject(compile_ir("define i64 @f() {\n  ret i64 41\n}\n", CodegenSettings(opt="0")))
    assert noted[0] == code.start and code.symbols["f"] < noted[1] <= code.end
    assert ctypes.CFUNCTYPE(ctypes.c_int64)(code.symbols["f"])() == 41
    stubs = StubTable(bytes(128), 0, 0, 1000)
    assert noted[0] < stubs.first and noted[1] >= stubs.stub(1000)


def test_a_page_that_is_used_again_runs_the_new_code() -> None:
    arena = Arena(1 << 20)
    for value in range(20):
        code = LoadedObject(compile_ir(f"define i64 @f() {{\n  ret i64 {value}\n}}\n", CodegenSettings()), arena=arena)
        assert code.start == arena.start
        assert ctypes.CFUNCTYPE(ctypes.c_int64)(code.symbols["f"])() == value
        del code


def test_a_stub_goes_straight_to_the_code_that_it_is_led_to() -> None:
    if not current_platform().unled_offset:
        pytest.skip("stubs of this processor always go by the gate")
    codes = [
        LoadedObject(compile_ir(f"define i64 @f() {{\n  ret i64 {value}\n}}\n", CodegenSettings())) for value in (1, 2)
    ]
    stubs = StubTable(bytes([0xCC] * 128), 0, 0, 300)  # nothing but traps for a gate
    for index in (0, 255, 299):
        for value, code in enumerate(codes, 1):
            stubs.lead(index, code.symbols["f"])
            assert ctypes.CFUNCTYPE(ctypes.c_int64)(stubs.stub(index))() == value
