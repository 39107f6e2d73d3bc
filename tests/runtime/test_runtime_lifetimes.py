"""Who keeps whom alive: nothing is freed that can still be reached, and all else is freed at once."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wasmjit.runtime import hostcalls, instance, reservation
from wasmjit.runtime.global_ import GlobalInstance
from wasmjit.runtime.table import TableInstance
from wasmjit.wasm.types import FUNCREF, GlobalType, Limits, TableType

PLAIN = """(module (import "" "h" (func $h (param i32) (result i32))) (memory (export "m") 1)
  (table (export "t") 4 funcref) (table (export "x") 2 externref) (global (export "g") (mut i32) (i32.const 5))
  (elem (i32.const 0) $f $h) (func $f (export "f") (param i32) (result i32) (call $h (local.get 0)))
  (func (export "put") (param externref) (table.set 1 (i32.const 0) (local.get 0)))
  (func (export "ref") (result funcref) (ref.func $f)))"""


@pytest.fixture
def no_gc() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def plain(rt: Any, store: Any) -> Any:
    return rt.instance(store, PLAIN, [rt.host(store, "i32 -> i32", lambda x: x + 1)])


def registered() -> int:
    return len(instance.INSTANCES.refs) + len(hostcalls._contexts.refs)


@pytest.mark.usefixtures("no_gc")
def test_an_instance_goes_with_its_last_reference(rt: Any) -> None:
    store = rt.new_store()
    before, contexts = len(reservation._starts), registered()
    inst = plain(rt, store)
    rt.call(inst, "f", 1)
    rt.call(inst, "put", "object")
    rt.call(inst, "ref")
    for name in inst.exports:
        inst.exports[name]
    assert inst.exports["t"].get_value(0) is inst.exports["f"]
    inst.exports["g"].value = 9
    watches = [weakref.ref(inst), weakref.ref(inst.memories[0]), weakref.ref(inst.imports[0]), weakref.ref(store)]
    del inst
    assert [watch() is None for watch in watches] == [True, True, True, False]
    assert len(reservation._starts) == before and registered() == contexts
    assert len(store.externrefs) == 0
    del store
    assert watches[3]() is None


@pytest.mark.parametrize("name", ["f", "t", "g"])
@pytest.mark.usefixtures("no_gc")
def test_exports_keep_their_instance(rt: Any, name: str) -> None:
    inst = plain(rt, rt.new_store())
    watch = weakref.ref(inst)
    export = inst.exports[name]
    del inst
    assert watch() is not None
    if name == "t":
        assert export.get_value(0).call((1,)) == export.get_value(1).call((1,)) == 2
    del export
    assert watch() is None


@pytest.mark.usefixtures("no_gc")
def test_a_memory_does_not_keep_its_instance(rt: Any) -> None:
    inst = plain(rt, rt.new_store())
    watch, memory = weakref.ref(inst), inst.exports["m"]
    del inst
    assert watch() is None
    memory.write(0, b"x")
    assert memory.grow(1) == 1 and memory.read(0, 1) == b"x"


def test_an_importer_keeps_the_provider_alone(store: Any, rt: Any) -> None:
    provider = plain(rt, store)
    user = rt.instance(store, '(module (import "" "f" (func (param i32) (result i32))))', [provider.exports["f"]])
    watch, user_watch = weakref.ref(provider), weakref.ref(user)
    del provider
    assert watch() is not None
    provider = watch()
    del user
    assert user_watch() is None and provider is not None


SHARER = """(module (import "" "t" (table 1 funcref)) (func $f (result i32) (i32.const 77))
  (elem declare func $f) (func (export "put") (param i32) (table.set (local.get 0) (ref.func $f))))"""


def test_a_shared_table_keeps_all_that_put_functions_in(store: Any, rt: Any) -> None:
    definer = rt.instance(
        store,
        """(module (table (export "t") 4 funcref) (elem (i32.const 0) $f) (func $f (result i32) (i32.const 5))
          (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))""",
    )
    for i in range(1, 4):
        user = rt.instance(store, SHARER, [definer.exports["t"]])
        rt.call(user, "put", i)
        del user
    gc.collect()
    assert [rt.call(definer, "call", i) for i in range(4)] == [5, 77, 77, 77]
    other = rt.instance(store, SHARER, [definer.exports["t"]])
    watch = weakref.ref(definer)
    del definer
    gc.collect()
    assert watch() is not None, "its functions are in the table"
    table = other.imports[0]
    del other
    gc.collect()
    assert table.get_value(0).call(()) == 5 and table.get_value(3).call(()) == 77
    del table
    gc.collect()
    assert watch() is None


def test_a_table_of_the_host_keeps_all_that_put_functions_in(store: Any, rt: Any) -> None:
    table = TableInstance(store, TableType(Limits(2), FUNCREF))
    user = rt.instance(store, SHARER, [table])
    rt.call(user, "put", 1)
    watch = weakref.ref(user)
    del user
    gc.collect()
    assert table.get_value(1).call(()) == 77 and watch() is not None
    del table
    gc.collect()
    assert watch() is None


SETTER = """(module (import "" "g" (global $g (mut funcref))) (func $f (result i32) (i32.const 77))
  (elem declare func $f) (func (export "put") (global.set $g (ref.func $f))))"""


@pytest.mark.parametrize("by_host", [True, False])
def test_a_shared_global_keeps_who_may_set_it(store: Any, rt: Any, by_host: bool) -> None:
    if by_host:
        glob = GlobalInstance.create(store, GlobalType(FUNCREF, True), None)
    else:
        glob = rt.instance(store, '(module (global (export "g") (mut funcref) (ref.null func)))').exports["g"]
    user = rt.instance(store, SETTER, [glob])
    rt.call(user, "put")
    watch = weakref.ref(user)
    del user
    gc.collect()
    assert glob.value.call(()) == 77
    del glob
    gc.collect()
    assert watch() is None


def test_functions_passed_to_an_import_keep_the_caller(store: Any, rt: Any) -> None:
    keeper = rt.instance(
        store,
        """(module (table 1 funcref) (func (export "keep") (param funcref) (table.set (i32.const 0) (local.get 0)))
          (func (export "use") (result i32) (call_indirect (result i32) (i32.const 0))))""",
    )
    giver = rt.instance(
        store,
        """(module (import "" "keep" (func $keep (param funcref))) (func $f (result i32) (i32.const 77))
          (elem declare func $f) (func (export "give") (call $keep (ref.func $f))))""",
        [keeper.exports["keep"]],
    )
    rt.call(giver, "give")
    del giver
    gc.collect()
    assert rt.call(keeper, "use") == 77


def test_functions_given_by_python_are_kept_by_the_receiver(store: Any, rt: Any) -> None:
    keeper = rt.instance(
        store,
        """(module (table 1 funcref) (func (export "keep") (param funcref) (table.set (i32.const 0) (local.get 0)))
          (func (export "use") (result i32) (call_indirect (result i32) (i32.const 0))))""",
    )
    given = rt.instance(store, '(module (func (export "f") (result i32) (i32.const 77)))')
    watch = weakref.ref(given)
    rt.call(keeper, "keep", given.exports["f"])
    del given
    gc.collect()
    assert rt.call(keeper, "use") == 77
    del keeper
    assert watch() is None


THROUGH_A_TABLE = """(module (import "" "h" (func $h (param i32) (result i32))) (memory (export "m") 1)
  (table (export "t") 2 funcref) (elem (i32.const 0) $f $h) (func $f (export "f") (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1))))"""


def test_finalisers_of_a_cycle_can_call_everything(rt: Any) -> None:
    class Plugin:
        def __init__(self) -> None:
            self.store = rt.new_store()
            host = rt.host(self.store, "i32 -> i32", self.double)
            asker = rt.host(self.store, "i32 -> i32", self.ask, wants_caller=True)
            inner = rt.instance(self.store, PLAIN, [host])
            self.inst = rt.instance(self.store, THROUGH_A_TABLE, [asker])
            self.inner = inner.exports["f"]

        def double(self, x: int) -> int:
            return 2 * x

        def ask(self, caller: Any, x: int) -> int:
            assert caller is self.inst
            assert caller.exports["m"].grow(1) == 1
            return int(self.inner.call((x + 1,)))

        def __del__(self) -> None:
            seen.append(self.inst.exports["f"].call((20,)))
            seen.append(self.inst.exports["t"].get_value(0) is self.inst.exports["f"])

    seen: list[Any] = []
    before, contexts = len(reservation._starts), registered()
    plugin = Plugin()
    del plugin
    gc.collect()
    assert seen == [42, True]
    assert len(reservation._starts) == before and registered() == contexts


LEAKS = """
from wasmjit.errors import Trap
WAT = '''(module (import "" "h" (func $h (param i32) (result i32))) (memory (export "m") 1)
  (table (export "t") 4 funcref) (table $x 4 externref) (elem (i32.const 0) $f $h)
  (func $f (export "f") (param i32) (result i32) (call $h (local.get 0)))
  (func (export "put") (param externref) (table.set $x (i32.const 1) (local.get 0)))
  (func (export "trap") (drop (i32.load (i32.const 70000)))))'''

class Thing:
    pass

def cycle():
    store = new_store()
    inst = instance(store, WAT, [host(store, "i32 -> i32", lambda x: x + 1)])
    assert call(inst, "f", 3) == 4
    call(inst, "put", Thing())
    inst.exports["m"].write(0, bytes(5000))
    inst.exports["t"].get_value(0)
    try:
        call(inst, "trap")
    except Trap as error:
        assert len(error.frames) == 1

def resident():
    return int(open("/proc/self/statm").read().split()[1])

def run(n):
    for _ in range(n):
        cycle()
    return resident()

first, last = run(1000), run(int(sys.argv[1]))
print(last <= first * 1.02, first, last)
"""


def test_stores_do_not_leak(rt: Any) -> None:
    """What native code keeps for the process must not grow with the number of stores."""
    for _ in range(20):
        rt.new_store()
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        for _ in range(500):
            rt.new_store()
        gc.collect()
        grown = tracemalloc.take_snapshot().compare_to(before, "lineno")
    finally:
        tracemalloc.stop()
    assert [entry for entry in grown if entry.size_diff > 2000] == []


def test_nothing_leaks(rt_script: Callable[..., str]) -> None:
    assert rt_script("import sys\n" + LEAKS, "3000").startswith("True")
