"""Bits of NaNs that LLVM's folds would change."""

from __future__ import annotations

import struct

import pytest

import wasmjit

WAT = """(module
  (func (export "chosen") (param f32) (result i32) (i32.reinterpret_f32
    (select (f32.const nan:0x200001) (f32.sqrt (local.get 0)) (f32.lt (local.get 0) (f32.const 0)))))
  (func (export "boxed") (param f64) (result i64) (i64.reinterpret_f64
    (select (f64.reinterpret_i64 (i64.const -1)) (f64.sqrt (local.get 0)) (f64.lt (local.get 0) (f64.const 0)))))
  (func (export "lanes") (param v128) (result v128)
    (v128.or (f32x4.sqrt (local.get 0)) (f32x4.lt (local.get 0) (v128.const f32x4 0 0 0 0))))
  (func (export "times_one") (param i32) (result i32)
    (i32.reinterpret_f32 (f32.mul (f32.reinterpret_i32 (local.get 0)) (f32.const 1))))
  (func (export "pair") (param i32) (result i64) (local f32 f32)
    (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 0))
    (f32.store (i32.const 8) (f32.mul (f32.load (i32.const 0)) (f32.const 1)))
    (f32.store (i32.const 12) (f32.mul (f32.load (i32.const 4)) (f32.const 1)))
    (i64.load (i32.const 8)))
  (func (export "there_and_back") (param i32) (result i32)
    (i32.reinterpret_f32 (f32.demote_f64 (f64.promote_f32 (f32.reinterpret_i32 (local.get 0))))))
  (func (export "least") (param i32 f32) (result i32)
    (i32.reinterpret_f32 (f32.min (f32.reinterpret_i32 (local.get 0)) (local.get 1))))
  (memory 1))"""

SIGNALLING, QUIET = 0x7FA00000, 0x7FE00000


@pytest.fixture(params=["0", "1", "2", "3", "s"])
def instance(request: pytest.FixtureRequest) -> wasmjit.Instance:
    return wasmjit.load(WAT, opt=request.param)


def test_a_nan_chosen_beside_a_root_keeps_its_bits(instance: wasmjit.Instance) -> None:
    assert instance.chosen(-4.0) == 0x7FA00001
    assert instance.chosen(4.0) == 0x40000000
    assert instance.boxed(-4.0) == -1
    assert instance.boxed(-0.0) == -(1 << 63)
    assert instance.lanes(struct.pack("<4f", -1, 4, -9, 1)) == struct.pack("<IfIf", 0xFFFFFFFF, 2, 0xFFFFFFFF, 1)


def test_a_signalling_nan_is_quieted_where_nothing_else_changes(instance: wasmjit.Instance) -> None:
    assert instance.times_one(SIGNALLING) == QUIET
    assert instance.there_and_back(SIGNALLING) == QUIET
    assert instance.pair(SIGNALLING) == QUIET << 32 | QUIET
    assert instance.least(SIGNALLING, 1.0) & 0x7FC00000 == 0x7FC00000
