"""Decoded modules as bytes, for a cache: everything but the module's own bytes, as plain values for `marshal`.

What the bytes are read into is what has been saved, types included, which become canonical again (rectypes.py). They
must have been checked: `marshal` trusts them.
"""

from __future__ import annotations

import marshal

from wasmjit.light import Any, Iterable, Sequence
from wasmjit.wasm.columns import CodeColumns, DataColumns
from wasmjit.wasm.module import (
    ConstExpr,
    CustomSection,
    DataSegment,
    ElementSegment,
    Export,
    Global,
    Import,
    Instr,
    Module,
)
from wasmjit.wasm.rectypes import DefType, group_of_key
from wasmjit.wasm.types import (
    HEAP_TYPE_BY_CODE,
    I8,
    I16,
    VAL_TYPE_BY_CODE,
    ArrayType,
    CompositeType,
    FieldType,
    FuncType,
    GlobalType,
    HeapType,
    Limits,
    MemType,
    RefType,
    StructType,
    TableType,
    TagType,
    ValType,
    ref_type,
)
from wasmjit.words import words

_MARSHAL_VERSION = 4
_TYPE_BY_CODE = {**VAL_TYPE_BY_CODE, I8.code: I8, I16.code: I16}
_FUNC, _STRUCT, _ARRAY = range(3)


def save_module(module: Module) -> bytes:
    """A valid module as bytes for `load_module`."""
    return marshal.dumps(_Saver(module).save(), _MARSHAL_VERSION)


def load_module(saved: bytes | memoryview, data: bytes | memoryview) -> Module:
    """The module that was saved; `data` are its bytes."""
    return _Loader().load(marshal.loads(saved), data)


def _save_column(column: Sequence[int]) -> tuple[str, bytes]:
    numbers = column if isinstance(column, memoryview) else words("I", column)
    return numbers.format, numbers.tobytes()


def _load_column(saved: tuple[Any, bytes]) -> memoryview:
    format, numbers = saved
    return memoryview(numbers).cast(format)


class _Saver:
    """Values of a module to values for `marshal`; types of the module are named by their indices."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._typeidxs: dict[DefType, int] = {}
        for typeidx, type in enumerate(module.deftypes):
            self._typeidxs.setdefault(type, typeidx)

    def save(self) -> tuple[Any, ...]:
        """Everything, in the order in which `_Loader.load` takes it."""
        m = self._module
        return (
            list(self._groups()),
            [(i.module, i.name, self._extern(i.type), i.typeidx) for i in m.imports],
            _save_column(m.func_typeidxs),
            [self._extern(table) for table in m.tables],
            [(tableidx, self._expr(init)) for tableidx, init in m.table_inits.items()],
            [self._extern(memory) for memory in m.memories],
            [(self._extern(g.type), self._expr(g.init), g.offset) for g in m.globals],
            list(m.tag_typeidxs),
            [(e.name, e.kind, e.index, e.offset) for e in m.exports],
            (m.start, m.start_offset, m.data_count),
            [self._element(segment) for segment in m.elements],
            self._datas(m.datas),
            self._codes(m.codes),
            [tuple(custom) for custom in m.customs],
            (
                m.num_imported_funcs,
                m.num_imported_tables,
                m.num_imported_memories,
                m.num_imported_globals,
                m.num_imported_tags,
            ),
        )

    def _groups(self) -> Iterable[list[tuple[Any, ...]]]:
        position = 0
        while position < len(self._module.deftypes):
            group = self._module.deftypes[position].group
            key: Any = group.key
            yield [(final, self._supertype(above), self._composite(type)) for final, above, type in key]
            position += len(group.types)

    def _supertype(self, type: DefType | int | None) -> Any:
        """An index in the group as it is, one of the module in a list."""
        return [self._typeidxs[type]] if isinstance(type, DefType) else type

    def _composite(self, type: CompositeType) -> tuple[Any, ...]:
        if isinstance(type, FuncType):
            return _FUNC, self._types(type.params), self._types(type.results)
        if isinstance(type, StructType):
            return _STRUCT, [self._field(field) for field in type.fields]
        return _ARRAY, self._field(type.element)

    def _field(self, field: FieldType) -> tuple[Any, bool]:
        return self._type(field.type), field.mutable

    def _types(self, types: Iterable[ValType]) -> list[Any]:
        return [self._type(type) for type in types]

    def _type(self, type: ValType) -> Any:
        if _TYPE_BY_CODE.get(type.code) is type:
            return type.code
        assert isinstance(type, RefType)
        return self._heap(type.heap), type.nullable

    def _heap(self, heap: HeapType | DefType | int) -> Any:
        """A byte for an abstract type, an index of the module in a list; indices of a group in a tuple."""
        if isinstance(heap, int):
            return (heap,)
        return [self._typeidxs[heap]] if isinstance(heap, DefType) else heap.code

    def _extern(self, type: Any) -> tuple[Any, ...]:
        if isinstance(type, TableType):
            return "table", type.limits.min, type.limits.max, self._type(type.element), type.address.code
        if isinstance(type, MemType):
            limits = type.limits.min, type.limits.max
            return "memory", *limits, type.address.code, type.shared, type.page_size_log2
        if isinstance(type, GlobalType):
            return "global", self._type(type.type), type.mutable
        return ("tag",) if isinstance(type, TagType) else ("func",)

    def _expr(self, expr: ConstExpr | None) -> Any:
        return None if expr is None else [(code, self._immediate(imm), offset) for code, imm, offset in expr]

    def _immediate(self, imm: Any) -> Any:
        return [self._type(imm)] if isinstance(imm, ValType) else imm

    def _element(self, segment: ElementSegment) -> tuple[Any, ...]:
        funcs = None if segment.funcs is None else _save_column(segment.funcs)
        exprs = None if segment.exprs is None else [self._expr(expr) for expr in segment.exprs]
        at = self._expr(segment.at)
        return segment.mode, self._type(segment.type), segment.tableidx, at, funcs, exprs, segment.offset

    def _data(self, s: DataSegment) -> tuple[Any, ...]:
        return s.mode, s.memidx, self._expr(s.at), s.start, s.end, s.offset

    def _datas(self, datas: Sequence[DataSegment]) -> tuple[Any, ...]:
        if not isinstance(datas, DataColumns):  # of a module without any
            return ()
        columns = [_save_column(column) for column in (datas.offsets, datas.places, datas.starts, datas.ends)]
        return *columns, [(dataidx, self._data(segment)) for dataidx, segment in datas.others.items()]

    def _codes(self, codes: Any) -> tuple[Any, ...]:
        if not isinstance(codes, CodeColumns):
            return ()
        return _save_column(codes.starts), _save_column(codes.ends), codes.size_bytes


class _Loader:
    """The way back."""

    def __init__(self) -> None:
        self._deftypes: list[DefType] = []

    def load(self, saved: tuple[Any, ...], data: bytes | memoryview) -> Module:
        """The module."""
        (
            groups,
            imports,
            func_typeidxs,
            tables,
            table_inits,
            memories,
            globals_,
            tag_typeidxs,
            exports,
            (start, start_offset, data_count),
            elements,
            datas,
            codes,
            customs,
            counts,
        ) = saved
        for group in groups:
            self._deftypes += group_of_key(tuple([self._subtype(*subtype) for subtype in group]))
        return Module(
            data,
            [type.composite for type in self._deftypes],
            self._deftypes,
            [self._import(*item) for item in imports],
            _load_column(func_typeidxs).tolist(),
            [self._extern(table) for table in tables],
            {tableidx: self._expr(init) for tableidx, init in table_inits},
            [self._extern(memory) for memory in memories],
            [Global(self._extern(type), self._expr(init), offset) for type, init, offset in globals_],
            tag_typeidxs,
            [Export(*export) for export in exports],
            start,
            start_offset,
            [self._element(*segment) for segment in elements],
            self._datas(*datas),
            data_count,
            self._codes(*codes),
            [CustomSection(*custom) for custom in customs],
            *counts,
        )

    def _subtype(self, final: bool, above: Any, type: tuple[Any, ...]) -> tuple[Any, ...]:
        return final, self._deftypes[above[0]] if isinstance(above, list) else above, self._composite(*type)

    def _composite(self, kind: int, *parts: Any) -> CompositeType:
        if kind == _FUNC:
            params, results = parts
            return FuncType(self._types(params), self._types(results))
        if kind == _STRUCT:
            return StructType(tuple([FieldType(self._type(type), mutable) for type, mutable in parts[0]]))
        type, mutable = parts[0]
        return ArrayType(FieldType(self._type(type), mutable))

    def _types(self, saved: list[Any]) -> tuple[ValType, ...]:
        return tuple([self._type(type) for type in saved])

    def _type(self, saved: Any) -> ValType:
        if isinstance(saved, int):
            return _TYPE_BY_CODE[saved]
        heap, nullable = saved
        return ref_type(self._heap(heap), nullable)

    def _heap(self, saved: Any) -> Any:
        if isinstance(saved, int):
            return HEAP_TYPE_BY_CODE[saved]
        return self._deftypes[saved[0]] if isinstance(saved, list) else saved[0]

    def _import(self, module: str, name: str, type: tuple[Any, ...], typeidx: int | None) -> Import:
        deftype = None if typeidx is None else self._deftypes[typeidx]
        if deftype is None or not isinstance(deftype.composite, FuncType):
            return Import(module, name, self._extern(type), typeidx, deftype)
        func = deftype.composite
        return Import(module, name, func if type[0] == "func" else TagType(func), typeidx, deftype)

    def _extern(self, saved: tuple[Any, ...]) -> Any:
        kind, *fields = saved
        if kind == "memory":
            least, most, address, shared, page_size_log2 = fields
            return MemType(Limits(least, most), _TYPE_BY_CODE[address], shared, page_size_log2)
        if kind == "table":
            least, most, element, address = fields
            return TableType(Limits(least, most), self._type(element), _TYPE_BY_CODE[address])
        return GlobalType(self._type(fields[0]), fields[1])

    def _expr(self, saved: Any) -> Any:
        if saved is None:
            return None
        return tuple([Instr(code, self._immediate(imm), offset) for code, imm, offset in saved])

    def _immediate(self, saved: Any) -> Any:
        return self._type(saved[0]) if isinstance(saved, list) else saved

    def _element(
        self, mode: Any, type: Any, tableidx: int, at: Any, funcs: Any, exprs: Any, offset: int
    ) -> ElementSegment:
        indices = None if funcs is None else tuple(_load_column(funcs))
        made = None if exprs is None else tuple([self._expr(expr) for expr in exprs])
        return ElementSegment(mode, self._type(type), tableidx, self._expr(at), indices, made, offset)

    def _datas(self, *saved: Any) -> Sequence[DataSegment]:
        if not saved:
            return ()
        offsets, places, starts, ends = map(_load_column, saved[:-1])
        others = saved[-1]
        segments = {i: DataSegment(mode, memidx, self._expr(at), *rest) for i, (mode, memidx, at, *rest) in others}
        return DataColumns(offsets, places, starts, ends, segments)

    def _codes(self, *saved: Any) -> Any:
        if not saved:
            return ()
        starts, ends, size_bytes = saved
        return CodeColumns(_load_column(starts), _load_column(ends), size_bytes)
