"""Objects of the heap: allocation, access to fields and elements, barriers (abi/gc.py)."""

from __future__ import annotations

from wasmjit.abi import gc, layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import INVARIANT, UNLIKELY, Emitter
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.wasm.types import EXN, I8, I16, RefType, ValType, may_be_host

FIELD_ACCESS, HEADER_ACCESS, HEAP_ACCESS = ", !tbaa !900004", ", !tbaa !900006", ", !tbaa !900008"
HEAP_METADATA = """\
!900003 = !{!"field", !3, i64 0}
!900004 = !{!900003, !900003, i64 0}
!900005 = !{!"header", !3, i64 0}
!900006 = !{!900005, !900005, i64 0}
!900007 = !{!"heap", !3, i64 0}
!900008 = !{!900007, !900007, i64 0}
"""
"""Numbered far from all others, so that these stay as they are in functions without objects."""

_PACKED = {I8: "i8", I16: "i16"}


def native(f: Emitter, index: Libcall) -> str:
    """The code of a native libcall."""
    table = f.hoisted("%libcalls", layout.VMCTX_LIBCALLS)
    pointer = f.emit(f"getelementptr i8, ptr {table}, i64 {8 * index}")
    return f.emit(f"load ptr, ptr {pointer}{INVARIANT}")


def not_null(f: Emitter, reference: str, code: TrapCode) -> str:
    """The reference, once it has been found not to be null."""
    f.trap_if(f.emit(f"icmp eq ptr {reference}, null"), code)
    return reference


def storage_type(type: ValType) -> str:
    """LLVM's type for a field, packed or not."""
    return _PACKED.get(type) or LLVM_TYPE[type]


def load_field(f: Emitter, type: ValType, pointer: str, extension: str = "") -> None:
    """Push a field or element; `extension` is zext or sext for packed ones."""
    llvm = storage_type(type)
    value = f.emit(f"load {llvm}, ptr {pointer}, align {min(gc.field_bytes(type), 8)}{FIELD_ACCESS}")
    f.push(f.emit(f"{extension} {llvm} {value} to i32") if extension else value)


def store_field(f: Emitter, type: ValType, value: str, pointer: str) -> None:
    """Set a field or element. An object of the host that goes into the heap is kept by it."""
    llvm = storage_type(type)
    if type in _PACKED:
        value = f.emit(f"trunc i32 {value} to {llvm}")
    f.line(f"store {llvm} {value}, ptr {pointer}, align {min(gc.field_bytes(type), 8)}{FIELD_ACCESS}")
    if value != "null":
        hold(f, type, pointer, "1")


def hold(f: Emitter, type: ValType, pointer: str, count: str) -> None:
    """Tell the runtime that values have gone into the heap, if they may be objects of the host or exceptions."""
    if may_be_host(type):
        f.line(f"call void {native(f, Libcall.GC_HOLD_ALL)}(ptr {pointer}, i64 {count})")
    elif is_exn(type):
        f.line(f"call void {native(f, Libcall.GC_HOLD_EXNS)}(ptr {pointer}, i64 {count})")


def is_exn(type: ValType) -> bool:
    """Whether values of the type are exceptions."""
    return isinstance(type, RefType) and type.heap is EXN


def field_pointer(f: Emitter, reference: str, offset: int) -> str:
    """Pointer into an object."""
    return f.emit(f"getelementptr i8, ptr {reference}, i64 {offset}")


# --- allocation


class Allocation:
    """An object that is being made: `pointer` is where; `finish` makes it one, once its header and fields are set.

    The cursor moves last: code can be stopped anywhere, and what is below the cursor counts as an object.
    """

    def __init__(self, f: Emitter, info: str, size_bytes: int) -> None:
        self._f = f
        self._info = f.emit(f"inttoptr i64 {info} to ptr")
        self._size = size_bytes
        if size_bytes > gc.MAX_SMALL_BYTES:
            self.pointer, self._cursor_pointer, self._cursor = self._call(), "", ""
        else:
            self._allocate(gc.class_of(size_bytes))

    def _call(self) -> str:
        f = self._f
        code = native(f, Libcall.GC_STRUCT)
        return f.emit(f"call ptr {code}(ptr %c, ptr {self._info}, i64 {self._size}){f.location()}")

    def _allocate(self, index: int) -> None:
        f = self._f
        store = f.hoisted("%store", layout.VMCTX_STORE)
        heap = f.hoisted("%heap", layout.STORE_HEAP, store)
        offset = gc.HEAP_CLASSES + gc.CLASS_BYTES * index
        self._cursor_pointer = f.emit(f"getelementptr i8, ptr {heap}, i64 {offset + gc.CLASS_CURSOR}")
        limit_pointer = f.emit(f"getelementptr i8, ptr {heap}, i64 {offset + gc.CLASS_LIMIT}")
        cursor = f.emit(f"load ptr, ptr {self._cursor_pointer}, align 8{HEAP_ACCESS}")
        limit = f.emit(f"load ptr, ptr {limit_pointer}, align 8{HEAP_ACCESS}")
        after = f.emit(f"getelementptr i8, ptr {cursor}, i64 {gc.CLASS_SIZES[index]}")
        full = f.emit(f"icmp ugt ptr {after}, {limit}")
        slow, join, before = f.new_block(), f.new_block(), f.block
        f.line(f"br i1 {full}, label %{slow}, label %{join}{UNLIKELY}")
        f.start_block(slow)
        made = self._call()
        moved = f.emit(f"load ptr, ptr {self._cursor_pointer}, align 8{HEAP_ACCESS}")
        f.line(f"br label %{join}")
        f.start_block(join)
        self.pointer = f.emit(f"phi ptr [{cursor}, %{before}], [{made}, %{slow}]")
        self._cursor = f.emit(f"phi ptr [{after}, %{before}], [{moved}, %{slow}]")
        f.line(f"store ptr {self._info}, ptr {self.pointer}, align 8{HEADER_ACCESS}")

    def finish(self) -> None:
        """Push the object."""
        f = self._f
        if self._cursor:
            f.line('fence syncscope("singlethread") seq_cst')
            f.line(f"store ptr {self._cursor}, ptr {self._cursor_pointer}, align 8{HEAP_ACCESS}")
        f.push(self.pointer)
