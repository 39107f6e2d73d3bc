"""sched_yield."""

from __future__ import annotations

import os

from wasmjit.runtime.wasi.registry import wasi
from wasmjit.runtime.wasi.state import State


@wasi("sched_yield", "-> i32", memory=False)
def sched_yield(state: State) -> None:
    """Let other threads run. It does not fail."""
    os.sched_yield()
