"""A module: the abstract syntax of spec 2.5, as the decoder leaves it.

Function bodies stay byte ranges of `Module.data`; binary.code decodes one when it is needed. Index spaces hold
imports first, then definitions.
"""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.light import Any, Literal, NamedTuple, Sequence, TypeAlias
from wasmjit.record import fresh, mutable_record, record
from wasmjit.wasm.rectypes import DefType, SubType, define_group
from wasmjit.wasm.types import CompositeType, ExternType, FuncType, GlobalType, MemType, TableType, TagType, ValType


class Instr(NamedTuple):
    """One instruction: opcode (the key of wasm.opcodes.OPCODES), immediate (shape by `Op.imm`), byte offset."""

    code: int
    imm: Any
    offset: int


ConstExpr: TypeAlias = tuple[Instr, ...]
"""A constant expression without its final `end` (spec 3.4.12)."""

ExternKind: TypeAlias = Literal["func", "table", "memory", "global", "tag"]


@record
class Import:
    """An import (spec 2.5.11); `typeidx` and `deftype` for functions and tags."""

    module: str
    name: str
    type: ExternType
    typeidx: int | None = None
    deftype: DefType | None = None


@record
class Export:
    """An export (spec 2.5.10): `index` counts in the index space of `kind`."""

    name: str
    kind: ExternKind
    index: int
    offset: int = 0


@record
class Global:
    """A global of the index space; `init` is None for an import."""

    type: GlobalType
    init: ConstExpr | None
    offset: int = 0


@record
class ElementSegment:
    """Spec 2.5.7. Exactly one of `funcs` (function indices) and `exprs` is given."""

    mode: Literal["active", "passive", "declarative"]
    type: ValType
    tableidx: int
    at: ConstExpr | None
    funcs: tuple[int, ...] | None
    exprs: tuple[ConstExpr, ...] | None
    offset: int = 0


@record
class DataSegment:
    """Spec 2.5.8. `start`:`end` is the byte range of the contents in `Module.data`."""

    mode: Literal["active", "passive"]
    memidx: int
    at: ConstExpr | None
    start: int
    end: int
    offset: int = 0


class Code(NamedTuple):
    """Byte range of a function body, local declarations included (spec 5.5.13)."""

    start: int
    end: int


class CustomSection(NamedTuple):
    """Byte range of a custom section's contents, after its name (spec 5.5.3)."""

    name: str
    start: int
    end: int


@mutable_record
class Module:
    """Spec 2.5.1, with bodies, data and custom sections left in `data`."""

    data: bytes | memoryview
    types: list[CompositeType] = fresh(factory=list)
    deftypes: list[DefType] = fresh(factory=list)
    """What `types` belong to: the same for equal types of all modules."""
    imports: list[Import] = fresh(factory=list)
    func_typeidxs: list[int] = fresh(factory=list)
    tables: list[TableType] = fresh(factory=list)
    table_inits: dict[int, ConstExpr] = fresh(factory=dict)
    """What the elements of a defined table are at first, by table index; null where there is nothing."""
    memories: list[MemType] = fresh(factory=list)
    globals: list[Global] = fresh(factory=list)
    tag_typeidxs: list[int] = fresh(factory=list)
    exports: list[Export] = fresh(factory=list)
    start: int | None = None
    start_offset: int = 0
    elements: list[ElementSegment] = fresh(factory=list)
    datas: Sequence[DataSegment] = ()
    data_count: int | None = None
    codes: Sequence[Code] = ()
    customs: list[CustomSection] = fresh(factory=list)
    num_imported_funcs: int = 0
    num_imported_tables: int = 0
    num_imported_memories: int = 0
    num_imported_globals: int = 0
    num_imported_tags: int = 0
    refs: frozenset[int] | None = None
    """Functions that `ref.func` may name (C.refs of spec 3.4.10); None until the validator has worked them out."""

    faults: list[InvalidError] = fresh(factory=list)
    """What the decoder has seen that makes the module invalid: validation raises the first."""

    def __post_init__(self) -> None:
        """Types that are given alone are definitions that stand alone."""
        if not self.deftypes:
            self.deftypes = [define_group((SubType(type),), 0)[0] for type in self.types]

    def functype(self, typeidx: int) -> FuncType:
        """Function type `typeidx`, which validation has found to be one."""
        type = self.types[typeidx]
        assert isinstance(type, FuncType)
        return type

    def func_type(self, funcidx: int) -> FuncType:
        """Type of a function of the index space."""
        return self.functype(self.func_typeidxs[funcidx])

    def func_deftype(self, funcidx: int) -> DefType:
        """Defined type of a function of the index space."""
        return self.deftypes[self.func_typeidxs[funcidx]]

    def tag_type(self, tagidx: int) -> TagType:
        """Type of a tag of the index space."""
        return TagType(self.functype(self.tag_typeidxs[tagidx]))

    def block_type(self, imm: FuncType | int) -> FuncType:
        """Type of a block from its immediate: a FuncType as it stands, or a type index (spec 5.4.1)."""
        return self.functype(imm) if isinstance(imm, int) else imm

    def extern_type(self, kind: ExternKind, index: int) -> ExternType:
        """Type of what an export names."""
        if kind == "func":
            return self.func_type(index)
        if kind == "table":
            return self.tables[index]
        if kind == "tag":
            return self.tag_type(index)
        return self.memories[index] if kind == "memory" else self.globals[index].type
