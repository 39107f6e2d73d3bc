"""An untrusted plugin inside a Python program: it can do what its host hands it, and nothing else.

usage: python examples/plugin.py
"""

from __future__ import annotations

from pathlib import Path

import wasmjit

PRICES = {"apple": 0.5, "pear": 0.75, "melon": 3.0}


class Plugin:
    """The functions of plugin.wasm, with Python strings instead of addresses."""

    def __init__(self, file: Path) -> None:
        self.words: list[str] = []
        self._wasm = wasmjit.load(file, {"host": {"emit": self._emit, "lookup": self._lookup}})

    def _text(self, address: int, length: int) -> str:
        data: bytes = self._wasm.memory.read(address, length)
        return data.decode()

    def _emit(self, address: int, length: int) -> None:
        self.words.append(self._text(address, length))

    def _lookup(self, address: int, length: int) -> float:
        return PRICES[self._text(address, length)]

    def _pass(self, text: str) -> tuple[int, int]:
        data = text.encode()
        address = self._wasm.allocate(len(data))
        self._wasm.memory.write(address, data)
        return address, len(data)

    def shout(self, line: str) -> list[str]:
        """The words of a line, loudly."""
        self.words.clear()
        count = self._wasm.shout(*self._pass(line))
        self._wasm.reset()
        assert count == len(self.words)
        return self.words

    def total(self, names: str, count: float) -> float:
        """What a basket costs, `count` times. Raises KeyError for an unknown name: exceptions cross the plugin."""
        try:
            return float(self._wasm.total(*self._pass(names), count))
        finally:
            self._wasm.reset()

    def crash(self, address: int) -> int:
        """Read where there may be no memory."""
        return int(self._wasm.crash(address))


def main() -> None:
    """Use the plugin, well and badly."""
    plugin = Plugin(Path(__file__).with_name("plugin.wasm"))
    print(plugin.shout("it runs, and it's fast"))
    print(plugin.total("apple pear melon", 2))
    try:
        plugin.total("apple durian", 1)
    except KeyError as error:
        print("the host's own exception:", repr(error))
    try:
        plugin.crash(-16)
    except wasmjit.Trap as trap:
        print("a trap, not a crash:", trap.message)
    print(plugin.shout("still alive"))


if __name__ == "__main__":
    main()
