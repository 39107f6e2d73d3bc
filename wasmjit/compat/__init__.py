"""Other packages' interfaces on this engine, for programs that are written for those.

* `import wasmjit.compat.wasmtime as wasmtime` in a program of one's own;
* `wasmjit.compat.install()` before what imports `wasmtime`;
* `python -m wasmjit.compat script.py ARGS` runs a whole program, unmodified.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType

NAMES = ("wasmtime",)
"""What can be installed."""

INTERFACE_VERSION = "47.0.1"
"""The version of the package whose interface it is."""


_ANYTHING = DistributionFinder.Context()


class _Alias(DistributionFinder, Loader):
    """Finds `wasmtime.x` as `wasmjit.compat.wasmtime.x`: the same module, not another copy of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See importlib."""
        return ModuleSpec(fullname, self) if fullname.partition(".")[0] in NAMES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """See importlib. Raises ModuleNotFoundError by the name that was asked for."""
        try:
            return import_module(f"{__name__}.{spec.name}")
        except ModuleNotFoundError as error:
            reason = f"{spec.name!r} is not offered by {__name__}"
            raise ModuleNotFoundError(reason, name=spec.name) from error

    def exec_module(self, module: ModuleType) -> None:
        """See importlib: the module has run already."""

    def find_distributions(self, context: DistributionFinder.Context = _ANYTHING) -> Iterable[Distribution]:
        """See importlib.metadata: programs may ask for the package's version."""
        return [_Distribution(context.name)] if context.name in NAMES else []


class _Distribution(Distribution):
    """What is known about a package that is stood in for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read_text(self, filename: str) -> str | None:
        """See importlib.metadata."""
        metadata = f"Metadata-Version: 2.1\nName: {self._name}\nVersion: {INTERFACE_VERSION}\n"
        return metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """See importlib.metadata."""
        return Path(__file__).parent / path


_ALIAS = _Alias()


def install() -> None:
    """Let `import wasmtime` give this engine in the guise of that package, in this process, from now on.

    Raises RuntimeError if the package itself has been imported already.
    """
    for name in NAMES:
        if name in sys.modules and sys.modules[name] is not sys.modules.get(f"{__name__}.{name}"):
            raise RuntimeError(f"{name} has been imported already: install first")
    if _ALIAS not in sys.meta_path:
        sys.meta_path.insert(0, _ALIAS)
    for name in NAMES:
        import_module(name)
