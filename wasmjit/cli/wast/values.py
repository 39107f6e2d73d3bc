"""Values of the suite, as the converter writes them, against values of the engine.

Numbers and vectors are compared by their bits: an engine value is the bytes that it has in memory. References have no
bits to compare: they stay Python objects. Floats are written as the number that their bits make, or as `nan:canonical`
or `nan:arithmetic`, which stand for the NaNs that the specification allows (spec 4.3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

from wasmjit.abi.heapobject import Array, Struct
from wasmjit.wasm.subtyping import heap_of, top_of
from wasmjit.wasm.types import I32, I64, V128, ValType, may_be_host


class Value(TypedDict, total=False):
    """A value or pattern. `value` is a number in decimal, or a list of them for the lanes of a vector."""

    type: str
    lane_type: str
    value: str | list[str]
    values: list[Value]


@dataclass(frozen=True, slots=True)
class ExternObject:
    """The host's object number `number`: what the suite writes as `(ref.extern 1)`."""

    number: str


Result: TypeAlias = bytes | object
"""An engine value: the little-endian bytes of a number or vector, the object of a reference, None for null."""

_BITS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "f32": 32, "f64": 64}
_NAN_QUIET = {"f32": 0x7FC0_0000, "f64": 0x7FF8_0000_0000_0000}
"""The canonical NaNs; a NaN is arithmetic if it has at least these bits."""

_NULLS = ("refnull", "nullref", "nullfuncref", "nullexternref", "nullexnref")


def lower_argument(value: Value, type: ValType) -> Result:
    """The engine value of an argument for a parameter of `type`. Raises ValueError if it has another type."""
    if type.is_ref:
        return _lower_reference(value, type)
    if value["type"] != type.name:
        raise ValueError(f"an argument of type {value['type']} for a parameter of type {type}")
    if type is V128:
        return b"".join(_lower_number(lane, value["lane_type"]) for lane in _lanes(value))
    return _lower_number(_scalar(value), value["type"])


def _lower_reference(value: Value, type: ValType) -> object:
    if value.get("value", "null") == "null":
        return None
    if not may_be_host(type) or value["type"] not in ("externref", "anyref"):
        raise ValueError(f"a {value['type']} for a parameter of type {type}")
    return ExternObject(_scalar(value))


def _lower_number(text: str, type: str) -> bytes:
    bits = _BITS[type]
    return (int(text) % (1 << bits)).to_bytes(bits // 8, "little")


def _scalar(value: Value) -> str:
    text = value["value"]
    if isinstance(text, list):
        raise ValueError(f"lanes in a value of type {value['type']}")
    return text


def _lanes(value: Value) -> list[str]:
    lanes = value["value"]
    return lanes if isinstance(lanes, list) else [lanes]


def matches(pattern: Value, type: ValType, result: Result) -> bool:
    """Whether a result of `type` is what the pattern allows."""
    if pattern["type"] == "either":
        return any(matches(choice, type, result) for choice in pattern["values"])
    if type.is_ref:
        return _matches_reference(pattern, type, result)
    if pattern["type"] != type.name or not isinstance(result, bytes):
        return False
    if type is not V128:
        return _matches_number(_scalar(pattern), pattern["type"], result)
    size = _BITS[pattern["lane_type"]] // 8
    lanes = [result[i : i + size] for i in range(0, len(result), size)]
    expected = _lanes(pattern)
    pairs = zip(expected, lanes, strict=True)
    return len(expected) == len(lanes) and all(
        _matches_number(text, pattern["lane_type"], lane) for text, lane in pairs
    )


def _matches_reference(pattern: Value, type: ValType, result: object) -> bool:
    """`refnull` is null; a reference type without a value is any reference of it that is not null."""
    kind, text = pattern["type"], pattern.get("value")
    if kind in _NULLS or text == "null":
        return result is None
    if result is None:
        return False
    if text is not None:
        return result == ExternObject(_scalar(pattern))
    classes = _CLASSES.get(kind)
    return isinstance(result, classes) if classes is not None else kind == top_of(heap_of(type)).ref_name


_CLASSES: dict[str, tuple[type, ...]] = {
    "i31ref": (int,),
    "structref": (Struct,),
    "arrayref": (Array,),
    "eqref": (int, Struct, Array),
}
"""What Python gets for references of these types."""


def _matches_number(text: str, type: str, result: bytes) -> bool:
    bits = int.from_bytes(result, "little")
    if not text.startswith("nan:"):
        return _lower_number(text, type) == result
    quiet, magnitude = _NAN_QUIET[type], bits & ((1 << (_BITS[type] - 1)) - 1)
    return magnitude == quiet if text == "nan:canonical" else magnitude & quiet == quiet


def show_pattern(pattern: Value) -> str:
    """A pattern for people."""
    if pattern["type"] == "either":
        return f"either {' or '.join(map(show_pattern, pattern['values']))}"
    value = pattern.get("value", "")
    text = " ".join(value) if isinstance(value, list) else value
    return " ".join(filter(None, (pattern["type"], pattern.get("lane_type"), text)))


def show_result(type: ValType, result: Result) -> str:
    """A result for people, in the same form as `show_pattern`."""
    if not isinstance(result, bytes):
        return f"{type} {'null' if result is None else result}"
    if type is V128:
        lanes = [str(int.from_bytes(result[i : i + 4], "little")) for i in range(0, 16, 4)]
        return f"v128 i32 {' '.join(lanes)}"
    return f"{type} {int.from_bytes(result, 'little', signed=type in (I32, I64))}"


def show_results(types: Sequence[ValType], results: Sequence[Result]) -> str:
    """Results for people."""
    return "(" + ", ".join(show_result(type, result) for type, result in zip(types, results, strict=True)) + ")"
