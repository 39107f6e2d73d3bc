"""Stores: the worlds that instances live in, with what they are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, Union

from wasmjit.api.store import Store as ApiStore
from wasmjit.compat.wasmtime._engine import Engine
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.runtime.quota import StoreLimits
from wasmjit.runtime.wasi import Wasi

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._func import Caller
    from wasmjit.compat.wasmtime._wasi import WasiConfig
    from wasmjit.runtime.wasi.registry import HostFunction
    from wasmjit.wasm.types import FuncType

    WasiFunctions: TypeAlias = dict[tuple[str, str], tuple[FuncType, HostFunction]]


_MOST_FUEL = (1 << 63) - 1
"""What the engine can count."""


class Store(Managed):
    """The objects that can be linked with each other. `data` is kept for the caller."""

    def __init__(self, engine: Engine | None = None, data: Any = None) -> None:
        if engine is None:
            engine = Engine()
        elif not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        engine.ptr()
        self.engine = engine
        self._core = ApiStore(engine._core)
        self._data = data
        self._epochs = engine._settings.epochs
        self._deadline = 0
        self._fuel_given = 0
        engine._stores.add(self)
        self._epoch_moved()
        self._wasi: WasiFunctions | None = None
        self._open()

    def _context(self) -> Store:
        """Itself, if it can be used."""
        return self.ptr()

    def close(self) -> None:
        """Give it up, with what WASI has opened. What belongs to it can no longer be used."""
        super().close()
        self._wasi = None

    def data(self) -> Any:
        """What it was made with."""
        return self.ptr()._data

    def gc(self) -> None:
        """Accepted: objects are freed as soon as the guest can no longer reach them."""
        self.ptr()

    # --- fuel

    def set_fuel(self, fuel: int) -> None:
        """Let wasm run for so many instructions, roughly; there is no fuel at first.

        Raises WasmtimeError unless the engine has `Config.consume_fuel`.
        """
        if not 0 <= fuel < 1 << 64:
            raise WasmtimeError(f"fuel must be between 0 and 2**64 - 1, not {fuel}")
        consumed = self.fuel_consumed()
        self._fueled().fuel = min(fuel, _MOST_FUEL)
        self._fuel_given = consumed + self._core.fuel

    def get_fuel(self) -> int:
        """The fuel that is left. Raises WasmtimeError as `set_fuel`."""
        return self._fueled().fuel

    def add_fuel(self, fuel: int) -> None:
        """As `set_fuel`, on top of what is left. The package had this up to version 13."""
        self.set_fuel(self.get_fuel() + fuel)

    def fuel_consumed(self) -> int:
        """The fuel that has been used up so far. The package had this up to version 13."""
        return self._fuel_given - self.get_fuel()

    def consume_fuel(self, fuel: int) -> int:
        """Take away fuel; return what is left. The package had this up to version 13."""
        left = self.get_fuel()
        if fuel > left:
            raise WasmtimeError("not enough fuel remaining in store")
        self._fueled().fuel = left - fuel
        return left - fuel

    def _fueled(self) -> ApiStore:
        if not self.ptr().engine._settings.fuel:
            raise WasmtimeError("fuel is not configured in this store")
        return self._core

    # --- epochs and limits

    def set_limits(
        self,
        memory_size: int = -1,
        table_elements: int = -1,
        instances: int = -1,
        tables: int = -1,
        memories: int = -1,
    ) -> None:
        """Limit the size of each memory in bytes and of each table, and how many things there may be at once.

        What is negative is not limited. Limits hold for what is created or grows from then on.
        """
        given = (memory_size, table_elements, instances, memories, tables)
        self.ptr()._core.limits = StoreLimits(*(None if limit < 0 else limit for limit in given))

    def set_epoch_deadline(self, ticks_after_current: int) -> None:
        """Let wasm run until the engine's epoch has moved on so many times."""
        self._deadline = self.ptr().engine._epoch + ticks_after_current
        if self._epochs:
            self._core._runtime.hold(ticks_after_current <= 0)

    def _epoch_moved(self) -> None:
        """Stop what runs, and whatever tries to, if the deadline has come. For any thread."""
        if self._epochs and self.engine._epoch >= self._deadline:
            self._core._runtime.hold(True)

    def set_wasi(self, wasi: WasiConfig) -> None:
        """What WASI grants from now on. It uses up the configuration."""
        self.ptr()._wasi = Wasi(wasi._consume()).functions()

    def _wasi_function(self, key: tuple[str, str]) -> HostFunction:
        """The implementation of a call. Raises WasmtimeError without `set_wasi`."""
        if self._wasi is None:
            raise WasmtimeError("wasi context must be populated: call Store.set_wasi first")
        return self._wasi[key][1]


class StoreContext:
    """A store, lent for the time of a call."""

    def __init__(self, store: Store) -> None:
        self._store: Store | None = store

    def _context(self) -> Store:
        """The store. Raises ValueError after the call."""
        if self._store is None:
            raise ValueError("caller is no longer valid")
        return self._store._context()

    def _invalidate(self) -> None:
        self._store = None


Storelike: TypeAlias = Union[Store, "Caller", StoreContext]
