import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from wasmjit import Engine, Instance, Module, Store, Trap

SUM = """(module (import "" "tick" (func $tick)) (memory 1)
  (func (export "sum") (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (call $tick)
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "trap") (drop (i32.load (i32.const -1)))))"""


@pytest.fixture
def module(engine: Engine) -> Module:
    return Module(engine, SUM)


def in_threads(count: int, run: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


def test_instances_run_at_once(engine: Engine, module: Module) -> None:
    """Each waits, inside wasm, until all are there: that works only if none waits for another's end."""
    barrier = threading.Barrier(4, timeout=60)
    first = threading.local()

    def tick() -> None:
        if not hasattr(first, "done"):
            first.done = True
            barrier.wait()

    def run() -> object:
        return Instance(Store(engine), module, {"": {"tick": tick}}).sum(100)

    assert in_threads(4, run) == [5050] * 4


def test_one_store_serves_threads_in_turn(store: Store, module: Module) -> None:
    instance = Instance(store, module, {"": {"tick": lambda: None}})
    assert (
        in_threads(4, lambda: [instance.sum(n) for n in range(1, 50)]) == [[n * (n + 1) // 2 for n in range(1, 50)]] * 4
    )


def test_traps_stay_in_their_thread(engine: Engine, module: Module) -> None:
    def run() -> object:
        instance = Instance(Store(engine), module, {"": {"tick": lambda: None}})
        for _ in range(50):
            with pytest.raises(Trap, match="out of bounds memory access"):
                instance.trap()
        return instance.sum(3)

    assert in_threads(4, run) == [6] * 4


def test_modules_can_be_compiled_at_once(engine: Engine) -> None:
    def run() -> object:
        return Instance(Store(engine), Module(engine, SUM), {"": {"tick": lambda: None}}).sum(10)

    assert in_threads(4, run) == [55] * 4
