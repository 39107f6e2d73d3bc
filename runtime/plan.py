"""What all instances of a module share: computed once for a module and its machine code."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from wasmjit.abi.layout import (
    FUNCREF_BYTES,
    FUNCREF_CODE,
    FUNCREF_FUNCIDX,
    FUNCREF_TYPE_ID,
    SEGMENT_BYTES,
    VMLayout,
)
from wasmjit.light import TYPE_CHECKING, cached_property
from wasmjit.runtime.datas import DataRuns
from wasmjit.runtime.instance import INSTANCES
from wasmjit.runtime.lazy import register_native
from wasmjit.runtime.raw import Block, address_of
from wasmjit.runtime.typeinfo import type_id
from wasmjit.runtime.values import Signature, signature_of
from wasmjit.wasm.module import ElementSegment, Export, Module
from wasmjit.wasm.types import FuncType
from wasmjit.words import words

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeModule, NativeSupport
    from wasmjit.binary.names import Names
    from wasmjit.runtime.image import MemoryImage

RECORD_WORDS = FUNCREF_BYTES // 8

MAX_PREPARED_KEYS = 24
"""A trampoline takes about a millisecond to make: with more signatures than this, each is made when first used."""


class ModulePlan:
    """Everything about a module that its instances need and that does not differ between them, but its code."""

    def __init__(self, module: Module, native: NativeSupport) -> None:
        self.module = module
        self._native = native
        self.layout = VMLayout(module)
        self.type_ids = Block(8 * len(module.types))
        for typeidx, type in enumerate(module.deftypes):
            self.type_ids.words[typeidx] = type_id(type)
        self.needs_heap = any(not isinstance(type, FuncType) for type in module.types)
        """Whether instances may make structures and arrays."""
        self._signatures: dict[int, Signature] = {}
        self._references: dict[int, memoryview] = {}  # by identity: the module keeps its segments
        self._records = words("Q", ())
        self._record_slots: bytes | None = None
        self.exports: dict[str, Export] = {export.name: export for export in module.exports}
        self.instances = 0
        """How many have been made."""
        self._data = memoryview(module.data)
        self._data_address = address_of(module.data) if module.datas else 0
        self.datas = DataRuns(module, self._data_address)
        self.has_passive_elements = any(segment.mode == "passive" for segment in module.elements)
        kept = (len(module.datas), self.datas.has_passive), (len(module.elements), self.has_passive_elements)
        self.dropped = Block(SEGMENT_BYTES * max([count for count, passive in kept if not passive], default=0))
        """A table of segments that are all dropped, as instances leave those that are active."""

    @cached_property
    def names(self) -> Names:
        """The names in the name section, for backtraces."""
        from wasmjit.binary.names import read_names

        return read_names(self.module)

    @cached_property
    def _export_names(self) -> dict[int, str]:
        return {e.index: e.name for e in reversed(self.module.exports) if e.kind == "func"}

    def func_name(self, funcidx: int) -> str:
        """What to call a function in messages: its export name, else what the name section says, else its index."""
        return self._export_names.get(funcidx) or self.names.function(funcidx) or f"func[{funcidx}]"

    def body_start(self, funcidx: int) -> int | None:
        """Byte offset of a function's body; None for an imported one."""
        defined = funcidx - self.module.num_imported_funcs
        return None if defined < 0 else self.module.codes[defined].start

    def signature(self, funcidx: int) -> Signature:
        """Signature of a function of the index space."""
        typeidx = self.module.func_typeidxs[funcidx]
        signature = self._signatures.get(typeidx)
        if signature is None:
            signature = self._signatures[typeidx] = signature_of(self.module.functype(typeidx))
        return signature

    def exported_keys(self) -> list[str]:
        """Signature keys of exported functions, if they are not many."""
        keys = {self.signature(export.index).key for export in self.module.exports if export.kind == "func"}
        return sorted(keys) if len(keys) <= MAX_PREPARED_KEYS else []

    def imported_keys(self) -> list[str]:
        """Signature keys of imported functions."""
        return sorted({self.signature(funcidx).key for funcidx in range(self.module.num_imported_funcs)})

    # --- function records

    @property
    def first_record(self) -> int:
        """Offset of the first record in the VMContext; the others follow it, in the order of layout.escaping."""
        escaping = self.layout.escaping
        return self.layout.funcref(escaping[0]) if escaping else self.layout.size

    def records(self, slots: memoryview) -> memoryview:
        """The records of the functions that can become references, for a VMContext at address 0.

        `slots` have the code addresses of the defined functions. What imported ones need is left to each instance.
        """
        known = slots.tobytes()
        if known != self._record_slots:
            escaping, typeidxs, ids = self.layout.escaping, self.module.func_typeidxs, self.type_ids.words
            first = self.module.num_imported_funcs
            records = memoryview(bytearray(FUNCREF_BYTES * len(escaping))).cast("Q")
            codes = [slots[funcidx - first] if funcidx >= first else 0 for funcidx in escaping]
            records[FUNCREF_CODE // 8 :: RECORD_WORDS] = words("Q", codes)
            type_ids = [ids[typeidxs[funcidx]] for funcidx in escaping]
            records[FUNCREF_TYPE_ID // 8 :: RECORD_WORDS] = words("Q", type_ids)
            records[FUNCREF_FUNCIDX // 8 :: RECORD_WORDS] = words("Q", escaping)
            self._records, self._record_slots = records, known
        return self._records

    def lead(self, index: int, address: int) -> None:
        """Let references to a defined function, in all instances, lead to its code instead of its stub."""
        offset = self.layout.record(index + self.module.num_imported_funcs)
        if offset is not None:
            word = (offset + FUNCREF_CODE) // 8
            for entry in list(INSTANCES.refs.values()):
                instance = entry()
                if instance is not None and instance.plan is self:
                    instance.vmctx.words[word] = address

    def references(self, segment: ElementSegment) -> memoryview:
        """The references of an element segment that lists functions, for a VMContext at address 0."""
        found = self._references.get(id(segment))
        if found is None:
            offsets = [self.layout.funcref(funcidx) for funcidx in segment.funcs or ()]
            found = self._references[id(segment)] = words("Q", offsets)
        return found

    # --- data segments

    def data(self, dataidx: int) -> memoryview:
        """Contents of a data segment."""
        segment = self.module.datas[dataidx]
        return self._data[segment.start : segment.end]

    @cached_property
    def images(self) -> dict[int, MemoryImage] | None:
        """What active data segments make of the memories, None if it has to be found out by each instance."""
        from wasmjit.runtime.image import build_images

        return build_images(self.module, self.datas, self._data, self._native)

    def data_words(self, done: int) -> memoryview:
        """Base and length of every data segment, as in abi.layout; the first `done` have been dropped if active."""
        table: list[int] = []
        for dataidx, segment in enumerate(self.module.datas):
            dropped = dataidx < done and segment.at is not None
            table += (self._data_address + segment.start, 0 if dropped else segment.end - segment.start)
        return words("Q", table)

    @cached_property
    def remaining_data_words(self) -> memoryview:
        """As `data_words` when all active segments have been dropped."""
        return self.data_words(len(self.module.datas))


_plans: WeakKeyDictionary[NativeModule, ModulePlan] = WeakKeyDictionary()


def plan_for(module: Module, native: NativeModule, support: NativeSupport) -> ModulePlan:
    """The plan of a module, made when it is first instantiated and kept as long as its machine code."""
    plan = _plans.get(native)
    if plan is None or plan.module is not module:
        plan = ModulePlan(module, support)
        support.prepare(plan.exported_keys(), plan.imported_keys())
        register_native(native)
        native.follow(plan.lead)
        _plans[native] = plan  # other threads use it from here on
    return plan
