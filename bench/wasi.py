"""Input and output of a WASI guest: calls per second of 4 KiB, and a copy through the guest, next to wasmtime.

usage: python bench/wasi.py [--calls N] [--mebibytes N] [--runs N]

The guest (wasi_io.c) is compiled by clang of the package ziglang and measures itself. The engines take turns, each run
in a process and a directory of its own below the temporary directory; the table shows medians. "wasmjit, memory" has a
directory in memory instead. The checksums have to agree.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
PHASES = ("write", "read", "copy")

WASMJIT = """
import sys, wasmjit
file, where, *args = sys.argv[1:]
tree = wasmjit.VirtualDir(max_bytes=2 << 30) if where == "memory" else where
sys.exit(wasmjit.run(file, args, dirs={"/": tree}, opt=2).returncode)
"""
WASMTIME = """
import sys, wasmtime
file, where, *args = sys.argv[1:]
engine = wasmtime.Engine()
store, linker, wasi = wasmtime.Store(engine), wasmtime.Linker(engine), wasmtime.WasiConfig()
wasi.argv = [file, *args]
wasi.preopen_dir(where, "/")
wasi.inherit_stdout()
wasi.inherit_stderr()
store.set_wasi(wasi)
linker.define_wasi()
start = linker.instantiate(store, wasmtime.Module.from_file(engine, file)).exports(store)["_start"]
try:
    start(store)
except wasmtime.ExitTrap as end:
    sys.exit(end.code)
"""
ENGINES = {"wasmjit": WASMJIT, "wasmjit, memory": WASMJIT, "wasmtime": WASMTIME}


def build() -> Path:
    """The guest."""
    OUT.mkdir(exist_ok=True)
    wasm = OUT / "wasi_io.wasm"
    command = [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-wasi", "-O2", "-s"]
    subprocess.run([*command, str(HERE / "wasi_io.c"), "-o", str(wasm)], check=True)
    return wasm


def measure(engine: str, wasm: Path, calls: int, mebibytes: int) -> dict[str, float]:
    """Seconds of each phase, and the checksum."""
    with tempfile.TemporaryDirectory() as folder:
        where = "memory" if "memory" in engine else folder
        command = [sys.executable, "-c", ENGINES[engine], str(wasm), where, str(calls), str(mebibytes)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    fields = (line.split() for line in done.stdout.splitlines())
    return {name: float(value) for name, value in fields}


def compare(calls: int, mebibytes: int, runs: int) -> dict[str, dict[str, float]]:
    """The medians by engine and phase. Raises ValueError if the checksums differ."""
    wasm = build()
    found: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
    for _ in range(runs):
        for engine, results in found.items():
            results.append(measure(engine, wasm, calls, mebibytes))
    if len({result["checksum"] for results in found.values() for result in results}) > 1:
        raise ValueError("the checksums differ")
    return {
        engine: {phase: statistics.median(result[phase] for result in results) for phase in PHASES}
        for engine, results in found.items()
    }


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--mebibytes", type=int, default=256)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    medians = compare(options.calls, options.mebibytes, options.runs)
    print(f"| engine | write 4 KiB, calls/s | read 4 KiB, calls/s | copy of {options.mebibytes} MiB, MiB/s |")
    print("|---|---|---|---|")
    for engine, times in medians.items():
        rates = [options.calls / times["write"], options.calls / times["read"], options.mebibytes / times["copy"]]
        print(f"| {engine} | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |")
    if options.json:
        options.json.write_text(json.dumps(medians, indent=1))


if __name__ == "__main__":
    main()
