"""Arrays from segments (spec 4.6.7): functions that translated code calls, bound to their instance."""

from __future__ import annotations

from struct import unpack
from typing import TYPE_CHECKING, Any

from wasmjit.abi.gc import field_bytes
from wasmjit.abi.traps import TrapCode
from wasmjit.interp.aggregates import ArrayObject, array_write, checked_elements
from wasmjit.interp.scalars import f32_reinterpret_i32, trap
from wasmjit.wasm.types import F32, F64, V128, ValType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wasmjit.interp.instance import ModuleInstance

_LETTER = {1: "B", 2: "H", 4: "I", 8: "Q"}


def _values(type: ValType, data: memoryview | bytes, count: int) -> Sequence[Any]:
    """Numbers or vectors as translated code has them, from their bytes."""
    if type is V128:
        return [bytes(data[i : i + 16]) for i in range(0, len(data), 16)]
    if type is F64:
        return unpack(f"<{count}d", data)
    values = unpack(f"<{count}{_LETTER[field_bytes(type)]}", data)
    return list(map(f32_reinterpret_i32, values)) if type is F32 else values


def _data(instance: ModuleInstance, type: ValType, dataidx: int, start: int, count: int) -> Sequence[Any]:
    data, end = instance.datas.get(dataidx, b""), start + count * field_bytes(type)
    if end > len(data):
        raise trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
    return _values(type, data[start:end], count)


def _elements(instance: ModuleInstance, elemidx: int, start: int, count: int) -> Sequence[Any]:
    elements = instance.elements.get(elemidx, ())
    if start + count > len(elements):
        raise trap(TrapCode.TABLE_OUT_OF_BOUNDS)
    return elements[start : start + count]


def array_new_data(instance: ModuleInstance, cls: type[ArrayObject], dataidx: int, start: int, count: int) -> Any:
    """For `array.new_data`."""
    return cls.of(_data(instance, cls.element_type(), dataidx, start, count))


def array_new_elem(instance: ModuleInstance, cls: type[ArrayObject], elemidx: int, start: int, count: int) -> Any:
    """For `array.new_elem`."""
    return cls.of(_elements(instance, elemidx, start, count))


def array_init_data(
    instance: ModuleInstance, dataidx: int, array: ArrayObject | None, at: int, start: int, count: int
) -> None:
    """For `array.init_data`: null and the bounds of the array come first."""
    checked_elements(array, at, count)
    assert array is not None
    array_write(array, at, _data(instance, array.element_type(), dataidx, start, count))


def array_init_elem(
    instance: ModuleInstance, elemidx: int, array: ArrayObject | None, at: int, start: int, count: int
) -> None:
    """For `array.init_elem`: null and the bounds of the array come first."""
    checked_elements(array, at, count)
    assert array is not None
    array_write(array, at, _elements(instance, elemidx, start, count))
