"""Evaluate scripts with the exports of the QuickJS reactor. usage: drive_quickjs.py ENGINE FILE."""

from __future__ import annotations

import sys
from pathlib import Path

from engines import Reactor, open_reactor

INPUTS = Path(__file__).parent / "inputs"
SCRIPTS = ["language.js", "sieve.js", "throws.js", "syntax.js"]
TAG_EXCEPTION = 6


class QuickJS:
    """A JavaScript context. Values are NaN-boxed 64-bit integers with the tag in the upper half."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        assert reactor.call("qjs_init") == 0
        self._context = reactor.call("qjs_get_context")

    def _string(self, text: bytes) -> int:
        address: int = self._reactor.call("malloc", len(text) + 1)
        self._reactor.write(address, text + b"\0")
        return address

    def _to_string(self, value: int) -> str:
        length_at = self._reactor.call("malloc", 4)
        address = self._reactor.call("JS_ToCStringLen2", self._context, length_at, value, 0)
        text = self._reactor.read(address, int.from_bytes(self._reactor.read(length_at, 4), "little")).decode()
        self._reactor.call("JS_FreeCString", self._context, address)
        self._reactor.call("JS_FreeValue", self._context, value)
        return text

    def _error(self) -> str:
        error = self._reactor.call("JS_GetException", self._context)
        name = self._string(b"stack")
        stack = self._to_string(self._reactor.call("JS_GetPropertyStr", self._context, error, name))
        return f"threw {self._to_string(error)}\n{stack}"

    def evaluate(self, source: bytes, name: str) -> str:
        """Run a script and its pending jobs; the last value as a string, or the error with its stack."""
        code, filename = self._string(source), self._string(name.encode())
        value = self._reactor.call("JS_Eval", self._context, code, len(source), filename, 0)
        self._reactor.call("js_std_loop", self._context)
        return self._error() if value >> 32 == TAG_EXCEPTION else self._to_string(value)


def main(engine: str, file: str) -> None:
    """Evaluate every script of `SCRIPTS`."""
    context = QuickJS(open_reactor(engine, Path(file)))
    for name in SCRIPTS:
        print(f"== {name}", flush=True)
        print(context.evaluate((INPUTS / name).read_bytes(), name), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
