"""Calls that are awaited, with host functions that are coroutines."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

import wasmjit
from wasmjit import CallTimeout, Trap

WAT = """(module (import "host" "wait" (func $wait (param i32) (result i32)))
  (func (export "twice") (param i32) (result i32)
    (i32.add (call $wait (local.get 0)) (call $wait (i32.add (local.get 0) (i32.const 1)))))
  (func (export "spin") (loop (br 0))) (func (export "trap") unreachable))"""


async def wait(x: int) -> int:
    """A coroutine for the guest to wait for."""
    await asyncio.sleep(0.001)
    return x * 10


def load(host: Any = wait) -> Any:
    return wasmjit.load(WAT, {"host": {"wait": host}}, opt=0)


def test_coroutines_are_host_functions() -> None:
    assert asyncio.run(load().twice.call_async(1)) == 30


def test_guests_run_side_by_side_with_the_loop() -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*(load().twice.call_async(i) for i in range(5)))

    assert asyncio.run(main()) == [10 * i + 10 * (i + 1) for i in range(5)]


def test_errors_arrive() -> None:
    async def fail(x: int) -> int:
        raise LookupError(x)

    with pytest.raises(LookupError):
        asyncio.run(load(fail).twice.call_async(1))
    with pytest.raises(Trap, match="unreachable"):
        asyncio.run(load().trap.call_async())
    with pytest.raises(CallTimeout):
        asyncio.run(load().spin.call_async(timeout=0.02))
    with pytest.raises(TypeError, match="takes 1 argument"):
        asyncio.run(load().twice.call_async())

    def leave(x: int) -> int:
        raise SystemExit(3)

    with pytest.raises(RuntimeError, match="SystemExit"):
        asyncio.run(load(leave).twice.call_async(1))


@pytest.mark.parametrize("name", ["spin", "twice"])
def test_cancelling_stops_the_guest(name: str) -> None:
    states = []

    async def forever(x: int) -> int:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            states.append("cancelled")
            raise
        return 0

    async def main() -> None:
        guest = load(forever)
        call = guest.spin.call_async() if name == "spin" else guest.twice.call_async(1)
        task = asyncio.create_task(call)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert guest.store.interrupt() is False, "nothing runs any more"

    start = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - start < 600
    assert states == ([] if name == "spin" else ["cancelled"])


def test_a_call_that_would_wait_for_itself_is_refused() -> None:
    async def again(x: int) -> int:
        result: int = await guest.twice.call_async(x)
        return result

    guest = load(again)
    with pytest.raises(RuntimeError, match="busy"):
        asyncio.run(guest.twice.call_async(1))


def test_a_coroutine_needs_a_loop() -> None:
    with pytest.raises(RuntimeError, match="wait needs a guest that runs by call_async"):
        load().twice(1)
