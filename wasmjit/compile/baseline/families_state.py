"""Stencils of globals, tables, references and memory as a whole, of `select`, fuel, and counters."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.abi import layout
from wasmjit.abi.fuel import FUNCTION
from wasmjit.abi.libcalls import Libcall
from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.baseline.recipe import Recipe, result_place
from wasmjit.compile.baseline.registers import RESULT, VECTOR
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter
from wasmjit.compile.baseline.stencil_unit import with_global, with_table
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.wasm.types import EXNREF, EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, ValType

_GLOBALS = {"i": I32, "I": I64, "f": F32, "F": F64, "v": V128, "r": FUNCREF, "x": EXTERNREF, "e": EXNREF}
"""Types of globals by their letters in keys; objects that the runtime has to know of have letters of their own."""

_BULK: dict[str, tuple[tuple[str, ...], object]] = {
    "memory.fill": (("i32", "i32", "i32"), 0),
    "memory.copy": (("i32", "i32", "i32"), (0, 0)),
    "memory.init": (("i32", "i32", "i32"), (Hole("N"), 0)),
    "table.fill": (("i32", "ptr", "i32"), Hole("N")),
    "table.grow": (("ptr", "i32"), Hole("N")),
    "table.copy": (("i32", "i32", "i32"), (Hole("N"), Hole("K"))),
    "table.init": (("i32", "i32", "i32"), (Hole("K"), Hole("N"))),
}
"""Instructions with their operands in consecutive slots: the operands' types, and the immediate."""


def state() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils."""
    for letter, type in _GLOBALS.items():
        for imported, suffix in ((False, "own"), (True, "imp")):
            yield f"global.get {letter} {suffix}", _global_get(type, imported)
            yield f"global.set {letter} {suffix}", _global_set(type, imported)
    yield "memory.size", _simple((), "memory.size", 0, "i32")
    yield "memory.grow A", _calling((("A", "i32"),), "memory.grow", 0, "i32")
    for slot in (8, 16):
        for mnemonic in _BULK:
            yield f"slots{slot} {mnemonic}", _bulk(mnemonic, slot)
    yield "data.drop", _calling((), "data.drop", Hole("N"), "")
    yield "elem.drop", _calling((), "elem.drop", Hole("N"), "")
    yield "ref.func", _simple((), "ref.func", 0, "ptr")
    yield "table.get A", _simple((("A", "i32"),), "table.get", 0, "ptr")
    yield "table.size", _simple((), "table.size", 0, "i32")
    for prefix, element in (("", FUNCREF), ("x ", EXTERNREF), ("e ", EXNREF)):
        yield f"table.set {prefix}B,A", _table_set(element)
    yield "select A?B:S", _select
    yield "selectv A?FA:FB", _simple((("FA", VECTOR), ("FB", VECTOR), ("A", "i32")), "select t", (V128,), VECTOR)
    yield "count", _count
    yield "hot", _hot
    yield "fuel", _fuel(check=False)
    yield "fuel check", _fuel(check=True)


def _simple(operands: tuple[tuple[str, str], ...], mnemonic: str, imm: object, result: str) -> Recipe:
    """An instruction with operands in places, of LLVM types, and a result."""

    def make(f: StencilEmitter) -> None:
        for place, type in operands:
            f.take(place, type)
        f.lower(mnemonic, imm)
        f.give(result_place(result), result)
        f.go_on()

    return make


def _calling(operands: tuple[tuple[str, str], ...], mnemonic: str, imm: object, result: str) -> Recipe:
    """The same for one that calls the runtime, and may have no result ("")."""

    def make(f: StencilEmitter) -> None:
        for place, type in operands:
            f.take(place, type)
        f.lower(mnemonic, imm)
        _after_call(f, result)

    return make


def _after_call(f: StencilEmitter, result: str) -> None:
    f.lose_registers()
    if result:
        f.give(result_place(result), result)
    f.go_on()


def _bulk(mnemonic: str, slot: int) -> Recipe:
    types, imm = _BULK[mnemonic]

    def make(f: StencilEmitter) -> None:
        with_table(f, FUNCREF)
        for i, type in enumerate(types):
            f.push(f.load_slot(Hole("S", slot * i), type))
        f.lower(mnemonic, imm)
        _after_call(f, "i32" if f.stack else "")

    return make


def _global_get(type: ValType, imported: bool) -> Recipe:
    make = _simple((), "global.get", 0, LLVM_TYPE[type])

    def make_with_global(f: StencilEmitter) -> None:
        with_global(f, type, imported=imported)
        make(f)

    return make_with_global


def _global_set(type: ValType, imported: bool) -> Recipe:
    def make(f: StencilEmitter) -> None:
        with_global(f, type, imported=imported)
        f.take(result_place(LLVM_TYPE[type]), LLVM_TYPE[type])
        f.lower("global.set", 0)
        if type is EXTERNREF:
            f.lose_registers()
        f.go_on()

    return make


def _table_set(element: ValType) -> Recipe:
    def make(f: StencilEmitter) -> None:
        with_table(f, element)
        f.take("B", "i32")
        f.take("A", "ptr")
        f.lower("table.set", 0)
        f.registers["B"] = "poison"
        if element is EXTERNREF:
            f.lose_registers()
        f.go_on()

    return make


def _select(f: StencilEmitter) -> None:
    """What is in the slot gets a register, or LLVM would branch round the access."""
    f.take("B", "i64")
    f.push(f.emit(f'call i64 asm "", "=r,0"(i64 {f.load_slot(Hole("S"), "i64")})'))
    f.take("A", "i32")
    f.lower("select t", (I64,))
    f.give("A", "i64")
    f.go_on()


# --- counters


def _count(f: StencilEmitter) -> None:
    """Count down; go to T when the count is over, time and again."""
    slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
    counter = f.emit(f"getelementptr i8, ptr {slots}, i64 {Hole('G')}")
    rest = f.emit(f"add i64 {f.emit(f'load i64, ptr {counter}, align 8{CONTEXT_ACCESS}')}, -1")
    f.line(f"store i64 {rest}, ptr {counter}, align 8{CONTEXT_ACCESS}")
    f.branch(f.emit(f"icmp sle i64 {rest}, 0"))


def _hot(f: StencilEmitter) -> None:
    """Tell the runtime that function K is hot, at its loop N or its entry; let better code do the rest, if it has some.

    All locals and operands are in their slots, as abi/frame.py has them.
    """
    frame = f.emit("ptrtoint ptr %frame to i64")
    code = f.libcall(Libcall.HOT, str(Hole("K.32")), str(Hole("N.32")), frame)
    missing, go_on, move = f.emit(f"icmp eq i64 {code}, 0"), f.new_block(), f.new_block()
    f.line(f"br i1 {missing}, label %{go_on}, label %{move}")
    f.start_block(move)
    better = f.emit(f"inttoptr i64 {code} to ptr")
    f.line(f"ret {RESULT} {f.emit(f'call tailcc {RESULT} {better}(ptr %c, ptr %frame)')}")
    f.start_block(go_on)
    f.lose_registers()
    f.go_on()


def _fuel(*, check: bool) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.fuel_costs = {FUNCTION: Hole("K")}
        f.charge_fuel(FUNCTION, check=check)
        f.go_on()

    return make
