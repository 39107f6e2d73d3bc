"""Backtraces name every wasm function and where it is, whatever LLVM made of the code."""

from __future__ import annotations

import os
from typing import Any

import pytest

import wasmjit
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.binary.code import decode_body
from wasmjit.compile.driver import compile_module
from wasmjit.config import Config

CHAINS = """(module (import "host" "fail" (func $fail)) (memory 1)
  (func $load1 (param i32) (result i32) (i32.load (local.get 0)))
  (func $load2 (param i32) (result i32) (i32.add (call $load1 (local.get 0)) (i32.const 3)))
  (func $load3 (param i32) (result i32) (i32.mul (call $load2 (local.get 0)) (i32.const 5)))
  (func $load (export "load") (param i32) (result i32) (i32.sub (call $load3 (local.get 0)) (i32.const 1)))
  (func $second (export "second") (param i32) (result i32)
    (i32.add (call $load2 (local.get 0)) (call $load2 (i32.add (local.get 0) (i32.const 8)))))
  (func $store1 (param i32) (i64.store (local.get 0) (i64.const 1)))
  (func $store2 (param i32) (call $store1 (local.get 0)))
  (func $store3 (param i32) (call $store2 (local.get 0)))
  (func $store (export "store") (param i32) (call $store3 (i32.const 8)) (call $store3 (local.get 0)))
  (func $stop1 (param i32) (if (local.get 0) (then unreachable)))
  (func $stop2 (param i32) (call $stop1 (local.get 0)))
  (func $stop3 (param i32) (call $stop2 (local.get 0)))
  (func $stop (export "stop") (param i32)
    (call $stop3 (i32.const 0)) (call $stop3 (local.get 0)) (call $stop3 (i32.const 1)))
  (func $divide1 (param i32) (result i32) (i32.div_u (i32.const 7) (local.get 0)))
  (func $divide2 (param i32) (result i32) (call $divide1 (local.get 0)))
  (func $divide3 (param i32) (result i32) (call $divide2 (local.get 0)))
  (func $divide (export "divide") (param i32) (result i32) (i32.add (call $divide3 (local.get 0)) (i32.const 1)))
  (func $host1 (call $fail))
  (func $host2 (call $host1))
  (func $host3 (call $host2))
  (func $host (export "host") (param i32) (if (local.get 0) (then (call $host3)) (else (call $host3)))))"""

CALL = 0x10
CASES = [  # function, argument, innermost names, opcode where it stops, number of the call in the outermost function
    ("load", 1 << 17, ["load1", "load2", "load3"], 0x28, 0),
    ("load", 65533, ["load1", "load2", "load3"], 0x28, 0),
    ("second", 65536, ["load1", "load2"], 0x28, 0),
    ("second", 65536 - 8, ["load1", "load2"], 0x28, 1),
    ("store", 1 << 17, ["store1", "store2", "store3"], 0x37, 1),
    ("stop", 1, ["stop1", "stop2", "stop3"], 0x00, 1),
    ("stop", 0, ["stop1", "stop2", "stop3"], 0x00, 2),
    ("divide", 0, ["divide1", "divide2", "divide3"], 0x6E, 0),
    ("host", 1, ["host1", "host2", "host3"], CALL, 0),
    ("host", 0, ["host1", "host2", "host3"], CALL, 1),
]


def fail() -> None:
    raise wasmjit.Trap("failed in Python", "unreachable")


def frames_of(wasm: bytes, opt: str, checks: str, name: str, argument: int) -> list[tuple[str | None, int | None]]:
    """Names and offsets of the frames when a call traps."""
    instance: Any = wasmjit.load(wasm, {"host": {"fail": fail}}, opt=opt, bounds_checks=checks)  # type: ignore[arg-type]
    with pytest.raises(wasmjit.Trap) as caught:
        instance[name](argument)
    return [(frame.name, frame.offset) for frame in caught.value.frames]


def call_offsets(wasm: bytes, name: str) -> list[int]:
    """Where the calls in a function are."""
    module = decode_module(wasm)
    funcidx = next(export.index for export in module.exports if export.name == name)
    return [offset for code, _, offset in decode_body(module, funcidx).instrs if code == CALL]


@pytest.mark.parametrize("checks", ["guard", "explicit"])
@pytest.mark.parametrize("opt", ["0", "1", "2", "3", "s"])
def test_inlined_calls_are_frames(opt: str, checks: str) -> None:
    wasm = wat_to_wasm(CHAINS)
    for name, argument, inner, opcode, number in CASES:
        frames = frames_of(wasm, opt, checks, name, argument)
        names, offsets = zip(*frames, strict=True)
        assert list(names) == [*inner, name]
        assert [wasm[offset] for offset in offsets] == [opcode] + [CALL] * len(inner)
        assert offsets[-1] == call_offsets(wasm, name)[number], (name, argument)


def test_something_is_inlined() -> None:
    """Otherwise the test above would show nothing."""
    module = decode_module(wat_to_wasm(CHAINS))
    native = compile_module(module, Config(opt="2"))
    (code,) = native._packs
    assert max(len(native.locate(pc)) for pc in range(code.start, code.end)) == 4


@pytest.mark.parametrize("opt", ["0", "2"])
def test_other_exceptions_pass_through(opt: str) -> None:
    error = ValueError("from Python")

    def fail() -> None:
        raise error

    instance: Any = wasmjit.load(wat_to_wasm(CHAINS), {"host": {"fail": fail}}, opt=opt)  # type: ignore[arg-type]
    with pytest.raises(ValueError) as caught:
        instance.host(1)
    assert caught.value is error


# --- frames


FRAMELESS = """(module (memory 1) (table 3 funcref) (elem (i32.const 0) $remainder $middle)
  (type $unary (func (param i32) (result i32)))
  (func $remainder (param i32) (result i32) (i32.rem_u (i32.const 1000) (i32.load (local.get 0))))
  (func $middle (param i32) (result i32)
    (i32.add (call_indirect (type $unary) (local.get 0) (i32.const 0)) (i32.const 5)))
  (func $outer (export "outer") (param i32) (result i32)
    (i32.add (call_indirect (type $unary) (local.get 0) (i32.const 1)) (i32.const 1))))"""


@pytest.mark.parametrize("opt", ["0", "1", "2", "3", "s"])
def test_a_fault_where_no_frame_is_needed_yet(opt: str) -> None:
    """LLVM would set up the frame of $remainder on the way to its trap alone."""
    frames = frames_of(wat_to_wasm(FRAMELESS), opt, "guard", "outer", 1 << 17)
    assert [name for name, _ in frames] == ["remainder", "middle", "outer"]


# --- loads that become part of other instructions

LOADS = ["i32.load", "i32.load8_u", "i32.load8_s", "i32.load16_u", "i32.load16_s"]
OPERATORS = ["add", "sub", "mul", "and", "or", "xor", "eq", "lt_s", "gt_u", "shl", "div_u"]
INEXACT = (" add both1", " mul both1", " and both1", " or both1", " xor both1", " and constant", "8_u div_u both1")
"""From level 1 on LLVM swaps two loaded operands, and narrows operations: there the place may be wrong or unknown."""
if os.uname().machine == "aarch64":  # code generation narrows loads of what is shifted by
    INEXACT += (" shl right", " shl both2")

ADDRESS = 0x01030101  # out of bounds; it is also what is stored, so that what is loaded there does not trap as divisor


def folding_module() -> str:
    """For each load and operator: the load as the left, the right and both operands, after a store elsewhere."""
    functions = []
    for load in LOADS:
        for operator in OPERATORS:
            for kind, left, right in [
                ("left", f"({load} (local.get 0))", "(local.get 1)"),
                ("constant", f"({load} (local.get 0))", "(i32.const 77)"),
                ("right", "(local.get 1)", f"({load} (local.get 0))"),
                ("both1", f"({load} (local.get 0))", f"({load} (local.get 1))"),
                ("both2", f"({load} (local.get 1))", f"({load} (local.get 0))"),
            ]:
                functions.append(
                    f'(func (export "{load} {operator} {kind}") (param i32 i32) (result i32)'
                    f"(i32.store (i32.const 4096) (local.get 0)) (i32.{operator} {left} {right}))"
                )
    return "(module (memory 1)" + "\n".join(functions) + ")"


@pytest.mark.parametrize("opt", ["0", "1", "2", "3"])
def test_a_folded_load_is_found_at_its_own_offset(opt: str) -> None:
    wasm = wat_to_wasm(folding_module())
    instance: Any = wasmjit.load(wasm, opt=opt, bounds_checks="guard")  # type: ignore[arg-type]
    module = decode_module(wasm)
    wrong = []
    for export in module.exports:
        instrs = decode_body(module, export.index).instrs
        loads = [offset for code, _, offset in instrs if 0x28 <= code <= 0x35]
        expected = loads[1] if export.name.endswith("both2") else loads[0]
        with pytest.raises(wasmjit.Trap) as caught:
            instance[export.name](ADDRESS, 4096)
        inexact = opt != "0" and export.name.endswith(INEXACT)
        if not inexact and [frame.offset for frame in caught.value.frames] != [expected]:
            wrong.append((export.name, expected, caught.value.frames))
    assert not wrong, f"{len(wrong)} of {len(module.exports)}: {wrong[:5]}"
