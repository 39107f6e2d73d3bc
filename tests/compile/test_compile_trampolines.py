"""Values of all types through `enter` and through host thunks, bit for bit."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmjit.abi.signature import buffer_structs
from wasmjit.compile.convention import (
    LLVM_TYPE,
    halved_parameters,
    joined_parameters,
    parameter_list,
    result_type,
    results_in_memory,
    value_slots,
)

LETTERS = "iIfFvr"
SIGNALLING = {"f": bytes.fromhex("0100a07f"), "F": bytes.fromhex("010000000000f4ff")}  # NaNs with payloads


def pick_ir(key: str, picks: list[int]) -> str:
    """A wasm function whose result i is parameter picks[i]."""
    params, _, results = key.partition(":")
    types = [LLVM_TYPE[letter] for letter in params]
    returned = result_type(results)
    lines = [
        f"define tailcc {returned} @pick(ptr %c{parameter_list(params, results)}) #0 {{",
        *joined_parameters(params),
    ]
    if results_in_memory(results):
        for i, (pick, (type, offset)) in enumerate(zip(picks, value_slots(results), strict=True)):
            lines.append(f"  %r{i} = getelementptr i8, ptr %ret, i64 {offset}")
            lines.append(f"  store {type} %p{pick}, ptr %r{i}, align 8")
        lines.append("  ret void")
    elif len(results) < 2:
        lines.append(f"  ret {types[picks[0]]} %p{picks[0]}" if results else "  ret void")
    else:
        value = "poison"
        for i, pick in enumerate(picks):
            lines.append(f"  %r{i} = insertvalue {returned} {value}, {types[pick]} %p{pick}, {i}")
            value = f"%r{i}"
        lines.append(f"  ret {returned} {value}")
    return "\n".join([*lines, "}", ""])


def sample(letter: str, i: int) -> Any:
    """A value that differs from its neighbours in every byte that counts."""
    values: dict[str, Any] = {
        "i": -(i + 1) * 0x01010101 % (1 << 31),
        "I": (i + 1) * 0x0101010101010101 % (1 << 63) - (1 << 62),
        "f": i + 0.5,
        "F": i + 0.1,
        "v": bytes((16 * i + j) % 256 for j in range(16)),
        "r": 0x1000 + i,
    }
    return values[letter]


@st.composite
def signatures(draw: st.DrawFn) -> tuple[str, list[int]]:
    params = draw(st.text(LETTERS, max_size=30))
    picks = draw(st.lists(st.integers(0, len(params) - 1), max_size=12)) if params else []
    return params + ":" + "".join(params[pick] for pick in picks), picks


def check_both_ways(harness: Any, key: str, picks: list[int], opt: str) -> None:
    """Python -> pick -> Python, and Python -> relay -> host thunk -> Python and back."""
    params = key.partition(":")[0]
    args = [sample(letter, i) for i, letter in enumerate(params)]
    expected = tuple(args[pick] for pick in picks)
    guest = harness.Guest(pick_ir(key, picks), opt=opt)
    try:
        assert guest.call("pick", key, *args) == expected
        pack, unpack, _ = buffer_structs(key)

        @ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)
        def dispatch(context: int, buffer: int) -> int:
            seen.append((context, pack.unpack(ctypes.string_at(buffer, pack.size))))
            ctypes.memmove(buffer, unpack.pack(*expected), unpack.size)
            return 0

        seen: list[Any] = []
        guest.support.set_dispatch(ctypes.cast(dispatch, ctypes.c_void_p).value)
        context = ctypes.addressof(guest.host_context)
        assert guest.call_code(guest.support.thunk(key), key, args, context) == expected
        assert seen == [(context, tuple(args))]
        assert guest.depth == 0
    finally:
        guest.close()


@pytest.mark.parametrize("opt", ["0", "2"])
@pytest.mark.parametrize(
    ("key", "picks"),
    [
        (":", []),
        ("i:i", [0]),
        ("v:v", [0]),
        ("iIfFvr:rvFfIi", [5, 4, 3, 2, 1, 0]),
        ("iIfFvr" * 5 + ":" + "".join("iIfFvr"[i % 6] for i in range(29, 19, -1)), list(range(29, 19, -1))),
        ("v" * 20 + ":" + "v" * 10, list(range(10, 20))),
        ("fF" * 10 + ":" + "fF" * 10, list(range(20))),
    ],
)
def test_values_both_ways(harness: Any, key: str, picks: list[int], opt: str) -> None:
    check_both_ways(harness, key, picks, opt)


@settings(max_examples=25)
@given(signature=signatures(), opt=st.sampled_from("012"))
def test_random_signatures(harness: Any, signature: tuple[str, list[int]], opt: str) -> None:
    check_both_ways(harness, *signature, opt)


@pytest.mark.parametrize("letter", ["f", "F"])
def test_nan_payloads_survive(harness: Any, guest: Callable[..., Any], letter: str) -> None:
    made = guest(pick_ir(f"{letter}:{letter}", [0]))
    bits = SIGNALLING[letter]
    buffer = ctypes.create_string_buffer(bits, 8)
    enter = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 4)(made.support.enter(f"{letter}:{letter}"))
    enter(made.code.symbols["pick"], ctypes.addressof(made.vmctx), buffer, ctypes.addressof(made.trap_info))
    assert buffer.raw[: len(bits)] == bits


def test_many_signatures_in_one_unit(harness: Any, guest: Callable[..., Any]) -> None:
    keys = [f"{'i' * i}{'F' * j}:{'I' * k}" for i in range(3) for j in range(3) for k in range(2)]
    made = guest("")
    made.support.prepare([*keys, *keys], keys)
    addresses = [made.support.enter(key) for key in keys] + [made.support.thunk(key) for key in keys]
    assert len(set(addresses)) == 2 * len(keys)
    assert [made.support.enter(key) for key in keys] == addresses[: len(keys)]


def test_parameters_that_come_in_halves() -> None:
    assert halved_parameters("v" * 8) == frozenset()
    assert halved_parameters("iIr" * 5 + "v" * 9) == {23}
    assert halved_parameters("fFv" * 4) == {8, 11}


def test_a_signature_with_hundreds_of_parameters_and_results(harness: Any) -> None:
    params = "".join(LETTERS[i % 6] for i in range(300))
    check_both_ways(harness, f"{params}:{params}", list(range(300)), "0")
