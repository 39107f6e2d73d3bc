"""Render graphs with Graphviz's exports. usage: drive_graphviz.py ENGINE FILE; prints every result."""

from __future__ import annotations

import sys
from pathlib import Path

from engines import Reactor, open_reactor

INPUTS = Path(__file__).parent / "inputs"
RUNS = [
    ("cluster.dot", "svg", "dot"),
    ("cluster.dot", "plain", "dot"),
    ("ring.dot", "svg", "neato"),
    ("ring.dot", "svg", "circo"),
    ("tree.dot", "svg", "twopi"),
    ("tree.dot", "json", "dot"),
    ("broken.dot", "svg", "dot"),
]


class Graphviz:
    """The C interface of the module: strings go in by its `malloc`."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor

    def _string(self, text: bytes) -> int:
        address: int = self._reactor.call("malloc", len(text) + 1)
        self._reactor.write(address, text + b"\0")
        return address

    def _c_string(self, address: int) -> bytes:
        return self._reactor.read(address, 4096).partition(b"\0")[0]

    def render(self, source: bytes, format: str, layout: str) -> bytes:
        """Draw `source`; the error message where that fails."""
        length_at = self._reactor.call("malloc", 4)
        inputs = [self._string(text) for text in (source, format.encode(), layout.encode())]
        result = self._reactor.call("graphviz_render", *inputs, length_at)
        if not result:
            return b"error: " + self._c_string(self._reactor.call("graphviz_last_error"))
        output = self._reactor.read(result, int.from_bytes(self._reactor.read(length_at, 4), "little"))
        self._reactor.call("graphviz_free", result)
        for address in (*inputs, length_at):
            self._reactor.call("free", address)
        return output


def main(engine: str, file: str) -> None:
    """Render every graph of `RUNS`."""
    graphviz = Graphviz(open_reactor(engine, Path(file)))
    for name, format, layout in RUNS:
        output = graphviz.render((INPUTS / name).read_bytes(), format, layout)
        sys.stdout.buffer.write(f"== {name} {format} {layout}\n".encode() + output + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
