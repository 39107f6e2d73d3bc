"""`Engine.stats`: what it says is what happened, in every tier."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import wasmjit
from wasmjit import Engine, EngineStats, Instance, Module, Store
from wasmjit.api.wat import wat_to_wasm

PADDING = "(drop (i32.const 0))" * 100
WASM = wat_to_wasm(f"""(module (func (export "f") {PADDING}) (func (export "g") {PADDING}) (func {PADDING}))""")
BODY_BYTES = 2 + 3 * 100


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixture: an empty cache."""
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "cache"))


def call(engine: Engine, *names: str) -> Module:
    """Call functions of the module; what has to live as long as its code."""
    module = Module(engine, WASM)
    instance = Instance(Store(engine), module)
    for name in names:
        instance[name]()
    return module


@pytest.mark.parametrize(
    ("settings", "source"),
    [({"opt": 0}, "O0"), ({"opt": 2}, "O2"), ({"opt": "s"}, "Os"), ({"tier": "interp"}, "interp")],
)
def test_functions_that_were_called(settings, source) -> None:
    engine = Engine(cache=False, **{"tier": "optimized", **settings})
    call(engine, "f", "g", "f")
    stats = engine.stats()
    assert (stats.modules, stats.functions, stats.wasm_bytes) == (1, 3, 3 * BODY_BYTES + 2 * 2)
    assert set(stats.code) == {source}
    assert stats.code[source][:2] == (2, 2 * BODY_BYTES)
    assert (stats.code[source].code_bytes is None) == (source == "interp")
    assert stats.phases["translate" if source == "interp" else "llvm"].cpu_s > 0
    assert "validate" in stats.phases and "open" in stats.phases


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="there is a baseline compiler for x86-64 only")
def test_functions_of_the_baseline_compiler() -> None:
    engine = Engine(cache=False, tier="baseline")
    call(engine, "f", "g", "f")
    stats = engine.stats()
    assert set(stats.code) == {"baseline"}
    assert stats.code["baseline"][:2] == (2, 2 * BODY_BYTES)
    assert (stats.no_stencil, stats.tier_ups, stats.osr_entries) == (0, 0, 0)
    assert stats.phases["emit"].cpu_s > 0 and "llvm" not in stats.phases


LOOP = """(module (func (export "f") (param i32) (result i32) (local i32)
  (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))
    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (local.get 1)))"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="tiers are for x86-64 only")
def test_functions_that_become_hot() -> None:
    engine = Engine(cache=False, tier="auto", opt=2, tier_threshold=50)
    instance = Instance(Store(engine), Module(engine, LOOP))
    assert instance.f(10_000) == 50_005_000
    stats = engine.stats()
    assert stats.osr_entries == 1
    assert stats.code["osr"].functions == 1
    for _ in range(100):
        assert instance.f(3) == 6
    stats = engine.stats()
    assert (stats.tier_ups, stats.tier_up_failures) == (1, 0)
    assert stats.code["O2"].functions == 1


def test_all_functions_of_an_eager_engine() -> None:
    engine = Engine(opt=1, tier="optimized", compilation="eager", cache=False)
    call(engine)
    assert engine.stats().code["O1"][:2] == (3, 3 * BODY_BYTES)


def test_code_of_a_compiled_file() -> None:
    maker, user = Engine(opt=0, tier="optimized"), Engine(opt=0, tier="optimized", fuel=False, jobs=2)
    data = Module(maker, WASM).serialize()
    assert maker.stats().code["O0"].functions == 3
    module = Module(user, data)
    Instance(Store(user), module).f()
    stats = user.stats()
    assert set(stats.code) == {"file"}
    assert stats.code["file"][:2] == (3, None)
    assert "llvm" not in stats.phases


def test_sums_over_modules_and_their_ends() -> None:
    engine = Engine(opt=0, tier="optimized", cache=False)
    for number in range(3):
        data = wat_to_wasm(f'(module (func (export "f") (result i32) (i32.const {number})))')
        assert Instance(Store(engine), Module(engine, data)).f() == number
    stats = engine.stats()
    assert (stats.modules, stats.functions, stats.code["O0"].functions) == (3, 3, 3)


def test_equal_engines_share_code_but_count_their_own_modules() -> None:
    first, second = Engine(opt=0, tier="optimized", cache=False), Engine(opt=0, tier="optimized", cache=False)
    module = call(first, "f")
    assert second.stats() == Engine().stats()
    call(second, "g")
    assert first.stats() == second.stats()
    assert first.stats().code["O0"].functions == 2
    del module


def test_the_text_is_a_table() -> None:
    engine = Engine(opt=0, tier="optimized", cache=False)
    call(engine, "f")
    lines = str(engine.stats()).splitlines()
    assert lines[0].split() == ["code", "functions", "wasm", "machine", "code"]
    assert lines[1].startswith("-O0")
    assert lines[2].split()[:4] == ["all", "there", "is", "3"]
    assert lines[-1].startswith("all ")
    assert len({len(line) for line in lines if line.startswith(("open module", "LLVM", "all  "))}) == 1


def test_an_engine_without_modules() -> None:
    stats = Engine().stats()
    assert (stats.modules, dict(stats.code), dict(stats.phases)) == (0, {}, {})
    assert str(stats).endswith("all      0.000  0.000")


def test_json() -> None:
    engine = Engine(opt=0, tier="optimized", cache=False)
    call(engine, "f")
    values = json.loads(json.dumps(engine.stats().as_dict()))
    assert set(values) == set(EngineStats.__annotations__)
    assert values["code"]["O0"]["functions"] == 1
    assert set(values["phases"]["llvm"]) == {"cpu_s", "wall_s"}


def test_they_cannot_be_changed() -> None:
    engine = Engine(opt=0, tier="optimized", cache=False)
    call(engine, "f")
    stats = engine.stats()
    with pytest.raises(AttributeError):
        stats.modules = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        stats.code["O0"] = None  # type: ignore[index]
    assert wasmjit.Engine().stats() != stats
