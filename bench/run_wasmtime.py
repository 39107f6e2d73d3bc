"""Runs a WASI command in wasmtime, by its Python package. usage: run_wasmtime.py FILE [ARGS...]"""

from __future__ import annotations

import os
import sys

import wasmtime


def main(path: str, *args: str) -> int:
    """Run `_start`; returns the exit status."""
    config = wasmtime.Config()
    if os.environ.get("WASMTIME_CACHE"):
        config.cache = True
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = [path, *args]
    wasi.inherit_stdout()
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    start = linker.instantiate(store, wasmtime.Module.from_file(engine, path)).exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as exit:
        return exit.code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
