"""Global instances (spec 4.2.9): a value at an address, in the VMContext of the instance that defines it."""

from __future__ import annotations

from wasmjit.abi.gc import is_traced
from wasmjit.abi.layout import GLOBAL_BYTES
from wasmjit.light import TYPE_CHECKING, cast
from wasmjit.runtime.externref import OwnedSlots
from wasmjit.runtime.raw import SPACE, Block
from wasmjit.runtime.values import pack_value, unpack_value, value_struct
from wasmjit.wasm.types import GlobalType, is_exn_ref, is_func_ref, may_be_host

if TYPE_CHECKING:
    from wasmjit.runtime.func import FuncInstance
    from wasmjit.runtime.instance import ModuleInstance
    from wasmjit.runtime.store import Store


class GlobalInstance:
    """A global. It keeps the instance alive that defines it, or owns its storage."""

    __slots__ = ("__weakref__", "_links", "_owned", "_size_bytes", "owner", "storage", "store", "type")

    kind = "global"

    def __init__(self, store: Store, type: GlobalType, storage: int, owner: ModuleInstance | Block) -> None:
        self.store = store
        self.type = type
        self.storage = storage
        """Address of the value."""
        self.owner = owner
        self._size_bytes = value_struct(type.type).size
        self._links: set[object] = set()
        self._owned: OwnedSlots | None = None

    @staticmethod
    def create(store: Store, type: GlobalType, value: object) -> GlobalInstance:
        """A global of the host's. Raises as `pack_value` for an unsuitable value."""
        block = Block(GLOBAL_BYTES)
        instance = GlobalInstance(store, type, block.address, block)
        if is_traced(type.type):
            instance._owned = OwnedSlots(store.externrefs, block.words[:1])
        if is_exn_ref(type.type):
            store.exceptions.add_global(instance, block.address)
        instance._assign(value)
        return instance

    def get(self) -> int:
        """The bits of the value, as an unsigned integer."""
        return int.from_bytes(SPACE[self.storage : self.storage + self._size_bytes], "little")

    def set(self, bits: int) -> None:
        """Replace the value by its bits, whether the global is mutable or not."""
        with self.store.lock:
            if may_be_host(self.type.type):
                self.store.externrefs.own(bits)
                self.store.externrefs.disown(self.get())
            SPACE[self.storage : self.storage + self._size_bytes] = bits.to_bytes(self._size_bytes, "little")

    @property
    def value(self) -> object:
        """The value as a Python object (values.py). Setting raises TypeError if the global is immutable."""
        return self.store.externrefs.hold(self._read) if self.type.type.is_ref else self._read()

    @value.setter
    def value(self, value: object) -> None:
        if not self.type.mutable:
            raise TypeError("the global is immutable")
        self._assign(value)

    def _read(self) -> object:
        (value,) = value_struct(self.type.type).unpack_from(SPACE, self.storage)
        return unpack_value(self.store, self.type.type, value)

    def _assign(self, value: object) -> None:
        if self.type.type.is_ref:
            self.store.externrefs.hold(self._assign_reference, value)
        else:
            slot = pack_value(self.store, self.type.type, value, self)
            value_struct(self.type.type).pack_into(SPACE, self.storage, slot)

    def _assign_reference(self, value: object) -> None:
        self.set(cast(int, pack_value(self.store, self.type.type, value, self)))

    def keep(self, func: FuncInstance) -> None:
        """Keep a function alive as long as the global may refer to it."""
        self._link(func.keeper)

    def link(self, importer: ModuleInstance) -> None:
        """Keep an importer alive if its functions can get into the global."""
        if is_func_ref(self.type.type) and self.type.mutable:
            self._link(importer)

    def _link(self, target: object) -> None:
        if isinstance(self.owner, Block):
            self._links.add(target)
        elif target is not self.owner:
            self.owner.links.add(target)
