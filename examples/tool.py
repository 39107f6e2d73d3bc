"""A WASI program as a tool: its files in memory, its time limited.

usage: python examples/tool.py [PROGRAM ARGS...]; without arguments it draws the Mandelbrot set.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from wasmjit import Preopen, VirtualDir, run

HERE = Path(__file__).resolve().parent


def main(program: str, args: list[str]) -> int:
    """Run it with a directory of its own, and show what it did."""
    work = VirtualDir({"hello.txt": b"a file for the program\n"}, max_bytes=16 << 20)
    grants = [Preopen(work, "/work"), Preopen(HERE, "/examples", read_only=True)]
    try:
        done = run(program, args, dirs=grants, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired as late:
        print(f"stopped after {late.timeout} s")
        return 1
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    print(f"exit status {done.returncode}, files left in /work: {sorted(work.contents())}")
    return done.returncode


if __name__ == "__main__":
    program, *args = sys.argv[1:] or [str(HERE / "mandelbrot.wasm")]
    sys.exit(main(program, args))
