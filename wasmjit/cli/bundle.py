"""The modules that a program's start imports, in one file of the cache: finding and reading a hundred costs more.

Modules are taken from there only while their source files are what they were, by size and time, as Python does with
its own compiled files. Whoever imports others adds them at the end, so the next start finds what this one has needed.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader

import wasmjit
from wasmjit.cache.digest import digest, key_of
from wasmjit.cache.entries import open_entry, write_entry

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

    Place = tuple[str, str | None, tuple[int, int], bool]
    Item = tuple[str, str | None, tuple[int, int], bool, int, int, bytes]

KIND = "start"
_MARSHAL_VERSION = 4
_PREFIX = "wasmjit."
_COMPILER = "wasmjit.compile.llvm"  # what a start that has to compile imports is not what others need


class _Loader(SourceFileLoader):
    """Loads a module whose code is there already."""

    def __init__(self, name: str, path: str, code: bytes) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """The code of the module."""
        code: CodeType = marshal.loads(self._code)
        return code


class Bundle:
    """A finder, as `sys.meta_path` has them, of the modules in the file: its tail is their code, its head the index."""

    def __init__(self) -> None:
        own = str(_facts(__file__))  # whoever writes it another way looks for another file
        self._key = key_of(sys.version, str(sys.flags.optimize), own, *wasmjit.__path__)
        self._entry = open_entry(KIND, self._key)
        self._items: dict[str, Item] = {} if self._entry is None else marshal.loads(self._entry.head)

    def install(self) -> None:
        """Look here first from now on."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        item = self._items.get(name)
        if item is None or self._entry is None:
            return None
        origin, cached, facts, is_package, start, size, expected = item
        code = self._entry.part(start, size) if _facts(origin) == facts else b""
        if digest(code) != expected:
            del self._items[name]
            return None
        spec = ModuleSpec(name, _Loader(name, origin, code), origin=origin, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(origin)]
        spec.has_location = True
        spec.cached = cached
        return spec

    def keep(self) -> None:
        """Write what has been imported besides, if a start like this one is worth it."""
        if _COMPILER in sys.modules or not self._missing():
            return
        known = self._entry.tail() if self._entry is not None else b""
        if known is None:
            self._items, known = {}, b""
        kept = [(name, (item[:4], known[item[4] : item[4] + item[5]])) for name, item in self._items.items()]
        items: dict[str, Item] = {}
        tail = bytearray()
        for name, (place, code) in [*kept, *self._missing()]:
            items[name] = (*place, len(tail), len(code), digest(code))
            tail += code
        write_entry(KIND, self._key, marshal.dumps(items, _MARSHAL_VERSION), bytes(tail))

    def _missing(self) -> list[tuple[str, tuple[Place, bytes]]]:
        """The modules that are there and not in the file."""
        names = [name for name in sys.modules if name.startswith(_PREFIX) and name not in self._items]
        return [(name, item) for name in names if (item := _item(sys.modules[name])) is not None]


def _item(module: ModuleType) -> tuple[Place, bytes] | None:
    """A module as it is kept; None if its code is not known to be that of its file."""
    spec = module.__spec__
    if spec is None or not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
        return None
    facts = _facts(spec.origin)
    code = spec.loader.get_code(spec.name)
    if facts is None or code is None or _facts(spec.origin) != facts:
        return None
    is_package = spec.submodule_search_locations is not None
    return (spec.origin, spec.cached, facts, is_package), marshal.dumps(code, _MARSHAL_VERSION)


def _facts(path: str) -> tuple[int, int] | None:
    """Size and time of a file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
