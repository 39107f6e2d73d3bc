"""Atomic memory instructions (threads): LLVM's own, sequentially consistent.

They need natural alignment: an address that has less traps. Waiting and notifying are for the runtime.
"""

from __future__ import annotations

from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import MEMORY_ACCESS, Emitter
from wasmjit.compile.lower.memory import checked_address, raise_if_pending, tie_to_offset
from wasmjit.compile.lower.registry import Handler, bind, lowers

_WIDTHS = (("i32", ""), ("i64", ""), ("i32", "8"), ("i32", "16"), ("i64", "8"), ("i64", "16"), ("i64", "32"))
"""Value type, and bits in memory where those are fewer."""

_OPERATIONS = ("add", "sub", "and", "or", "xor", "xchg")


def _aligned(f: Emitter, imm: tuple[int, ...], access_bytes: int) -> tuple[str, str]:
    """Pop the index; address and pointer of an access, in bounds and aligned."""
    position, pointer = checked_address(f, imm, access_bytes)
    if access_bytes > 1:
        rest = f.emit(f"and i64 {position}, {access_bytes - 1}")
        f.trap_if(f.emit(f"icmp ne i64 {rest}, 0"), TrapCode.UNALIGNED_ATOMIC)
    return position, pointer


def _narrow(f: Emitter, value: str, type: str, in_memory: str) -> str:
    return value if type == in_memory else f.emit(f"trunc {type} {value} to {in_memory}")


def _push_wide(f: Emitter, value: str, type: str, in_memory: str) -> None:
    f.push(value if type == in_memory else f.emit(f"zext {in_memory} {value} to {type}"))


def _load(type: str, in_memory: str, size: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        _, pointer = _aligned(f, imm, size)
        access = f"load atomic {in_memory}, ptr {pointer} seq_cst, align {size}{MEMORY_ACCESS}{tie_to_offset(f)}"
        _push_wide(f, f.emit(access), type, in_memory)

    return lower


def _store(type: str, in_memory: str, size: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        value = _narrow(f, f.pop(), type, in_memory)
        _, pointer = _aligned(f, imm, size)
        access = f"{in_memory} {value}, ptr {pointer} seq_cst, align {size}{MEMORY_ACCESS}"
        f.line(f"store atomic {access}{tie_to_offset(f)}")

    return lower


def _modify(operation: str, type: str, in_memory: str, size: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        value = _narrow(f, f.pop(), type, in_memory)
        _, pointer = _aligned(f, imm, size)
        access = f"atomicrmw {operation} ptr {pointer}, {in_memory} {value} seq_cst, align {size}{MEMORY_ACCESS}"
        _push_wide(f, f.emit(f"{access}{tie_to_offset(f)}"), type, in_memory)

    return lower


def _exchange(type: str, in_memory: str, size: int) -> Handler:
    """Compare and exchange. What is expected is compared in its full width: with more bits than memory has it equals
    nothing, and then the exchange writes back what it finds.
    """

    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        new, expected = f.pop(), f.pop()
        narrow_new, narrow = _narrow(f, new, type, in_memory), _narrow(f, expected, type, in_memory)
        if type != in_memory:
            fits = f.emit(f"icmp eq {type} {f.emit(f'zext {in_memory} {narrow} to {type}')}, {expected}")
            narrow_new = f.emit(f"select i1 {fits}, {in_memory} {narrow_new}, {in_memory} {narrow}")
        _, pointer = _aligned(f, imm, size)
        operands = f"ptr {pointer}, {in_memory} {narrow}, {in_memory} {narrow_new}"
        access = f"cmpxchg {operands} seq_cst seq_cst, align {size}{MEMORY_ACCESS}"
        result = f.emit(f"{access}{tie_to_offset(f)}")
        _push_wide(f, f.emit(f"extractvalue {{ {in_memory}, i1 }} {result}, 0"), type, in_memory)

    return lower


def _bind_all() -> None:
    for type, width in _WIDTHS:
        in_memory = f"i{width}" if width else type
        size, unsigned = int(in_memory[1:]) // 8, "_u" if width else ""
        bind(f"{type}.atomic.load{width}{unsigned}", _load(type, in_memory, size))
        bind(f"{type}.atomic.store{width}", _store(type, in_memory, size))
        for operation in _OPERATIONS:
            handler = _modify(operation, type, in_memory, size)
            bind(f"{type}.atomic.rmw{width}.{operation}{unsigned}", handler)
        bind(f"{type}.atomic.rmw{width}.cmpxchg{unsigned}", _exchange(type, in_memory, size))


_bind_all()


@lowers("atomic.fence")
def lower_fence(f: Emitter, imm: None) -> None:
    """Sequentially consistent."""
    f.line("fence seq_cst")


def _touch(f: Emitter, imm: tuple[int, ...], size: int) -> str:
    """Pop the index; the address, at which an access must be possible. A load finds out where guard pages do."""
    position, pointer = _aligned(f, imm, size)
    f.emit(f"load atomic volatile i{8 * size}, ptr {pointer} monotonic, align {size}{tie_to_offset(f)}")
    return position


@lowers("memory.atomic.notify")
def lower_notify(f: Emitter, imm: tuple[int, ...]) -> None:
    """By the runtime."""
    count = f.widen(f.pop())
    woken = f.libcall(Libcall.MEMORY_NOTIFY, str(imm[2]), _touch(f, imm, 4), count)
    raise_if_pending(f, woken)
    f.push(f.emit(f"trunc i64 {woken} to i32"))


def _wait(size: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        timeout, expected = f.pop(), f.pop()
        if size == 4:
            expected = f.widen(expected)
        position = _touch(f, imm, size)
        if not f.module.memories[imm[2]].shared:
            f.trap_if("true", TrapCode.EXPECTED_SHARED_MEMORY)
        outcome = f.libcall(Libcall.MEMORY_WAIT, str(imm[2]), position, expected, timeout, str(size))
        raise_if_pending(f, outcome)
        f.push(f.emit(f"trunc i64 {outcome} to i32"))

    return lower


bind("memory.atomic.wait32", _wait(4))
bind("memory.atomic.wait64", _wait(8))
