"""The options that limit what a program may use: time, fuel, memory, stack, heap."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., object])

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_STACK = (64 << 10, 1 << 30)
_HEAP = (64 << 10, 1 << 40)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use at most; None is no limit."""

    timeout_s: float | None
    fuel: int | None
    memory_bytes: int | None
    stack_bytes: int | None
    heap_bytes: int | None


class _Size(click.ParamType):  # type: ignore[type-arg]
    """A number of bytes: `1000000`, `64K`, `512MiB`, `2G`."""

    name = "BYTES"

    def __init__(self, minimum: int = 0, maximum: int | None = None) -> None:
        self._minimum, self._maximum = minimum, maximum

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Fails for what is none, or out of range."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+)\s*([kmg]?)(?:i?b)?", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is not a size; 1000000, 64K, 512MiB and 2G are", param, ctx)
        size = int(match[1]) * _UNITS[match[2]]
        if size < self._minimum or (self._maximum is not None and size > self._maximum):
            self.fail(f"{size} is not from {self._minimum} to {self._maximum}", param, ctx)
        return size


_OPTIONS = (
    click.option("--max-stack", "stack_bytes", type=_Size(*_STACK), help="Stack that wasm may use, 64K to 1G."),
    click.option("--max-gc-heap", "heap_bytes", type=_Size(*_HEAP), help="Size of the heap for structures and arrays."),
    click.option("--max-memory", "memory_bytes", type=_Size(), help="Size that each memory may grow to."),
    click.option(
        "--fuel", type=click.IntRange(0), metavar="N", help="Instructions that may be executed; then it traps."
    ),
    click.option(
        "--timeout",
        "timeout_s",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Time that the program may run; then it is stopped, with exit status 124.",
    ),
)


def limit_options(command: _Command) -> _Command:
    """The options, given to the command as `limits`."""

    @functools.wraps(command)
    def run(
        *args: Any,
        timeout_s: float | None,
        fuel: int | None,
        memory_bytes: int | None,
        stack_bytes: int | None,
        heap_bytes: int | None,
        **rest: Any,
    ) -> object:
        return command(*args, limits=Limits(timeout_s, fuel, memory_bytes, stack_bytes, heap_bytes), **rest)

    wrapped: Any = run
    for option in _OPTIONS:
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
