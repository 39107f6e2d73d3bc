"""Exceptions in callbacks: none may get past the handler, wherever the signal comes."""

from __future__ import annotations

import dis
from collections.abc import Callable

import pytest

from wasmjit.runtime import hostcalls, libcalls
from wasmjit.runtime.callbacks import _read_varint, _varint, cover_entry


@pytest.mark.parametrize("value", [0, 1, 63, 64, 65, 4095, 4096, 1 << 20])
def test_varints(value: int) -> None:
    data = b"\x01" + _varint(value) + b"\x02"
    assert _read_varint(data, 1) == (value, len(data) - 1)


def handlers(function: Callable[..., object]) -> list[tuple[int, int]]:
    """Byte ranges of code that have a handler."""
    entries = dis._parse_exception_table(function.__code__)  # type: ignore[attr-defined]
    return [(entry.start, entry.end) for entry in entries]


def make() -> Callable[[int], int]:
    outer = 5

    def function(x: int) -> int:
        try:
            return 10 // x + outer
        except BaseException:
            return -1

    return function


def test_the_handler_covers_the_function_from_its_first_instruction() -> None:
    plain, covered = make(), cover_entry(make())
    assert handlers(plain)[0][0] > 0
    assert handlers(covered)[0] == (0, handlers(plain)[0][1])
    assert handlers(covered)[1:] == handlers(plain)[1:]
    assert (covered(5), covered(0)) == (7, -1)


def test_a_function_without_such_a_statement_stays_as_it_is() -> None:
    def no_need(x: int) -> int:  # the compiler sees that the body cannot raise: the first entry is the handler's own
        try:
            return 0
        except BaseException:
            return x

    def late(x: int) -> int:
        with open(str(x)):
            return 0

    def never(x: int) -> int:
        return x

    for function in (no_need, late, never):
        before = handlers(function)
        assert handlers(cover_entry(function)) == before


@pytest.mark.parametrize("function", [hostcalls._dispatch, *libcalls._FUNCTIONS.values()])
def test_the_callbacks_of_the_runtime_are_covered(function: Callable[..., int]) -> None:
    first, *rest = handlers(function)
    assert first[0] == 0 and first[1] <= min(start for start, _ in rest)


# A C function that calls back a hundred thousand times, and a timer: without `cover_entry` every KeyboardInterrupt is
# lost, as measured; with it none is.
INTERRUPTS = """
import ctypes, signal
from wasmjit.runtime.callbacks import cover_entry

def compare(a, b):
    try:
        return len(sent) * 0
    except BaseException as error:
        caught[len(caught)] = error
        return 0

def interrupt(*_):
    sent.append(1)
    raise KeyboardInterrupt

caught, sent, lost = {}, [], []
sys.unraisablehook = lambda args: lost.append(args)
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(cover_entry(compare))
values = (ctypes.c_int * 200000)()
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
outside = 0
while len(sent) < 50:
    try:
        ctypes.CDLL(None).qsort(values, len(values), 4, callback)
    except KeyboardInterrupt:
        outside += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(caught) + outside == len(sent), len(caught) > 10, len(lost))
"""


def test_no_interrupt_is_lost(rt_script: Callable[..., str]) -> None:
    assert rt_script("import sys\n" + INTERRUPTS) == "True True 0\n"
