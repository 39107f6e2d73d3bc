"""Memory instructions (spec 4.4.7), with both ways to check bounds.

Guard: index and offset are zero-extended and added to the base; an access out of bounds hits a guard page, and the
signal handler turns the fault into a trap. Explicit: the end of the access is compared with the memory's length.
Memories with 64-bit addresses are always checked explicitly, and so that nothing overflows.
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.layout import has_guard_pages
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, MEMORY_ACCESS, CountedAccess, Emitter
from wasmjit.compile.lower.registry import Handler, bind, lowers
from wasmjit.wasm.types import I32, I64, MemType, ValType

_MAX_UNSIGNED = (1 << 64) - 1


def memory_base(f: Emitter, memidx: int) -> str:
    """Pointer to the start of a memory."""
    return f.hoisted(f"%m{memidx}", f.unit.layout.memory(memidx) + layout.MEMORY_BASE)


def length(f: Emitter, memidx: int) -> str:
    """The current length in bytes, i64: any call may change it."""
    definition = f.hoisted(f"%md{memidx}", f.unit.layout.memory(memidx) + layout.MEMORY_DEF)
    pointer = f.emit(f"getelementptr i8, ptr {definition}, i64 {layout.DEF_LENGTH}")
    if f.module.memories[memidx].shared:  # another thread may be changing it
        return f.emit(f"load atomic i64, ptr {pointer} monotonic, align 8{CONTEXT_ACCESS}")
    return f.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")


def pop_address(f: Emitter, type: ValType) -> str:
    """Pop an address or a size of that address type, as i64."""
    return f.pop() if type is I64 else f.widen(f.pop())


def push_size(f: Emitter, type: ValType, size: str) -> None:
    """Push an i64 as a size of that address type."""
    f.push(size if type is I64 else f.emit(f"trunc i64 {size} to i32"))


def is_guarded(f: Emitter, memory: MemType) -> bool:
    """Whether accesses need no check: guard pages cover all that an index and an offset can reach."""
    return f.guard and has_guard_pages(memory)


def address(f: Emitter, imm: tuple[int, ...], access_bytes: int) -> str:
    """Pop the index; the pointer to index + offset, checked where guard pages don't.

    `imm` is (align_log2, offset, memidx, ...).
    """
    if f.counting is not None and f.offset in f.counting.accesses:
        return _counted_address(f, f.counting.accesses[f.offset])
    f.alias = ""
    f.volatile = "volatile " if f.module.memories[imm[2]].shared else ""
    return checked_address(f, imm, access_bytes)[1]


def checked_address(f: Emitter, imm: tuple[int, ...], access_bytes: int) -> tuple[str, str]:
    """Pop the index; index + offset as i64, and the pointer to it, as `address`."""
    _, offset, memidx, *_ = imm
    memory = f.module.memories[memidx]
    if memory.address is I64:
        position = _wide_position(f, memidx, offset, access_bytes)
    else:
        position = f.widen(f.pop())
        if offset:
            position = f.emit(f"add nuw nsw i64 {position}, {offset}")
        if not is_guarded(f, memory):
            end = f.emit(f"add nuw nsw i64 {position}, {access_bytes}")
            f.trap_if(f.emit(f"icmp ugt i64 {end}, {length(f, memidx)}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
    return position, f.emit(f"getelementptr i8, ptr {memory_base(f, memidx)}, i64 {position}")


def _wide_position(f: Emitter, memidx: int, offset: int, access_bytes: int) -> str:
    """Index and offset of 64 bits each: their sum is never formed before it is known to be in bounds.

    `valid` is how many indices there are with which the access is in bounds: one comparison does, and a loop that
    does not change the memory's length computes it once.
    """
    index = f.pop()
    beyond = _literal(min(offset + access_bytes - 1, _MAX_UNSIGNED))
    f.declare("declare i64 @llvm.usub.sat.i64(i64, i64)")
    valid = f.emit(f"call i64 @llvm.usub.sat.i64(i64 {length(f, memidx)}, i64 {beyond})")
    f.trap_if(f.emit(f"icmp uge i64 {index}, {valid}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
    return f.emit(f"add nuw i64 {index}, {_literal(offset)}") if offset else index


def _counted_address(f: Emitter, access: CountedAccess) -> str:
    """The pointer in the fast version of a loop, whose checks cover the access."""
    f.pop()
    f.alias = access.alias
    f.volatile = ""
    pointer = access.pointer
    if access.counter:
        pointer = f.emit(f"getelementptr inbounds i8, ptr {pointer}, i64 {access.counter}")
    return f.emit(f"getelementptr inbounds nuw i8, ptr {pointer}, i64 {access.distance}")


def tie_to_offset(f: Emitter) -> str:
    """Only accesses that can fault have to be found by their address: those of guard mode."""
    return f.location() if f.guard else ""


def load(f: Emitter, llvm_type: str, pointer: str) -> str:
    """Load from linear memory; wasm's alignment is only a hint."""
    f.last_load = len(f.lines)
    access = f"load {f.volatile}{llvm_type}, ptr {pointer}, align 1{MEMORY_ACCESS}{f.alias}{tie_to_offset(f)}"
    return f.emit(access)


def store(f: Emitter, llvm_type: str, value: str, pointer: str) -> None:
    """Store to linear memory."""
    access = f"{llvm_type} {value}, ptr {pointer}, align 1{MEMORY_ACCESS}{f.alias}{tie_to_offset(f)}"
    f.line(f"store {f.volatile}{access}")


_DERIVED_LINES = 4  # the most that a load instruction appends after its IR load, e.g. an extension


def keep_dropped_load(f: Emitter, value: str) -> None:
    """Make the load behind a dropped operand volatile: LLVM would delete it, and with it the trap."""
    recent = f.lines[-_DERIVED_LINES:]
    if f.last_load < len(f.lines) - len(recent) or f.last_load < 0:
        return
    if any(line.startswith(f"{value} = ") for line in f.lines[f.last_load :]):
        if " = load volatile " not in f.lines[f.last_load]:
            f.lines[f.last_load] = f.lines[f.last_load].replace(" = load ", " = load volatile ", 1)
        f.last_load = -1


# --- loads and stores: (mnemonic, type in memory, extension, value type)

_LOADS = (
    ("i32.load", "i32", "", "i32", 4),
    ("i64.load", "i64", "", "i64", 8),
    ("f32.load", "float", "", "float", 4),
    ("f64.load", "double", "", "double", 8),
    ("i32.load8_s", "i8", "sext", "i32", 1),
    ("i32.load8_u", "i8", "zext", "i32", 1),
    ("i32.load16_s", "i16", "sext", "i32", 2),
    ("i32.load16_u", "i16", "zext", "i32", 2),
    ("i64.load8_s", "i8", "sext", "i64", 1),
    ("i64.load8_u", "i8", "zext", "i64", 1),
    ("i64.load16_s", "i16", "sext", "i64", 2),
    ("i64.load16_u", "i16", "zext", "i64", 2),
    ("i64.load32_s", "i32", "sext", "i64", 4),
    ("i64.load32_u", "i32", "zext", "i64", 4),
)

_STORES = (
    ("i32.store", "i32", "i32", 4),
    ("i64.store", "i64", "i64", 8),
    ("f32.store", "float", "float", 4),
    ("f64.store", "double", "double", 8),
    ("i32.store8", "i32", "i8", 1),
    ("i32.store16", "i32", "i16", 2),
    ("i64.store8", "i64", "i8", 1),
    ("i64.store16", "i64", "i16", 2),
    ("i64.store32", "i64", "i32", 4),
)


def _loader(memory_type: str, extension: str, value_type: str, access_bytes: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        value = load(f, memory_type, address(f, imm, access_bytes))
        if extension:
            value = f.emit(f"{extension} {memory_type} {value} to {value_type}")
        f.stack.append(value)

    return lower


def _storer(value_type: str, memory_type: str, access_bytes: int) -> Handler:
    def lower(f: Emitter, imm: tuple[int, ...]) -> None:
        value = f.pop()
        pointer = address(f, imm, access_bytes)
        if value_type != memory_type:
            value = f.emit(f"trunc {value_type} {value} to {memory_type}")
        store(f, memory_type, value, pointer)

    return lower


for _mnemonic, _in_memory, _extension, _type, _bytes in _LOADS:
    bind(_mnemonic, _loader(_in_memory, _extension, _type, _bytes))
for _mnemonic, _type, _in_memory, _bytes in _STORES:
    bind(_mnemonic, _storer(_type, _in_memory, _bytes))


# --- size and bulk


@lowers("memory.size")
def lower_memory_size(f: Emitter, memidx: int) -> None:
    """Length in pages."""
    memory = f.module.memories[memidx]
    push_size(f, memory.address, f.emit(f"lshr i64 {length(f, memidx)}, {memory.page_size_log2}"))


@lowers("memory.grow")
def lower_memory_grow(f: Emitter, memidx: int) -> None:
    """The runtime grows it; -1 where it can't."""
    type = f.module.memories[memidx].address
    old = f.libcall(Libcall.MEMORY_GROW, str(memidx), pop_address(f, type))
    raise_if_pending(f, old)
    push_size(f, type, old)


def raise_if_pending(f: Emitter, result: str) -> None:
    """Trap if a libcall that has results of its own says that Python raised (libcalls.RAISED)."""
    raised = f.emit(f"icmp eq i64 {result}, -9223372036854775808")
    f.trap_if(raised, TrapCode.HOST_EXCEPTION)


def _literal(value: int) -> str:
    """An unsigned 64-bit number as LLVM writes it, signed."""
    return str(value - (value >> 63 << 64))


def _checked_range(f: Emitter, memidx: int, start: str, count: str) -> str:
    """Pointer to `count` (i64) bytes at `start` (i64), all of them in bounds; checked in either mode."""
    if f.module.memories[memidx].address is I64:
        size = length(f, memidx)
        f.trap_if(f.emit(f"icmp ugt i64 {count}, {size}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
        last = f.emit(f"sub nuw i64 {size}, {count}")
        f.trap_if(f.emit(f"icmp ugt i64 {start}, {last}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
    else:
        end = f.emit(f"add nuw nsw i64 {start}, {count}")
        f.trap_if(f.emit(f"icmp ugt i64 {end}, {length(f, memidx)}"), TrapCode.MEMORY_OUT_OF_BOUNDS)
    return f.emit(f"getelementptr i8, ptr {memory_base(f, memidx)}, i64 {start}")


@lowers("memory.fill")
def lower_memory_fill(f: Emitter, memidx: int) -> None:
    """Bounds first, then memset."""
    type = f.module.memories[memidx].address
    count, value, start = pop_address(f, type), f.pop(), pop_address(f, type)
    pointer = _checked_range(f, memidx, start, count)
    byte = f.emit(f"trunc i32 {value} to i8")
    shared = str(f.module.memories[memidx].shared).lower()  # volatile, as single accesses are
    f.declare("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    f.line(f"call void @llvm.memset.p0.i64(ptr {pointer}, i8 {byte}, i64 {count}, i1 {shared}){f.location()}")


@lowers("memory.copy")
def lower_memory_copy(f: Emitter, memidxs: tuple[int, int]) -> None:
    """Bounds of both ranges first, then memmove.

    It is volatile because LLVM 22 drops a memmove within what a memset has filled although its source may end behind
    that (llvm-project pull request 206451). It costs nothing: short copies become moves all the same.
    """
    types = [f.module.memories[memidx].address for memidx in memidxs]
    count = pop_address(f, I64 if types == [I64, I64] else I32)
    source, destination = pop_address(f, types[1]), pop_address(f, types[0])
    to = _checked_range(f, memidxs[0], destination, count)
    frm = _checked_range(f, memidxs[1], source, count)
    f.declare("declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)")
    f.line(f"call void @llvm.memmove.p0.p0.i64(ptr {to}, ptr {frm}, i64 {count}, i1 true){f.location()}")


@lowers("memory.init")
def lower_memory_init(f: Emitter, imm: tuple[int, int]) -> None:
    """By the runtime: it happens once, at start-up."""
    count, source = f.widen(f.pop()), f.widen(f.pop())
    destination = pop_address(f, f.module.memories[imm[1]].address)
    f.trap_if_status(f.libcall(Libcall.MEMORY_INIT, str(imm[1]), str(imm[0]), destination, source, count))


@lowers("data.drop")
def lower_data_drop(f: Emitter, dataidx: int) -> None:
    """By the runtime."""
    f.trap_if_status(f.libcall(Libcall.DATA_DROP, str(dataidx)))
