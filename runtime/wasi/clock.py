"""clock_time_get, clock_res_get."""

from __future__ import annotations

from wasmjit.runtime.wasi.memory import U64
from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State


@wasi("clock_res_get", "i32 i32 -> i32")
def clock_res_get(state: State, memory: memoryview, clock: int, resolution: int) -> None:
    """Write the resolution of a clock in ns: 0 real time, 1 monotonic, 2 process CPU, 3 thread CPU time.

    * EINVAL: no such clock
    * EFAULT: `resolution` is outside of memory
    """
    U64.pack_into(memory, resolution, state.clocks.resolution_ns(clock))


@wasi("clock_time_get", "i32 i64 i32 -> i32")
def clock_time_get(state: State, memory: memoryview, clock: int, precision: int, time: int) -> None:
    """Write the time of a clock in ns. `precision`, the lag that would be tolerated, is not needed.

    * EINVAL: no such clock
    * EFAULT: `time` is outside of memory
    """
    U64.pack_into(memory, time, state.clocks.now_ns(clock))
