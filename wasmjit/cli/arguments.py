"""Arguments and results of `run --invoke`: text to values of a type, and back."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import click

from wasmjit.api.func import Func
from wasmjit.wasm.types import F32, F64, I32, I64, V128, ValType


def parse_arguments(func: Func, texts: Sequence[str]) -> list[object]:
    """Values for a function's parameters. Raises `click.UsageError` naming what is wrong."""
    params = func.type.params
    if len(texts) != len(params):
        raise click.UsageError(f"{func.name} takes {len(params)} arguments {func.type}, {len(texts)} are given")
    return [_parse(position, type, text) for position, (type, text) in enumerate(zip(params, texts, strict=True), 1)]


def _parse(position: int, type: ValType, text: str) -> object:
    try:
        return parse_value(type, text)
    except ValueError as error:
        raise click.UsageError(f"argument {position}: {error}") from None


def parse_value(type: ValType, text: str) -> object:
    """A value of `type`. Raises ValueError.

    Integers are decimal or start with 0x; floats may be nan, inf and hexadecimal too; a v128 is 32 hex digits, its
    first byte first; of references there is only `null`.
    """
    try:
        if type in (I32, I64):
            return _in_range(type, int(text, 0))
        if type in (F32, F64):
            return float.fromhex(text) if "0x" in text.lower() else float(text)
        if type is V128 and len(digits := text.removeprefix("0x")) == 32:
            return bytes.fromhex(digits)
    except ValueError as error:
        raise ValueError(f"{text!r} is not of type {type}") from error
    if type.is_ref and text == "null":
        return None
    raise ValueError(f"{text!r} is not of type {type}")


def _in_range(type: ValType, value: int) -> int:
    bits = 32 if type is I32 else 64
    if not -(1 << (bits - 1)) <= value < 1 << bits:
        raise ValueError("out of range")
    return value


def format_result(type: ValType, value: object) -> str:
    """A result for people: v128 in hex as arguments have it, references as null or what Python shows."""
    if type is V128 and isinstance(value, bytes):
        return f"0x{value.hex()}"
    if type in (F32, F64) and isinstance(value, float):
        return _format_float(type, value)
    return "null" if value is None else str(value)


def _format_float(type: ValType, value: float) -> str:
    """As short as reads back to the same value: an f32 needs fewer digits than the float that carries it."""
    if type is F64 or value != value or value in (float("inf"), float("-inf")):
        return repr(value)
    for digits in range(6, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("<f", short) == struct.pack("<f", value):
            return repr(short)
    return repr(value)
