"""The buffer protocol for Python classes, where Python does not have it (3.11)."""

from __future__ import annotations

import ctypes
import sys

from wasmjit.light import Any, TypeVar
from wasmjit.runtime.capi import BF_GETBUFFER, native_type

_T = TypeVar("_T")


def _get_buffer(exporter: Any, view: int, flags: int) -> int:
    """Fill a `Py_buffer` with what the object's `__buffer__` gives; that is also what is released later."""
    memory = exporter.__buffer__(flags)
    status: int = ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(memory), ctypes.c_void_p(view), flags)
    return status


_GET_BUFFER = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_int)(_get_buffer)


def exports_buffer(base: type[_T]) -> type[_T]:
    """Class decorator: `__buffer__(flags)`, which returns a memoryview, makes objects usable as buffers (PEP 688)."""
    if sys.version_info >= (3, 12):
        return base
    made, _ = native_type(base, 0, {BF_GETBUFFER: ctypes.cast(_GET_BUFFER, ctypes.c_void_p).value or 0})
    return made
