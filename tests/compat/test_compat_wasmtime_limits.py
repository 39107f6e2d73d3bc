"""What a store is granted: time by epochs, fuel, memory and the number of things."""

from __future__ import annotations

import threading
from typing import Any

LOOPS = """(module (import "" "" (func $host))
    (func (export "loop") (loop (br 0)))
    (func (export "host") (call $host) (loop (br 0)))
    (func (export "nothing")))"""


class Clocked:
    """A store of an engine with epochs, with the loops in it."""

    def __init__(self, wt: Any, deadline: int | None = None) -> None:
        config = wt.Config()
        config.epoch_interruption = True
        self.wt = wt
        self.engine = wt.Engine(config)
        self.store = wt.Store(self.engine)
        if deadline is not None:
            self.store.set_epoch_deadline(deadline)
        host = wt.Func(self.store, wt.FuncType([], []), self.engine.increment_epoch)
        self.exports = wt.Instance(self.store, wt.Module(self.engine, LOOPS), [host]).exports(self.store)

    def interrupted(self, name: str) -> bool:
        """Whether a function is interrupted."""
        try:
            self.exports[name](self.store)
        except self.wt.Trap as trap:
            assert trap.trap_code is self.wt.TrapCode.INTERRUPT
            assert "wasm trap: interrupt" in str(trap)
            return True
        return False


def test_a_store_without_a_deadline_does_not_run(wt: Any) -> None:
    clocked = Clocked(wt)
    assert clocked.interrupted("nothing")
    clocked.store.set_epoch_deadline(1)
    assert not clocked.interrupted("nothing")


def test_deadlines_pass_and_are_set_anew(wt: Any) -> None:
    clocked = Clocked(wt, deadline=2)
    clocked.engine.increment_epoch()
    assert not clocked.interrupted("nothing")
    clocked.engine.increment_epoch()
    assert clocked.interrupted("nothing")
    assert clocked.interrupted("loop")
    clocked.store.set_epoch_deadline(1)
    assert not clocked.interrupted("nothing")


def test_a_host_function_moves_the_epoch(wt: Any) -> None:
    assert Clocked(wt, deadline=1).interrupted("host")


def test_another_thread_moves_the_epoch(wt: Any) -> None:
    clocked = Clocked(wt, deadline=3)
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.01):
            clocked.engine.increment_epoch()

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        assert clocked.interrupted("loop")
    finally:
        stop.set()
        thread.join()


def test_engines_without_epochs_are_not_interrupted(wt: Any) -> None:
    store = wt.Store()
    store.set_epoch_deadline(0)
    store.engine.increment_epoch()
    instance = wt.Instance(store, wt.Module(store.engine, '(module (func (export "f")))'), [])
    assert instance.exports(store)["f"](store) is None
