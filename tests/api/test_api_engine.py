import subprocess
import sys
import textwrap

import pytest

from wasmjit import Config, Engine, Store


def test_settings() -> None:
    assert Engine().config == Config()
    assert Engine(opt=2).config.opt == Engine(opt="2").config.opt == "2"
    assert Engine(Config(opt="s", jobs=3), jobs=2).config == Config(opt="s", jobs=2)


@pytest.mark.parametrize("settings", [{"opt": 4}, {"opt": True}, {"bounds_checks": "none"}, {"jobs": 0}])
def test_values_out_of_range(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Engine(**settings)  # type: ignore[arg-type]


def test_unknown_settings() -> None:
    with pytest.raises(TypeError, match="speed"):
        Engine(speed=9)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="must be a Config"):
        Engine({"opt": "2"})  # type: ignore[arg-type]


def test_guard() -> None:
    assert Engine(bounds_checks="guard").guard
    assert not Engine(bounds_checks="explicit").guard


def test_explicit_checks_where_guard_pages_do_not_fit() -> None:
    script = """
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    import wasmjit
    engine = wasmjit.Engine(opt="0")
    wat = '(module (memory 1) (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))'
    instances = [wasmjit.Instance(wasmjit.Store(engine), wasmjit.Module(engine, wat)) for _ in range(3)]
    print(engine.guard, [instance.f(0) for instance in instances])
    try:
        instances[0].f(65533)
    except wasmjit.Trap as trap:
        print(trap.message)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.stdout, done.stderr) == ("False [0, 0, 0]\nout of bounds memory access\n", "")


def test_engines_are_values() -> None:
    assert Engine(opt=1) == Engine(opt="1") != Engine(opt=2)
    assert len({Engine(), Engine(Config())}) == 1


def test_store_has_its_engine() -> None:
    engine = Engine(opt=1, max_stack_bytes=1 << 20)
    assert Store(engine).engine == engine
    assert Store().engine == Engine()
    assert Store() != Store()
    with pytest.raises(TypeError, match="must be an Engine"):
        Store(Config())  # type: ignore[arg-type]
