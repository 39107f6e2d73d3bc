"""Errors survive the way between processes."""

from __future__ import annotations

import pickle

import pytest

from wasmjit import errors


@pytest.mark.parametrize(
    "error",
    [
        errors.MalformedError("unexpected end", 12),
        errors.InvalidError("type mismatch", 3, 77),
        errors.UnsupportedError("gc", 8),
        errors.LimitError("locals", 60_000, 50_000),
        errors.LinkError("unknown import", "env", "f"),
        errors.Trap("unreachable", "unreachable", [errors.Frame(1, "f", 9)]),
        errors.ExhaustionError(),
    ],
)
def test_pickled_errors_keep_everything(error: errors.WasmError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
