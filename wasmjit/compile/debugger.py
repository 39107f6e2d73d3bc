"""Machine code as debuggers see it: GDB's interface for just-in-time compilers ("JIT Compilation Interface").

A debugger puts a breakpoint on the function `__jit_debug_register_code` and reads what `__jit_debug_descriptor` leads
to: a list of object files in memory. It looks for both by name in the libraries of the process. None need have them:
so we load a library of our own that has them and nothing else, out of memory.

The object files have the names of functions, and tell how to get from a frame to its caller.
"""

from __future__ import annotations

import ctypes
import os
import struct
import threading
import weakref
from collections import deque
from collections.abc import Iterable, Sequence

from wasmjit.compile.elf import SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, STT_FUNC
from wasmjit.compile.elf_write import (
    ET_DYN,
    ET_EXEC,
    HEADERS_BYTES,
    PF_EXECUTE,
    PF_READ,
    PF_WRITE,
    PT_DYNAMIC,
    PT_GNU_STACK,
    PT_LOAD,
    SEGMENT_BYTES,
    SHT_DYNAMIC,
    SHT_DYNSYM,
    SHT_HASH,
    SHT_NOBITS,
    SHT_PROGBITS,
    SHT_STRTAB,
    SHT_SYMTAB,
    STT_OBJECT,
    NewSection,
    NewSymbol,
    Segment,
    symbol_tables,
    write_elf,
)
from wasmjit.compile.frame_info import Frame, frame_section
from wasmjit.compile.platform import Platform, current_platform

Function = tuple[int, int, str]
"""Address, size in bytes, name."""

REGISTER_FUNCTION = "__jit_debug_register_code"
DESCRIPTOR = "__jit_debug_descriptor"

_DESCRIPTOR = struct.Struct("<IIQQ")  # version, action, relevant entry, first entry
_ENTRY = struct.Struct("<QQQQ")  # next, previous, address and size of the file
_REGISTER, _UNREGISTER = 1, 2

_RETURN = {62: b"\xc3", 183: b"\xc0\x03\x5f\xd6"}  # by e_machine
_PAGE_BYTES = 64 << 10  # the largest there is
_DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SYMENT = 4, 5, 6, 10, 11
_SYMBOL_BYTES = 24


def code_file(
    start: int, size: int, functions: Iterable[Function], frames: Sequence[Frame], platform: Platform
) -> bytes:
    """An object file about code that is in memory already."""
    symbols, strings = symbol_tables(NewSymbol(name, address, size, 1) for address, size, name in functions)
    sections = [
        NewSection(".text", SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, start, size=size),
        NewSection(".symtab", SHT_SYMTAB, data=symbols, link=3, info=1, entry_bytes=_SYMBOL_BYTES),
        NewSection(".strtab", SHT_STRTAB, data=strings),
        NewSection(".debug_frame", SHT_PROGBITS, data=frame_section(frames, platform)),
    ]
    return write_elf(ET_EXEC, platform.elf_machine, sections)


def interface_library(machine: int) -> bytes:
    """A shared library with the two symbols: a function that returns, and a descriptor without entries."""
    code = _RETURN[machine]
    start = HEADERS_BYTES + 4 * SEGMENT_BYTES
    hash = struct.pack("<6I", 1, 3, 1, 0, 2, 0)  # one bucket, with symbols 1 and 2 in its chain
    _, strings = symbol_tables([NewSymbol(REGISTER_FUNCTION, 0, 0, 0), NewSymbol(DESCRIPTOR, 0, 0, 0)])
    hash_at, symbols_at, strings_at, code_at = (start + offset for offset in (0, 32, 128, 256))
    dynamic_at, data_at = _PAGE_BYTES, _PAGE_BYTES + 256
    symbols, _ = symbol_tables(
        [
            NewSymbol(REGISTER_FUNCTION, code_at, len(code), 4, STT_FUNC),
            NewSymbol(DESCRIPTOR, data_at, _DESCRIPTOR.size, 6, STT_OBJECT),
        ]
    )
    tags = (_DT_HASH, hash_at), (_DT_SYMTAB, symbols_at), (_DT_STRTAB, strings_at), (_DT_STRSZ, len(strings))
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in (*tags, (_DT_SYMENT, _SYMBOL_BYTES), (0, 0)))
    data = _DESCRIPTOR.pack(1, 0, 0, 0)
    sections = [
        NewSection(".hash", SHT_HASH, SHF_ALLOC, hash_at, hash, link=2, entry_bytes=4),
        NewSection(".dynsym", SHT_DYNSYM, SHF_ALLOC, symbols_at, symbols, link=3, info=1, entry_bytes=_SYMBOL_BYTES),
        NewSection(".dynstr", SHT_STRTAB, SHF_ALLOC, strings_at, strings),
        NewSection(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, code_at, code),
        NewSection(".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, dynamic_at, dynamic, link=3, entry_bytes=16),
        NewSection(".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data_at, data),
    ]
    segments = [
        Segment(PT_LOAD, PF_READ | PF_EXECUTE, 0, code_at + len(code), _PAGE_BYTES),
        Segment(PT_LOAD, PF_READ | PF_WRITE, dynamic_at, data_at + len(data), _PAGE_BYTES),
        Segment(PT_DYNAMIC, PF_READ | PF_WRITE, dynamic_at, dynamic_at + len(dynamic), 8),
        Segment(PT_GNU_STACK, PF_READ | PF_WRITE, 0, 0, 16),
    ]
    return write_elf(ET_DYN, machine, sections, segments)


class _Entry:
    """An object file in the list of them."""

    def __init__(self, file: bytes) -> None:
        self._file = ctypes.create_string_buffer(file, len(file))
        self._words = (ctypes.c_uint64 * 4)(0, 0, ctypes.addressof(self._file), len(file))
        self.address = ctypes.addressof(self._words)

    def link(self, previous: int, next: int) -> None:
        """Set the neighbours."""
        self._words[0], self._words[1] = next, previous

    @property
    def next(self) -> int:
        """Address of the next entry."""
        return self._words[0]

    @property
    def previous(self) -> int:
        """Address of the entry before."""
        return self._words[1]


class Debugger:
    """The list of object files that a debugger of this process sees, now or when it comes; `problem` is why not."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._gone: deque[int] = deque()  # finalisers add to it, at any point
        self._lock = threading.RLock()
        self._library: ctypes.CDLL | None = None
        self.problem: str | None = None
        try:
            self._load()
        except (OSError, AttributeError) as error:
            self.problem = f"debuggers will not see the code: {error}"

    def _load(self) -> None:
        fd = os.memfd_create("wasmjit-debugger", os.MFD_CLOEXEC)  # stays open: a debugger reads the library from it
        with os.fdopen(os.dup(fd), "wb") as file:
            file.write(interface_library(current_platform().elf_machine))
        library = ctypes.CDLL(f"/proc/{os.getpid()}/fd/{fd}")
        self._descriptor = (ctypes.c_uint64 * 3).in_dll(library, DESCRIPTOR)
        self._register = library[REGISTER_FUNCTION]
        self._library = library

    def add(self, owner: object, file: bytes) -> None:
        """Show an object file as long as `owner` lives."""
        if self._library is None:
            return
        entry = _Entry(file)
        with self._lock:
            self._forget_gone()
            first = self._descriptor[2]
            entry.link(0, first)
            if first:
                known = self._entries[first]
                known.link(entry.address, known.next)
            self._descriptor[2] = entry.address
            self._entries[entry.address] = entry
            self._tell(_REGISTER, entry)
        weakref.finalize(owner, self._gone.append, entry.address).atexit = False

    def _tell(self, action: int, entry: _Entry) -> None:
        self._descriptor[0] = 1 | action << 32
        self._descriptor[1] = entry.address
        self._register()

    def _forget_gone(self) -> None:
        while self._gone:
            entry = self._entries.pop(self._gone.popleft())
            if entry.previous:
                before = self._entries[entry.previous]
                before.link(before.previous, entry.next)
            else:
                self._descriptor[2] = entry.next
            if entry.next:
                after = self._entries[entry.next]
                after.link(entry.previous, after.next)
            self._tell(_UNREGISTER, entry)
