"""LLVM: targets and CPU names, levels, objects and assembly, errors instead of aborts, memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from wasmjit.compile.llvm.object import CodegenSettings, compile_assembly, compile_ir, optimize_ir
from wasmjit.compile.llvm.target import host_target, resolve_target
from wasmjit.errors import InternalError

X86 = os.uname().machine == "x86_64"
x86_only = pytest.mark.skipif(not X86, reason="names of x86-64 CPUs")

ADD = "define i32 @f(i32 %x) {\n  %y = add i32 %x, 0\n  %z = mul i32 %y, 1\n  ret i32 %z\n}\n"
LOOP = """
define void @f(ptr noalias %a, ptr noalias %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %a, i64 %i
  %q = getelementptr double, ptr %b, i64 %i
  %x = load double, ptr %p
  %y = fmul double %x, %x
  store double %y, ptr %q
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""


# --- targets


def test_the_host_is_the_default() -> None:
    target = resolve_target(None)
    assert target is resolve_target("native") is host_target()
    assert target.arch == os.uname().machine
    assert target.triple.endswith("linux-gnu")
    tuning = {f for f in target.features.split(",") if f.startswith("+prefer-")}
    assert target.enabled == {f[1:] for f in {*target.features.split(",")} - tuning if f[0] == "+"}


@x86_only
def test_a_named_cpu_has_its_features() -> None:
    oldest, v3 = resolve_target("x86-64"), resolve_target("x86-64-v3")
    assert "sse2" in oldest.enabled
    assert "ssse3" not in oldest.enabled
    assert oldest.enabled < v3.enabled
    assert {"avx2", "bmi2", "fma"} <= v3.enabled
    assert "avx512f" not in v3.enabled
    assert (v3.cpu, v3.features, v3.triple) == ("x86-64-v3", oldest.features, host_target().triple)
    assert v3.features == "+prefer-no-gather,+prefer-no-scatter"


def test_the_probe_agrees_with_what_llvm_says_of_the_host() -> None:
    from wasmjit.compile.llvm.probe import probe_features

    found = set(probe_features(host_target().cpu, host_target().triple))
    switched = {f[1:] for f in host_target().features.split(",") if f[0] == "-"}
    assert found - switched <= host_target().enabled
    assert len(found & host_target().enabled) >= len(found) - 8  # virtual machines hide some


@pytest.mark.parametrize("name", ["bogus", "", "help", "a b", "x86-64\n", "+avx", "--version"])
def test_an_unknown_cpu_is_a_value_error(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="unknown target CPU"):
        resolve_target(name)
    assert capfd.readouterr() == ("", "")


@x86_only
def test_a_cpu_without_64_bits_is_a_value_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="64-bit"):
        resolve_target("i686")
    assert capfd.readouterr() == ("", "")


# --- objects


@pytest.mark.parametrize("opt", ["0", "1", "2", "3", "s"])
def test_every_level_makes_an_object(opt: str) -> None:
    settings = CodegenSettings(opt)
    assert compile_ir(LOOP, settings, verify=True).startswith(b"\x7fELF")
    assert "f:" in compile_assembly(LOOP, settings)


def test_levels_differ_as_they_should() -> None:
    assert "mul i32" in optimize_ir(ADD, CodegenSettings("0"))
    assert "ret i32 %x" in optimize_ir(ADD, CodegenSettings("1"))
    vectorised = {opt: "x double>" in optimize_ir(LOOP, CodegenSettings(opt)) for opt in "0123"}
    assert vectorised == {"0": False, "1": False, "2": True, "3": True}
    assert "optsize" in optimize_ir(ADD, CodegenSettings("s"))
    assert "optsize" not in optimize_ir(ADD, CodegenSettings("2"))


@x86_only
def test_code_is_for_the_cpu_that_was_named() -> None:
    assert "ymm" in compile_assembly(LOOP, CodegenSettings("2", "x86-64-v3"))
    assert "ymm" not in compile_assembly(LOOP, CodegenSettings("2", "x86-64"))
    assert "ymm" in compile_assembly(LOOP, CodegenSettings("2", "x86-64", "+avx2"))
    assert "zmm" not in compile_assembly(LOOP, CodegenSettings("2", None, "-avx512f,-avx"))


def test_frames_on_arm_have_a_size() -> None:
    target = resolve_target("neoverse-v1", "aarch64-linux")
    scalable = "x double>"
    assert f"<vscale x 2 {scalable}" in optimize_ir(LOOP, CodegenSettings("2", target.cpu, "", target.triple))
    code = optimize_ir(LOOP, CodegenSettings("2", target.cpu, target.features, target.triple))
    assert "vscale" not in code
    assert scalable in code


def test_the_same_ir_gives_the_same_object() -> None:
    settings = CodegenSettings("2")
    first = compile_ir(LOOP, settings)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: compile_ir(LOOP, settings), range(8))) == {first}


def test_an_unknown_level() -> None:
    with pytest.raises(ValueError, match="opt must be one of 0, 1, 2, 3, s"):
        CodegenSettings("4")


@pytest.mark.parametrize(
    "text",
    [
        "define i32 @f( {",
        "define i32 @f() { ret i64 3 }",
        "define i32 @f() {\n  %a = add i32 %b, 1\n  %b = add i32 %a, 1\n  ret i32 %a\n}",
        "define i32 @f() {\n  br label %nowhere\n}",
        "declare void @g()\ndefine void @f() {\n  musttail call void @g()\n  unreachable\n}",
    ],
)
def test_bad_ir_is_an_internal_error(text: str) -> None:
    with pytest.raises(InternalError, match="LLVM rejects"):
        compile_ir(text, CodegenSettings("0"), verify=True)


def test_memory_is_released() -> None:
    """Types and constants differ every time, so a context shared by all modules would keep growing."""

    def compile_many(count: int, seed: int) -> int:
        for i in range(count):
            size = 1000 * seed + i + 1
            text = "".join(f'@s{j} = constant [{size} x i8] c"{chr(97 + j) * size}"\n' for j in range(26))
            compile_ir(text, CodegenSettings("0"))
        return int(psutil.Process().memory_info().rss)

    before = compile_many(50, 0)
    assert compile_many(300, 1) - before < 4 << 20


def test_llvmlite_is_loaded_late(run_script: Callable[..., Any]) -> None:
    done = run_script(
        "import sys, wasmjit.compile.support, wasmjit.compile.llvm.object, wasmjit.compile.llvm.probe\n"
        "print('llvmlite' in sys.modules)"
    )
    assert done.stdout == "False\n"
