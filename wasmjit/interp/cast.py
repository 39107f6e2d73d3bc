"""Tests and casts of references, branches on them, i31, conversions (spec 4.6.3, 4.6.5)."""

from __future__ import annotations

from wasmjit.interp.operand import MASKS, TRAPS, Operand, combine
from wasmjit.interp.registry import interprets
from wasmjit.interp.translator import Translator
from wasmjit.interp.tree import If
from wasmjit.wasm.types import ANY, ARRAY, EQ, EXN, EXTERN, FUNC, I31, STRUCT, FuncType, HeapType, RefType

_TOPS = (ANY, FUNC, EXTERN, EXN)
_TESTS = {
    I31: "type({0}) is int",
    EQ: "isinstance({0}, EQ)",
    STRUCT: "isinstance({0}, Struct)",
    ARRAY: "isinstance({0}, Array)",
}


def _test(t: Translator, heap: HeapType | int) -> str | None:
    """Condition for a reference to refer to that, written for any that is not null; None: each does."""
    if isinstance(heap, HeapType):
        return None if heap in _TOPS else _TESTS.get(heap, "0")
    type = t.module.deftypes[heap]
    if isinstance(type.composite, FuncType):
        return f"is_function({{0}}, T{heap})"
    return f"type({{0}}) is T{heap}" if type.final else f"isinstance({{0}}, T{heap})"


def _condition(t: Translator, reference: Operand, heap: HeapType | int, nullable: bool) -> Operand:
    """Whether a reference, of the same hierarchy, is to `heap`. No test but that for null is true for null."""
    test = _test(t, heap)
    if test is None:
        text = "1" if nullable else "({0} is not None)"
    elif test == "0":
        text = "({0} is None)" if nullable else "0"
    else:
        text = f"({{0}} is None or {test})" if nullable else f"({test})"
    return Operand(text.format(reference.text), 1, reference.names, 0, 0, 1)


def _on_top(t: Translator) -> Operand:
    """Pop a reference that is used more than once."""
    (reference,) = t.atoms(t.pop())
    return reference


@interprets("ref.test")
def ref_test(t: Translator, heap: HeapType | int) -> None:
    """Whether it is a reference to that, and not null."""
    t.push(_condition(t, _on_top(t), heap, False))


@interprets("ref.test null")
def ref_test_null(t: Translator, heap: HeapType | int) -> None:
    """Whether it is a reference to that, or null."""
    t.push(_condition(t, _on_top(t), heap, True))


def _cast(t: Translator, heap: HeapType | int, nullable: bool) -> None:
    reference = _on_top(t)
    t.settle(TRAPS)
    t.line(f"if not {_condition(t, reference, heap, nullable).text}: cast_failure()")
    t.push(reference)


@interprets("ref.cast")
def ref_cast(t: Translator, heap: HeapType | int) -> None:
    """The same reference, or a trap."""
    _cast(t, heap, False)


@interprets("ref.cast null")
def ref_cast_null(t: Translator, heap: HeapType | int) -> None:
    """The same reference, or a trap."""
    _cast(t, heap, True)


def _branch(t: Translator, imm: tuple[int, RefType, RefType], template: str) -> None:
    labelidx, _, target = imm
    heap = target.heap if isinstance(target.heap, HeapType | int) else t.module.deftypes.index(target.heap)
    reference = _on_top(t)
    t.settle(TRAPS)
    t.push(reference)
    condition = _condition(t, reference, heap, target.nullable).text
    t.nodes.append(If(template.format(condition), t.jump(labelidx), [], t.offset))


@interprets("br_on_cast")
def br_on_cast(t: Translator, imm: tuple[int, RefType, RefType]) -> None:
    """To a label if the reference has the type; it stays on the stack."""
    _branch(t, imm, "{}")


@interprets("br_on_cast_fail")
def br_on_cast_fail(t: Translator, imm: tuple[int, RefType, RefType]) -> None:
    """To a label if it has not."""
    _branch(t, imm, "(not {})")


@interprets("ref.eq")
def ref_eq(t: Translator, imm: None) -> None:
    """i31 are equal by value, objects if they are the same."""
    second, first = t.pop(), t.pop()
    t.push(combine("({} == {})", [first, second], 0, 1))


# --- i31 and conversions


@interprets("ref.i31")
def ref_i31(t: Translator, imm: None) -> None:
    """The low 31 bits."""
    t.push(combine("({} & 2147483647)", [t.pop()], 0, 0))


def _i31(t: Translator) -> Operand:
    """The bits of an i31: null has no `real`."""
    return combine("{}.real", [t.pop()], 0, MASKS[32] >> 1, TRAPS, t.offset)


@interprets("i31.get_s")
def i31_get_s(t: Translator, imm: None) -> None:
    """Null, then the bits with their sign."""
    half = 1 << 30
    t.push(combine(f"(({{}} ^ {half}) - {half})", [_i31(t)], -half, half - 1))


@interprets("i31.get_u")
def i31_get_u(t: Translator, imm: None) -> None:
    """Null, then the bits."""
    t.push(_i31(t))


@interprets("any.convert_extern", "extern.convert_any")
def convert(t: Translator, imm: None) -> None:
    """Both hierarchies have the same values."""
