"""Choosing features of the language."""

from __future__ import annotations

import pytest

from wasmjit.config import Config
from wasmjit.features import GROUPS, SIMD, SUPPORTED, THREADS, select_features


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SUPPORTED),
        ("-simd", SUPPORTED - {SIMD}),
        (" -simd , -threads,+simd", SUPPORTED - {THREADS}),
        ("wasm1,simd", GROUPS["wasm1"] | {SIMD}),
        ("all,-threads", SUPPORTED - {THREADS}),
        ("-all", frozenset()),
        ("wasm2,-wasm1", GROUPS["wasm2"] - GROUPS["wasm1"]),
    ],
)
def test_lists_of_features(text: str, expected: frozenset[str]) -> None:
    assert select_features(text) == expected
    assert Config(features=text).features == expected  # type: ignore[arg-type]


def test_versions_contain_one_another() -> None:
    assert GROUPS["wasm1"] < GROUPS["wasm2"] < GROUPS["wasm3"] < GROUPS["all"] == SUPPORTED


def test_unknown_features() -> None:
    with pytest.raises(ValueError, match="there is no feature 'simt'; there are all, wasm1"):
        select_features("-simt")
    with pytest.raises(ValueError, match="there is no feature 'simt'"):
        Config(features=frozenset({SIMD, "simt"}))


def test_any_iterable_of_names() -> None:
    assert Config(features=[SIMD]).features == {SIMD}  # type: ignore[arg-type]
    assert hash(Config(features=[SIMD])) == hash(Config(features={SIMD}))  # type: ignore[arg-type]
