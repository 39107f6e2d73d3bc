"""Functions that are inlined into themselves: they compute the same, and every call is in the backtrace."""

from __future__ import annotations

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import function_asm, function_ir
from wasmjit.config import Config

WAT = """(module (memory 1)
  (func $ack (export "ack") (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.add (local.get 1) (i32.const 1))) (else
      (call $ack (i32.sub (local.get 0) (i32.const 1))
        (if (result i32) (i32.eqz (local.get 1)) (then (i32.const 1)) (else
          (call $ack (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))))))
  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.load (i32.const 65536)))
      (else (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))))
  (func $endless (export "endless") (param i32) (result i32)
    (i32.add (call $endless (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
  (func $large (export "large") (param i32) (result i32) (if (local.get 0) (then (drop
    (call $large (i32.const 0))))) (local.get 0) LARGE)
  (func $jumps (export "jumps") (param i32) (result i32) (if (local.get 0) (then (drop
    (call $jumps (i32.const 0))) (return_call $jumps (i32.const 0)))) (local.get 0)))""".replace(
    "LARGE", "(i32.const 3) (i32.mul)" * 24
)
MODULE = decode_module(wat_to_wasm(WAT))


def test_small_recursive_functions_have_a_copy_that_is_gone_in_the_end() -> None:
    for funcidx, copied in ((0, True), (1, True), (2, True), (3, False), (4, False)):
        config = Config(opt="2")
        assert (f"@f{funcidx}.again(" in function_ir(MODULE, config, funcidx)) is copied
        assert "again:" not in function_asm(MODULE, config, funcidx)
    for config in (Config(opt="0"), Config(opt="1"), Config(opt="s")):
        assert "again" not in function_ir(MODULE, config, 0)


@pytest.mark.parametrize("checks", ["guard", "explicit"])
def test_every_call_is_a_frame(checks: wasmjit.config.BoundsChecks) -> None:
    frames = {}
    for opt in ("0", "2"):
        instance = wasmjit.load(WAT, opt=opt, bounds_checks=checks, cache=False)
        assert instance.ack(2, 9) == 21
        with pytest.raises(wasmjit.Trap, match="out of bounds memory access") as caught:
            instance.down(9)
        frames[opt] = [(frame.funcidx, frame.offset) for frame in caught.value.frames]
        with pytest.raises(wasmjit.ExhaustionError):
            instance.endless(0)
    assert frames["2"] == frames["0"]
    assert len(frames["2"]) == 10


def test_fuel_is_the_same() -> None:
    left = []
    for opt in ("0", "2"):
        store = wasmjit.Store(wasmjit.Engine(opt=opt, fuel=True, cache=False))
        instance = wasmjit.load(WAT, store=store)
        store.fuel = 1 << 20
        instance.ack(2, 5)
        left.append(store.fuel)
    assert left[0] == left[1] < 1 << 20
