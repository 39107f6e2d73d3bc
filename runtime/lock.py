"""The lock of a store, which calls by native code take too: it is words of the StoreHeader (abi.layout).

They are changed by native code that holds the GIL, so each change is one step for everybody else. Python comes in only
to wait, and to wake those who wait.
"""

from __future__ import annotations

from _thread import LockType, RLock, allocate_lock
from types import TracebackType

from wasmjit.abi.layout import STORE_OWNER, STORE_WAITERS
from wasmjit.light import TYPE_CHECKING, Protocol, cache, deque
from wasmjit.runtime.capi import FASTCALL, NOARGS, Method, native_type
from wasmjit.runtime.raw import Block, write_word

if TYPE_CHECKING:
    from wasmjit.abi.native import DirectCalls


_OWNER, _WAITERS = STORE_OWNER // 8, STORE_WAITERS // 8
_LONGEST_WAIT_S = 0.1  # whatever happens to those who should wake us


class StoreLock(Protocol):
    """A lock that its owner may take again."""

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...

    def try_acquire(self) -> bool:
        """Take it unless another thread has it; whether it was taken."""

    def release(self) -> object:
        """Give it back, as often as it was taken."""


class _Waiting:
    """The threads that wait for a lock."""

    __slots__ = ("_queue", "_words")

    def __init__(self, words: memoryview) -> None:
        self._words = words
        self._queue: deque[LockType] = deque()

    def wait(self) -> None:
        """Return when the lock may be free."""
        signal = allocate_lock()
        signal.acquire()
        self._queue.append(signal)
        self._words[_WAITERS] = 1
        if self._words[_OWNER]:
            signal.acquire(timeout=_LONGEST_WAIT_S)

    def wake(self) -> None:
        """Let all try again."""
        self._words[_WAITERS] = 0
        while self._queue:
            self._queue.popleft().release()


class _LockParts:
    """What a native lock keeps alive."""

    __slots__ = ("kept",)

    kept: tuple[object, ...]


@cache
def _lock_type(direct: DirectCalls) -> tuple[type[_LockParts], int]:
    methods = (
        Method("__enter__", direct.address("lock_enter"), NOARGS, "Take it, waiting for it."),
        Method("__exit__", direct.address("lock_exit"), FASTCALL, "Give it back."),
        Method("try_acquire", direct.address("lock_try"), NOARGS, "Take it unless another thread has it."),
        Method("release", direct.address("lock_release"), NOARGS, "Give it back."),
    )
    made, offset = native_type(_LockParts, 24, {}, methods=methods)
    direct.set_offset("lock", offset)
    return made, offset


def store_lock(header: Block, direct: DirectCalls | None) -> StoreLock:
    """The lock of the store with that header."""
    if direct is None:
        return _RLock()
    kind, offset = _lock_type(direct)
    lock = kind()
    waiting = _Waiting(header.words)
    wait, wake = waiting.wait, waiting.wake
    lock.kept = (header, wait, wake)
    for index, word in enumerate((header.address, id(wait), id(wake))):
        write_word(id(lock) + offset + 8 * index, word)
    return lock  # type: ignore[return-value]


class _RLock:
    """A store's lock where native code does not take it."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> object:
        return self._lock.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._lock.__exit__(kind, error, trace)

    def try_acquire(self) -> bool:
        """See StoreLock."""
        return self._lock.acquire(blocking=False)

    def release(self) -> None:
        """See StoreLock."""
        self._lock.release()
