"""Types: the abstract syntax of spec 2.3.

Value types and heap types are single objects, compared by identity: within a process there is one object for each type,
whatever module it comes from (wasm.rectypes makes those of type sections canonical). Everything else is an immutable
value.
"""

from __future__ import annotations

from _thread import allocate_lock
from weakref import WeakValueDictionary

from wasmjit.light import TYPE_CHECKING, Any, TypeAlias, TypeVar
from wasmjit.record import record

if TYPE_CHECKING:
    from wasmjit.wasm.rectypes import DefType

_V = TypeVar("_V")


class ValType:
    """A number, vector, packed or reference type; `code` is its byte in the binary format (spec 5.3.1-5.3.6)."""

    __slots__ = ("code", "is_ref", "name")

    def __init__(self, name: str, code: int, *, is_ref: bool = False) -> None:
        self.name = name
        self.code = code
        self.is_ref = is_ref

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle by name, so that identity survives the way to another process."""
        return self.name.upper()


I32 = ValType("i32", 0x7F)
I64 = ValType("i64", 0x7E)
F32 = ValType("f32", 0x7D)
F64 = ValType("f64", 0x7C)
V128 = ValType("v128", 0x7B)
I8 = ValType("i8", 0x78)
"""Packed: in fields of structs and arrays only (spec 2.3.9)."""
I16 = ValType("i16", 0x77)
"""Packed: in fields of structs and arrays only (spec 2.3.9)."""


class HeapType:
    """An abstract heap type (spec 2.3.4): its name, its byte in the binary format, what the nullable reference to it
    is called, and all types that it matches but itself.
    """

    __slots__ = ("above", "code", "name", "ref_name", "refs")

    def __init__(self, name: str, code: int, ref_name: str, *above: HeapType) -> None:
        self.name = name
        self.code = code
        self.ref_name = ref_name
        self.above = frozenset(above)
        self.refs: list[RefType | None] = [None, None]
        """The non-null and the nullable reference type, once made."""

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by name, so that identity survives the way to another process."""
        return abstract_heap_type, (self.name,)


ANY = HeapType("any", 0x6E, "anyref")
EQ = HeapType("eq", 0x6D, "eqref", ANY)
I31 = HeapType("i31", 0x6C, "i31ref", EQ, ANY)
STRUCT = HeapType("struct", 0x6B, "structref", EQ, ANY)
ARRAY = HeapType("array", 0x6A, "arrayref", EQ, ANY)
NONE = HeapType("none", 0x71, "nullref", I31, STRUCT, ARRAY, EQ, ANY)
FUNC = HeapType("func", 0x70, "funcref")
NOFUNC = HeapType("nofunc", 0x73, "nullfuncref", FUNC)
EXTERN = HeapType("extern", 0x6F, "externref")
NOEXTERN = HeapType("noextern", 0x72, "nullexternref", EXTERN)
EXN = HeapType("exn", 0x69, "exnref")
NOEXN = HeapType("noexn", 0x74, "nullexnref", EXN)

HEAP_TYPES = (ANY, EQ, I31, STRUCT, ARRAY, NONE, FUNC, NOFUNC, EXTERN, NOEXTERN, EXN, NOEXN)
HEAP_TYPE_BY_CODE = {t.code: t for t in HEAP_TYPES}
_HEAP_TYPE_BY_NAME = {t.name: t for t in HEAP_TYPES}


def abstract_heap_type(name: str) -> HeapType:
    """An abstract heap type by its name. Raises KeyError."""
    return _HEAP_TYPE_BY_NAME[name]


_NULLABLE, _NON_NULL = 0x63, 0x64


class RefType(ValType):
    """A reference type (spec 2.3.5), made by `ref_type` alone.

    `heap` is what it refers to: an abstract heap type; a defined type; or, in the immediates of instructions as the
    decoder leaves them, the index of a type of the module, which validation replaces.
    """

    __slots__ = ("__weakref__", "heap", "nullable")

    def __init__(self, heap: HeapType | DefType | int, nullable: bool) -> None:
        code = _NULLABLE if nullable else _NON_NULL
        super().__init__(
            _ref_name(heap, nullable), heap.code if isinstance(heap, HeapType) and nullable else code, is_ref=True
        )
        self.heap = heap
        self.nullable = nullable

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by meaning, so that identity survives the way to another process."""
        return ref_type, (self.heap, self.nullable)


def _ref_name(heap: HeapType | DefType | int, nullable: bool) -> str:
    if isinstance(heap, HeapType) and nullable:
        return heap.ref_name
    return f"(ref null {heap})" if nullable else f"(ref {heap})"


_relative: WeakValueDictionary[tuple[int, bool], RefType] = WeakValueDictionary()
_lock = allocate_lock()


def ref_type(heap: HeapType | DefType | int, nullable: bool) -> RefType:
    """The one object for references to `heap`."""
    made = _relative.get((heap, nullable)) if isinstance(heap, int) else heap.refs[nullable]
    return _make_ref_type(heap, nullable) if made is None else made


def _make_ref_type(heap: HeapType | DefType | int, nullable: bool) -> RefType:
    with _lock:
        made = _relative.get((heap, nullable)) if isinstance(heap, int) else heap.refs[nullable]
        if made is None:
            made = RefType(heap, nullable)
            if isinstance(heap, int):
                _relative[heap, nullable] = made
            else:
                heap.refs[nullable] = made
    return made


FUNCREF = ref_type(FUNC, True)
EXTERNREF = ref_type(EXTERN, True)
ANYREF = ref_type(ANY, True)
EQREF = ref_type(EQ, True)
I31REF = ref_type(I31, True)
STRUCTREF = ref_type(STRUCT, True)
ARRAYREF = ref_type(ARRAY, True)
NULLREF = ref_type(NONE, True)
EXNREF = ref_type(EXN, True)

VAL_TYPES = (I32, I64, F32, F64, V128, FUNCREF, EXTERNREF)
"""The value types of WebAssembly 2.0."""
VAL_TYPE_BY_CODE: dict[int, ValType] = {t.code: t for t in (*VAL_TYPES, *(ref_type(h, True) for h in HEAP_TYPES))}
"""Those whose code is one byte (spec 5.3.4)."""
VAL_TYPE_BY_NAME: dict[str, ValType] = {t.name: t for t in VAL_TYPE_BY_CODE.values()}


class ByValType(dict[ValType, _V]):
    """A table by value type. All reference types share one entry, that of `FUNCREF`."""

    def __missing__(self, type: ValType) -> _V:
        if type.is_ref:
            return self[FUNCREF]
        raise KeyError(type)


def unpacked(type: ValType) -> ValType:
    """What a field of this type is on the operand stack (spec 3.1.7)."""
    return I32 if type is I8 or type is I16 else type


def is_relative(type: ValType) -> bool:
    """Whether the type names another by its index in a module."""
    return isinstance(type, RefType) and isinstance(type.heap, int)


def may_be_host(type: ValType) -> bool:
    """Whether values of the type can be objects of the host."""
    return isinstance(type, RefType) and (type.heap is EXTERN or type.heap is ANY)


def is_exn_ref(type: ValType) -> bool:
    """Whether values of the type are exceptions or null."""
    return isinstance(type, RefType) and (type.heap is EXN or type.heap is NOEXN)


def is_func_ref(type: ValType) -> bool:
    """Whether values of the type are functions or null."""
    if not isinstance(type, RefType) or isinstance(type.heap, int):
        return False
    return type.heap is FUNC or FUNC in type.heap.above


@record
class FuncType:
    """Parameters and results (spec 2.3.11)."""

    params: tuple[ValType, ...] = ()
    results: tuple[ValType, ...] = ()

    def __str__(self) -> str:
        params = " ".join(t.name for t in self.params)
        results = " ".join(t.name for t in self.results)
        return f"[{params}] -> [{results}]"


@record
class FieldType:
    """A field of a struct, or the elements of an array (spec 2.3.9). `type` may be packed."""

    type: ValType
    mutable: bool = False

    def __str__(self) -> str:
        return f"(mut {self.type})" if self.mutable else str(self.type)


@record
class StructType:
    """A structure (spec 2.3.9)."""

    fields: tuple[FieldType, ...] = ()

    def __str__(self) -> str:
        return " ".join(["struct", *(f"(field {f})" for f in self.fields)])


@record
class ArrayType:
    """An array (spec 2.3.9)."""

    element: FieldType

    def __str__(self) -> str:
        return f"array {self.element}"


CompositeType: TypeAlias = FuncType | StructType | ArrayType
"""What a type section defines (spec 2.3.10)."""


@record
class Limits:
    """Size range of a memory (pages) or table (elements); `max` None is unbounded (spec 2.3.7)."""

    min: int
    max: int | None = None

    def __str__(self) -> str:
        return f"{self.min}" if self.max is None else f"{self.min} {self.max}"


PAGE_SIZE_LOG2 = 16


@record
class MemType:
    """Linear memory, limits in pages (spec 2.3.8): of 64 KiB, or of 2^`page_size_log2` bytes.

    `address` is the type of its addresses and sizes, I32 or I64. A `shared` memory may be used by several threads.
    """

    limits: Limits
    address: ValType = I32
    shared: bool = False
    page_size_log2: int = PAGE_SIZE_LOG2

    def __str__(self) -> str:
        shared = " shared" if self.shared else ""
        page_size = "" if self.page_size_log2 == PAGE_SIZE_LOG2 else f" (pagesize {1 << self.page_size_log2})"
        return f"memory {_address_prefix(self.address)}{self.limits}{shared}{page_size}"


@record
class TableType:
    """Table of references (spec 2.3.9). `address` is the type of its indices and sizes, I32 or I64."""

    limits: Limits
    element: ValType
    address: ValType = I32

    def __str__(self) -> str:
        return f"table {_address_prefix(self.address)}{self.limits} {self.element}"


def max_pages(type: MemType) -> int:
    """The most pages that a memory's type may ask for: all addresses, or all but one with pages of a byte (3.2.4)."""
    bits = 32 if type.address is I32 else 64
    return 1 << bits - type.page_size_log2 if type.page_size_log2 else (1 << bits) - 1


def _address_prefix(address: ValType) -> str:
    return "" if address is I32 else f"{address} "


@record
class GlobalType:
    """Global variable (spec 2.3.10)."""

    type: ValType
    mutable: bool = False

    def __str__(self) -> str:
        return f"global (mut {self.type})" if self.mutable else f"global {self.type}"


@record
class TagType:
    """Tag of exceptions: a function type without results, whose parameters are the payload (spec 2.3.11)."""

    type: FuncType

    def __str__(self) -> str:
        return f"tag {' '.join(t.name for t in self.type.params)}".rstrip()


ExternType: TypeAlias = FuncType | TableType | MemType | GlobalType | TagType
"""Type of an import or export (spec 2.3.11)."""
