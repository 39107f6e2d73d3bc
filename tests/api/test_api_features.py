"""Features that are switched off: modules that use them are refused by the feature's name."""

from __future__ import annotations

import pytest

from wasmjit import Engine, Module, UnsupportedError
from wasmjit.features import SUPPORTED

USES = {
    "mutable-globals": '(module (global (export "g") (mut i32) (i32.const 0)))',
    "sign-extension": "(module (func (param i32) (result i32) (i32.extend8_s (local.get 0))))",
    "saturating-float-to-int": "(module (func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0))))",
    "multi-value": "(module (func (result i32 i32) (i32.const 1) (i32.const 2)))",
    "bulk-memory": "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))",
    "reference-types": "(module (func (param externref)))",
    "simd": "(module (func (local v128)))",
    "extended-const": "(module (global i32 (i32.add (i32.const 1) (i32.const 2))))",
    "tail-call": "(module (func (return_call 0)))",
    "multi-memory": "(module (memory 1) (memory 1))",
    "memory64": "(module (memory i64 1))",
    "relaxed-simd": "(module (func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0))))",
    "wide-arithmetic": "(module (func (result i64 i64) (i64.mul_wide_s (i64.const 1) (i64.const 2))))",
    "custom-page-sizes": "(module (memory 1 (pagesize 1)))",
    "threads": "(module (memory 1 1 shared))",
}
ALSO_THREADS = "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))"


@pytest.mark.parametrize(("feature", "text"), [*USES.items(), ("threads", ALSO_THREADS)])
@pytest.mark.parametrize("settings", [{}, {"tier": "interp"}], ids=["optimized", "interp"])
def test_each_can_be_switched_off(feature: str, text: str, settings: dict[str, str]) -> None:
    engine = Engine(features=SUPPORTED - {feature}, **settings)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedError) as caught:
        Module(engine, text)
    assert caught.value.feature == feature
    with pytest.raises(UnsupportedError, match=f"unsupported feature: {feature}"):
        Module.validate(engine, text)
    Module.validate(Engine(), text)


def test_the_first_version_alone() -> None:
    engine = Engine(features="-all")
    Module(engine, '(module (memory 1) (func (export "f") (result i32) (i32.load (i32.const 0))))')
    for text in USES.values():
        with pytest.raises(UnsupportedError):
            Module.validate(engine, text)


def test_compiled_files_are_refused_too() -> None:
    text = USES["sign-extension"]
    data = Module(Engine(opt=0), text).serialize()
    with pytest.raises(UnsupportedError, match="sign-extension"):
        Module.deserialize(Engine(opt=0, features="-sign-extension"), data)
