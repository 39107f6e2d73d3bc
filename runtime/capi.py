"""Types whose instances have native parts: Python classes with fields and methods of machine code added.

They are made by `PyType_FromSpecWithBases` of the stable interface. The result is a subclass of a Python class, which
has everything that needs no speed; the native fields lie behind the part that Python knows of.
"""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_ssize_t, c_uint, c_void_p

from wasmjit.light import Any, NamedTuple, TypeVar

_T = TypeVar("_T")

TP_CALL, TP_METHODS, TP_MEMBERS = 50, 64, 72
BF_GETBUFFER, BF_RELEASEBUFFER = 1, 2
FLAG_DEFAULT, FLAG_BASETYPE, FLAG_VECTORCALL, FLAG_GC = 1 << 18, 1 << 10, 1 << 11, 1 << 14
NOARGS, FASTCALL = 0x0004, 0x0080
_T_PYSSIZET, _READONLY = 19, 1


class _Slot(ctypes.Structure):
    _fields_ = (("slot", c_int), ("function", c_void_p))


class _Spec(ctypes.Structure):
    _fields_ = (
        ("name", c_char_p),
        ("basicsize", c_int),
        ("itemsize", c_int),
        ("flags", c_uint),
        ("slots", ctypes.POINTER(_Slot)),
    )


class _Method(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("function", c_void_p), ("flags", c_int), ("doc", c_char_p))


class _Member(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("type", c_int), ("offset", c_ssize_t), ("flags", c_int), ("doc", c_char_p))


class Method(NamedTuple):
    """A native method: address of its function, and how that is called (NOARGS, FASTCALL)."""

    name: str
    function: int
    flags: int
    doc: str


_kept: list[object] = []  # what the types refer to; they live as long as the process


def function_address(name: str) -> int:
    """Address of a function of Python's C API."""
    return ctypes.cast(getattr(ctypes.pythonapi, name), c_void_p).value or 0


def _array(kind: type[ctypes.Structure], items: list[ctypes.Structure]) -> Any:
    array = (kind * (len(items) + 1))(*items)
    _kept.append(array)
    return array


def native_type(
    base: type[_T],
    extra_bytes: int,
    slots: dict[int, int],
    *,
    methods: tuple[Method, ...] = (),
    flags: int = 0,
    vectorcall: bool = False,
) -> tuple[type[_T], int]:
    """A subclass of `base` with `extra_bytes` of native fields, zeroed at first, and their offset in an instance.

    `slots` are functions by slot number. With `vectorcall` the first field is the vectorcall function.
    """
    offset = -(-base.__basicsize__ // 8) * 8
    entries = [_Slot(number, function) for number, function in slots.items()]
    if vectorcall:
        flags |= FLAG_VECTORCALL
        member = _Member(b"__vectorcalloffset__", _T_PYSSIZET, offset, _READONLY, None)
        entries.append(_Slot(TP_MEMBERS, ctypes.addressof(_array(_Member, [member]))))
        entries.append(_Slot(TP_CALL, function_address("PyVectorcall_Call")))
    if methods:
        table = [_Method(m.name.encode(), m.function, m.flags, m.doc.encode()) for m in methods]
        entries.append(_Slot(TP_METHODS, ctypes.addressof(_array(_Method, list(table)))))
    name = f"{base.__module__}.{base.__qualname__}".encode()
    spec = _Spec(name, offset + extra_bytes, 0, FLAG_DEFAULT | FLAG_BASETYPE | flags, _array(_Slot, list(entries)))
    _kept.extend((spec, name))
    make = ctypes.pythonapi.PyType_FromSpecWithBases
    make.restype = ctypes.py_object
    made: type[_T] = make(ctypes.byref(spec), ctypes.py_object((base,)))
    made.__doc__ = base.__dict__.get("__doc__")
    return made, offset
