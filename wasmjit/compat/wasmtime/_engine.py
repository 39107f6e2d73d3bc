"""Engines: how modules are compiled, and the clock of epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from wasmjit.api.engine import Engine as ApiEngine
from wasmjit.compat.wasmtime._config import Config
from wasmjit.compat.wasmtime._managed import Managed

if TYPE_CHECKING:
    from wasmjit.compat.wasmtime._store import Store


class Engine(Managed):
    """Settings for modules and stores. It uses up the `Config` that it is made with."""

    def __init__(self, config: Config | None = None) -> None:
        if config is not None and not isinstance(config, Config):
            raise TypeError("expected Config")
        taken = Config() if config is None else config
        self._settings = taken._consume()
        self._core: ApiEngine = self._settings.engine()
        self._epoch = 0
        self._stores: WeakSet[Store] = WeakSet()
        self._open()

    def increment_epoch(self) -> None:
        """Move the epoch on: stores whose deadline it is stop running wasm. For any thread."""
        self.ptr()._epoch += 1
        for store in tuple(self._stores):
            store._epoch_moved()

    def is_pulley(self) -> bool:
        """Whether code is interpreted: it is not."""
        return self.ptr()._closed is not False
