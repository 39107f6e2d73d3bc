"""Loading objects: all kinds of references, access to the parts, look-up, lifetime."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from wasmjit.compile.arena import Arena, process_arena
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.compile.platform import mapping
from wasmjit.errors import InternalError

IR = """
@table = internal constant [4 x i32] [i32 10, i32 20, i32 30, i32 40]
@counter = global i64 7
@zeros = global [1000 x i64] zeroinitializer
@pointers = internal constant [2 x ptr] [ptr @table, ptr @counter]
@elsewhere = external global i64
declare double @fmod(double, double)
declare void @memcpy(ptr, ptr, i64)
define i32 @lookup(i32 %i) {
  %p = getelementptr [4 x i32], ptr @table, i32 0, i32 %i
  %v = load i32, ptr %p
  ret i32 %v
}
define double @remainder(double %x, double %y) {
  %r = call double @fmod(double %x, double %y)
  %s = fadd double %r, 0.25
  ret double %s
}
define i64 @count(i64 %by) {
  %v = load i64, ptr @counter
  %w = add i64 %v, %by
  store i64 %w, ptr @counter
  %p = getelementptr [1000 x i64], ptr @zeros, i64 0, i64 %by
  %z = load i64, ptr %p
  %sum = add i64 %w, %z
  ret i64 %sum
}
define i64 @far() {
  %v = load i64, ptr @elsewhere
  ret i64 %v
}
define ptr @pointer(i32 %i) {
  %p = getelementptr [2 x ptr], ptr @pointers, i32 0, i32 %i
  %v = load ptr, ptr %p
  ret ptr %v
}
define ptr @address() {
  ret ptr @fmod
}
define i32 @choose(i32 %i) {
  switch i32 %i, label %other [
    i32 0, label %a
    i32 1, label %b
    i32 2, label %c
    i32 3, label %d
    i32 4, label %e
  ]
a:
  %r = call i32 @lookup(i32 3)
  ret i32 %r
b:
  ret i32 7
c:
  ret i32 -22
d:
  %s = call i32 @lookup(i32 1)
  ret i32 %s
e:
  ret i32 111
other:
  ret i32 0
}
"""


@pytest.fixture(params=["0", "2"])
def loaded(request: pytest.FixtureRequest) -> LoadedObject:
    return LoadedObject(compile_ir(IR, CodegenSettings(request.param), verify=True), resolve)


ELSEWHERE = ctypes.c_int64(123456789)


def resolve(name: str) -> int:
    from wasmjit.compile.process_symbols import process_symbol

    return ctypes.addressof(ELSEWHERE) if name == "elsewhere" else process_symbol(name)


def function(obj: LoadedObject, name: str, result: Any, *args: Any) -> Callable[..., Any]:
    made: Callable[..., Any] = ctypes.CFUNCTYPE(result, *args)(obj.symbols[name])
    return made


def test_references_of_all_kinds(loaded: LoadedObject) -> None:
    i32, i64, f64, ptr = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
    lookup = function(loaded, "lookup", i32, i32)
    assert [lookup(i) for i in range(4)] == [10, 20, 30, 40]
    assert function(loaded, "remainder", f64, f64, f64)(7.5, 2.0) == 1.75
    count = function(loaded, "count", i64, i64)
    assert [count(1), count(10)] == [8, 18]
    assert function(loaded, "far", i64)() == 123456789
    pointer = function(loaded, "pointer", ptr, i32)
    assert ctypes.c_int32.from_address(pointer(0)).value == 10
    assert ctypes.c_int64.from_address(pointer(1)).value == 18
    choose = function(loaded, "choose", i32, i32)
    assert [choose(i) for i in range(6)] == [40, 7, -22, 20, 111, 0]
    fmod = ctypes.CFUNCTYPE(f64, f64, f64)(function(loaded, "address", ptr)())
    assert fmod(9.0, 4.0) == 1.0


def test_far_calls_go_through_stubs(loaded: LoadedObject) -> None:
    """The C library is more than 2 GiB away from an arena of that size, or the stub would not be used."""
    obj = LoadedObject(compile_ir(IR, CodegenSettings("1")), lambda name: resolve(name))
    distance = abs(resolve("fmod") - obj.start)
    assert function(obj, "remainder", ctypes.c_double, ctypes.c_double, ctypes.c_double)(5.0, 3.0) == 2.25
    assert distance > 1 << 31 or os.uname().machine != "x86_64"


def test_near_symbols_are_called_directly() -> None:
    callee = LoadedObject(compile_ir("define i32 @seven() { ret i32 7 }", CodegenSettings("0")))
    text = "declare i32 @seven()\ndefine i32 @f() {\n  %v = call i32 @seven()\n  ret i32 %v\n}\n"
    caller = LoadedObject(compile_ir(text, CodegenSettings("0")), lambda name: callee.symbols[name])
    assert function(caller, "f", ctypes.c_int32)() == 7


def accesses() -> dict[range, str]:
    """The process's mappings. Neighbours with the same access are one."""
    with open("/proc/self/maps") as maps:
        lines = [line.split() for line in maps]
    return {range(*(int(bound, 16) for bound in line[0].split("-"))): line[1] for line in lines}


def test_no_page_is_writable_and_executable(loaded: LoadedObject) -> None:
    arena = process_arena()
    inside = {pages: access for pages, access in accesses().items() if pages.start in arena}
    assert next(access for pages, access in inside.items() if loaded.start in pages) == "r-xp"
    assert next(access for pages, access in inside.items() if loaded.symbols["counter"] in pages) == "rw-p"
    assert not [access for access in inside.values() if "w" in access and "x" in access]


def test_functions_by_address(loaded: LoadedObject) -> None:
    for name in ("lookup", "remainder", "count", "choose"):
        start = loaded.symbols[name]
        assert loaded.function_at(start) == name
        assert loaded.function_at(start + 1) == name
    assert loaded.function_at(loaded.start - 1) is None
    assert loaded.function_at(loaded.symbols["counter"]) is None
    assert loaded.line_at(loaded.symbols["lookup"]) is None
    assert loaded.start <= loaded.symbols["lookup"] < loaded.end


def test_a_missing_symbol_is_named() -> None:
    text = "declare void @no_such_function()\ndefine void @f() {\n  call void @no_such_function()\n  ret void\n}\n"
    with own_arena() as arena:
        with pytest.raises(InternalError, match="no_such_function"):
            LoadedObject(compile_ir(text, CodegenSettings("0")), arena=arena)
        gc.collect()
        assert arena.free_bytes == arena.size


def test_the_range_is_given_back() -> None:
    with own_arena() as arena:
        obj = LoadedObject(compile_ir(IR, CodegenSettings("0")), resolve, arena=arena)
        assert arena.free_bytes < arena.size
        assert obj.start in arena
        del obj
        assert arena.free_bytes == arena.size


@contextmanager
def own_arena() -> Iterator[Arena]:
    """An arena that only the test uses: objects of other tests may be collected at any point."""
    arena = Arena(1 << 20)
    yield arena
    ctypes.CDLL(None).munmap(ctypes.c_void_p(arena.start), ctypes.c_size_t(arena.size))


def test_an_object_without_code() -> None:
    obj = LoadedObject(compile_ir("", CodegenSettings("0")))
    assert obj.symbols == {}
    assert obj.function_at(obj.start) is None


def test_thread_local_data_is_refused() -> None:
    text = "@t = thread_local global i32 1\ndefine ptr @f() {\n  ret ptr @t\n}\n"
    with pytest.raises(InternalError):
        LoadedObject(compile_ir(text, CodegenSettings("0")))


def test_alignment_of_sections() -> None:
    text = "@a = global i8 1\n@b = global i64 0, align 64\n@c = constant [64 x i8] zeroinitializer, align 64\n"
    obj = LoadedObject(compile_ir(text, CodegenSettings("0")))
    assert obj.symbols["b"] % 64 == 0
    assert obj.symbols["c"] % 64 == 0


def test_a_large_object_loads() -> None:
    """20,000 calls between functions."""
    calls = "".join(f"  call void @f{(7 * i) % 100}()\n" for i in range(200))
    text = "".join(f"define void @f{i}() {{\n{calls}  ret void\n}}\n" for i in range(100))
    obj = LoadedObject(compile_ir(text, CodegenSettings("0")))
    assert len(obj.symbols) == 100


def test_pages_are_rounded() -> None:
    assert mapping.round_to_pages(0) == 0
    assert mapping.round_to_pages(1) == mapping.PAGE_BYTES
    assert mapping.round_to_pages(mapping.PAGE_BYTES) == mapping.PAGE_BYTES
