"""Modules that have been saved are what they were, types included."""

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.wasm.saved import load_module, save_module

FULL = """(module $m
  (rec (type $node (sub (struct (field (mut (ref null $node))) (field i8) (field (ref $leaf)))))
       (type $leaf (sub final (array (mut i16)))))
  (type $child (sub $node (struct (field (mut (ref null $node))) (field i8) (field (ref $leaf)) (field f64))))
  (type $f (func (param i32 (ref null extern)) (result i64 v128)))
  (import "a" "f" (func $imported (type $f)))
  (import "a" "t" (table 1 9 funcref))
  (import "a" "m" (memory 1 2 shared))
  (import "a" "g" (global $base (mut i32)))
  (import "a" "c" (global $constant i32))
  (import "a" "e" (tag (param i32)))
  (tag $own (param f32 f64))
  (table $own 2 (ref null $f) (ref.null $f))
  (table $wide i64 0 externref)
  (memory $second i64 3)
  (global $sum i32 (i32.add (global.get $constant) (i32.const -7)))
  (global $node (mut (ref null $child)) (ref.null none))
  (global $made (ref $leaf) (array.new_fixed $leaf 2 (i32.const 1) (i32.const 2)))
  (global $i31 (ref i31) (ref.i31 (i32.const 5)))
  (global $v v128 (v128.const i64x2 1 -1))
  (global $nan f32 (f32.const nan:0x200000))
  (global $any (mut (ref null any)) (ref.null any))
  (func $go (export "go") (local i32))
  (func $other (param i32) (result i32) local.get 0)
  (start $go)
  (export "memory" (memory $second))
  (export "own" (table $own))
  (elem (table 0) (i32.const 0) func $go $other)
  (elem $passive (ref null $f) (ref.null $f) (ref.func $imported))
  (elem declare func $other)
  (data (i32.const -1) "plain")
  (data (memory $second) (i64.const 3) "elsewhere")
  (data $passive "kept")
  (data (global.get $constant) "computed")
  (data (i32.const 70000) "")
  (@custom "extra" "contents"))"""


@pytest.mark.parametrize("text", [FULL, "(module)", '(module (memory 1) (data (i32.const 1) "x") (func))'])
def test_what_is_saved_comes_back(text):
    data = wat_to_wasm(text)
    module = decode_module(data)
    loaded = load_module(memoryview(save_module(module)), data)
    for name in type(module).__slots__:
        before, after = getattr(module, name), getattr(loaded, name)
        assert _plain(before) == _plain(after), name


def _plain(value):
    return [*value] if hasattr(value, "__getitem__") and not isinstance(value, str | bytes | dict) else value


def test_types_are_the_same_objects():
    data = wat_to_wasm(FULL)
    module = decode_module(data)
    loaded = load_module(save_module(module), data)
    assert all(before is after for before, after in zip(module.deftypes, loaded.deftypes, strict=True))
    assert loaded.globals[4].type.type is module.globals[4].type.type
    assert loaded.imports[0].deftype is module.imports[0].deftype


def test_columns_are_sequences_of_segments_and_bodies():
    module = decode_module(wat_to_wasm(FULL))
    assert [segment.mode for segment in module.datas] == ["active", "active", "passive", "active", "active"]
    assert [bytes(module.data[s.start : s.end]) for s in module.datas[1:4]] == [b"elsewhere", b"kept", b"computed"]
    assert (module.datas[0].memidx, module.datas[0].at[0].imm, module.datas[-1].at[0].imm) == (0, -1, 70000)
    assert module.datas[-1].start == module.datas[-1].end
    with pytest.raises(IndexError):
        module.datas[5]
    assert module.codes[1:] == [module.codes[1]]
    assert module.codes == list(module.codes)
    assert module.codes.size_bytes == sum(end - start for start, end in module.codes)
