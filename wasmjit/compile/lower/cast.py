"""Tests and casts of references, branches on them, i31, conversions (spec 4.6.3, 4.6.5)."""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.control import branch_if
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, INVARIANT, Emitter
from wasmjit.compile.lower.heap import HEADER_ACCESS, not_null
from wasmjit.compile.lower.registry import lowers
from wasmjit.compile.lower.subtype import is_subtype, type_info
from wasmjit.wasm.types import ANY, ARRAY, EQ, EXN, EXTERN, FUNC, I31, STRUCT, FuncType, HeapType, RefType

_TOPS = (ANY, FUNC, EXTERN, EXN)


@lowers("ref.as_non_null")
def lower_ref_as_non_null(f: Emitter, imm: None) -> None:
    """The same, once it has been found not to be null."""
    f.push(not_null(f, f.pop(), TrapCode.NULL_REFERENCE))


@lowers("br_on_null")
def lower_br_on_null(f: Emitter, depth: int) -> None:
    """The branch takes everything but the reference."""
    reference = f.pop()
    branch_if(f, f.emit(f"icmp eq ptr {reference}, null"), depth)
    f.push(reference)


@lowers("br_on_non_null")
def lower_br_on_non_null(f: Emitter, depth: int) -> None:
    """The branch takes the reference along."""
    branch_if(f, f.emit(f"icmp ne ptr {f.stack[-1]}, null"), depth)
    f.pop()


@lowers("ref.eq")
def lower_ref_eq(f: Emitter, imm: None) -> None:
    """Equal references are equal pointers, i31 included."""
    second = f.pop()
    f.push_condition(f.emit(f"icmp eq ptr {f.pop()}, {second}"))


# --- whether a reference has a type


class _Test:
    """The i1 for one test, put together from branches: each way out goes to a phi at the end."""

    def __init__(self, f: Emitter) -> None:
        self.f = f
        self.end = f.new_block()
        self.ways: list[str] = []

    def answer_if(self, condition: str, answer: str) -> None:
        """Leave with an answer if the i1 is true, else go on."""
        f, go_on = self.f, self.f.new_block()
        self.ways.append(f"[{answer}, %{f.block}]")
        f.line(f"br i1 {condition}, label %{self.end}, label %{go_on}")
        f.start_block(go_on)

    def answer(self, answer: str) -> str:
        """Leave with an answer; the i1 of all answers."""
        f = self.f
        self.ways.append(f"[{answer}, %{f.block}]")
        f.line(f"br label %{self.end}")
        f.start_block(self.end)
        return f.emit(f"phi i1 {', '.join(self.ways)}")


def _has_type(f: Emitter, reference: str, heap: HeapType | int, nullable: bool) -> str:
    """The i1 that says whether a reference, of the same hierarchy, is to `heap`."""
    null = f.emit(f"icmp eq ptr {reference}, null")
    if heap in _TOPS:
        return "true" if nullable else f.emit(f"xor i1 {null}, true")
    if isinstance(heap, HeapType) and heap not in (EQ, I31, STRUCT, ARRAY):
        return null if nullable else "false"  # the bottom of a hierarchy: nothing but null
    test = _Test(f)
    test.answer_if(null, "true" if nullable else "false")
    if isinstance(heap, int) and isinstance(f.module.types[heap], FuncType):
        return test.answer(_is_defined(f, _load(f, reference, layout.FUNCREF_TYPE_ID, CONTEXT_ACCESS), heap))
    bits = f.emit(f"ptrtoint ptr {reference} to i64")
    i31 = f.emit(f"trunc i64 {bits} to i1")
    if heap is I31:
        return test.answer(i31)
    test.answer_if(i31, "true" if heap is EQ else "false")
    info = _load(f, reference, layout.CELL_INFO, HEADER_ACCESS)
    return test.answer(_is_defined(f, info, heap) if isinstance(heap, int) else _is_kind(f, info, heap))


def _load(f: Emitter, reference: str, offset: int, access: str) -> str:
    """The TypeInfo of what is referred to."""
    pointer = f.emit(f"getelementptr i8, ptr {reference}, i64 {offset}")
    return f.emit(f"load ptr, ptr {pointer}, align 8{access}")


def _is_defined(f: Emitter, info: str, typeidx: int) -> str:
    wanted, type = type_info(f, typeidx), f.module.deftypes[typeidx]
    if type.final:
        return f.emit(f"icmp eq i64 {f.emit(f'ptrtoint ptr {info} to i64')}, {wanted}")
    return is_subtype(f, info, wanted, type.depth)


def _is_kind(f: Emitter, info: str, heap: HeapType) -> str:
    kind = f.emit(f"load i32, ptr {info}{INVARIANT}")
    if heap is EQ:
        return f.emit(f"icmp uge i32 {kind}, {layout.KIND_STRUCT}")
    return f.emit(f"icmp eq i32 {kind}, {layout.KIND_STRUCT if heap is STRUCT else layout.KIND_ARRAY}")


# --- tests and casts


@lowers("ref.test")
def lower_ref_test(f: Emitter, heap: HeapType | int) -> None:
    """Whether it is a reference to that, and not null."""
    f.push_condition(_has_type(f, f.pop(), heap, False))


@lowers("ref.test null")
def lower_ref_test_null(f: Emitter, heap: HeapType | int) -> None:
    """Whether it is a reference to that, or null."""
    f.push_condition(_has_type(f, f.pop(), heap, True))


def _cast(f: Emitter, heap: HeapType | int, nullable: bool) -> None:
    has_type = _has_type(f, f.stack[-1], heap, nullable)
    f.trap_if(f.emit(f"xor i1 {has_type}, true"), TrapCode.CAST_FAILURE)


@lowers("ref.cast")
def lower_ref_cast(f: Emitter, heap: HeapType | int) -> None:
    """The same reference, or a trap."""
    _cast(f, heap, False)


@lowers("ref.cast null")
def lower_ref_cast_null(f: Emitter, heap: HeapType | int) -> None:
    """The same reference, or a trap."""
    _cast(f, heap, True)


def _target(f: Emitter, type: RefType) -> HeapType | int:
    """The target of a cast: a type of the module by its index."""
    if isinstance(type.heap, HeapType | int):
        return type.heap
    return f.module.deftypes.index(type.heap)


@lowers("br_on_cast")
def lower_br_on_cast(f: Emitter, imm: tuple[int, RefType, RefType]) -> None:
    """Branch with the reference if it has the type."""
    branch_if(f, _has_type(f, f.stack[-1], _target(f, imm[2]), imm[2].nullable), imm[0])


@lowers("br_on_cast_fail")
def lower_br_on_cast_fail(f: Emitter, imm: tuple[int, RefType, RefType]) -> None:
    """Branch with the reference if it does not have the type."""
    has_type = _has_type(f, f.stack[-1], _target(f, imm[2]), imm[2].nullable)
    branch_if(f, f.emit(f"xor i1 {has_type}, true"), imm[0])


# --- i31 and conversions


@lowers("ref.i31")
def lower_ref_i31(f: Emitter, imm: None) -> None:
    """The low 31 bits, shifted left by one, plus 1."""
    shifted = f.emit(f"shl i32 {f.pop()}, 1")
    wide = f.emit(f"zext i32 {f.emit(f'or i32 {shifted}, 1')} to i64")
    f.push(f.emit(f"inttoptr i64 {wide} to ptr"))


def _i31_bits(f: Emitter) -> str:
    reference = not_null(f, f.pop(), TrapCode.NULL_I31_REFERENCE)
    wide = f.emit(f"ptrtoint ptr {reference} to i64")
    return f.emit(f"trunc i64 {wide} to i32")


@lowers("i31.get_s")
def lower_i31_get_s(f: Emitter, imm: None) -> None:
    """Null, then the bits with their sign."""
    f.push(f.emit(f"ashr i32 {_i31_bits(f)}, 1"))


@lowers("i31.get_u")
def lower_i31_get_u(f: Emitter, imm: None) -> None:
    """Null, then the bits."""
    f.push(f.emit(f"lshr i32 {_i31_bits(f)}, 1"))


@lowers("any.convert_extern", "extern.convert_any")
def lower_convert(f: Emitter, imm: None) -> None:
    """Both hierarchies have the same values."""
