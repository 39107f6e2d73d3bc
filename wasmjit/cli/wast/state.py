"""What a script has made so far: instances by name, the modules behind them, and what is registered for imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import leb128

from wasmjit.api.engine import Engine
from wasmjit.api.extern import Extern
from wasmjit.api.imports import mapping_lookup, resolve
from wasmjit.api.instance import Instance, instantiate_externs
from wasmjit.api.module import Module
from wasmjit.api.store import Store
from wasmjit.binary.reader import Reader
from wasmjit.cli.wast.spectest import spectest_module
from wasmjit.cli.wast.thread import ScriptThread

_IMPORT_SECTION = 2


class NeededError(Exception):
    """A command can't run because of `features` that the engine lacks."""

    def __init__(self, features: frozenset[str]) -> None:
        self.features = features
        super().__init__(f"needs {', '.join(sorted(features))}")


class FailureError(Exception):
    """A command did not do what it should."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Stands for a module or instance that could not be made for lack of features."""

    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a module or instance that could not be made though it should have been."""


_T = TypeVar("_T")
_Maybe: TypeAlias = _T | Unavailable | Broken


class State:
    """The world of one script. Names are those of the script; None is the module that came last."""

    def __init__(self, engine: Engine) -> None:
        self.engine = Engine(engine.config, validation="eager")  # scripts assert that modules are invalid
        self.store = Store(engine)
        self.threads: dict[str, ScriptThread[Any]] = {}
        """The threads that the script has started, by name."""
        self._modules: dict[str | None, _Maybe[Module]] = {}
        self._instances: dict[str | None, _Maybe[Instance]] = {}
        self._suspects: dict[Instance, frozenset[str]] = {}
        self._registered: dict[str, _Maybe[Instance | Mapping[str, Extern]]] = {"spectest": spectest_module(self.store)}

    def set_module(self, name: str | None, module: _Maybe[Module]) -> None:
        """Remember a module as the last one, and by name."""
        self._modules[None] = self._modules[name] = module

    def set_instance(self, name: str | None, instance: _Maybe[Instance]) -> None:
        """Remember an instance as the last one, and by name."""
        self._instances[None] = self._instances[name] = instance

    def module(self, name: str | None) -> Module:
        """A module by name. Raises NeededError or FailureError if it could not be made."""
        return _require(self._modules.get(name, Broken()), name)

    def instance(self, name: str | None) -> Instance:
        """An instance by name. Raises NeededError or FailureError if it could not be made."""
        return _require(self._instances.get(name, Broken()), name)

    def register(self, name: str | None, alias: str) -> None:
        """Let modules import the exports of an instance, or know why they can't. Raises as `instance` does."""
        self._registered[alias] = self._instances.get(name, Broken())
        self.instance(name)

    def suspect(self, data: bytes, features: frozenset[str]) -> None:
        """Note that a module that can't be made was meant to be linked with instances, and may have changed them."""
        section = _import_section(data)
        for alias, instance in self._registered.items():
            name = alias.encode()
            if isinstance(instance, Instance) and leb128.u.encode(len(name)) + name in section:
                self._suspects[instance] = self._suspects.get(instance, frozenset()) | features

    def suspicion(self, name: str | None) -> frozenset[str]:
        """The features that instances would have needed that may have changed this one; empty if there are none."""
        instance = self._instances.get(name)
        return self._suspects.get(instance, frozenset()) if isinstance(instance, Instance) else frozenset()

    def instantiate(self, module: Module) -> Instance:
        """An instance of a module, linked with what is registered.

        Raises NeededError or FailureError if something registered could not be made, and what `Instance` raises.
        """
        for name in dict.fromkeys(item.module for item in module.imports):
            if name in self._registered:
                _require(self._registered[name], name)
        made = {name: item for name, item in self._registered.items() if not isinstance(item, Unavailable | Broken)}
        return instantiate_externs(self.store, module, resolve(self.store, module, mapping_lookup(made)))


def _import_section(data: bytes) -> bytes:
    """Contents of the import section, whatever features are used in it; empty if there is none."""
    r = Reader(data, 8)
    while r.pos < len(data):
        id, size = r.read_byte(), r.read_u32()
        start = r.skip(size)
        if id == _IMPORT_SECTION:
            return data[start : start + size]
    return b""


def _require(item: _Maybe[_T], name: str | None) -> _T:
    if isinstance(item, Unavailable):
        raise NeededError(item.features)
    if isinstance(item, Broken):
        raise FailureError(f"there is no instance {name or ''}".rstrip())
    return item
