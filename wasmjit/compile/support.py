"""Native support: the code that every module shares, loaded once a process (implements `abi.native.NativeSupport`)."""

from __future__ import annotations

import ctypes
from _thread import RLock, allocate_lock
from itertools import takewhile

from wasmjit.abi.libcalls import Libcall
from wasmjit.compile.arena import process_arena, support_arena
from wasmjit.compile.cached import cached_image
from wasmjit.compile.direct import DirectSupport, has_usual_objects
from wasmjit.compile.image import LoadedImage
from wasmjit.compile.platform import Platform, current_platform
from wasmjit.compile.platform.description import GATE_BYTES
from wasmjit.compile.process_symbols import process_symbol
from wasmjit.compile.stubs import StubTable
from wasmjit.compile.symbols import (
    MAX_PREVIOUS,
    builtin_symbol,
    enter_symbol,
    host_symbol,
    is_direct,
    thunk_symbol,
)
from wasmjit.compile.unwinder import process_unwinder
from wasmjit.errors import InternalError
from wasmjit.light import Callable, Iterable

_OPT = "0"  # a quarter of the time of "1" to make, and no slower to run: calls are all there is
_LIBCALLS = {
    Libcall.TRAP: "wj_trap",
    Libcall.EXTERN_STORE: "wj_extern_store",
    Libcall.THROW: "wj_throw",
    Libcall.THROW_AGAIN: "wj_throw_again",
    Libcall.EXN_NEW: "wj_exn_new",
    Libcall.EXN_DROP: "wj_exn_drop",
    Libcall.GC_STRUCT: "wj_gc_struct",
    Libcall.GC_ARRAY: "wj_gc_array",
    Libcall.GC_FILL: "wj_gc_fill",
    Libcall.GC_HOLD_ALL: "wj_gc_hold_all",
    Libcall.GC_HOLD_EXNS: "wj_gc_hold_exns",
}

_libc = ctypes.CDLL(None, use_errno=True)


def compile_support() -> bytes | memoryview:
    """The image of the support code. It holds no addresses: any process on such a machine can load it."""
    return cached_image("support", _support_ir, _OPT)


def compile_python_support() -> bytes | memoryview:
    """The image of the code that calls Python's C API; it refers to the support code."""
    return cached_image("python", _python_ir, _OPT)


def compile_heap_support() -> bytes | memoryview:
    """The image of the allocator and the collector; it refers to the support code."""
    return cached_image("heap", _heap_ir, "2")


def compile_trampolines(symbols: Iterable[str]) -> bytes | memoryview:
    """An image with the trampolines of those names; it refers to the support code."""
    names = list(symbols)
    return cached_image(" ".join(["trampolines", *names]), lambda: _trampolines_ir(names), _OPT)


# The modules that know the IR are needed only where there is nothing in the cache.


def _support_ir() -> str:
    from wasmjit.compile.support_ir import support_ir

    return support_ir(current_platform())


def _python_ir() -> str:
    from wasmjit.compile.python_ir import python_ir

    return python_ir(current_platform())


def _heap_ir() -> str:
    from wasmjit.compile.gc_ir import gc_ir

    return gc_ir(current_platform())


def _trampolines_ir(symbols: Iterable[str]) -> str:
    from wasmjit.compile.trampolines import trampolines_ir

    return trampolines_ir(symbols, current_platform())


class Support:
    """The support code of this process, and its trampolines, made when first asked for and then kept."""

    def __init__(self) -> None:
        self._platform = current_platform()
        self._objects: list[LoadedImage] = []
        self._observer: Callable[[LoadedImage], None] | None = None
        self._symbols: dict[str, int] = {}
        self._lock = RLock()
        self._load(compile_support())
        self._set_variables()
        self._handlers = _SignalHandlers(self._platform, self._symbols)
        self.direct: DirectSupport | None = self._make_direct() if has_usual_objects() else None
        is_installed = ctypes.PYFUNCTYPE(ctypes.c_int32)(self._symbols["wj_installed"])
        self._is_installed: Callable[[], int] = is_installed
        word = ctypes.c_uint64
        self._copy_segments = ctypes.PYFUNCTYPE(word, *[word] * 8)(self._symbols["wj_copy_segments"])
        self._add_words = ctypes.PYFUNCTYPE(None, *[word] * 4)(self._symbols["wj_add_words"])

    def _load(self, data: bytes | memoryview) -> None:
        obj = LoadedImage(data, self._resolve, arena=support_arena())
        self._objects.append(obj)
        self._symbols.update(obj.symbols)
        if self._observer is not None:
            self._observer(obj)

    def observe(self, observer: Callable[[LoadedImage], None]) -> None:
        """Have a function called with each object, those that are loaded already first."""
        with self._lock:
            for obj in self._objects:
                observer(obj)
            self._observer = observer

    def _set_variables(self) -> None:
        arena = process_arena()
        bounds = (ctypes.c_uint64 * 2).from_address(self._symbols["wj_arena"])
        bounds[:] = [arena.start, arena.size]
        unwinder = process_unwinder(process_arena)
        for name, value in (("wj_unwind_pages", unwinder.pages), ("wj_unwind_fill", unwinder.fill_address)):
            ctypes.c_uint64.from_address(self._symbols[name]).value = value
        for name, destructor in (("wj_key", "wj_detach"), ("wj_chain_key", None)):
            key = ctypes.c_uint32.from_address(self._symbols[name])
            called = ctypes.c_void_p(self._symbols[destructor]) if destructor else None
            if _libc.pthread_key_create(ctypes.byref(key), called):
                raise InternalError("no thread-specific storage is left in this process")

    def _make_direct(self) -> DirectSupport:
        self._load(compile_python_support())
        direct = DirectSupport(self._symbols, self._symbol)
        direct.set_reinstall(self.install_signal_handlers)
        return direct

    def prepare(self, exported: Iterable[str], imported: Iterable[str] = ()) -> None:
        """Make what calls with these signature keys need at once, which is cheaper than one by one."""
        direct = self.direct is not None
        symbols = [builtin_symbol(key) if direct and is_direct(key) else enter_symbol(key) for key in exported]
        symbols += [host_symbol(key) if direct and is_direct(key) else thunk_symbol(key) for key in imported]
        self._make(symbols)

    def _make(self, symbols: Iterable[str]) -> None:
        with self._lock:
            missing = [symbol for symbol in dict.fromkeys(symbols) if symbol not in self._symbols]
            if missing:
                self._load(compile_trampolines(missing))

    def _resolve(self, name: str) -> int:
        address = self._symbols.get(name)
        return process_symbol(name) if address is None else address

    def enter(self, key: str) -> int:
        """Address of the `enter` trampoline for a signature key."""
        return self._symbol(enter_symbol(key))

    def thunk(self, key: str) -> int:
        """Address of the host thunk for a signature key."""
        return self._symbol(thunk_symbol(key))

    def _symbol(self, name: str) -> int:
        address = self._symbols.get(name)
        if address is None:
            self._make([name])
            address = self._symbols[name]
        return address

    def set_dispatch(self, address: int) -> None:
        """Set the C function `i32 (ptr host context, ptr buffer)` that host thunks call."""
        ctypes.c_uint64.from_address(self._symbols["wj_dispatch"]).value = address

    def set_lazy_handler(self, address: int) -> None:
        """Set the C function `i64 (i64 slots, i64 index)` that gives a function its code when it is first called."""
        ctypes.c_uint64.from_address(self._symbols["wj_lazy_handler"]).value = address

    def stub_table(self, slots: int, count: int) -> StubTable:
        """Stubs for the functions whose slots are at an address."""
        gate = ctypes.string_at(self._symbols["wj_gate"], GATE_BYTES)
        return StubTable(gate, slots, self._symbols["wj_lazy"], count)

    def libcall(self, index: int) -> int:
        """Address of a native libcall."""
        return self._symbols[_LIBCALLS[Libcall(index)]]

    def heap_function(self, name: str) -> int:
        """Address of a function of the allocator and collector, which come with the first call of this."""
        symbol = f"wj_gc_{name}"
        with self._lock:
            if symbol not in self._symbols:
                self._load(compile_heap_support())
        return self._symbols[symbol]

    def copy_segments(
        self, memory: int, length: int, source: int, columns: tuple[int, int, int], first: int, last: int
    ) -> int:
        """Copy data segments into a memory; the index of the first that does not fit, or `last`."""
        index: int = self._copy_segments(memory, length, source, *columns, first, last)
        return index

    def add_words(self, address: int, count: int, stride: int, addend: int) -> None:
        """Add to `count` words from an address on, each `stride` words after the one before."""
        self._add_words(address, count, stride, addend)

    def install_signal_handlers(self) -> None:
        """Put our handlers for memory faults in front; cheap if they are there."""
        if not self._is_installed():
            with self._lock:
                self._handlers.install()


class _SignalHandlers:
    """Installs the handler, and keeps what it replaces where the handler looks for it (fault_ir.py)."""

    def __init__(self, platform: Platform, symbols: dict[str, int]) -> None:
        self._platform = platform
        self._ours = symbols["wj_handler"]
        self._actions = symbols["wj_previous"]
        self._counts = (ctypes.c_int64 * 2).from_address(symbols["wj_previous_count"])
        self._sigaction = _libc.sigaction
        self._sigaction.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)

    def install(self) -> None:
        """Replace whatever is installed, unless it is ours."""
        for index, signal in enumerate((self._platform.sigsegv, self._platform.sigbus)):
            old = self._swap(signal)
            if self._handler(old) != self._ours:
                self._remember(index, old)

    def _swap(self, signal: int) -> bytearray:
        p = self._platform
        new, old = bytearray(p.action_bytes), bytearray(p.action_bytes)
        new[p.action_handler : p.action_handler + 8] = self._ours.to_bytes(8, "little")
        flags = p.sa_siginfo | p.sa_onstack | p.sa_nodefer
        new[p.action_flags : p.action_flags + 4] = flags.to_bytes(4, "little")
        buffer = ctypes.c_char * p.action_bytes
        if self._sigaction(signal, buffer.from_buffer(new), buffer.from_buffer(old)):
            raise InternalError(f"the handler of signal {signal} cannot be installed")
        return old

    def _handler(self, action: bytes | bytearray) -> int:
        start = self._platform.action_handler
        return int.from_bytes(action[start : start + 8], "little")

    def _remember(self, index: int, action: bytearray) -> None:
        """Put an action on top of those of its signal; it replaces itself, and a full list loses its second oldest."""
        size = self._platform.action_bytes
        base = self._actions + index * MAX_PREVIOUS * size
        count = self._counts[index]
        known = [ctypes.string_at(base + i * size, size) for i in range(count)]
        kept = [old for old in known if self._handler(old) != self._handler(action)]
        if len(kept) == MAX_PREVIOUS:
            del kept[1]
        kept.append(bytes(action))
        # A signal may come at any moment. While the list is rewritten it is cut to the part that stays the same.
        same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(known, kept, strict=False))))
        self._counts[index] = same
        ctypes.memmove(base, b"".join(kept), size * len(kept))
        self._counts[index] = len(kept)


_support: Support | None = None
_support_lock = allocate_lock()


def native_support() -> Support:
    """The support code of this process, made at the first call.

    It is never unloaded: the signal handler may be called as long as the process lives.
    """
    global _support
    with _support_lock:
        if _support is None:
            _support = Support()
        return _support
