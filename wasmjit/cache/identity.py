"""What compiled code depends on besides its source: this compiler, LLVM, Python, and the processor.

All of it is found without importing LLVM, in a fraction of a millisecond.
"""

from __future__ import annotations

import os
import sys

from wasmjit.cache.digest import key_of
from wasmjit.light import cache

_PACKAGE = os.path.dirname(os.path.dirname(__file__))
_PARTS = (
    "",
    "abi",
    "binary",
    "cache",
    "compile",
    "compile/baseline",
    "compile/llvm",
    "compile/lower",
    "compile/platform",
    "validate",
    "wasm",
    "wasm/opcodes",
)
_LLVM = ("llvmlite/_version.py", "llvmlite/binding/libllvmlite.so")
_CPU_BYTES = 16 << 10
_CPU_FIELDS = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU ")


@cache
def compiler_identity() -> str:
    """Differs between compilers whose code may differ: the compiler's files and LLVM's, by size and time."""
    files: list[str] = [sys.version, sys.platform, sys.byteorder]
    for part in _PARTS:
        files.extend(_describe(os.path.join(_PACKAGE, part)))
    for path in sys.path:
        found = [_describe_file(os.path.join(path, name)) for name in _LLVM]
        if any(found):
            files.extend(found)
            break
    return key_of("\n".join(files))


def _describe(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            files = [entry for entry in entries if entry.name.endswith(".py")]
        return sorted(f"{file.path} {_facts(file.stat())}" for file in files)
    except OSError:  # in a zip file
        return [folder]


def _describe_file(path: str) -> str:
    try:
        return f"{path} {_facts(os.stat(path))}"
    except OSError:
        return ""


def _facts(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns}"


@cache
def cpu_identity() -> str:
    """Differs between processors that may differ in what they can execute."""
    machine = os.uname().machine
    try:
        with open("/proc/cpuinfo", "rb", buffering=0) as file:
            text = file.read(_CPU_BYTES).decode("ascii", "replace")
    except OSError:
        return key_of(machine)
    first = text.partition("\n\n")[0]
    lines = [line for line in first.split("\n") if line.startswith(_CPU_FIELDS)]
    return key_of(machine, "\n".join(lines))
