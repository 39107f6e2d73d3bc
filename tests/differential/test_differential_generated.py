"""Generated modules do the same under wasmjit and wasmtime.

The seeds are fixed. WASMJIT_DIFF_CASES=1000 tries that many of each kind; to hunt elsewhere, run batch.py with other
first seeds. A difference names the module: `batch.py KIND SEED 1` repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

CASES = os.environ.get("WASMJIT_DIFF_CASES")
BATCH = 25
ALL_MODES = "0baseline,0exact,2auto,0guard,2guard,0explicit,2explicit,0interp"


def batches(kind: str, default: int, modes: str, rounds: int) -> list[tuple[str, int, int, str, int]]:
    """Kind, first seed, number of seeds, modes, calls of each function: the whole in parts that a process can do."""
    count = int(CASES) if CASES else default
    return [(kind, first, min(BATCH, count - first), modes, rounds) for first in range(0, count, BATCH)]


@pytest.mark.parametrize(
    ("kind", "first", "count", "modes", "rounds"),
    [
        *batches("smith", 12, ALL_MODES, 3),
        *batches("mutants", 4, "0baseline,2auto,2guard,2explicit,0interp", 3),
        *batches("formulas", 3, ALL_MODES, 4),
        *batches("loops", 4, ALL_MODES, 8),
        *batches("probes", 24, "0exact,2explicit:x86-64,0interp", 4),  # 24 seeds reach every instruction
    ],
)
def test_generated_modules(
    kind: str, first: int, count: int, modes: str, rounds: int, batch: Callable[..., dict[str, int]]
) -> None:
    figures = batch(f"--modes={modes}", f"--rounds={rounds}", kind, str(first), str(count))
    assert figures["modules"] >= count // 4, "the generator makes too little of its seeds"
    assert figures["calls"] > figures["modules"]


def test_a_wrong_engine_is_noticed(batch: Callable[..., dict[str, int]]) -> None:
    with pytest.raises(AssertionError, match=r"DIFFERENT formulas0 wrong: call:"):
        batch("--modes=wrong", "formulas", "0", "1")
