"""What a store is granted: time by epochs, fuel, memory and the number of things."""

from __future__ import annotations

import threading
from typing import Any

import pytest

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


# --- fuel


class Fueled:
    """A store of an engine with fuel, with a loop in it."""

    def __init__(self, wt: Any) -> None:
        config = wt.Config()
        config.consume_fuel = True
        self.wt = wt
        self.store = wt.Store(wt.Engine(config))
        text = """(module (func (export "loop") (loop (br 0))) (func (export "nothing"))
            (func (export "count") (param i32)
                (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"""
        self.exports = wt.Instance(self.store, wt.Module(self.store.engine, text), []).exports(self.store)

    def runs_out(self, name: str, *args: int) -> bool:
        """Whether a function uses up the fuel."""
        try:
            self.exports[name](self.store, *args)
        except self.wt.Trap as trap:
            assert trap.trap_code is self.wt.TrapCode.OUT_OF_FUEL
            assert "wasm trap: all fuel consumed by WebAssembly" in str(trap)
            return True
        return False


BRANCHES = """(module (func (export "run") (param i32)
    (block (block (block (br_table 0 1 2 (local.get 0)))
        (drop (i32.add (i32.const 1) (i32.const 2))) (drop (i32.const 3)))
        (drop (i32.const 4)) (return))
    (if (local.get 0) (then (drop (i32.add (i32.const 5) (i32.const 6)))) (else (nop)))
    (block (br_if 0 (local.get 0)) (drop (i32.add (i32.const 7) (i32.const 8))))))"""


def test_only_what_runs_costs_fuel(wt: Any) -> None:
    """Budgets that were found with the package have to do here."""
    fueled = Fueled(wt)
    run = wt.Instance(fueled.store, wt.Module(fueled.store.engine, BRANCHES), []).exports(fueled.store)["run"]
    used = []
    for way in range(3):
        fueled.store.set_fuel(1000)
        run(fueled.store, way)
        used.append(1000 - fueled.store.get_fuel())
    assert used == [8, 4, 10]


def test_there_is_no_fuel_at_first(wt: Any) -> None:
    fueled = Fueled(wt)
    assert fueled.store.get_fuel() == 0
    assert fueled.runs_out("loop")


def test_fuel_is_used_up(wt: Any) -> None:
    fueled = Fueled(wt)
    fueled.store.set_fuel(10000)
    assert not fueled.runs_out("nothing")
    left = fueled.store.get_fuel()
    assert 9990 <= left < 10000
    assert not fueled.runs_out("count", 100)
    assert 300 <= left - fueled.store.get_fuel() <= 1000
    assert fueled.runs_out("loop")
    assert fueled.store.get_fuel() == 0
    fueled.store.set_fuel(100)
    assert not fueled.runs_out("nothing")


def test_fuel_can_be_as_much_as_there_is(wt: Any) -> None:
    fueled = Fueled(wt)
    fueled.store.set_fuel(2**64 - 1)
    assert not fueled.runs_out("nothing")
    assert fueled.store.get_fuel() > 2**62


def test_fuel_needs_a_configuration(wt: Any) -> None:
    for use in (lambda: wt.Store().set_fuel(1), lambda: wt.Store().get_fuel()):
        with pytest.raises(wt.WasmtimeError, match="fuel is not configured in this store"):
            use()


def test_fuel_of_older_versions(ours: Any) -> None:
    fueled = Fueled(ours)
    fueled.store.add_fuel(5)
    fueled.store.add_fuel(6)
    assert fueled.store.get_fuel() == 11
    assert fueled.store.consume_fuel(4) == 7
    assert not fueled.runs_out("nothing")
    assert fueled.store.fuel_consumed() == 5
    fueled.store.set_fuel(1)
    assert fueled.store.fuel_consumed() == 5
    with pytest.raises(ours.WasmtimeError, match="not enough fuel"):
        fueled.store.consume_fuel(2)
    with pytest.raises(ours.WasmtimeError, match="must be between"):
        fueled.store.set_fuel(-1)


# --- memory, and the number of things

OVER = [
    ({"memory_size": 100000}, "(module (memory 2))", "memory minimum size of 2 pages exceeds memory limits"),
    ({"table_elements": 5}, "(module (table 6 funcref))", "table minimum size of 6 elements exceeds table limits"),
    ({"memories": 0}, "(module (memory 1))", "resource limit exceeded: memory count too high at 1"),
    ({"tables": 0}, "(module (table 1 funcref))", "resource limit exceeded: table count too high at 1"),
    ({"instances": 0}, "(module)", "resource limit exceeded: instance count too high at 1"),
]


@pytest.mark.parametrize(("limits", "text", "message"), OVER)
def test_what_is_over_a_limit_is_not_made(wt: Any, limits: dict[str, int], text: str, message: str) -> None:
    store = wt.Store()
    module = wt.Module(store.engine, text)
    wt.Instance(wt.Store(store.engine), module, [])
    store.set_limits(**limits)
    with pytest.raises(wt.WasmtimeError, match=message):
        wt.Instance(store, module, [])
    store.set_limits()
    wt.Instance(store, module, [])


def test_memory_and_tables_do_not_grow_over_a_limit(wt: Any) -> None:
    store = wt.Store()
    store.set_limits(memory_size=3 * 65536, table_elements=10)
    text = """(module (memory (export "memory") 1)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"""
    exports = wt.Instance(store, wt.Module(store.engine, text), []).exports(store)
    assert exports["grow"](store, 3) == -1
    assert exports["grow"](store, 2) == 1
    with pytest.raises(wt.WasmtimeError, match="failed to grow memory by `1`"):
        exports["memory"].grow(store, 1)
    table = wt.Table(store, wt.TableType(wt.ValType.funcref(), wt.Limits(8, None)), None)
    with pytest.raises(wt.WasmtimeError, match="failed to grow table by `3`"):
        table.grow(store, 3, None)
    assert table.grow(store, 2, None) == 8
