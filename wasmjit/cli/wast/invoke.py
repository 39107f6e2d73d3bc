"""Calling exports with the suite's values: bits in, bits out."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from wasmjit.abi.signature import LETTER, SLOT_BYTES, buffer_structs, signature_key
from wasmjit.cli.wast.values import Result, Value, lower_argument
from wasmjit.runtime.func import FuncInstance
from wasmjit.wasm.types import F32, F64, I32, I64, V128, ValType

_FORMATS = {I32: "<i", I64: "<q", F32: "<f", F64: "<d"}
_SIZES = {I32: 4, I64: 8, F32: 4, F64: 8, V128: 16}


def invoke(func: FuncInstance, args: Sequence[Value]) -> list[Result]:
    """Call a function. Raises ValueError if the arguments are not for it, and what the call raises."""
    types = func.type.params
    if len(types) != len(args):
        raise ValueError(f"{len(args)} arguments for a function of type {func.type}")
    lowered = [lower_argument(value, type) for value, type in zip(args, types, strict=True)]
    if any(type.is_ref for type in (*types, *func.type.results)):
        return _invoke_objects(func, lowered)
    return _invoke_bits(func, lowered)


def _invoke_bits(func: FuncInstance, args: Sequence[Result]) -> list[Result]:
    """Call through the buffer (abi.signature), so that every bit of a NaN arrives."""
    _, _, size = buffer_structs(signature_key(func.type))
    buffer = bytearray(size)
    pos = 0
    for type, arg in zip(func.type.params, args, strict=True):
        assert isinstance(arg, bytes)
        buffer[pos : pos + len(arg)] = arg
        pos += SLOT_BYTES[LETTER[type]]
    func.invoke(buffer)
    results: list[Result] = []
    pos = 0
    for type in func.type.results:
        results.append(bytes(buffer[pos : pos + _SIZES[type]]))
        pos += SLOT_BYTES[LETTER[type]]
    return results


def _invoke_objects(func: FuncInstance, args: Sequence[Result]) -> list[Result]:
    """Call with Python values, which is the way for references."""
    values = [to_python(type, arg) for type, arg in zip(func.type.params, args, strict=True)]
    result = func.call(values)
    types = func.type.results
    results = (result,) if len(types) == 1 else result or ()
    assert isinstance(results, tuple)
    return [from_python(type, value) for type, value in zip(types, results, strict=True)]


def to_python(type: ValType, bits: Result) -> object:
    """The Python value of an engine value."""
    if type not in _FORMATS or not isinstance(bits, bytes):
        return bits
    value: object = struct.unpack(_FORMATS[type], bits)[0]
    return value


def from_python(type: ValType, value: object) -> Result:
    """The engine value of a Python value."""
    return struct.pack(_FORMATS[type], value) if type in _FORMATS else value
