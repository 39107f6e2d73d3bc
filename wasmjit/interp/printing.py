"""From the tree of a body to Python source.

A scope becomes `while True:`; a branch to the innermost one is `break` or `continue`. A branch to an outer one sets
`br` to its label and breaks; behind each loop that it crosses it is passed on.
"""

from __future__ import annotations

from wasmjit.interp.shape import branch_labels, completes
from wasmjit.interp.tree import Branch, If, Line, Node, Scope, Stop, Try

MAX_LOOPS = 18
"""Python allows 20 nested loops and `try` statements; one of these counts twice."""
MAX_INDENT = 90
"""Python allows 100 levels of indentation."""


class TooDeepError(Exception):
    """The source would be nested deeper than Python allows."""


class Printer:
    """Source lines, with the offset in the module that each comes from."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.offsets: list[int] = []
        self._loops: list[Scope] = []
        self._indent = 1
        self._tries = 0

    def line(self, text: str, offset: int = 0) -> None:
        """Add a line at the current indentation."""
        self.lines.append(" " * self._indent + text)
        self.offsets.append(offset)

    def nested(self, nodes: list[Node]) -> None:
        """Add code one level deeper; there is always something."""
        self._indent += 1
        if self._indent > MAX_INDENT:
            raise TooDeepError
        before = len(self.lines)
        self.nodes(nodes)
        if len(self.lines) == before:
            self.line("pass")
        self._indent -= 1

    def nodes(self, nodes: list[Node]) -> None:
        """Add code."""
        for node in nodes:
            if isinstance(node, Line | Stop):
                self.line(node.text, node.offset)
            elif isinstance(node, Branch):
                self._branch(node.label)
            elif isinstance(node, If):
                self._if(node, "if")
            elif isinstance(node, Try):
                self._try(node)
            else:
                self._scope(node)

    def _try(self, node: Try) -> None:
        self._tries += 2
        if len(self._loops) + self._tries > MAX_LOOPS:
            raise TooDeepError
        self.line("try:")
        self.nested(node.body)
        self.line(f"except Thrown as {node.name}:")
        self.nested([*node.handlers, Stop("raise", 0)])
        self._tries -= 2

    def _branch(self, label: int) -> None:
        inner = self._loops[-1]
        if inner.label == label:
            self.line("continue" if inner.is_loop else "break")
        else:
            self.line(f"br = {label}")
            self.line("break")

    def _if(self, node: If, keyword: str) -> None:
        if not node.then and not node.orelse:
            self.line(node.condition, node.offset)
            return
        condition, then, orelse = node.condition, node.then, node.orelse
        if not then:
            condition, then, orelse = f"not {condition}", orelse, then
        self.line(f"{keyword} {condition}:", node.offset)
        self.nested(then)
        if not orelse:
            return
        if len(orelse) == 1 and isinstance(orelse[0], If) and (orelse[0].then or orelse[0].orelse):
            self._if(orelse[0], "elif")
        elif not completes(then):
            self.nodes(orelse)
        else:
            self.line("else:")
            self.nested(orelse)

    def _scope(self, scope: Scope) -> None:
        inside = branch_labels(scope.body)
        crossing = sorted(label for label in inside if label < scope.label)
        if len(self._loops) + self._tries >= MAX_LOOPS:
            raise TooDeepError
        if crossing:
            self.line("br = 0")
        self.line("while True:")
        self._loops.append(scope)
        self._indent += 1
        self.nodes(scope.body)
        if completes(scope.body):
            self.line("break")
        self._indent -= 1
        self._loops.pop()
        if crossing:
            self._pass_on(scope, crossing)

    def _pass_on(self, scope: Scope, crossing: list[int]) -> None:
        """Behind a loop: go on to where a branch out of it was meant to go."""
        outer = self._loops[-1]
        if outer.label in crossing and outer.is_loop:
            self.line(f"if br == {outer.label}: continue")
            crossing = crossing[:-1]
        if crossing:
            self.line(f"if 0 < br < {scope.label}: break")


def print_structured(nodes: list[Node]) -> tuple[list[str], list[int]]:
    """Source lines of a function's body and their offsets. Raises TooDeepError."""
    printer = Printer()
    printer.nodes(nodes)
    return printer.lines, printer.offsets
