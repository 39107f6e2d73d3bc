"""Stencils that move values: between registers and frame slots, and constants."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.compile.baseline.hole import Hole
from wasmjit.compile.baseline.recipe import Recipe
from wasmjit.compile.baseline.registers import INTEGERS, VECTOR, VECTORS
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter


def moves() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils."""
    for prefix, registers in (("mov", INTEGERS), ("movv", VECTORS)):
        for to in registers:
            for source in registers:
                if to != source:
                    yield f"{prefix} {to},{source}", _move(to, source)
    for place in INTEGERS:
        yield f"ld {place}", _load(place, "i64")
        yield f"st {place}", _store(place, "i64")
        yield f"const {place}", _constant(place, "i64", "K.32")
        yield f"constw {place}", _constant(place, "i64", "W")
    for place in VECTORS:
        for letter, type in (("f", "double"), ("v", VECTOR)):
            yield f"ld{letter} {place}", _load(place, type)
            yield f"st{letter} {place}", _store(place, type)
        yield f"constf {place}", _float_constant(place)
        yield f"zerov {place}", _zero_vector(place)
        yield f"constv {place}", _vector_constant(place)
    yield "stk", _store_constant
    yield "zero", _zero


def _move(to: str, source: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.registers[to] = f"%{source}"
        f.go_on()

    return make


def _load(place: str, type: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.take("S", type)
        f.give(place, type)
        f.go_on()

    return make


def _store(place: str, type: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.take(place, type)
        f.store_slot(Hole("D"), type, f.pop())
        f.go_on()

    return make


def _constant(place: str, type: str, symbol: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.push(Hole(symbol).text(type))
        f.give(place, type)
        f.go_on()

    return make


def _float_constant(place: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.push(f.emit(f"bitcast i64 {Hole('W')} to double"))
        f.give(place, "double")
        f.go_on()

    return make


def _zero_vector(place: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.registers[place] = "zeroinitializer"
        f.go_on()

    return make


def _vector_constant(place: str) -> Recipe:
    def make(f: StencilEmitter) -> None:
        low = f.emit(f"insertelement {VECTOR} poison, i64 {Hole('W')}, i32 0")
        f.registers[place] = f.emit(f"insertelement {VECTOR} {low}, i64 {Hole('W2')}, i32 1")
        f.go_on()

    return make


def _store_constant(f: StencilEmitter) -> None:
    f.store_slot(Hole("D"), "i64", str(Hole("K")))
    f.go_on()


def _zero(f: StencilEmitter) -> None:
    """A loop that counts down: N slots of 8 bytes from D on."""
    base, loop, end = f.slot_pointer(Hole("D")), f.new_block(), f.new_block()
    entry, count, rest = f.block, f.new_name(), f.new_name()
    f.line(f"br label %{loop}")
    f.start_block(loop)
    f.line(f"{count} = phi i64 [ {Hole('N')}, %{entry} ], [ {rest}, %{loop} ]")
    f.line(f"{rest} = add i64 {count}, -1")
    pointer = f.emit(f"getelementptr i64, ptr {base}, i64 {rest}")
    f.line(f"store volatile i64 0, ptr {pointer}, align 8")  # volatile: it shall not become a call of memset
    f.line(f"br i1 {f.emit(f'icmp eq i64 {rest}, 0')}, label %{end}, label %{loop}")
    f.start_block(end)
    f.go_on()
