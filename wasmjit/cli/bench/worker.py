"""The process that runs a program once under an engine for Python, and reports times.

usage: python -m wasmjit.cli.bench.worker SPEC RESULT
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Spec = Mapping[str, Any]
Compiled = Callable[[], int]
"""Runs the program; its exit status."""
Ready = Callable[[], Compiled]
"""Compiles the program. All that the engine needs has been imported, and its own machinery made."""


def _wasmjit(spec: Spec) -> Ready:
    from wasmjit import Engine, ExitStatus, Linker, Module, Preopen, Trap, WasiConfig
    from wasmjit.config import Config

    engine = Engine(Config(compilation="eager", cache=False, release_gil=True), **spec["settings"])
    dirs = [Preopen(host, guest) for host, guest in spec["dirs"]]
    linker = Linker(engine)
    linker.define_wasi(WasiConfig(args=[spec["file"], *spec["args"]], env=spec["env"], dirs=dirs))

    def compile() -> Compiled:
        module = Module(engine, Path(spec["file"]))
        return lambda: run(module)

    def run(module: Module) -> int:
        try:
            linker.instantiate(module)["_start"]()
        except ExitStatus as status:
            return status.code
        except Trap as trap:
            print(f"trap: {trap}", file=sys.stderr)
            return 134
        return 0

    return compile


def _wasmtime(spec: Spec) -> Ready:
    import wasmtime

    engine = wasmtime.Engine()
    wasi = wasmtime.WasiConfig()
    wasi.argv = [spec["file"], *spec["args"]]
    wasi.env = list(spec["env"].items())
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    for host, guest in spec["dirs"]:
        wasi.preopen_dir(host, guest)

    def compile() -> Compiled:
        module = wasmtime.Module.from_file(engine, spec["file"])
        return lambda: run(module)

    def run(module: wasmtime.Module) -> int:
        store = wasmtime.Store(engine)
        store.set_wasi(wasi)
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        start = linker.instantiate(store, module).exports(store)["_start"]
        assert isinstance(start, wasmtime.Func)
        try:
            start(store)
        except wasmtime.ExitTrap as exit:
            return exit.code
        return 0

    return compile


def _pywasm(spec: Spec) -> Ready:
    import pywasm

    runtime = pywasm.core.Runtime()
    dirs = {guest: host for host, guest in spec["dirs"]}
    wasi = pywasm.wasi.Preview1([spec["file"], *spec["args"]], dirs, spec["env"])
    wasi.bind(runtime)

    def compile() -> Compiled:
        module = runtime.instance_from_file(spec["file"])
        return lambda: int(wasi.main(runtime, module))

    return compile


_ENGINES: dict[str, Callable[[Spec], Ready]] = {"wasmjit": _wasmjit, "wasmtime": _wasmtime, "pywasm": _pywasm}


def main(spec_text: str, result: str) -> int:
    """Compile and run; the program's exit status."""
    spec = json.loads(spec_text)
    compile = _ENGINES[spec["engine"]](spec)
    start = time.perf_counter()
    run = compile()
    compiled = time.perf_counter()
    status = run()
    end = time.perf_counter()
    Path(result).write_text(json.dumps({"compile_s": compiled - start, "run_s": end - compiled}))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
