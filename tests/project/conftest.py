"""The project's own source files, parsed once for the tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Source:
    """A file of the package: its dotted module name and its syntax tree."""

    path: Path
    module: str
    tree: ast.Module


def _modules(folder: Path, package: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.py")):
        parts = [package, *path.relative_to(folder).with_suffix("").parts]
        yield path, ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="session")
def sources(root: Path) -> list[Source]:
    """Fixture: every file of the package, the folder runtime/ as wasmjit.runtime."""
    found = [(p, m) for p, m in _modules(root / "wasmjit", "wasmjit") if not m.startswith("wasmjit.runtime")]
    found += _modules(root / "runtime", "wasmjit.runtime")
    return [Source(path, module, ast.parse(path.read_text(encoding="utf-8"))) for path, module in found]
