"""Module instances (spec 4.2.5): index spaces, and the functions that translated code calls for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from wasmjit.abi.traps import TrapCode
from wasmjit.errors import Frame
from wasmjit.interp.code import ModuleCode
from wasmjit.interp.func import FuncInstance, HostFuncInstance, WasmFuncInstance
from wasmjit.interp.global_ import GlobalInstance
from wasmjit.interp.memory import MemoryInstance
from wasmjit.interp.namespace import Namespace
from wasmjit.interp.scalars import trap
from wasmjit.interp.store import Store
from wasmjit.interp.table import TableInstance
from wasmjit.interp.tag import TagInstance
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import I32, I64

Extern: TypeAlias = FuncInstance | TableInstance | MemoryInstance | GlobalInstance | TagInstance
"""What can be imported and exported."""

_MASKS = {I32: (1 << 32) - 1, I64: (1 << 64) - 1}
_INDEX_TRAPS = {
    CODE_BY_NAME["call_indirect"]: TrapCode.UNDEFINED_ELEMENT,
    CODE_BY_NAME["return_call_indirect"]: TrapCode.UNDEFINED_ELEMENT,
    CODE_BY_NAME["array.get"] >> 12: TrapCode.ARRAY_OUT_OF_BOUNDS,
}
"""By the first byte of an instruction, where that is not about memory."""


def _untranslated(*args: Any, _translate: Any, _funcidx: int) -> Any:
    """The code of every function until its first call, which replaces it."""
    return _translate(_funcidx)(*args)


class ModuleInstance:
    """An instance. `instantiate` makes it."""

    def __init__(self, store: Store, code: ModuleCode, imports: Sequence[Extern]) -> None:
        store.quota.add("instances", self)
        self.imports = tuple(imports)
        self.store = store
        self.code = code
        self.module = code.module
        self.namespace = Namespace({})
        self.memories: list[MemoryInstance] = []
        self.tables: list[TableInstance] = []
        self.globals: list[GlobalInstance] = []
        self.tags: list[TagInstance] = []
        self.functions: list[FunctionType] = []
        """Of the index space, as translated code calls them."""
        self._funcs: dict[int, FuncInstance] = {}
        self.elements: dict[int, Sequence[Any]] = {}
        self.datas: dict[int, memoryview] = {}

    def fork(self) -> ModuleInstance:
        """One more instance of the module, for another thread. Raises LinkError if imports can't be shared."""
        from wasmjit.interp.fork import fork

        return fork(self)

    # --- functions

    def import_func(self, func: FuncInstance) -> None:
        """Append an imported function to the index space."""
        self._funcs[len(self.functions)] = func
        own = isinstance(func, HostFuncInstance) and func.wants_caller
        self.functions.append(func.function_for(self) if own and isinstance(func, HostFuncInstance) else func.function)

    def define_funcs(self) -> None:
        """Append the module's functions."""
        for funcidx in range(len(self.functions), len(self.module.func_typeidxs)):
            function = FunctionType(_untranslated.__code__, self.namespace.names, f"f{funcidx}")
            function.__kwdefaults__ = {"_translate": self._translate, "_funcidx": funcidx}
            self.functions.append(function)

    def _translate(self, funcidx: int) -> FunctionType:
        function = self.functions[funcidx]
        code = self.code.function(funcidx)
        entry = self.code.entry(funcidx)
        function.__kwdefaults__ = None
        if entry is not None:  # it makes tail calls: these are made by a function in front of it
            body = FunctionType(code, self.namespace.names)
            self.namespace.names[f"b{funcidx}"] = function.__dict__["body"] = body
        function.__code__ = entry or code
        return function

    def func(self, funcidx: int) -> FuncInstance:
        """A function of the index space: always the same object."""
        found = self._funcs.get(funcidx)
        if found is None:
            found = self._funcs[funcidx] = WasmFuncInstance(self, funcidx, self.functions[funcidx])
        return found

    # --- backtraces

    def place(self, code: CodeType, line: int) -> tuple[int, int | None] | None:
        """Function index and byte offset of a line of translated code."""
        place = self.code.places.get(code)
        if place is None:
            return None
        funcidx, offsets = place
        offset = offsets[line - 2] if 2 <= line < len(offsets) + 2 else 0
        return funcidx, offset or None

    def frame(self, funcidx: int, offset: int | None) -> Frame:
        """The frame for a place."""
        return Frame(funcidx, self.code.names.function(funcidx), offset, self.code.names.module)

    def index_trap(self, offset: int | None) -> TrapCode:
        """The trap for an index that is out of bounds, by the instruction at an offset."""
        return _INDEX_TRAPS.get(0 if offset is None else self.module.data[offset], TrapCode.MEMORY_OUT_OF_BOUNDS)

    # --- memories

    def memory_grow(self, memidx: int, pages: int) -> int:
        """The old size, or -1 as an unsigned number."""
        memory = self.memories[memidx]
        return memory.grow(pages) & _MASKS[memory.type.address]

    def memory_fill(self, memidx: int, start: int, value: int, count: int) -> None:
        """Spec 4.4.7, memory.fill."""
        span = self.memories[memidx].span(start, count)
        span[:] = bytes((value & 255,)) * count

    def memory_copy(self, destination: int, source: int, start: int, source_start: int, count: int) -> None:
        """Spec 4.4.7, memory.copy."""
        data = self.memories[source].span(source_start, count)
        self.memories[destination].span(start, count)[:] = bytes(data)

    def memory_init(self, dataidx: int, memidx: int, start: int, source_start: int, count: int) -> None:
        """Spec 4.4.7, memory.init."""
        data = self.datas.get(dataidx, b"")
        if source_start + count > len(data):
            raise trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
        self.memories[memidx].write(start, data[source_start : source_start + count])

    def data_drop(self, dataidx: int) -> None:
        """The segment is empty from now on."""
        self.datas.pop(dataidx, None)

    # --- tables

    def table_get(self, tableidx: int, index: int) -> Any:
        """One element."""
        return self.tables[tableidx].get(index)

    def table_set(self, tableidx: int, index: int, value: Any) -> None:
        """One element."""
        self.tables[tableidx].write(index, (value,))

    def table_size(self, tableidx: int) -> int:
        """In elements."""
        return len(self.tables[tableidx].elements)

    def table_grow(self, tableidx: int, value: Any, count: int) -> int:
        """The old size, or -1 as an unsigned number."""
        table = self.tables[tableidx]
        return table.grow(count, value) & _MASKS[table.table_type.address]

    def table_fill(self, tableidx: int, start: int, value: Any, count: int) -> None:
        """A range with one reference."""
        self.tables[tableidx].fill(start, value, count)

    def table_copy(self, destination: int, source: int, start: int, source_start: int, count: int) -> None:
        """Overlapping or not."""
        self.tables[destination].write(start, self.tables[source].read(source_start, count))

    def table_init(self, elemidx: int, tableidx: int, start: int, source_start: int, count: int) -> None:
        """From an element segment."""
        elements = self.elements.get(elemidx, ())
        if source_start + count > len(elements):
            raise trap(TrapCode.TABLE_OUT_OF_BOUNDS)
        self.tables[tableidx].write(start, elements[source_start : source_start + count])

    def elem_drop(self, elemidx: int) -> None:
        """The segment is empty from now on."""
        self.elements.pop(elemidx, None)

    # --- exports

    @property
    def exports(self) -> Exports:
        """The exports by name."""
        return Exports(self)

    def keep(self, func: FuncInstance) -> None:
        """References keep what they refer to by themselves."""

    def __repr__(self) -> str:
        return f"<ModuleInstance at {id(self):#x}>"


class Exports(Mapping[str, Extern]):
    """The exports of an instance by name."""

    __slots__ = ("_by_name", "_instance")

    def __init__(self, instance: ModuleInstance) -> None:
        self._instance = instance
        self._by_name = {export.name: export for export in instance.module.exports}

    def __getitem__(self, name: str) -> Extern:
        instance = self._instance
        export = self._by_name[name]
        if export.kind == "func":
            return instance.func(export.index)
        if export.kind == "memory":
            return instance.memories[export.index]
        if export.kind == "tag":
            return instance.tags[export.index]
        return instance.tables[export.index] if export.kind == "table" else instance.globals[export.index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)
