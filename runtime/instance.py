"""Module instances (spec 4.2.5): the VMContext, and what it points to."""

from __future__ import annotations

from _operator import setitem
from weakref import ref

from wasmjit.abi.gc import is_traced
from wasmjit.abi.layout import (
    FUNCREF_FUNCIDX,
    FUNCREF_VMCTX,
    SEGMENT_BYTES,
    VMCTX_DATAS,
    VMCTX_ELEMENTS,
    VMCTX_LIBCALLS,
    VMCTX_SLOTS,
    VMCTX_STORE,
    VMCTX_TYPE_IDS,
)
from wasmjit.light import TYPE_CHECKING, Any, Callable, Iterator, Mapping, Sequence, TypeVar, partial
from wasmjit.runtime.externref import OwnedSlots
from wasmjit.runtime.func import FuncInstance, WasmFuncInstance, pointer_argument
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.hostcalls import HOST_FUNCIDX, HostFuncInstance, HostImport, host_func_at
from wasmjit.runtime.lazy import register_native
from wasmjit.runtime.matching import Extern
from wasmjit.runtime.raw import Block, read_word
from wasmjit.runtime.registry import AddressMap
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import is_exn_ref

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule
    from wasmjit.runtime.memory import MemoryInstance
    from wasmjit.runtime.plan import ModulePlan
    from wasmjit.runtime.store import Store
    from wasmjit.runtime.table import TableStorage
    from wasmjit.runtime.tag import TagInstance

_T = TypeVar("_T", bound=Extern)

_NO_WORDS = memoryview(b"").cast("Q")

INSTANCES: AddressMap[ModuleInstance] = AddressMap()
"""Instances by the address of their VMContext."""


class ModuleInstance:
    """An instance. `instantiate` makes it.

    It refers to its own functions, globals and tables as seen from outside only weakly, as those refer to it: so it
    goes, and its memory is unmapped, as soon as nobody uses it.
    """

    __slots__ = (
        "__weakref__",
        "_cache",
        "_kept_datas",
        "_owned",
        "_passive",
        "alive",
        "data_words",
        "element_words",
        "globals",
        "host_imports",
        "imported_funcs",
        "imports",
        "links",
        "memories",
        "module",
        "native",
        "plan",
        "store",
        "tables",
        "tags",
        "vmctx",
        "vmctx_argument",
        "weak",
    )

    def __init__(self, store: Store, plan: ModulePlan, native: NativeModule, imports: Sequence[Extern]) -> None:
        store.quota.add("instances", self)
        self.store = store
        self.plan = plan
        self.module = plan.module
        self.native = native
        self.imports = tuple(imports)
        self.imported_funcs = [extern for extern in imports if isinstance(extern, FuncInstance)]
        self.globals = [extern for extern in imports if isinstance(extern, GlobalInstance)]
        """The imported globals."""
        self.memories: list[MemoryInstance] = []
        self.tables: list[TableStorage] = []
        self.tags: list[TagInstance] = []
        self.host_imports: list[HostImport] = []
        """Contexts of imported host functions that want to know who calls."""
        self.links: set[object] = set()
        """What has to live as long as this instance: it may hold references to their functions."""
        self._owned: dict[tuple[str, int], OwnedSlots] = {}
        self._passive: dict[int, Block] = {}
        self._cache: dict[tuple[str, int], ref[Any]] = {}
        self._allocate()
        self.weak = self.register()

    def fork(self) -> ModuleInstance:
        """One more instance of the module, for another thread. Raises LinkError if imports can't be shared."""
        from wasmjit.runtime.fork import fork

        return fork(self)

    def _allocate(self) -> None:
        """The VMContext, and behind it the tables of segments."""
        plan = self.plan
        num_datas = len(self.module.datas) if plan.datas.has_passive else 0
        num_elements = len(self.module.elements) if plan.has_passive_elements else 0
        start = -(-plan.layout.size // SEGMENT_BYTES) * SEGMENT_BYTES
        middle = start + SEGMENT_BYTES * num_datas
        end = middle + SEGMENT_BYTES * num_elements
        self.vmctx = Block(end)
        self.alive = Block(8)
        """A word that is 0 while this object cannot be found by its address."""
        self.vmctx_argument = pointer_argument(self.vmctx.address)
        words = self.vmctx.words
        words[VMCTX_STORE // 8] = self.store.header.address
        words[VMCTX_SLOTS // 8] = self.native.slots_address
        words[VMCTX_LIBCALLS // 8] = self.store.libcalls.address
        words[VMCTX_TYPE_IDS // 8] = plan.type_ids.address
        self.data_words = words[start // 8 : middle // 8] if num_datas else plan.dropped.words
        """Base and length of each data segment."""
        self.element_words = words[middle // 8 : end // 8] if num_elements else plan.dropped.words
        """Base and length of each element segment."""
        dropped = plan.dropped.address
        words[VMCTX_DATAS // 8] = self.vmctx.address + start if num_datas else dropped
        words[VMCTX_ELEMENTS // 8] = self.vmctx.address + middle if num_elements else dropped

    # --- index spaces

    def func(self, funcidx: int) -> FuncInstance:
        """A function of the index space: always the same object while someone has it."""
        if funcidx < len(self.imported_funcs):
            return self.imported_funcs[funcidx]
        return self._cached("func", funcidx, lambda: WasmFuncInstance(self, funcidx))

    def global_(self, globalidx: int) -> GlobalInstance:
        """A global of the index space."""
        if globalidx < len(self.globals):
            return self.globals[globalidx]
        type = self.module.globals[globalidx].type
        storage = self.vmctx.address + self.plan.layout.global_(globalidx)
        return self._cached("global", globalidx, lambda: GlobalInstance(self.store, type, storage, self))

    def define_global(self, globalidx: int, bits: int) -> None:
        """Initialise a global of this instance."""
        self.global_(globalidx).set(bits)
        if is_exn_ref(self.module.globals[globalidx].type.type):
            self.store.exceptions.add_global(self, self.vmctx.address + self.plan.layout.global_(globalidx))
        if is_traced(self.module.globals[globalidx].type.type):
            start = self.plan.layout.global_(globalidx) // 8
            self._owned["global", globalidx] = OwnedSlots(self.store.externrefs, self.vmctx.words[start : start + 1])

    def table(self, tableidx: int) -> TableInstance:
        """A table of the index space."""
        storage = self.tables[tableidx]
        if tableidx < self.module.num_imported_tables:
            return next(e for e in self.imports if isinstance(e, TableInstance) and e.storage is storage)
        return self._cached("table", tableidx, lambda: TableInstance.of(storage, self))

    def _cached(self, kind: str, index: int, make: Callable[[], _T]) -> _T:
        entry = self._cache.get((kind, index))
        found: _T | None = None if entry is None else entry()
        if found is None:
            found = make()
            self._cache[kind, index] = ref(found)
        return found

    def reference(self, funcidx: int) -> int:
        """The funcref value for an escaping function."""
        return self.vmctx.address + self.plan.layout.funcref(funcidx)

    # --- segments

    def keep_datas(self, done: int) -> None:
        """Have a table of data segments of its own, of which only the first `done` have been dropped if active."""
        words = self.plan.data_words(done)
        self._kept_datas = Block(SEGMENT_BYTES * len(self.module.datas))
        self.data_words = self._kept_datas.words
        self.data_words[: len(words)] = words
        self.vmctx.words[VMCTX_DATAS // 8] = self._kept_datas.address

    def set_element(self, elemidx: int, references: memoryview) -> None:
        """Give a passive segment its contents."""
        block = Block(8 * len(references))
        words = block.words[: len(references)]
        words[:] = references
        if is_traced(self.module.elements[elemidx].type):
            for cell in words:
                self.store.externrefs.own(cell)
            self._owned["element", elemidx] = OwnedSlots(self.store.externrefs, words)
        self._passive[elemidx] = block
        self.element_words[2 * elemidx] = block.address
        self.element_words[2 * elemidx + 1] = len(references)

    def element(self, elemidx: int) -> memoryview:
        """Contents of a segment; nothing if it has been dropped, or was not passive."""
        block = self._passive.get(elemidx)
        return _NO_WORDS if block is None else block.words[: self.element_words[2 * elemidx + 1]]

    def drop_element(self, elemidx: int) -> None:
        """Give up a segment (spec 4.5.3.11)."""
        self.element_words[2 * elemidx + 1] = 0
        self._passive.pop(elemidx, None)
        self._owned.pop(("element", elemidx), None)

    @property
    def exports(self) -> Exports:
        """The exports by name."""
        return Exports(self)

    # --- lifetimes

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive that has been given to this instance as a reference."""
        if func.keeper is not self:
            self.links.add(func.keeper)

    def register(self) -> ref[ModuleInstance]:
        """Let native code find this object by the address of the VMContext."""
        words = self.alive.words
        words[0] = 1
        return INSTANCES.add(self.vmctx.address, self, partial(setitem, words, 0, 0))

    def revive(self) -> None:
        """Make this instance callable once more, and all that it may call.

        The garbage collector clears weak references to a cycle of objects first, and then runs their finalisers, which
        may well call functions.
        """
        pending: list[object] = [self]
        while pending:
            pending += _revive(pending.pop())

    def __repr__(self) -> str:
        return f"<ModuleInstance at {self.vmctx.address:#x}>"


def _revive(item: object) -> list[object]:
    """Register one object again if need be; the objects that it is linked to."""
    if isinstance(item, ModuleInstance) and item.weak() is None:
        item.weak = item.register()
        register_native(item.native)
        for context in item.host_imports:
            context.bind(item)
        shared = [link for table in item.tables for link in table.links]
        return [*item.imports, *item.links, *shared]
    if isinstance(item, WasmFuncInstance):
        return [item.instance]
    if isinstance(item, HostFuncInstance):
        item.register()
    return [item.owner] if isinstance(item, GlobalInstance | TableInstance) else []


class Exports(Mapping[str, Extern]):
    """The exports of an instance by name, made when asked for."""

    __slots__ = ("_instance",)

    def __init__(self, instance: ModuleInstance) -> None:
        self._instance = instance

    def __getitem__(self, name: str) -> Extern:
        instance = self._instance
        export = instance.plan.exports[name]
        if export.kind == "func":
            return instance.func(export.index)
        if export.kind == "memory":
            return instance.memories[export.index]
        if export.kind == "tag":
            return instance.tags[export.index]
        return instance.table(export.index) if export.kind == "table" else instance.global_(export.index)

    def __iter__(self) -> Iterator[str]:
        return iter(self._instance.plan.exports)

    def __len__(self) -> int:
        return len(self._instance.plan.exports)


def func_at(reference: int) -> FuncInstance | None:
    """The function whose FuncRef record is at an address; None if it is being collected."""
    vmctx = read_word(reference + FUNCREF_VMCTX)
    funcidx = read_word(reference + FUNCREF_FUNCIDX)
    if funcidx == HOST_FUNCIDX:
        return host_func_at(vmctx)
    instance = INSTANCES.find(vmctx)
    return None if instance is None else instance.func(funcidx)
