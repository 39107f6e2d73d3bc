"""Vector lowering as text: which casts and declarations it makes, and what it chooses for which target."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

import wasmjit.compile.lower  # noqa: F401  (bind the handlers)
from wasmjit.compile.lower.emitter import Emitter
from wasmjit.compile.lower.registry import HANDLERS
from wasmjit.compile.lower.unit import Unit
from wasmjit.compile.lower.vector_shape import declarations, literal_bytes
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import FuncType


def lower(*instrs: tuple[str, Any], stack: list[str], arch: str = "x86_64", features: tuple[str, ...] = ()) -> Emitter:
    """The emitter after some instructions on a given operand stack."""
    unit = SimpleNamespace(
        module=None, guard=True, target_arch=arch, target_features=frozenset(features), declarations={}
    )
    f = Emitter(cast(Unit, unit), FuncType(), 0)
    f.stack = stack
    for name, imm in instrs:
        HANDLERS[CODE_BY_NAME[name]](f, imm)
    return f


def test_a_result_is_not_cast_again_for_the_same_shape() -> None:
    f = lower(("f32x4.add", None), ("f32x4.abs", None), stack=["%a", "%b"])
    assert [line.partition(" = ")[2] for line in f.lines] == [
        "bitcast <2 x i64> %b to <4 x float>",
        "bitcast <2 x i64> %a to <4 x float>",
        "fadd <4 x float> %v2, %v1",
        "bitcast <4 x float> %v3 to <2 x i64>",
        "call <4 x float> @llvm.fabs.v4f32(<4 x float> %v3)",
        "bitcast <4 x float> %v5 to <2 x i64>",
    ]


def test_a_result_is_cast_for_another_shape() -> None:
    f = lower(("f32x4.add", None), ("i8x16.popcnt", None), stack=["%a", "%b"])
    assert "%v5 = bitcast <2 x i64> %v4 to <16 x i8>" in f.lines


def test_truth_leaves_a_condition_for_branches() -> None:
    f = lower(("i8x16.all_true", None), stack=["%a"])
    assert f.condition(f.stack[-1]) in {line.partition(" = ")[0] for line in f.lines if " icmp eq i16 " in line}


@pytest.mark.parametrize(
    ("arch", "features", "expected"),
    [
        ("x86_64", ("ssse3",), "@llvm.x86.ssse3.pshuf.b.128"),
        ("x86_64", (), "extractelement"),
        ("aarch64", (), "@llvm.aarch64.neon.tbl1.v16i8"),
        ("riscv64", (), "extractelement"),
    ],
)
def test_the_target_decides(arch: str, features: tuple[str, ...], expected: str) -> None:
    f = lower(("i8x16.swizzle", None), stack=["%a", "%b"], arch=arch, features=features)
    assert any(expected in line for line in f.lines)
    assert all("x86" not in line or arch == "x86_64" for line in f.lines)


@pytest.mark.parametrize(
    ("lanes", "expected"),
    [
        (bytes(range(8, 24)), "<2 x i32> <i32 1, i32 2>"),
        (bytes([4, 5, 6, 7, *range(12)]), "<4 x i32> <i32 1, i32 0, i32 1, i32 2>"),
        (bytes([1, 2, *range(14)]), "<16 x i32> <i32 1, i32 2, i32 0, "),
    ],
)
def test_a_shuffle_is_as_wide_as_its_lanes(lanes: bytes, expected: str) -> None:
    f = lower(("i8x16.shuffle", lanes), stack=["%a", "%b"])
    assert any("shufflevector" in line and expected in line for line in f.lines)


def test_splat_of_a_constant_is_a_constant() -> None:
    f = lower(("f32.const", 0x3F80_0000), ("f32x4.splat", None), stack=[])
    assert f.lines == []
    assert literal_bytes(f.stack[-1]) == bytes.fromhex("0000803f") * 4


def test_literals_are_read_back() -> None:
    assert literal_bytes("zeroinitializer") == bytes(16)
    assert literal_bytes("<i64 -1, i64 258>") == b"\xff" * 8 + b"\x02\x01" + bytes(6)
    assert literal_bytes("%v1") is None


def test_declarations_follow_from_the_steps() -> None:
    steps = ("add <4 x i32> {0}, {1}", "call <4 x i32> @llvm.abs.v4i32(<4 x i32> {2}, i1 false)")
    assert declarations(steps) == ("declare <4 x i32> @llvm.abs.v4i32(<4 x i32>, i1)",)
