"""Functions of the runtime that generated code calls through `VMContext.libcalls`.

`TRAP` never returns. All others have the C type `i64 (ptr vmctx, i64, i64, i64, i64, i64)`, unused arguments 0.
References travel as integers. A result of `RAISED` means that a Python exception is pending; the caller traps with
HOST_EXCEPTION. Only HOT traps by itself then.
"""

from __future__ import annotations

from wasmjit.light import IntEnum

RAISED = -(1 << 63)


class Libcall(IntEnum):
    """Index of the function in the table of libcalls."""

    TRAP = 0  # native: void (ptr vmctx, i32 code, i32 wasm offset), noreturn
    EXTERN_STORE = 1  # native: void (ptr slot, ptr cell): the slot takes ownership of cell, gives up the old one
    MEMORY_GROW = 2  # (memidx, pages) -> old size in pages or -1
    MEMORY_INIT = 3  # (memidx, dataidx, d, s, n) -> 0 or TrapCode
    DATA_DROP = 4  # (dataidx) -> 0
    TABLE_GROW = 5  # (tableidx, reference, count) -> old size or -1
    TABLE_FILL = 6  # (tableidx, i, reference, n) -> 0 or TrapCode
    TABLE_COPY = 7  # (destination tableidx, source tableidx, d, s, n) -> 0 or TrapCode
    TABLE_INIT = 8  # (tableidx, elemidx, d, s, n) -> 0 or TrapCode
    ELEM_DROP = 9  # (elemidx) -> 0
    THROW = 10  # native: void (ptr vmctx, ptr exn), noreturn
    THROW_AGAIN = 11  # native: the same for an exception that no handler here wants; its place is known already
    EXN_NEW = 12  # native: ptr (ptr vmctx, ptr tag): a new exception; null where Python raised
    EXN_DROP = 13  # native: void (ptr vmctx, ptr exn): its payload has been taken
    EXN_REFILL = 14  # (lowest address of the stack in use) -> 0: make free exceptions
    EXN_NEW_LARGE = 15  # (tag, payload bytes) -> exception with a long payload
    GC_COLLECT = 16  # (bytes wanted) -> 0
    GC_STRUCT = 17  # native: ptr (ptr vmctx, ptr TypeInfo, i64 size): an object whose fields are not set
    GC_ARRAY = 18  # native: ptr (ptr vmctx, ptr TypeInfo, i64 length, i64 log2 of an element's size): the same
    GC_FILL = 19  # native: void (ptr elements, i64 count, i64 log2, i64 low bits, i64 high bits)
    GC_HOLD_ALL = 20  # native: void (ptr values, i64 count): stored into the heap, and maybe objects of the host
    GC_HOLD_EXNS = 21  # native: void (ptr exceptions, i64 count): they have been stored into the heap
    MEMORY_NOTIFY = 22  # (memidx, address, count) -> number of threads woken
    MEMORY_WAIT = 23  # (memidx, address, expected, timeout in ns, bytes) -> 0 woken, 1 not equal, 2 timed out
    HOT = 24  # (defined index, loop or ENTRY, frame address) -> address of code that goes on there, or 0 (frame.py)


FIRST_PYTHON_LIBCALL = Libcall.MEMORY_GROW
