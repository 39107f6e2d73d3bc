"""Calls that are awaited: wasm runs in a thread of its own, and host functions may be coroutines of the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar, copy_context
from typing import Any

from wasmjit.runtime.store import Store

_call: ContextVar[_Call | None] = ContextVar("wasmjit_call", default=None)
_stores: ContextVar[tuple[Store, ...]] = ContextVar("wasmjit_stores", default=())

_RETRY_S = 0.01


async def call_async(store: Store, apply: Callable[..., Any], args: tuple[Any, ...], timeout: float | None) -> Any:
    """Call a function in another thread, and await its result.

    If the task is cancelled, the guest is interrupted, and a coroutine that it waits for cancelled.
    """
    if store in _stores.get():
        raise RuntimeError("the store is busy with the very call that this one is made by")
    call = _Call(asyncio.get_running_loop(), store)
    context = copy_context()
    thread = threading.Thread(target=context.run, args=(call.run, apply, args, timeout), daemon=True)
    thread.start()
    try:
        return await asyncio.shield(call.done)
    except asyncio.CancelledError:
        await call.stop()
        raise


class _Call:
    """One call under way."""

    def __init__(self, loop: asyncio.AbstractEventLoop, store: Store) -> None:
        self._loop = loop
        self._store = store
        self._thread: int | None = None
        self._awaited: Future[object] | None = None
        self.done: asyncio.Future[Any] = loop.create_future()

    def run(self, apply: Callable[..., Any], args: tuple[Any, ...], timeout: float | None) -> None:
        """What the thread does."""
        _call.set(self)
        _stores.set((*_stores.get(), self._store))
        self._thread = self._store.this_thread()
        try:
            result = apply(*args, timeout=timeout)
        except BaseException as error:
            self._post(self._fail, error)
        else:
            self._post(self._succeed, result)

    def _post(self, report: Callable[[Any], None], value: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(report, value)

    def wait_for(self, coroutine: Coroutine[Any, Any, object]) -> object:
        """Let the loop run a coroutine that the guest has called; its result."""
        self._awaited = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return self._awaited.result()
        finally:
            self._awaited = None

    def _succeed(self, result: Any) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def _fail(self, error: BaseException) -> None:
        if not self.done.done():
            # a future takes no StopIteration, and a loop does not survive these two
            if isinstance(error, StopIteration | KeyboardInterrupt | SystemExit):
                wrapped = RuntimeError(f"the guest's call raised {type(error).__name__}")
                wrapped.__cause__ = error
                error = wrapped
            self.done.set_exception(error)

    async def stop(self) -> None:
        """Interrupt the guest, and wait for the thread."""
        while not self.done.done():
            if self._awaited is not None:
                self._awaited.cancel()
            if self._thread is not None:
                self._store.interrupt(self._thread)
            await asyncio.wait({self.done}, timeout=_RETRY_S)
        if not self.done.cancelled():
            self.done.exception()  # it has been looked at


def awaited(callable: Callable[..., Any]) -> Callable[..., object]:
    """A coroutine function as a host function: wasm waits, the event loop of `call_async` runs it."""

    def call(*args: object) -> object:
        running = _call.get()
        if running is None:
            raise RuntimeError(f"{getattr(callable, '__name__', 'a coroutine')} needs a guest that runs by call_async")
        return running.wait_for(callable(*args))

    call.__name__ = getattr(callable, "__name__", "call")
    return call
