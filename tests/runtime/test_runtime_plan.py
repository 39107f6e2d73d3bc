"""What is computed once for a module."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

from wasmjit.abi.native import NativeSupport
from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.compile.driver import compile_module
from wasmjit.config import Config
from wasmjit.runtime.lazy import _natives
from wasmjit.runtime.plan import plan_for


def test_a_thread_gets_no_plan_that_is_not_complete() -> None:
    module = decode_module(wat_to_wasm("(module (func))"))
    native = compile_module(module, Config(opt="0"))
    preparing, go_on = threading.Event(), threading.Event()
    found: list[bool] = []

    def prepare(*keys: Any) -> None:
        preparing.set()
        go_on.wait(20)

    def find() -> None:
        plan_for(module, native, cast(NativeSupport, SimpleNamespace(prepare=prepare)))
        found.append(_natives.find(native.slots_address) is native)

    threads = [threading.Thread(target=find) for _ in range(2)]
    threads[0].start()
    preparing.wait(20)
    threads[1].start()
    threads[1].join(0.1)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert found == [True, True]
