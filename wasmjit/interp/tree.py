"""A translated body as a tree: statements in Python, control flow still as wasm has it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Line(NamedTuple):
    """A statement that falls through to the next. `offset` is where it comes from in the module."""

    text: str
    offset: int


class Stop(NamedTuple):
    """A statement that does not: `return` or `raise`."""

    text: str
    offset: int


class Branch(NamedTuple):
    """To the end of a block, or to the start of a loop."""

    label: int


class If:
    """Two arms."""

    __slots__ = ("condition", "offset", "orelse", "then")

    def __init__(self, condition: str, then: list[Node], orelse: list[Node], offset: int) -> None:
        self.condition = condition
        self.then = then
        self.orelse = orelse
        self.offset = offset


class Scope:
    """A block or a loop that branches go to. Labels of outer scopes are smaller."""

    __slots__ = ("body", "is_loop", "label")

    def __init__(self, label: int, is_loop: bool, body: list[Node]) -> None:
        self.label = label
        self.is_loop = is_loop
        self.body = body


class Try:
    """A body, and handlers of what is thrown in it. These do not complete, but where nothing has been caught.

    `name` is the variable that holds the exception.
    """

    __slots__ = ("body", "handlers", "name")

    def __init__(self, body: list[Node], name: str, handlers: list[Node]) -> None:
        self.body = body
        self.name = name
        self.handlers = handlers


Node: TypeAlias = Line | Stop | Branch | If | Scope | Try


def negated(condition: str) -> str:
    """The opposite of a condition."""
    if condition.startswith("(not ") and condition.endswith(")") and condition.count("(") == 1:
        return condition[5:-1]
    return f"(not {condition})"
