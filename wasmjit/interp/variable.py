"""Parametric and variable instructions (spec 4.4.4, 4.4.5)."""

from __future__ import annotations

from wasmjit.interp.operand import MASKS, NO_NAMES, READS_STATE, TRAPS, Operand, masked
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import BITS, Translator, variable
from wasmjit.wasm.types import ValType


@interprets("local.get")
def local_get(t: Translator, localidx: int) -> None:
    """Its name."""
    t.push(variable(f"l{localidx}", t.locals[localidx]))


@interprets("local.set")
def local_set(t: Translator, localidx: int) -> None:
    """An assignment."""
    _set(t, localidx)


@interprets("local.tee")
def local_tee(t: Translator, localidx: int) -> None:
    """An assignment; the operand is the local from now on."""
    _set(t, localidx)
    local_get(t, localidx)


def _set(t: Translator, localidx: int) -> None:
    bits = BITS.get(t.locals[localidx])
    operand = t.pop()
    name = f"l{localidx}"
    if operand.text == name:
        return
    if bits and not operand.in_bits(bits) and operand.depth and _just_over(operand, bits):
        # a sum: it is in range nearly always, and a comparison is cheaper than a mask
        t.assign(name, operand.text)
        t.line(f"if {_over(name, operand, bits)}: {name} &= {MASKS[bits]}")
    else:
        t.assign(name, (masked(operand, bits) if bits else operand).text)


def _just_over(operand: Operand, bits: int) -> bool:
    return -(1 << bits) <= operand.low and operand.high < 1 << bits + 1


def _over(name: str, operand: Operand, bits: int) -> str:
    if operand.low >= 0:
        return f"{name} > {MASKS[bits]}"
    return f"{name} < 0" if operand.high <= MASKS[bits] else f"not 0 <= {name} <= {MASKS[bits]}"


@interprets("global.get")
def global_get(t: Translator, globalidx: int) -> None:
    """An attribute of the global."""
    type = t.module.globals[globalidx].type
    bits = BITS.get(type.type)
    effects = READS_STATE if type.mutable else 0
    t.push(Operand(f"g{globalidx}.raw", 1, NO_NAMES, effects, 0, MASKS[bits] if bits else 0))


@interprets("global.set")
def global_set(t: Translator, globalidx: int) -> None:
    """An assignment to it."""
    value = t.pop_value(t.module.globals[globalidx].type.type)
    t.effect(f"g{globalidx}.raw = {value.text}", READS_STATE | TRAPS)


@interprets("drop")
def drop(t: Translator, imm: None) -> None:
    """What may trap has to be evaluated all the same."""
    operand = t.pop()
    if operand.effects & TRAPS:
        t.settle(TRAPS)
        t.line(operand.text)


@interprets("select t")
def select_typed(t: Translator, types: tuple[ValType, ...]) -> None:
    """Both operands are evaluated before the choice if they may trap."""
    condition = masked(t.pop(), 32)
    second, first = t.pop(), t.pop()
    if (first.effects | second.effects) & TRAPS:
        first, second, condition = t.scratch(first), t.scratch(second), t.scratch(condition)
    names = condition.names | first.names | second.names
    effects = condition.effects | first.effects | second.effects
    depth = max(condition.depth, first.depth, second.depth) + 1
    low, high = min(first.low, second.low), max(first.high, second.high)
    text = f"({first.text} if {condition.text} else {second.text})"
    t.push(Operand(text, depth, names, effects, low, high, condition.offset))


@interprets("select")
def select(t: Translator, imm: None) -> None:
    """Without a type only in dead code, where validation found none."""
    select_typed(t, ())
