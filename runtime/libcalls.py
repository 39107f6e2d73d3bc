"""The functions of abi.libcalls that are written in Python: what generated code asks for seldom."""

from __future__ import annotations

import ctypes
from weakref import WeakKeyDictionary

from wasmjit.abi.libcalls import RAISED, Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.errors import InternalError
from wasmjit.light import TYPE_CHECKING, Any, Callable, TypeAlias, cache
from wasmjit.runtime.callbacks import cover_entry
from wasmjit.runtime.instance import INSTANCES, ModuleInstance
from wasmjit.runtime.raw import SPACE, Block
from wasmjit.runtime.traps import PENDING

if TYPE_CHECKING:
    from wasmjit.abi.native import NativeSupport


_Body: TypeAlias = Callable[[ModuleInstance, int, int, int, int, int], int]

_PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, *[ctypes.c_uint64] * 5)
_FUNCTIONS: dict[Libcall, Callable[..., int]] = {}


def _libcall(index: Libcall) -> Callable[[_Body], _Body]:
    """Make a function the libcall `index`. It gets the calling instance and the operands, unsigned."""

    def decorate(body: _Body) -> _Body:
        def call(vmctx: int, a: int, b: int, c: int, d: int, e: int) -> int:
            try:
                instance = INSTANCES.refs[vmctx]()
                if instance is None:
                    raise InternalError("an instance calls that no longer exists")
                return body(instance, a, b, c, d, e)
            except BaseException as error:
                PENDING.error = error
                return RAISED

        _FUNCTIONS[index] = cover_entry(call)
        return body

    return decorate


@_libcall(Libcall.MEMORY_GROW)
def _memory_grow(instance: ModuleInstance, memidx: int, pages: int, *_: int) -> int:
    return instance.memories[memidx].grow(pages)


@_libcall(Libcall.MEMORY_INIT)
def _memory_init(instance: ModuleInstance, memidx: int, dataidx: int, d: int, s: int, n: int) -> int:
    memory = instance.memories[memidx]
    if s + n > instance.data_words[2 * dataidx + 1] or d + n > memory.size_bytes:
        return TrapCode.MEMORY_OUT_OF_BOUNDS
    memory.write(d, instance.plan.data(dataidx)[s : s + n])
    return 0


@_libcall(Libcall.DATA_DROP)
def _data_drop(instance: ModuleInstance, dataidx: int, *_: int) -> int:
    instance.data_words[2 * dataidx + 1] = 0
    return 0


@_libcall(Libcall.MEMORY_NOTIFY)
def _memory_notify(instance: ModuleInstance, memidx: int, address: int, count: int, *_: int) -> int:
    return instance.memories[memidx].waiters.notify(address, count)


@_libcall(Libcall.MEMORY_WAIT)
def _memory_wait(
    instance: ModuleInstance, memidx: int, address: int, expected: int, timeout_ns: int, size_bytes: int
) -> int:
    memory = instance.memories[memidx]
    start = memory.base + address
    value = SPACE[start : start + size_bytes].cast("I" if size_bytes == 4 else "Q")  # read in one piece
    signed_timeout = timeout_ns - (timeout_ns >> 63 << 64)
    return memory.waiters.wait(address, lambda: value[0] == expected, signed_timeout, instance.store.check_stopped)


@_libcall(Libcall.TABLE_GROW)
def _table_grow(instance: ModuleInstance, tableidx: int, reference: int, count: int, *_: int) -> int:
    return instance.tables[tableidx].grow(count, reference)


@_libcall(Libcall.TABLE_FILL)
def _table_fill(instance: ModuleInstance, tableidx: int, i: int, reference: int, n: int, _: int) -> int:
    table = instance.tables[tableidx]
    if not table.covers(i, n):
        return TrapCode.TABLE_OUT_OF_BOUNDS
    table.fill(i, reference, n)
    return 0


@_libcall(Libcall.TABLE_COPY)
def _table_copy(instance: ModuleInstance, to: int, source: int, d: int, s: int, n: int) -> int:
    table, other = instance.tables[to], instance.tables[source]
    if not table.covers(d, n) or not other.covers(s, n):
        return TrapCode.TABLE_OUT_OF_BOUNDS
    table.write(d, other.read(s, n))
    return 0


@_libcall(Libcall.TABLE_INIT)
def _table_init(instance: ModuleInstance, tableidx: int, elemidx: int, d: int, s: int, n: int) -> int:
    table = instance.tables[tableidx]
    segment = instance.element(elemidx)
    if s + n > len(segment) or not table.covers(d, n):
        return TrapCode.TABLE_OUT_OF_BOUNDS
    table.write(d, segment[s : s + n])
    return 0


@_libcall(Libcall.ELEM_DROP)
def _elem_drop(instance: ModuleInstance, elemidx: int, *_: int) -> int:
    instance.drop_element(elemidx)
    return 0


@_libcall(Libcall.EXN_REFILL)
def _exn_refill(instance: ModuleInstance, stack_low: int, *_: int) -> int:
    instance.store.exceptions.refill(stack_low)
    return 0


@_libcall(Libcall.EXN_NEW_LARGE)
def _exn_new_large(instance: ModuleInstance, tag: int, payload_bytes: int, *_: int) -> int:
    return instance.store.exceptions.new_large(tag, payload_bytes)


@_libcall(Libcall.GC_COLLECT)
def _gc_collect(instance: ModuleInstance, *_: int) -> int:
    heap = instance.store.heap
    if heap is not None:
        heap.collect()
    return 0


@_libcall(Libcall.HOT)
def _hot(instance: ModuleInstance, index: int, loop: int, *_: int) -> int:
    return instance.native.hot(index, loop)


_OF_HEAP = range(Libcall.GC_STRUCT, Libcall.GC_HOLD_EXNS + 1)
"""They come with the first heap (heap.py)."""

_tables: WeakKeyDictionary[NativeSupport, Block] = WeakKeyDictionary()


def libcall_table(native: NativeSupport) -> Block:
    """The table for VMContext.libcalls, the same for all stores."""
    table = _tables.get(native)
    if table is None:
        table = Block(8 * len(Libcall))
        for index in Libcall:
            if index not in _OF_HEAP:
                table.words[index] = _address(native, index)
        _tables[native] = table
    return table


def _address(native: NativeSupport, index: Libcall) -> int:
    function = _FUNCTIONS.get(index)
    if function is None:
        return native.libcall(index)
    return native.direct.libcall(index, function) if native.direct else _callback_address(index)


@cache
def _callback_address(index: Libcall) -> int:
    """A ctypes callback, for a Python on which nothing better is possible."""
    callback = _PROTOTYPE(_FUNCTIONS[index])
    _callbacks.append(callback)
    return ctypes.cast(callback, ctypes.c_void_p).value or 0


_callbacks: list[Any] = []
