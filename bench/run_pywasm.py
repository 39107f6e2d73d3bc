"""Runs a WASI command in pywasm, an interpreter in Python. usage: run_pywasm.py FILE [ARGS...]"""

from __future__ import annotations

import sys

import pywasm


def main(path: str, *args: str) -> int:
    """Run `_start`; returns the exit status."""
    runtime = pywasm.core.Runtime()
    wasi = pywasm.wasi.Preview1([path, *args], {}, {})
    wasi.bind(runtime)
    return int(wasi.main(runtime, runtime.instance_from_file(path)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
