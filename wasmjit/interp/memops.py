"""Memory instructions (spec 4.4.7). A memory is a view of its bytes, `m0`; out of bounds Python raises by itself."""

from __future__ import annotations

from wasmjit.interp.operand import READS_MEMORY, TRAPS, Operand, combine, masked
from wasmjit.interp.registry import Handler, bind, interprets
from wasmjit.interp.translator import Translator
from wasmjit.limits import MAX_MEMORY64_BYTES
from wasmjit.validate.addressed import narrower
from wasmjit.wasm.types import I32, ValType


def _address_type(t: Translator, memidx: int) -> ValType:
    return t.module.memories[memidx].address


def address_of(t: Translator, memarg: tuple[int, ...]) -> tuple[Operand, int]:
    """The effective address, and the memory."""
    _, offset, memidx = memarg[:3]
    address = t.pop_value(_address_type(t, memidx))
    if offset:
        address = combine(f"({{}} + {offset})", [address], address.low + offset, address.high + offset)
    return address, memidx


def _load(function: str, low: int = 0, high: int = 0) -> Handler:
    """`function` unpacks at an address; without one a byte is read by its index."""

    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        address, memidx = address_of(t, memarg)
        text = f"{function}(m{memidx}, {{}})[0]" if function else f"m{memidx}[{{}}]"
        t.push(combine(text, [address], low, high, READS_MEMORY | TRAPS, t.offset))

    return translate


def _load_f32(t: Translator, memarg: tuple[int, ...]) -> None:
    address, memidx = address_of(t, memarg)
    (value,) = t.atoms(combine(f"ldf32(m{memidx}, {{}})[0]", [address], 0, 0, READS_MEMORY | TRAPS, t.offset))
    # Unpacking would quieten a NaN.
    t.line(f"if {value.text} != {value.text}: {value.text} = load_nan32(m{memidx}, {address.text})")
    t.push(value)


def _store(function: str, bits: int | None) -> Handler:
    def translate(t: Translator, memarg: tuple[int, ...]) -> None:
        value = t.pop()
        value = masked(value, bits) if bits else value
        address, memidx = address_of(t, memarg)
        t.effect(f"{function}(m{memidx}, {address.text}, {value.text})", READS_MEMORY | TRAPS)

    return translate


def _store8(t: Translator, memarg: tuple[int, ...]) -> None:
    value = masked(t.pop(), 8)
    address, memidx = address_of(t, memarg)
    t.effect(f"m{memidx}[{address.text}] = {value.text}", READS_MEMORY | TRAPS)


_SIGNED = {8: "ldi8", 16: "ldi16", 32: "ldi32"}
_UNSIGNED = {8: "", 16: "ldu16", 32: "ldu32", 64: "ldu64"}


def _bind_all() -> None:
    for bits in (32, 64):
        bind(f"i{bits}.load", _load(_UNSIGNED[bits], 0, (1 << bits) - 1))
        bind(f"i{bits}.store", _store(f"stu{bits}", bits))
        bind(f"i{bits}.store8", _store8)
        for size in (8, 16, 32):
            if size == bits:
                continue
            half = 1 << size - 1
            bind(f"i{bits}.load{size}_s", _load(_SIGNED[size], -half, half - 1))
            bind(f"i{bits}.load{size}_u", _load(_UNSIGNED[size], 0, (1 << size) - 1))
            if size > 8:
                bind(f"i{bits}.store{size}", _store(f"stu{size}", size))
    bind("f32.load", _load_f32)
    bind("f64.load", _load("ldf64"))
    bind("f32.store", _store("store_f32", None))
    bind("f64.store", _store("stf64", None))


_bind_all()


@interprets("memory.size")
def memory_size(t: Translator, memidx: int) -> None:
    """In pages."""
    shift = t.module.memories[memidx].page_size_log2
    t.push(combine(f"(len(m{memidx}) >> {shift})", [], 0, MAX_MEMORY64_BYTES >> shift, READS_MEMORY))


@interprets("memory.grow")
def memory_grow(t: Translator, memidx: int) -> None:
    """-1 if it does not grow."""
    type = _address_type(t, memidx)
    pages = t.pop_value(type)
    t.call(f"memory_grow({memidx}, {pages.text})", (type,))


def _bulk(function: str, indices: tuple[int, ...], t: Translator, *types: ValType) -> None:
    operands = t.pop_values(types)
    args = [*map(str, indices), *(operand.text for operand in operands)]
    t.effect(f"{function}({', '.join(args)})")


@interprets("memory.init")
def memory_init(t: Translator, imm: tuple[int, int]) -> None:
    """From a data segment."""
    _bulk("memory_init", imm, t, _address_type(t, imm[1]), I32, I32)


@interprets("data.drop")
def data_drop(t: Translator, dataidx: int) -> None:
    """The segment is empty from now on."""
    t.effect(f"data_drop({dataidx})")


@interprets("memory.copy")
def memory_copy(t: Translator, imm: tuple[int, int]) -> None:
    """Overlapping or not."""
    destination, source = (_address_type(t, memidx) for memidx in imm)
    _bulk("memory_copy", imm, t, destination, source, narrower(destination, source))


@interprets("memory.fill")
def memory_fill(t: Translator, memidx: int) -> None:
    """With the low byte of a value."""
    type = _address_type(t, memidx)
    _bulk("memory_fill", (memidx,), t, type, I32, type)
