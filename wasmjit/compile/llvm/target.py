"""Targets: the CPU that code is made for, its features, and LLVM's target machines."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

_ARCH_NAMES = {"arm64": "aarch64", "amd64": "x86_64"}

BASELINE = {"x86_64": "x86-64", "aarch64": "generic"}
"""The least CPU of an architecture."""

_PROBE_TIMEOUT_S = 120

_TUNING = {"x86_64": "+prefer-no-gather,+prefer-no-scatter", "aarch64": "-sve"}
"""Features that only steer LLVM's choices. Wasm addresses that may wrap make the vectoriser gather and scatter, which
is slower than the scalar loop: 1.3 times on a matrix product. Scalable vectors make frames whose size is known only
while they run, but exceptions need it before (unwind.py)."""


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
    return _target(llvm.get_host_cpu_name(), features.flatten(), enabled, host_triple())


def resolve_target(cpu: str | None, target: str | None = None) -> Target:
    """The CPU named `cpu` (LLVM's names) of this machine's kind or of `target`, one of `config.TARGETS`.

    Without a target, None and "native" are this machine; with one, None is the least that such machines have. Raises
    ValueError for a name that LLVM does not know, or one without a 64-bit mode.
    """
    if target is None:
        return host_target() if cpu is None or cpu == "native" else _named_target(cpu, host_triple())
    arch, _, system = target.partition("-")
    return _named_target(cpu or BASELINE[arch], f"{arch}-unknown-{system}-gnu")


def host_triple() -> str:
    """LLVM's name for this kind of machine."""
    triple: str = load_llvm().get_process_triple()
    return triple


@cache
def _named_target(cpu: str, triple: str) -> Target:
    return _target(cpu, "", _probe(cpu, triple), triple)


def _target(cpu: str, features: str, enabled: frozenset[str], triple: str) -> Target:
    arch = triple.partition("-")[0]
    arch = _ARCH_NAMES.get(arch, arch)
    return Target(triple, arch, cpu, ",".join(filter(None, [features, _TUNING.get(arch, "")])), enabled)


def _probe(cpu: str, triple: str) -> frozenset[str]:
    """The features of a CPU, asked in another process: LLVM aborts, or warns on stderr, when it gets a wrong name."""
    if not cpu or cpu == "help" or not cpu.isprintable():
        raise ValueError(f"unknown target CPU {cpu!r}")
    script = "import sys; from wasmjit.compile.llvm.probe import main; main(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, cpu, triple],
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
def target_machine(cpu: str, features: str, codegen_opt: int, triple: str | None = None) -> Any:
    """LLVM's target machine, kept for the life of the process. `codegen_opt` 0 selects fast instruction selection.

    `cpu` must be known to LLVM (`resolve_target` checks): with any other name LLVM may end the process. `triple` None
    is this kind of machine.
    """
    llvm = load_llvm()
    if triple is not None and triple != host_triple():
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple or host_triple())
    return target.create_target_machine(cpu=cpu, features=features, opt=codegen_opt, reloc="pic", codemodel="small")
