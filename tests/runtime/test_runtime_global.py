"""Globals of the host: values, bits, mutability, lifetimes."""

from __future__ import annotations

import gc
import struct
import weakref
from typing import Any

import pytest

from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.raw import SPACE
from wasmjit.wasm.types import EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, GlobalType, ValType


def make(store: Any, type: ValType, value: object, mutable: bool = True) -> GlobalInstance:
    return GlobalInstance.create(store, GlobalType(type, mutable), value)


@pytest.mark.parametrize(
    ("type", "value", "bits", "seen"),
    [
        (I32, -1, 0xFFFFFFFF, -1),
        (I32, 0xFFFFFFFF, 0xFFFFFFFF, -1),
        (I64, -2, (1 << 64) - 2, -2),
        (F32, 1.5, 0x3FC00000, 1.5),
        (F64, -0.0, 1 << 63, -0.0),
        (V128, bytes(range(16)), int.from_bytes(bytes(range(16)), "little"), bytes(range(16))),
        (FUNCREF, None, 0, None),
        (EXTERNREF, None, 0, None),
    ],
)
def test_values_and_bits(store: Any, type: ValType, value: object, bits: int, seen: object) -> None:
    g = make(store, type, value)
    assert g.get() == bits and g.value == seen
    g.set(0)
    g.set(bits)
    assert g.value == seen
    assert int.from_bytes(SPACE[g.storage : g.storage + 16], "little") == bits


def test_nan_bits_stay(store: Any) -> None:
    g = make(store, F32, 0)
    g.set(0x7FA00001)
    assert g.get() == 0x7FA00001
    assert struct.pack("<f", g.value)[3] == 0x7F


def test_assignment(store: Any) -> None:
    g = make(store, I32, 1)
    g.value = 2
    assert g.value == 2
    for value, error in (("x", TypeError), (1 << 32, OverflowError)):
        with pytest.raises(error):
            g.value = value
    assert g.value == 2


def test_immutable(store: Any) -> None:
    g = make(store, I64, 7, mutable=False)
    with pytest.raises(TypeError, match="immutable"):
        g.value = 8
    assert g.value == 7


def test_functions_are_kept(store: Any, rt: Any) -> None:
    func = rt.host(store, "->", lambda: None)
    watch = weakref.ref(func)
    g = make(store, FUNCREF, func)
    del func
    gc.collect()
    assert g.value is watch() is not None
    del g
    gc.collect()
    assert watch() is None


def test_external_references_are_owned(store: Any) -> None:
    class Thing:
        pass

    g = make(store, EXTERNREF, Thing())
    watch = weakref.ref(g.value)
    gc.collect()
    assert watch() is not None
    g.value = g.value
    assert watch() is not None and len(store.externrefs) == 1
    g.value = None
    assert watch() is None and len(store.externrefs) == 0
    g.value = Thing()
    del g
    assert len(store.externrefs) == 0
