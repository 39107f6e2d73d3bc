"""Atomic memory instructions (threads): calls of the functions in `atomics`."""

from __future__ import annotations

from wasmjit.interp.atomics import OPERATIONS
from wasmjit.interp.memops import address_of
from wasmjit.interp.operand import READS_MEMORY, Operand, masked, signed
from wasmjit.interp.registry import Handler, bind, interprets
from wasmjit.interp.translator import Translator
from wasmjit.wasm.types import I32, I64, ValType


def _call(t: Translator, function: str, memarg: tuple[int, ...], *operands: Operand, extra: str = "") -> str:
    """The call; the address is popped."""
    address, memidx = address_of(t, memarg)
    return f"{function}(memory{memidx}, {', '.join([address.text, *(o.text for o in operands)])}{extra})"


def _load(type: ValType, bits: int) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        t.call(_call(t, f"atomic_load{bits}", memarg), (type,))

    return translate


def _store(bits: int) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        value = masked(t.pop(), bits)
        t.call(_call(t, f"atomic_store{bits}", memarg, value), ())

    return translate


def _modify(operation: str, type: ValType, bits: int) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        value = masked(t.pop(), bits)
        t.call(_call(t, f"atomic_{operation}{bits}", memarg, value), (type,))

    return translate


def _exchange(type: ValType, bits: int) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        expected, new = t.pop_values((type, type))
        t.call(_call(t, f"atomic_cmpxchg{bits}", memarg, expected, new), (type,))

    return translate


def _bind_all() -> None:
    for type in (I32, I64):
        for bits in (8, 16, 32, 64):
            full = 32 if type is I32 else 64
            if bits > full:
                continue
            width, suffix = ("", "") if bits == full else (str(bits), "_u")
            bind(f"{type}.atomic.load{width}{suffix}", _load(type, bits))
            bind(f"{type}.atomic.store{width}", _store(bits))
            for operation in OPERATIONS:
                bind(f"{type}.atomic.rmw{width}.{operation}{suffix}", _modify(operation, type, bits))
            bind(f"{type}.atomic.rmw{width}.cmpxchg{suffix}", _exchange(type, bits))


_bind_all()


@interprets("atomic.fence")
def fence(t: Translator, imm: None) -> None:
    """Loads that were put off happen now."""
    t.settle(READS_MEMORY)


@interprets("memory.atomic.notify")
def notify(t: Translator, memarg: tuple[int, ...]) -> None:
    """Wake threads."""
    count = t.pop_value(I32)
    t.call(_call(t, "atomic_notify", memarg, count), (I32,))


def _wait(type: ValType, bits: int) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        timeout = signed(t.pop(), 64)
        expected = t.pop_value(type)
        t.call(_call(t, f"atomic_wait{bits}", memarg, expected, timeout, extra=", store.check"), (I32,))

    return translate


bind("memory.atomic.wait32", _wait(I32, 32))
bind("memory.atomic.wait64", _wait(I64, 64))
