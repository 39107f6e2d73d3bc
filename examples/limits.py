"""A plugin host that grants its plugins only so much: time, fuel, memory and stack.

usage: pip install wasmjit[wat]; python examples/limits.py
"""

from __future__ import annotations

import wasmjit

FUEL = 1_000_000
LIMITS = wasmjit.StoreLimits(memory_bytes=1 << 20, instances=1, memories=1, tables=1)

MISBEHAVING = """(module
    (memory (export "memory") 1)
    (func (export "run_forever") (loop (br 0)))
    (func $recurse (export "recurse") (call $recurse))
    (func (export "take_memory") (result i32)
        (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
        (memory.size)))"""


class Sandbox:
    """A plugin with limits. It can be used again after it has gone over one."""

    def __init__(self, text: str, fuel: bool = False) -> None:
        engine = wasmjit.Engine(max_stack_bytes=512 << 10, fuel=fuel)
        self._store = wasmjit.Store(engine, limits=LIMITS)
        self._plugin = wasmjit.load(text, store=self._store)
        self._fueled = fuel

    def call(self, name: str, timeout: float = 0.1) -> str:
        """What becomes of a call."""
        if self._fueled:
            self._store.fuel = FUEL
        try:
            return f"returned {self._plugin[name](timeout=timeout)}"
        except wasmjit.CallTimeout:
            return f"took more than {timeout} s"
        except wasmjit.FuelExhausted:
            return f"took more than {FUEL:,} instructions"
        except wasmjit.ExhaustionError:
            return "used up its stack"


def main() -> None:
    """Call plugins that misbehave, by the clock and by counted instructions."""
    by_time = Sandbox(MISBEHAVING)
    for name in ("run_forever", "recurse", "take_memory"):
        print(f"{name}: {by_time.call(name)}")
    by_fuel = Sandbox(MISBEHAVING, fuel=True)
    print(f"run_forever with fuel: {by_fuel.call('run_forever', timeout=60)}")
    try:
        Sandbox("(module (memory 17))")
    except wasmjit.LimitError as error:
        print(f"too large to begin with: {error}")


if __name__ == "__main__":
    main()
