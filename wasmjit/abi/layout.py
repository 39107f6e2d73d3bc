"""Memory layouts that generated code and the runtime share. Offsets and sizes in bytes; all fields little-endian.

::

    VMContext (one an instance; first argument of every wasm function)
        0   ptr   store header
        8   ptr   function slots of the module: code of defined function i at 8*i
       16   ptr   libcalls (libcalls.py): code of libcall i at 8*i
       24   ptr   canonical type ids of the module's types: addresses of TypeInfos
       32   ptr   data segments: {ptr base, i64 length} each; a dropped one has length 0
       40   ptr   element segments: {ptr base, i64 length} each, of 8-byte references
       48   per imported function  {ptr code, ptr vmctx of the callee}
        .   per memory             {ptr base, ptr definition}     base never moves
        .   per table              ptr definition
        .   per global             16 bytes: the value if defined here, else the pointer to it
        .   per tag                ptr tag
        .   per escaping function  funcref record

    StoreHeader      0 stack limit (address)   8 head of the list of unowned externrefs
                    16 depth of activations   24 max stack (bytes)   32 lowest usable stack address of this thread
                    40 owner of the lock (ThreadRecord)   48 times that it holds the lock   56 threads that wait for it
                    64 interrupt (INTERRUPT_ONCE, INTERRUPT_ALWAYS)  72 i64 fuel that is left   80 ptr TrapInfo
                    88 PyObject: raises for a trap    96 PyObject: called after a call if 104 is not 0
                   104 whether there is work after the outermost call   112 whether calls release the GIL
                   120 first free exception
                   128 PyObject: makes an exception of what a host function raised, if it is one
                   136 ptr heap (gc.py)
                   144 arguments on their way to a tail-called function, as in a buffer of signature.py
    ThreadRecord     0 innermost activation    8 lowest usable stack address   16 deadline (ns, monotonic; 0 none)
                    24 kernel timer   32 whether that is armed   40 calls entered   48 PyObject: exception on its way
                    56 whether this is the main thread   64 kernel thread id   72 ticks   80 trap code that is due
                    88 calls entered at the last tick
    MemoryDef        0 ptr base    8 i64 length in bytes
    TableDef         0 ptr base    8 i64 length in elements      (8-byte references; base moves on growth)
    FuncRef          0 ptr code    8 ptr vmctx   16 i64 canonical type id   24 i64 funcidx (-1: host function)
    ExternRef cell   0 ptr TypeInfo of kind HOST    8 i64 owners    16 ptr next unowned   24 i64 whether it is listed
                    32 i64 whether objects of the heap may hold it: HELD, and MARKED once a collection has found it
    Object           0 ptr TypeInfo    8 i32 length of an array    8 fields of a struct, 16 elements of an array
    TypeInfo         0 i32 kind    4 i32 depth    8 i64 size    16 i64 number of references    24 ptr their offsets
                    40 ptr TypeInfo of each supertype from the root down to the type itself, at least MIN_SUPERS
    Exception        0 ptr tag     8 i64 in heap  16 i64 kept: references to it may exist   24 ptr next free one
                    32 i64 number of places   40 return addresses, from the throw outwards
                   288 payload, as in a buffer of signature.py; more of it than EXN_PAYLOAD_BYTES makes it longer
    TrapInfo         0 i64 code    8 i64 wasm offset   16 i64 fault address   24 i64 fault pc
                    32 i64 number of frames   40 return addresses, innermost first

There is one TypeInfo for a defined type, in a process: types are equal if the addresses are. A type is a subtype of
another if the other is in its list of supertypes, at the other's depth; up to MIN_SUPERS no length need be compared.

A reference is a pointer: to a FuncRef record in the hierarchy of func, and in those of any and extern, which share
their values, to an object of the heap or a cell of the host's; an i31 is its bits shifted left by one, plus 1; null
is 0. A cell's `owners` counts the table slots and globals that hold it; cells without owners that no object holds are
listed and freed when no wasm code is running.
A global's storage is 16 bytes; a v128 fills it, everything else sits at its start.
"""

from __future__ import annotations

from wasmjit.limits import MAX_PARAMS
from wasmjit.wasm.module import Module
from wasmjit.wasm.types import I32, PAGE_SIZE_LOG2, MemType

VMCTX_STORE = 0
VMCTX_SLOTS = 8
VMCTX_LIBCALLS = 16
VMCTX_TYPE_IDS = 24
VMCTX_DATAS = 32
VMCTX_ELEMENTS = 40
VMCTX_HEADER_BYTES = 48

HOST_CALLABLE = VMCTX_HEADER_BYTES
HOST_CALLER = VMCTX_HEADER_BYTES + 8
HOST_ACCEPT = VMCTX_HEADER_BYTES + 16
HOST_CONTEXT_BYTES = VMCTX_HEADER_BYTES + 32
"""Host contexts begin like a VMContext. Behind that: PyObjects of the callable, of what it gets as its first argument
(null for nothing), and of what takes results that need conversion: `accept(result, buffer address, context address)`.
"""

STORE_STACK_LIMIT = 0
STORE_UNOWNED = 8
STORE_DEPTH = 16
STORE_MAX_STACK = 24
STORE_STACK_LOW = 32
STORE_OWNER = 40
STORE_LOCKS = 48
STORE_WAITERS = 56
STORE_INTERRUPT = 64
STORE_FUEL = 72
STORE_TRAP_INFO = 80
STORE_ON_TRAP = 88
STORE_AFTER_CALL = 96
STORE_UNSETTLED = 104
STORE_RELEASE_GIL = 112
STORE_FREE_EXN = 120
STORE_THROWN = 128
STORE_HEAP = 136
STORE_ARGUMENTS = 144
STORE_HEADER_BYTES = STORE_ARGUMENTS + 16 * MAX_PARAMS

INTERRUPT_ONCE, INTERRUPT_ALWAYS = 1, 2
"""Bits of STORE_INTERRUPT: stop what runs now; stop whatever runs until the bit is cleared."""

THREAD_ACTIVATION = 0
THREAD_STACK_LOW = 8
THREAD_DEADLINE = 16
THREAD_TIMER = 24
THREAD_ARMED = 32
THREAD_CALLS = 40
THREAD_PENDING = 48
THREAD_IS_MAIN = 56
THREAD_ID = 64
THREAD_TICKS = 72
THREAD_DUE = 80
THREAD_CALLS_SEEN = 88
THREAD_BYTES = 128

CALLABLE_CODE = 8
CALLABLE_VMCTX = 16
CALLABLE_STORE = 24
CALLABLE_ALIVE = 32
CALLABLE_PORTABLE = 40
CALLABLE_BYTES = 48
"""Behind the Python part of a function object (runtime/callable.py): 0 the vectorcall function, then pointers to the
slot that holds the code, the VMContext, the StoreHeader, a word that is 0 while the instance is being collected, and
the PyObject that is called where the generated code does not know what to do."""

DEF_BASE = 0
DEF_LENGTH = 8
DEF_BYTES = 16

FUNCREF_CODE = 0
FUNCREF_VMCTX = 8
FUNCREF_TYPE_ID = 16
FUNCREF_FUNCIDX = 24
FUNCREF_BYTES = 32

TYPE_INFO_KIND = 0
TYPE_INFO_DEPTH = 4
TYPE_INFO_SIZE = 8
TYPE_INFO_NUM_REFS = 16
TYPE_INFO_REFS = 24
TYPE_INFO_SUPERS = 40
MIN_SUPERS = 7

KIND_HOST, KIND_FUNC, KIND_STRUCT, KIND_ARRAY = range(4)

CELL_INFO = 0
CELL_OWNERS = 8
CELL_NEXT = 16
CELL_LISTED = 24
CELL_HELD = 32
CELL_BYTES = 48

HELD, MARKED = 1, 2

EXN_TAG = 0
EXN_OWNERS = 8
EXN_KEPT = 16
EXN_NEXT = 24
EXN_NUM_PLACES = 32
EXN_PLACES = 40
MAX_EXN_PLACES = 31
EXN_PAYLOAD = EXN_PLACES + 8 * MAX_EXN_PLACES
EXN_PAYLOAD_BYTES = 64
EXN_BYTES = EXN_PAYLOAD + EXN_PAYLOAD_BYTES

TAG_BYTES = 16

SEGMENT_BASE = 0
SEGMENT_LENGTH = 8
SEGMENT_BYTES = 16

IMPORT_CODE = 0
IMPORT_VMCTX = 8
IMPORT_BYTES = 16

MEMORY_BASE = 0
MEMORY_DEF = 8
MEMORY_BYTES = 16

TABLE_BYTES = 8
GLOBAL_BYTES = 16

TRAP_CODE = 0
TRAP_OFFSET = 8
TRAP_FAULT_ADDRESS = 16
TRAP_FAULT_PC = 24
TRAP_NUM_FRAMES = 32
TRAP_FRAMES = 40
MAX_TRAP_FRAMES = 64
TRAP_INFO_BYTES = TRAP_FRAMES + 8 * MAX_TRAP_FRAMES

GUARD_RESERVATION_BYTES = (8 << 30) + 65536
"""Address space of a guarded 32-bit memory: index and offset are below 4 GiB each, and an access has 16 bytes."""


def has_guard_pages(type: MemType) -> bool:
    """Whether guard pages alone can bound a memory: 32-bit addresses, and pages that are pages of the machine too."""
    return type.address is I32 and type.page_size_log2 == PAGE_SIZE_LOG2


def escaping_functions(module: Module) -> list[int]:
    """Function indices that can become references, ascending: exported, in element segments, or in `ref.func`.

    Bodies need no look: validation allows there only what occurs outside bodies (spec 3.5.17, C.refs).
    """
    indices = {export.index for export in module.exports if export.kind == "func"}
    exprs = [g.init for g in module.globals if g.init is not None]
    exprs.extend(module.table_inits.values())
    for segment in module.elements:
        indices.update(segment.funcs or ())
        exprs.extend(segment.exprs or ())
    ref_func = 0xD2
    for expr in exprs:
        indices.update(instr.imm for instr in expr if instr.code == ref_func)
    return sorted(indices)


class VMLayout:
    """Offsets inside the VMContext of one module's instances."""

    def __init__(self, module: Module) -> None:
        self.num_imported_funcs = module.num_imported_funcs
        self.num_imported_globals = module.num_imported_globals
        self._memories = VMCTX_HEADER_BYTES + IMPORT_BYTES * module.num_imported_funcs
        self._tables = self._memories + MEMORY_BYTES * len(module.memories)
        self._globals = -(-(self._tables + TABLE_BYTES * len(module.tables)) // 16) * 16
        self._tags = self._globals + GLOBAL_BYTES * len(module.globals)
        self._funcrefs = self._tags + 8 * len(module.tag_typeidxs)
        self.escaping = escaping_functions(module)
        self._funcref_rank = {funcidx: rank for rank, funcidx in enumerate(self.escaping)}
        self.size = self._funcrefs + FUNCREF_BYTES * len(self.escaping)

    def imported_func(self, funcidx: int) -> int:
        """Offset of {code, vmctx} of imported function `funcidx`."""
        return VMCTX_HEADER_BYTES + IMPORT_BYTES * funcidx

    def memory(self, memidx: int) -> int:
        """Offset of {base, definition} of a memory."""
        return self._memories + MEMORY_BYTES * memidx

    def table(self, tableidx: int) -> int:
        """Offset of the pointer to a table's definition."""
        return self._tables + TABLE_BYTES * tableidx

    def global_(self, globalidx: int) -> int:
        """Offset of a global: its value if defined here, the pointer to it if imported."""
        return self._globals + GLOBAL_BYTES * globalidx

    def tag(self, tagidx: int) -> int:
        """Offset of the pointer to a tag."""
        return self._tags + 8 * tagidx

    def record(self, funcidx: int) -> int | None:
        """Offset of the funcref record of a function, None for one that does not escape."""
        return self.funcref(funcidx) if funcidx in self._funcref_rank else None

    def funcref(self, funcidx: int) -> int:
        """Offset of the funcref record of an escaping function."""
        return self._funcrefs + FUNCREF_BYTES * self._funcref_rank[funcidx]
