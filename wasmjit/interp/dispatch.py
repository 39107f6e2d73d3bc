"""Bodies that are nested deeper than Python allows: basic blocks, and a loop that goes to the next one by number."""

from __future__ import annotations

from wasmjit.interp.tree import Branch, If, Node, Scope, Stop, Try

_EXIT = -1


class _Blocks:
    """Basic blocks: lines with offsets. The last line of each says where to go on."""

    def __init__(self) -> None:
        self.blocks: list[list[tuple[str, int]]] = []
        self._targets: dict[int, int] = {}
        self._pending: list[tuple[list[Node], int, int]] = []
        self.handlers: list[int] = []
        """For each block the one that handles what is thrown in it."""

    def new(self, handler: int) -> int:
        """Number of a new, empty block."""
        self.blocks.append([])
        self.handlers.append(handler)
        return len(self.blocks) - 1

    def build(self, nodes: list[Node]) -> None:
        """All blocks of a body. Not recursive: bodies may be nested 100,000 deep."""
        self._pending.append((nodes, self.new(_EXIT), _EXIT))
        while self._pending:
            self._fill(*self._pending.pop())

    def _fill(self, nodes: list[Node], block: int, after: int) -> None:
        """Append code to a block; `after` is where it goes on."""
        for index, node in enumerate(nodes):
            lines = self.blocks[block]
            if isinstance(node, Branch):
                lines.append((f"pc = {self._targets[node.label]}", 0))
                return
            if isinstance(node, Stop):
                lines.append((node.text, node.offset))
                return
            if isinstance(node, If | Scope | Try):
                rest = nodes[index + 1 :]
                end = self.new(self.handlers[block]) if rest else after
                if rest:
                    self._pending.append((rest, end, after))
                self._open(node, block, end)
                return
            lines.append((node.text, node.offset))
        if after != _EXIT:
            self.blocks[block].append((f"pc = {after}", 0))

    def _open(self, node: If | Scope | Try, block: int, end: int) -> None:
        lines, handler = self.blocks[block], self.handlers[block]
        if isinstance(node, Try):
            caught = self.new(handler)
            body = self.new(caught)
            self.blocks[caught].append((f"{node.name} = caught", 0))
            lines.append((f"pc = {body}", 0))
            self._pending += ((node.body, body, end), ([*node.handlers, Stop(f"raise {node.name}", 0)], caught, _EXIT))
            return
        if isinstance(node, If):
            then, orelse = self.new(handler), self.new(handler)
            lines.append((f"pc = {then} if {node.condition} else {orelse}", node.offset))
            self._pending += ((node.then, then, end), (node.orelse, orelse, end))
            return
        body = self.new(handler)
        lines.append((f"pc = {body}", 0))
        self._targets[node.label] = body if node.is_loop else end
        self._pending.append((node.body, body, end))


def print_dispatched(nodes: list[Node]) -> tuple[list[str], list[int]]:
    """Source lines of a function's body and their offsets."""
    blocks = _Blocks()
    blocks.build(nodes)
    throws = any(handler != _EXIT for handler in blocks.handlers)
    lines: list[str] = [" pc = 0", " while True:"]
    if throws:
        lines = [" pc = 0", f" handlers = {tuple(blocks.handlers)}", " while True:", "  try:"]
    offsets = [0] * len(lines)
    pending: list[tuple[int, int, int, str]] = [(0, len(blocks.blocks), 2 + throws, "")]
    while pending:
        first, last, indent, prefix = pending.pop()
        if prefix:
            lines.append(" " * (indent - 1) + prefix)
            offsets.append(0)
        if last - first == 1:
            for text, offset in blocks.blocks[first] or [("pass", 0)]:
                lines.append(" " * indent + text)
                offsets.append(offset)
            continue
        middle = (first + last) // 2
        pending.append((middle, last, indent + 1, "else:"))
        pending.append((first, middle, indent + 1, f"if pc < {middle}:"))
    if throws:
        lines += ["  except Thrown as thrown:", "   caught = thrown", "   pc = handlers[pc]"]
        lines += [f"   if pc == {_EXIT}: raise"]
        offsets += [0] * 4
    return lines, offsets
