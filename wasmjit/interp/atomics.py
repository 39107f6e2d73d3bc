"""Atomic accesses (threads): functions that translated code calls with a memory, whose lock makes them atomic.

They are named by what they do and how many bits they touch: `atomic_add16`. All values are from 0 on.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING, Any

from wasmjit.abi.traps import TrapCode
from wasmjit.interp.operand import MASKS
from wasmjit.interp.scalars import trap

if TYPE_CHECKING:
    from wasmjit.interp.memory import MemoryInstance

_STRUCTS = {8: Struct("<B"), 16: Struct("<H"), 32: Struct("<I"), 64: Struct("<Q")}
OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "xchg": lambda old, new: new,
}
"""What read-modify-write instructions store, by their names; more bits than there are get lost."""


def check_access(memory: MemoryInstance, address: int, size_bytes: int) -> None:
    """Trap unless an access is in bounds, and then unless it is aligned."""
    if address + size_bytes > len(memory.buffer):
        raise trap(TrapCode.MEMORY_OUT_OF_BOUNDS)
    if address % size_bytes:
        raise trap(TrapCode.UNALIGNED_ATOMIC)


def _accesses(bits: int) -> dict[str, object]:
    read, write, size = _STRUCTS[bits].unpack_from, _STRUCTS[bits].pack_into, bits // 8

    def load(memory: MemoryInstance, address: int) -> int:
        check_access(memory, address, size)
        with memory.lock:
            value: int = read(memory.buffer, address)[0]
        return value

    def store(memory: MemoryInstance, address: int, value: int) -> None:
        check_access(memory, address, size)
        with memory.lock:
            write(memory.buffer, address, value)

    def cmpxchg(memory: MemoryInstance, address: int, expected: int, new: int) -> int:
        """What is expected may have more bits than there are, and equals nothing then."""
        check_access(memory, address, size)
        with memory.lock:
            old: int = read(memory.buffer, address)[0]
            if old == expected:
                write(memory.buffer, address, new & MASKS[bits])
        return old

    return {f"atomic_load{bits}": load, f"atomic_store{bits}": store, f"atomic_cmpxchg{bits}": cmpxchg}


def _modification(bits: int, operation: Callable[[int, int], int]) -> Callable[..., int]:
    read, write, size = _STRUCTS[bits].unpack_from, _STRUCTS[bits].pack_into, bits // 8

    def modify(memory: MemoryInstance, address: int, value: int) -> int:
        check_access(memory, address, size)
        with memory.lock:
            old: int = read(memory.buffer, address)[0]
            write(memory.buffer, address, operation(old, value) & MASKS[bits])
        return old

    return modify


def _wait(bits: int) -> Callable[..., Any]:
    read = _STRUCTS[bits].unpack_from

    def wait(memory: MemoryInstance, address: int, expected: int, timeout_ns: int, check: Callable[[], None]) -> int:
        """`timeout_ns` is signed, `check` raises what ends the waiting early."""
        check_access(memory, address, bits // 8)
        if not memory.is_shared:
            raise trap(TrapCode.EXPECTED_SHARED_MEMORY)
        outcome: int = memory.waiters.wait(
            address, lambda: read(memory.buffer, address)[0] == expected, timeout_ns, check
        )
        return outcome

    return wait


def atomic_notify(memory: MemoryInstance, address: int, count: int) -> int:
    """For `memory.atomic.notify`."""
    check_access(memory, address, 4)
    woken: int = memory.waiters.notify(address, count)
    return woken


ATOMICS: dict[str, object] = {
    **{name: function for bits in _STRUCTS for name, function in _accesses(bits).items()},
    **{
        f"atomic_{name}{bits}": _modification(bits, operation)
        for name, operation in OPERATIONS.items()
        for bits in _STRUCTS
    },
    "atomic_wait32": _wait(32),
    "atomic_wait64": _wait(64),
    "atomic_notify": atomic_notify,
}
"""Global names of translated code."""
