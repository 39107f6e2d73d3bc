"""`wasmjit.load`: from a file to an instance in one call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

from wasmjit.api.engine import Engine, Settings
from wasmjit.api.extern import ExternBase
from wasmjit.api.imports import Imports, Lookup, first_of, mapping_lookup, resolve, wasi_functions
from wasmjit.api.instance import Instance, initialize, instantiate_externs
from wasmjit.api.module import Module
from wasmjit.api.source import Source
from wasmjit.api.store import Store

if TYPE_CHECKING:
    from wasmjit.runtime.wasi import WasiConfig


def load(
    source: Source,
    imports: Imports | None = None,
    *,
    wasi: WasiConfig | bool | None = None,
    store: Store | None = None,
    **settings: Unpack[Settings],
) -> Instance:
    """Compile and instantiate a module: `load("plugin.wasm").transform(21)`.

    * `source`: bytes, a path, text or an open file, as for `Module`.
    * `imports`: `{"module": {"name": value}}`. A value is a callable, which gets the type that the module declares, a
      `Func`, `Memory`, `Table` or `Global`, or a number for an immutable global. An `Instance` offers its exports.
    * `wasi`: what WASI grants; True for the defaults of `WasiConfig`, None for no WASI.
    * `store`: where the instance lives; by default the store of the objects among the imports, or else one of its own.
    * `settings`: the fields of `Config`, for a store of its own.

    `_initialize` is called if there is one; `_start` is not. Raises what `Module` and `Instance` raise.
    """
    store = _choose_store(store, imports or {}, settings)
    engine = Engine(**settings) if store is None else store.engine
    module = Module(engine, source)
    lookup = _with_wasi(mapping_lookup(imports or {}), wasi)
    store = store or Store(engine)
    instance = instantiate_externs(store, module, resolve(store, module, lookup))
    initialize(instance)
    return instance


def _choose_store(store: Store | None, imports: Imports, settings: Settings) -> Store | None:
    """The store given, or that of the objects among the imports. Raises ValueError for settings beside it."""
    if store is None:
        store = next(_stores(imports), None)
    if store is not None and settings:
        names = ", ".join(settings)
        raise ValueError(f"{names}: the instance goes into a store that exists, whose engine has its own settings")
    return store


def _stores(imports: Imports) -> Iterator[Store]:
    for names in imports.values():
        if isinstance(names, Instance):
            yield names.store
        else:
            yield from (item.store for item in names.values() if isinstance(item, ExternBase))


def _with_wasi(lookup: Lookup, wasi: WasiConfig | bool | None) -> Lookup:
    """Look in WASI for what is not among the imports given."""
    if wasi is None or wasi is False:
        return lookup
    return first_of(lookup, wasi_functions(None if wasi is True else wasi))
