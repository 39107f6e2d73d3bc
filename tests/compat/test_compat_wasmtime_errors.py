"""What goes wrong, in the words that programs look for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compat.conftest import World

TRAPS = [
    ("trap", (), "UNREACHABLE", "wasm `unreachable` instruction executed"),
    ("divide", (1, 0), "INTEGER_DIVISION_BY_ZERO", "integer divide by zero"),
    ("divide", (-(2**31), -1), "INTEGER_OVERFLOW", "integer overflow"),
    ("load", (-4,), "MEMORY_OUT_OF_BOUNDS", "out of bounds memory access"),
    ("indirect", (0,), "INDIRECT_CALL_TO_NULL", "uninitialized element"),
    ("indirect", (9,), "TABLE_OUT_OF_BOUNDS", "undefined element: out of bounds table access"),
    ("truncate", (float("nan"),), "BAD_CONVERSION_TO_INTEGER", "invalid conversion to integer"),
    ("deep", (), "STACK_OVERFLOW", "call stack exhausted"),
]


@pytest.mark.parametrize(("name", "args", "code", "words"), TRAPS)
def test_traps(world: World, name: str, args: tuple[Any, ...], code: str, words: str) -> None:
    with pytest.raises(world.wt.Trap) as caught:
        world.call(name, *args)
    trap = caught.value
    assert trap.trap_code is getattr(world.wt.TrapCode, code)
    assert str(trap) == trap.message
    assert str(trap).startswith("error while executing at wasm backtrace:\n    0:")
    assert f"wasm trap: {words}\n" in str(trap)
    assert not isinstance(trap, world.wt.WasmtimeError)


def test_frames(world: World) -> None:
    with pytest.raises(world.wt.Trap) as caught:
        world.call("divide", 1, 0)
    (frame,) = caught.value.frames
    assert (frame.func_index, frame.func_name, frame.module_name, frame.func_offset) == (1, None, "m", 5)
    assert f"    0: {frame.module_offset:#8x} - m!<wasm function 1>\n" in str(caught.value)


def test_frames_of_a_module_without_names(wt: Any) -> None:
    world = World(wt, '(module (func $some_name (export "f") unreachable))')
    with pytest.raises(wt.Trap, match=" - <unknown>!some_name\n"):
        world.call("f")


def test_a_stack_overflow_is_found_before_the_function_begins(world: World) -> None:
    with pytest.raises(world.wt.Trap, match=r"backtrace:\n    0: m!deep\n    1: +0x[0-9a-f]+ - m!deep\n") as caught:
        world.call("deep")
    assert len(caught.value.frames) == 20


def test_an_instance_can_be_used_after_a_trap(world: World) -> None:
    for _ in range(3):
        with pytest.raises(world.wt.Trap):
            world.call("deep")
    assert world.call("add", 1, 2) == 3


BAD_MODULES = {
    b"": "failed to parse WebAssembly module",
    b"\0asm\2\0\0\0": "failed to parse WebAssembly module",
    "(module (func (result i32)))": r"failed to compile: wasm\[0\]::function\[0\]\n\nCaused by:\n"
    r"    0: WebAssembly translation error\n    1: Invalid input WebAssembly code at offset 24: type mismatch",
    "(module (fun": "expected valid module field",
}


@pytest.mark.parametrize("module", BAD_MODULES)
def test_bad_modules(wt: Any, module: Any) -> None:
    with pytest.raises(wt.WasmtimeError, match=BAD_MODULES[module]):
        wt.Module(wt.Engine(), module)


def test_what_is_no_module_at_all(wt: Any) -> None:
    with pytest.raises(TypeError, match="expected wasm bytes"):
        wt.Module(wt.Engine(), 3)
    with pytest.raises(FileNotFoundError):
        wt.Module.from_file(wt.Engine(), "/nowhere/x.wasm")
    with pytest.raises(wt.WasmtimeError, match="failed to parse precompiled artifact"):
        wt.Module.deserialize(wt.Engine(), b"something else")
    with pytest.raises(wt.WasmtimeError, match="failed to open file"):
        wt.Module.deserialize_file(wt.Engine(), "/nowhere/x.cwasm")


IMPORTS = '(module (import "a" "f" (func)) (import "a" "m" (memory 1)))'


def test_imports_that_are_missing(wt: Any) -> None:
    store = wt.Store()
    module = wt.Module(store.engine, IMPORTS)
    with pytest.raises(wt.WasmtimeError, match="unknown import: `a::f` has not been defined"):
        wt.Linker(store.engine).instantiate(store, module)
    with pytest.raises(wt.WasmtimeError, match="expected 2 imports, found 0"):
        wt.Instance(store, module, [])


def test_imports_that_do_not_fit(wt: Any) -> None:
    store = wt.Store()
    module = wt.Module(store.engine, IMPORTS)
    func = wt.Func(store, wt.FuncType([], []), lambda: None)
    with pytest.raises(wt.WasmtimeError, match="incompatible import type for `a::m`\n\nCaused by:\n    "):
        wt.Instance(store, module, [func, func])
    with pytest.raises(TypeError):
        wt.Instance(store, module, [func, lambda: None])


def test_errors_can_be_made(wt: Any) -> None:
    assert str(wt.WasmtimeError("words")) == "words"
    trap = wt.Trap("words")
    assert (trap.message, trap.frames, trap.trap_code) == ("words", [], None)
    assert issubclass(wt.ExitTrap, wt.WasmtimeError)


EXIT = """(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1)
    (func (export "exit") (param i32) (call $exit (local.get 0))))"""


def test_exit(wt: Any) -> None:
    store = wt.Store()
    store.set_wasi(wt.WasiConfig())
    linker = wt.Linker(store.engine)
    linker.define_wasi()
    exit = linker.instantiate(store, wt.Module(store.engine, EXIT)).exports(store)["exit"]
    for code in (0, 1, 125):
        with pytest.raises(wt.ExitTrap, match=f"Exited with i32 exit status {code}") as caught:
            exit(store, code)
        assert caught.value.code == code
    with pytest.raises(wt.WasmtimeError, match="invalid exit status") as other:
        exit(store, 126)
    assert not isinstance(other.value, wt.ExitTrap)


def test_wasi_without_a_configuration(ours: Any) -> None:
    """The package ends the process."""
    store = ours.Store()
    linker = ours.Linker(store.engine)
    linker.define_wasi()
    instance = linker.instantiate(store, ours.Module(store.engine, EXIT))
    with pytest.raises(ours.WasmtimeError, match="set_wasi"):
        instance.exports(store)["exit"](store, 1)
    store.set_wasi(ours.WasiConfig())
    with pytest.raises(ours.ExitTrap):
        instance.exports(store)["exit"](store, 1)
