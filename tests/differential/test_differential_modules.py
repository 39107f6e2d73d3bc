"""Hand-written modules do the same under both engines: what generators reach seldom, and what was wrong once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MODULES = sorted((Path(__file__).parent / "modules").glob("*.wat"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_module(module: Path, batch: Callable[..., dict[str, int]]) -> None:
    figures = batch("--rounds=16", "files", str(module))
    assert figures["modules"] == 1
    assert figures["calls"] >= 40
