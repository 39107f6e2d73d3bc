"""Features in use: each alone, and none in a module of the first version."""

from __future__ import annotations

import subprocess

import pytest

from wasmjit import features
from wasmjit.binary import decode_module, features_used
from wasmjit.errors import MalformedError

MVP = """(module
  (type (func (param i32) (result i32))) (import "a" "b" (func)) (import "a" "g" (global i32))
  (memory (export "m") 1) (table 1 funcref) (global (mut i32) (i32.const 0)) (global i32 (global.get 0))
  (elem (i32.const 0) 0) (data (i32.const 0) "x")
  (func (export "f") (param i32) (result i32) (block (result i32) (i32.load (local.get 0)))))"""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('(global (export "g") (mut i32) (i32.const 0))', {features.MUTABLE_GLOBALS}),
        ('(import "a" "g" (global (mut i32)))', {features.MUTABLE_GLOBALS}),
        ("(func (drop (i32.extend8_s (i32.const 0))))", {features.SIGN_EXTENSION}),
        ("(func (drop (i32.trunc_sat_f32_s (f32.const 0))))", {features.SATURATING_CONVERSIONS}),
        ("(type (func (result i32 i32)))", {features.MULTI_VALUE}),
        ("(func (i32.const 0) (block (param i32) drop))", {features.MULTI_VALUE}),
        ('(data "x")', {features.BULK_MEMORY}),
        ("(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))", {features.BULK_MEMORY}),
        ("(func) (elem func 0)", {features.BULK_MEMORY}),
        ("(func) (elem declare func 0)", {features.REFERENCE_TYPES}),
        ("(table 1 funcref) (table 1 funcref)", {features.REFERENCE_TYPES}),
        ("(table 1 externref)", {features.REFERENCE_TYPES}),
        ("(type (func (param externref)))", {features.REFERENCE_TYPES}),
        ("(func (local externref))", {features.REFERENCE_TYPES}),
        ("(global funcref (ref.null func))", {features.REFERENCE_TYPES}),
        ("(func (local v128))", {features.SIMD}),
        ("(func (drop (v128.const i64x2 0 0)))", {features.SIMD}),
        ("(global i32 (i32.add (i32.const 1) (i32.const 2)))", {features.EXTENDED_CONST}),
        ("(func (drop (i32.add (i32.const 1) (i32.const 2))))", set()),
        ("(func (return_call 0))", {features.TAIL_CALL}),
        ("(func (drop (local.get 0) (i32x4.relaxed_trunc_f32x4_s (local.get 0))))", {features.RELAXED_SIMD}),
        (MVP, set()),
    ],
)
def test_features(wasm_tools, fields, expected):
    text = fields if fields.startswith("(module") else f"(module {fields})"
    binary = subprocess.run([wasm_tools, "parse", "-"], input=text.encode(), check=True, capture_output=True).stdout
    assert features_used(decode_module(binary)) == expected


def test_broken_bodies_are_reported(with_code):
    with pytest.raises(MalformedError):
        features_used(with_code("ff"))


def test_export_of_a_global_that_is_not_there(section, decoded):
    assert features_used(decoded(section(7, "00 03 63"))) == set()
