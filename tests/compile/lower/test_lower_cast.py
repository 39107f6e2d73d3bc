"""Casts along deep hierarchies, where the list of supertypes is longer than its least length."""

from __future__ import annotations

import pytest

from wasmjit import Engine, Instance, Module, Store
from wasmjit.abi.layout import MIN_SUPERS

DEPTH = MIN_SUPERS + 4


def module_text() -> str:
    types = ["(type $t0 (sub (struct)))"]
    types += [f"(type $t{i} (sub $t{i - 1} (struct)))" for i in range(1, DEPTH)]
    makers = [f'(func (export "make{i}") (result anyref) (struct.new $t{i}))' for i in range(DEPTH)]
    tests = [
        f'(func (export "is{i}") (param anyref) (result i32) (ref.test (ref $t{i}) (local.get 0)))'
        for i in range(DEPTH)
    ]
    return "(module " + "\n".join([*types, *makers, *tests]) + ")"


@pytest.mark.parametrize("opt", ["0", "2"])
def test_every_depth_against_every_other(opt: str) -> None:
    engine = Engine(opt=opt)  # type: ignore[arg-type]
    instance = Instance(Store(engine), Module(engine, module_text()))
    made = [instance[f"make{i}"]() for i in range(DEPTH)]
    for i in range(DEPTH):
        assert [instance[f"is{i}"](made[j]) for j in range(DEPTH)] == [int(j >= i) for j in range(DEPTH)]
        assert instance[f"is{i}"](None) == instance[f"is{i}"](5) == instance[f"is{i}"](object()) == 0
