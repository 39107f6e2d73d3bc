"""Run a WASI command in wasmtime: what `wasmjit run` has to print is what this prints.

usage: reference.py FILE JSON, where JSON is {"args": [...], "env": {...}, "dirs": {host: guest}}. Standard streams are
inherited; the exit status is the guest's, or 134 after a trap.
"""

from __future__ import annotations

import json
import os
import sys

import wasmtime


def run(path: str, args: list[str], env: dict[str, str], dirs: dict[str, str]) -> int:
    """Run `_start` of the module at `path`; returns its exit status."""
    config = wasmtime.Config()
    config.wasm_exceptions = True
    engine = wasmtime.Engine(config)
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = [os.path.basename(path), *args]
    wasi.env = list(env.items())
    for host, guest in dirs.items():
        wasi.preopen_dir(host, guest)
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store.set_wasi(wasi)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    module = wasmtime.Module.from_file(engine, path)
    linker.define_unknown_imports_as_default_values(store, module)
    instance = linker.instantiate(store, module)
    start = instance.exports(store)["_start"]
    assert isinstance(start, wasmtime.Func)
    try:
        start(store)
    except wasmtime.ExitTrap as exit:
        return exit.code
    except wasmtime.Trap as trap:
        print(trap, file=sys.stderr)
        return 134
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], **json.loads(sys.argv[2])))
