"""IR text to machine code: a relocatable ELF object, or assembly to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wasmjit.compile.llvm.pipeline import CODEGEN_OPT, run_passes
from wasmjit.compile.llvm.target import host_target, load_llvm, target_machine
from wasmjit.errors import InternalError


@dataclass(frozen=True, slots=True)
class CodegenSettings:
    """How LLVM makes code.

    `opt` is "0" (no passes, fast instruction selection), "1", "2", "3" or "s". `cpu` None is this machine's with all
    its features, to which `features` ("+name,-name") then adds. A given `cpu` must come from `resolve_target`, and so
    must a `triple`; None is this machine's.
    """

    opt: str = "2"
    cpu: str | None = None
    features: str = ""
    triple: str | None = None

    def __post_init__(self) -> None:
        if self.opt not in CODEGEN_OPT:
            raise ValueError(f"opt must be one of {', '.join(CODEGEN_OPT)}, not {self.opt!r}")


def compile_ir(text: str, settings: CodegenSettings, *, verify: bool = False) -> bytes:
    """Make a relocatable ELF object: position independent, small code model.

    `verify` has LLVM check the module first; without it, IR that breaks LLVM's rules may end the process.
    Raises `InternalError` for IR that LLVM rejects.
    """
    with _optimized(text, settings, verify) as (machine, module):
        data: bytes = machine.emit_object(module)
    return data


def compile_assembly(text: str, settings: CodegenSettings, *, verify: bool = False) -> str:
    """The same code as `compile_ir` makes, as assembly text."""
    with _optimized(text, settings, verify) as (machine, module):
        assembly: str = machine.emit_assembly(module)
    return assembly


def optimize_ir(text: str, settings: CodegenSettings, *, verify: bool = False) -> str:
    """The IR that code is made of after LLVM's passes, as text."""
    with _optimized(text, settings, verify) as (_, module):
        return str(module)


def _machine(settings: CodegenSettings) -> Any:
    cpu, features = settings.cpu, settings.features
    if cpu is None:
        host = host_target()
        cpu = host.cpu
        features = f"{host.features},{features}" if features else host.features
    return target_machine(cpu, features, CODEGEN_OPT[settings.opt], settings.triple)


@contextmanager
def _optimized(text: str, settings: CodegenSettings, verify: bool) -> Iterator[tuple[Any, Any]]:
    """Target machine and module after the passes. All that LLVM allocates for the module is freed at the end."""
    llvm = load_llvm()
    machine = _machine(settings)
    context = llvm.create_context()  # owns types and constants, which the global context would keep for ever
    try:
        module = llvm.parse_assembly(text, context)
        try:
            module.triple = machine.triple
            module.data_layout = str(machine.target_data)
            if verify:
                module.verify()
            run_passes(machine, module, settings.opt)
            yield machine, module
        finally:
            module.close()
    except RuntimeError as error:
        raise InternalError(f"LLVM rejects the generated code: {error}") from error
    finally:
        context.close()
