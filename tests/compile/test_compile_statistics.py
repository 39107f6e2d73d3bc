"""Counting what is compiled: per module, from any thread, and summed over modules that come and go."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest

from wasmjit.api.wat import wat_to_wasm
from wasmjit.binary import decode_module
from wasmjit.cache.digest import digest
from wasmjit.compile.driver import compile_objects
from wasmjit.compile.lazy_module import LazyModule
from wasmjit.compile.statistics import Statistics, Totals, body_bytes
from wasmjit.config import Config

PADDING = "(drop (i32.const 0))" * 100
WASM = wat_to_wasm(f"""(module (import "m" "f" (func))
  (func (export "f") {PADDING}) (func {PADDING}) (func))""")
BODY_BYTES = 2 + 3 * 100


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixture: an empty cache."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))


class Owner:
    """Stands for the code of a module."""


def test_counters_add_up() -> None:
    statistics = Statistics()
    statistics.count("tier_ups")
    statistics.count("tier_ups", 2)
    statistics.made("baseline", 3, 10, 100)
    statistics.made("baseline", 1, 5, 50)
    statistics.spend("llvm", 0.5, 1.5)
    other = Statistics()
    other.merge(statistics.snapshot())
    other.merge(statistics.snapshot())
    assert other.snapshot() == ({"tier_ups": 6}, {"baseline": [8, 30, 300]}, {"llvm": [1.0, 3.0]})
    assert statistics.snapshot() == ({"tier_ups": 3}, {"baseline": [4, 15, 150]}, {"llvm": [0.5, 1.5]})


def test_a_snapshot_stays_as_it_is() -> None:
    statistics, total = Statistics(), Statistics()
    statistics.made("O0", 1, 1, 1)
    snapshot = statistics.snapshot()
    total.merge(snapshot)
    statistics.made("O0", 1, 1, 1)
    total.made("O0", 5, 5, 5)
    assert snapshot[1] == {"O0": [1, 1, 1]}


def test_threads_count_together() -> None:
    statistics = Statistics()

    def work() -> None:
        for _ in range(2000):
            statistics.count("osr_entries")
            statistics.made("O2", 1, 2, 3)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statistics.snapshot()[:2] == ({"osr_entries": 8000}, {"O2": [8000, 16000, 24000]})


def test_a_watch_parts_time_into_laps() -> None:
    statistics = Statistics()
    watch = statistics.watch()
    deadline = threading.Event()
    deadline.wait(0.02)
    watch.lap("decode")
    sum(range(300_000))
    watch.lap("llvm")
    deadline.wait(0.02)
    watch.restart()
    watch.lap("link")
    _, _, spent = statistics.snapshot()
    assert spent["decode"][1] >= 0.019 > spent["decode"][0]
    assert spent["llvm"][0] > 0
    assert spent["link"][1] < 0.019


def test_totals_keep_what_is_gone() -> None:
    totals = Totals()
    owner, statistics = Owner(), Statistics()
    totals.add(owner, statistics)
    totals.add(owner, statistics)  # is in already
    other = Totals()
    other.add(owner, statistics)
    statistics.count("functions", 7)
    del owner
    gc.collect()
    statistics.count("functions")  # what the end of the code brings with it
    for _ in range(2):
        assert totals.snapshot()[0] == other.snapshot()[0] == {"modules": 1, "functions": 8}
    assert not totals._known
    totals.add(Owner(), Statistics())
    assert totals.snapshot()[0]["modules"] == 2


def test_functions_compiled_when_called() -> None:
    module = decode_module(WASM)
    first = LazyModule(module, Config(opt="0"), digest(WASM))
    first.provide(0)
    first.provide(1)
    first.provide(1)
    counts, code, spent = first.statistics.snapshot()
    assert counts == {"cache_misses": 1}
    assert code["O0"][:2] == [2, 2 * BODY_BYTES] == [2, body_bytes(module, [1, 2])]
    assert code["O0"][2] > 0
    assert set(spent) == {"cache_read", "decode", "validate", "lower", "llvm", "link", "load"}
    first.flush()
    assert "cache_write" in first.statistics.snapshot()[2]
    second = LazyModule(module, Config(opt="0"), digest(WASM))
    counts, code, spent = second.statistics.snapshot()
    assert counts == {"cache_hits": 1}
    assert code["cache"][:2] == [2, 0]
    assert set(spent) == {"cache_read", "load"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_ahead_of_time_in_any_number_of_processes(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasmjit.compile.plan.UNIT_BYTES", 200)
    statistics = Statistics()
    compiled = compile_objects(decode_module(WASM), Config(opt="1", jobs=jobs), statistics=statistics)
    _, code, spent = statistics.snapshot()
    assert code["O1"][:2] == [3, 2 * BODY_BYTES + 2]
    assert 0 < code["O1"][2] <= len(compiled.code)
    assert spent["llvm"][0] > 0 and spent["validate"][0] > 0
