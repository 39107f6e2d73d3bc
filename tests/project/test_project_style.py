"""The measures of style that a number can express: lengths, docstrings, annotations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 600
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function of a file, nested ones and methods included."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines from `def` to the end."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """What has to have a docstring: public classes and functions of a file, and the public methods of those."""
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        decorators = {ast.unparse(decorator).split(".")[-1] for decorator in node.decorator_list}
        if decorators & {"overload", "setter", "override"}:
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body)


def test_functions_are_short(sources: list[Any]) -> None:
    long = [
        f"{source.path}:{function.lineno}: {function.name} has {length(function)} lines"
        for source in sources
        for function in functions(source.tree)
        if length(function) > MAX_FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_most_functions_are_very_short(sources: list[Any]) -> None:
    lengths = sorted(length(function) for source in sources for function in functions(source.tree))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 95 // 100] <= 35


def test_files_are_short(sources: list[Any]) -> None:
    sizes = {source.path: len(source.path.read_text(encoding="utf-8").splitlines()) for source in sources}
    assert not {path: lines for path, lines in sizes.items() if lines > MAX_FILE_LINES}


def test_everything_public_is_documented(sources: list[Any]) -> None:
    missing = [
        f"{source.path}:{node.lineno}: {node.name}"
        for source in sources
        for node in public(source.tree.body)
        if not ast.get_docstring(node)
    ]
    missing += [str(source.path) for source in sources if source.tree.body and not ast.get_docstring(source.tree)]
    assert not missing, "no docstring:\n" + "\n".join(missing)


def test_every_test_file_has_a_name_of_its_own(root: Path) -> None:
    names = [path.name for path in (root / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))
    assert not list((root / "tests").rglob("__init__.py"))
