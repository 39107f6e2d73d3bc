"""What the cache survives: many processes at once, damage, and writers that are killed.

usage: python bench/torture.py [--processes N] [--corruptions N] [--kills N] APP.wasm [ARGS...]

1. So many processes start the program at the same moment with an empty cache.
2. The program runs once; then each time a random byte of a random file of the cache is changed, or the file cut.
3. Processes with an empty cache are killed (SIGKILL) after a random time, then one runs to its end.

Every run that ends must print the same and exit with the same status as one without a cache.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Result = tuple[int, bytes]


def start(program: list[str], cache: Path | None) -> subprocess.Popen[bytes]:
    """Start the program with a folder for the cache."""
    environment = {**os.environ, "WASMJIT_CACHE_DIR": "" if cache is None else str(cache)}
    command = [sys.executable, "-m", "wasmjit", "run", *program]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment)


def finish(process: subprocess.Popen[bytes]) -> Result:
    """Status and output."""
    output, _ = process.communicate(timeout=600)
    return process.returncode, output


def damage(cache: Path, rng: random.Random) -> None:
    """Change a byte of a file, or cut it."""
    path = rng.choice(sorted(cache.iterdir()))
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    if rng.random() < 0.3:
        del data[at:]
    else:
        data[at] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def crowd(program: list[str], cache: Path, count: int) -> list[Result]:
    """Results of so many processes at once."""
    return [finish(process) for process in [start(program, cache) for _ in range(count)]]


def damaged_runs(program: list[str], cache: Path, count: int, rng: random.Random) -> list[Result]:
    """Results of runs with a cache that has been damaged before each."""
    results = [finish(start(program, cache))]
    for _ in range(count):
        damage(cache, rng)
        results.append(finish(start(program, cache)))
    return results


def killed_runs(program: list[str], cache: Path, count: int, rng: random.Random) -> list[Result]:
    """Results of runs after a process that was killed on the way."""
    results = []
    for _ in range(count):
        process = start(program, cache)
        time.sleep(rng.random() * 1.5)
        process.kill()
        process.communicate()
        results.append(finish(start(program, cache)))
        shutil.rmtree(cache, ignore_errors=True)
    return results


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=50)
    parser.add_argument("--corruptions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("app")
    parser.add_argument("args", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    program, rng = [options.app, *options.args], random.Random(options.seed)
    expected = finish(start(program, None))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, results in {
            "at once": crowd(program, Path(folder, "crowd"), options.processes),
            "damaged": damaged_runs(program, Path(folder, "damaged"), options.corruptions, rng),
            "killed": killed_runs(program, Path(folder, "killed"), options.kills, rng),
        }.items():
            bad = [result for result in results if result != expected]
            wrong += len(bad)
            print(f"{name}: {len(results)} runs, {len(bad)} wrong", *bad[:3], flush=True)
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
