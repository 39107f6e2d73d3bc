"""Baseline code is made wherever a first call comes from: also where little of the stack is left."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")

SCRIPT = """
import os, sys, threading
os.environ["WASMJIT_CACHE_DIR"] = sys.argv[1]
import wasmjit

TEXT = '''(module
  (func $seven (param i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.add (local.get 0) (local.get 6)))
  (func $deep (export "deep") (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (if (result i32) (local.get 1)
        (then (call $seven (i32.const 1) (i32.const 2) (i32.const 3)
                           (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7)))
        (else (i32.const 0))))
      (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)) (i32.const 1))))))'''
module = wasmjit.Module(wasmjit.Engine(tier="baseline"), TEXT)

def fits(instance, depth):
    try:
        instance.deep(depth, 0)
        return True
    except wasmjit.ExhaustionError:
        return False

def main():
    instance = wasmjit.Instance(wasmjit.Store(module.engine), module)
    low, high = 0, 1 << 20
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(instance, middle) else (low, middle)
    print(instance.deep(low - 2, 1) - low)

threading.stack_size(1 << 20)
thread = threading.Thread(target=main)
thread.start()
thread.join()
"""


def test_stencils_are_made_when_the_stack_is_nearly_used_up(
    run_script: Callable[..., CompletedProcess[str]], tmp_path: Path
) -> None:
    done = run_script(SCRIPT, str(tmp_path / "cache"))
    assert (done.stdout, done.stderr, done.returncode) == ("6\n", "", 0)
