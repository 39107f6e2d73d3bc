"""A WebAssembly function mapped over a Dask bag: the module travels to the workers, each makes an instance of its own.

usage: pip install dask; python examples/dask_map.py [WORDS...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import dask.bag

import wasmjit

WORDS = ["dask", "maps", "python functions", "that are", "webassembly inside"]


def shout_all(lines: list[str], module: wasmjit.Module) -> list[str]:
    """The lines of one partition in upper case, by plugin.wasm: one instance for all of them."""
    words: list[str] = []

    def emit(address: int, length: int) -> None:
        words.append(instance.memory.read(address, length).decode())

    imports = {"host": {"emit": emit, "lookup": lambda address, length: 0.0}}
    instance = wasmjit.Instance(wasmjit.Store(module.engine), module, imports)
    shouted = []
    for line in lines:
        data = line.encode()
        address = instance.allocate(len(data))
        instance.memory.write(address, data)
        instance.shout(address, len(data))
        instance.reset()
        shouted.append(" ".join(words))
        words.clear()
    return shouted


def main(lines: list[str]) -> None:
    """Shout lines in two processes."""
    module = wasmjit.Module(wasmjit.Engine(), Path(__file__).with_name("plugin.wasm"))
    bag = dask.bag.from_sequence(lines, npartitions=2)
    for line in bag.map_partitions(shout_all, module).compute(scheduler="processes", num_workers=2):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:] or WORDS)
