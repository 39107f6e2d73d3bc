"""Reference and table instructions (spec 4.4.3, 4.4.6). All but `ref` are calls of functions of the instance."""

from __future__ import annotations

from wasmjit.interp.operand import READS_STATE, TRAPS, combine
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import Translator
from wasmjit.validate.addressed import narrower
from wasmjit.wasm.types import I32, ValType


@interprets("ref.null")
def ref_null(t: Translator, type: ValType) -> None:
    """None."""
    t.push(combine("None", [], 0, 0))


@interprets("ref.is_null")
def ref_is_null(t: Translator, imm: None) -> None:
    """Whether it is None."""
    t.push(combine("({} is None)", [t.pop()], 0, 1))


@interprets("ref.func")
def ref_func(t: Translator, funcidx: int) -> None:
    """The function object."""
    t.push(combine(f"ref_func({funcidx})", [], 0, 0))


def _index_type(t: Translator, tableidx: int) -> ValType:
    return t.module.tables[tableidx].address


@interprets("table.get")
def table_get(t: Translator, tableidx: int) -> None:
    """One element."""
    index = t.pop_value(_index_type(t, tableidx))
    t.push(combine(f"table_get({tableidx}, {{}})", [index], 0, 0, READS_STATE | TRAPS, t.offset))


@interprets("table.set")
def table_set(t: Translator, tableidx: int) -> None:
    """One element."""
    value = t.pop()
    index = t.pop_value(_index_type(t, tableidx))
    t.effect(f"table_set({tableidx}, {index.text}, {value.text})")


@interprets("table.size")
def table_size(t: Translator, tableidx: int) -> None:
    """In elements."""
    t.push(combine(f"table_size({tableidx})", [], 0, (1 << 32) - 1, READS_STATE))


@interprets("table.grow")
def table_grow(t: Translator, tableidx: int) -> None:
    """-1 if it does not grow."""
    type = _index_type(t, tableidx)
    count = t.pop_value(type)
    value = t.pop()
    t.call(f"table_grow({tableidx}, {value.text}, {count.text})", (type,))


@interprets("table.fill")
def table_fill(t: Translator, tableidx: int) -> None:
    """A range with one reference."""
    type = _index_type(t, tableidx)
    count = t.pop_value(type)
    value = t.pop()
    index = t.pop_value(type)
    t.effect(f"table_fill({tableidx}, {index.text}, {value.text}, {count.text})")


def _bulk(function: str, indices: tuple[int, int], t: Translator, *types: ValType) -> None:
    operands = t.pop_values(types)
    args = [*map(str, indices), *(operand.text for operand in operands)]
    t.effect(f"{function}({', '.join(args)})")


@interprets("table.copy")
def table_copy(t: Translator, imm: tuple[int, int]) -> None:
    """Overlapping or not."""
    destination, source = (_index_type(t, tableidx) for tableidx in imm)
    _bulk("table_copy", imm, t, destination, source, narrower(destination, source))


@interprets("table.init")
def table_init(t: Translator, imm: tuple[int, int]) -> None:
    """From an element segment."""
    _bulk("table_init", imm, t, _index_type(t, imm[1]), I32, I32)


@interprets("elem.drop")
def elem_drop(t: Translator, elemidx: int) -> None:
    """The segment is empty from now on."""
    t.effect(f"elem_drop({elemidx})")
