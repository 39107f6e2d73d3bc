"""Targets: the CPU that code is made for, its features, and LLVM's target machines."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

_ARCH_NAMES = {"arm64": "aarch64", "amd64": "x86_64"}

_PROBE_TIMEOUT_S = 120

_TUNING = {"x86_64": "+prefer-no-gather,+prefer-no-scatter"}
"""Features that only steer LLVM's choices. Wasm addresses that may wrap make the vectoriser gather and scatter, which
is slower than the scalar loop: 1.3 times on a matrix product."""


@dataclass(frozen=True, slots=True)
class Target:
    """A CPU to make code for.

    `arch` is `x86_64` or `aarch64`; `features` is LLVM's feature string to use with `cpu`; `enabled` are the names of
    the instruction set extensions that code for this target may use.
    """

    triple: str
    arch: str
    cpu: str
    features: str
    enabled: frozenset[str]


@cache
def load_llvm() -> Any:
    """The module `llvmlite.binding`, with the native target initialised: the one place that imports llvmlite."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.initialize_native_asmparser()  # for the assembly in the support code
    return llvm


@cache
def host_target() -> Target:
    """This machine, with everything that its CPU can do."""
    llvm = load_llvm()
    features = llvm.get_host_cpu_features()
    enabled = frozenset(name for name, on in features.items() if on)
    return _target(llvm.get_host_cpu_name(), features.flatten(), enabled)


def resolve_target(cpu: str | None) -> Target:
    """The target named `cpu` (LLVM's names); None and "native" are this machine.

    Raises ValueError for a name that LLVM does not know, or one without a 64-bit mode.
    """
    if cpu is None or cpu == "native":
        return host_target()
    return _named_target(cpu)


@cache
def _named_target(cpu: str) -> Target:
    return _target(cpu, "", _probe(cpu))


def _target(cpu: str, features: str, enabled: frozenset[str]) -> Target:
    triple: str = load_llvm().get_process_triple()
    arch = triple.partition("-")[0]
    arch = _ARCH_NAMES.get(arch, arch)
    return Target(triple, arch, cpu, ",".join(filter(None, [features, _TUNING.get(arch, "")])), enabled)


def _probe(cpu: str) -> frozenset[str]:
    """The features of a CPU, asked in another process: LLVM aborts, or warns on stderr, when it gets a wrong name."""
    if not cpu or cpu == "help" or not cpu.isprintable():
        raise ValueError(f"unknown target CPU {cpu!r}")
    script = "import sys; from wasmjit.compile.llvm.probe import main; main(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", script, cpu],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PROBE_TIMEOUT_S,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
    )
    if "not a recognized processor" in done.stderr:
        raise ValueError(f"unknown target CPU {cpu!r}")
    if "64-bit code requested" in done.stderr:
        raise ValueError(f"target CPU {cpu!r} has no 64-bit mode")
    if done.returncode:
        raise ValueError(f"target CPU {cpu!r} cannot be used: {done.stderr.strip()[-500:]}")
    return frozenset(done.stdout.split())


@cache
def target_machine(cpu: str, features: str, codegen_opt: int) -> Any:
    """LLVM's target machine, kept for the life of the process. `codegen_opt` 0 selects fast instruction selection.

    `cpu` must be known to LLVM (`resolve_target` checks): with any other name LLVM may end the process.
    """
    llvm = load_llvm()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(cpu=cpu, features=features, opt=codegen_opt, reloc="pic", codemodel="small")
