"""Whole modules to loaded code, and bodies at the edge of what is allowed."""

from __future__ import annotations

import leb128
import pytest

import wasmjit
from wasmjit.binary import decode_module
from wasmjit.compile.driver import compile_objects, function_asm, function_ir
from wasmjit.config import Config
from wasmjit.errors import InvalidError, LimitError, LinkError

DEPTH = 50_000
LOCAL_GET_0, I32_CONST_7, END = b"\x20\x00", b"\x41\x07", b"\x0b"


def leb(value: int) -> bytes:
    return bytes(leb128.u.encode(value))


def section(number: int, contents: bytes) -> bytes:
    return bytes([number]) + leb(len(contents)) + contents


def module_of(code: bytes, num_locals: int = 0, copies: int = 1) -> bytes:
    """A module with `copies` functions `f` of type [i32] -> [i32], i32 locals, and a memory."""
    body = (b"\x01" + leb(num_locals) + b"\x7f" if num_locals else b"\x00") + code + END
    return b"".join(
        [
            b"\0asm\1\0\0\0",
            section(1, b"\x01\x60\x01\x7f\x01\x7f"),
            section(3, leb(copies) + b"\x00" * copies),
            section(5, b"\x01\x00\x01"),
            section(7, b"\x01\x01f\x00\x00"),
            section(10, leb(copies) + (leb(len(body)) + body) * copies),
        ]
    )


def run(data: bytes, argument: int) -> object:
    return wasmjit.load(data, opt="0").f(argument)


def test_blocks_nested_deeply() -> None:
    assert run(module_of(b"\x02\x40" * DEPTH + END * DEPTH + I32_CONST_7), 0) == 7


def test_loops_nested_deeply() -> None:
    assert run(module_of(b"\x03\x40" * DEPTH + END * DEPTH + I32_CONST_7), 0) == 7


def test_ifs_nested_deeply() -> None:
    depth = 20_000
    code = (LOCAL_GET_0 + b"\x04\x40") * depth + b"\x41\x05\x21\x00" + END * depth + LOCAL_GET_0
    assert run(module_of(code), 1) == 5
    assert run(module_of(code), 0) == 0


def test_nesting_has_a_limit() -> None:
    with pytest.raises(LimitError, match="nesting"):
        run(module_of(b"\x02\x40" * 200_000 + END * 200_000 + I32_CONST_7), 0)


def test_deep_nesting_over_many_assigned_locals_keeps_them_in_memory() -> None:
    count = 200
    sets = b"".join(LOCAL_GET_0 + b"\x21" + leb(x) for x in range(1, count + 1))
    code = b"\x02\x40" * DEPTH + sets + END * DEPTH + b"\x20" + leb(count)
    data = module_of(code, count)
    assert "alloca i32" in function_ir(decode_module(data), Config(), 0)
    assert run(data, 41) == 41


@pytest.mark.parametrize("in_loop", [False, True])
def test_as_many_locals_as_are_allowed(in_loop: bool) -> None:
    count = 49_999
    sets = b"".join(b"\x20" + leb(x) + b"\x21" + leb(x + 1) for x in range(count))
    code = b"\x03\x40" + sets + END if in_loop else sets
    assert run(module_of(code + b"\x20" + leb(count), count), 99) == 99


def test_too_many_locals() -> None:
    with pytest.raises(LimitError, match="locals"):
        run(module_of(I32_CONST_7, 50_001), 0)


def test_br_table_with_65000_entries() -> None:
    count = 65_000
    table = LOCAL_GET_0 + b"\x0e" + leb(count) + b"\x00\x01" * (count // 2) + b"\x01"
    code = b"\x02\x40\x02\x40" + table + END + b"\x41\x01\x0f" + END + b"\x41\x02"
    instance = wasmjit.load(module_of(code), opt="0")
    assert [instance.f(i) for i in (0, 1, 64_998, 64_999, 65_000, -1)] == [1, 2, 1, 2, 2, 2]


def test_a_body_of_a_megabyte() -> None:
    steps = 150_000
    assert run(module_of(LOCAL_GET_0 + b"\x41\xff\x00\x6a\x41\x01\x73" * steps), 0) == sum_of_steps(steps)


def sum_of_steps(steps: int) -> int:
    value = 0
    for _ in range(steps):
        value = (value + 127 ^ 1) & 0xFFFF_FFFF
    return value


def test_units_are_compiled_by_several_processes() -> None:
    data = module_of(LOCAL_GET_0 + b"\x41\x01\x6a" * 20_000, copies=6)
    module = decode_module(data)
    seen: list[tuple[int, int]] = []
    alone = compile_objects(module, Config(opt="0"))
    together = compile_objects(module, Config(opt="0", jobs=2), progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert together == alone
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1] == 6 * (len(LOCAL_GET_0) + 3 * 20_000 + 2)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_invalid_body_is_found_wherever_it_is_compiled(jobs: int) -> None:
    data = module_of(b"\x42\x00" + b"\x01" * 70_000, copies=4)
    with pytest.raises(InvalidError, match="type mismatch") as caught:
        compile_objects(decode_module(data), Config(opt="0", jobs=jobs))
    assert caught.value.funcidx == 0
    assert caught.value.offset is not None


def test_code_to_look_at() -> None:
    module = decode_module(module_of(LOCAL_GET_0))
    assert "define tailcc i32 @f0(ptr %c, i32 %p0)" in function_ir(module, Config(), 0)
    assert "ret" in function_asm(module, Config(opt="2"), 0)
    with pytest.raises(LinkError, match="function 1 is not defined"):
        function_ir(module, Config(), 1)
