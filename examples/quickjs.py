"""JavaScript in Python: QuickJS as a WebAssembly module, with no access to anything but what it is asked.

usage: pip install qjs-wasi-reactor.wasm; python examples/quickjs.py [SCRIPT...]
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import wasmjit

_TAG_EXCEPTION = 6
DEMO = [
    "[3, 1, 2].sort().map(x => x * x)",
    "JSON.stringify({now: typeof Date.now(), fetch: typeof fetch})",
    "let n = 0; for (let i = 0; i < 1e5; i++) n += i; n",
    "null.answer",
    "const f = () => f() + 1; f()",
]


class Interpreter:
    """A JavaScript context. Its values are NaN-boxed 64-bit integers, with a tag in the upper half."""

    def __init__(self, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._start()

    def _start(self) -> None:
        self._wasm = wasmjit.load(_reactor(), wasi=True)
        if self._wasm.qjs_init():
            raise RuntimeError("QuickJS does not start")
        self._context = self._wasm.qjs_get_context()

    def evaluate(self, source: str, name: str = "<python>") -> str:
        """The value of a script as a string. Raises RuntimeError for what it throws, CallTimeout for endless loops.

        A trap leaves the guest in the middle of something: the next script gets a fresh one.
        """
        try:
            return self._evaluate(source, name)
        except wasmjit.Trap:
            self._start()
            raise

    def _evaluate(self, source: str, name: str) -> str:
        code, file = self._pass(source), self._pass(name)
        value = self._wasm.JS_Eval(self._context, code, len(source.encode()), file, 0, timeout=self._timeout)
        self._wasm.free(code)
        self._wasm.free(file)
        if value >> 32 == _TAG_EXCEPTION:
            raise RuntimeError(self._text(self._wasm.JS_GetException(self._context)))
        return self._text(value)

    def _pass(self, text: str) -> int:
        data = text.encode() + b"\0"
        address: int = self._wasm.malloc(len(data))
        self._wasm.memory.write(address, data)
        return address

    def _text(self, value: int) -> str:
        """A value as a string; it is given back."""
        size_at = self._wasm.malloc(4)
        address = self._wasm.JS_ToCStringLen2(self._context, size_at, value, 0)
        size = int.from_bytes(self._wasm.memory.read(size_at, 4), "little")
        data: bytes = self._wasm.memory.read(address, size)
        self._wasm.JS_FreeCString(self._context, address)
        self._wasm.JS_FreeValue(self._context, value)
        self._wasm.free(size_at)
        return data.decode()


def _reactor() -> Path:
    """The module in the package, which is nothing but the module."""
    found = find_spec("qjs-wasi-reactor")
    if found is None or not found.submodule_search_locations:
        sys.exit("QuickJS is missing: pip install qjs-wasi-reactor.wasm")
    return Path(found.submodule_search_locations[0], "qjs-wasi-reactor.wasm")


def main(scripts: list[str]) -> None:
    """Evaluate scripts in one context, and show what becomes of each."""
    interpreter = Interpreter()
    for script in scripts:
        try:
            print(script, "=>", interpreter.evaluate(script))
        except (RuntimeError, wasmjit.Trap) as error:
            print(script, "=> raises", error)


if __name__ == "__main__":
    main(sys.argv[1:] or DEMO)
