"""The public surface: what `import wasmjit` offers, and what it costs."""

import subprocess
import sys

import pytest

import wasmjit


def run_python(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def test_import_loads_nothing_else() -> None:
    loaded = run_python(
        "import sys; before = set(sys.modules); import wasmjit; print(*sorted(set(sys.modules) - before))"
    )
    assert loaded == "wasmjit"


def test_config_and_errors_need_no_compiler() -> None:
    code = "import sys, wasmjit; wasmjit.Config, wasmjit.Trap, wasmjit.I32; print('llvmlite' in sys.modules)"
    assert run_python(code) == "False"


@pytest.mark.parametrize("name", wasmjit.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(wasmjit, name) is not None
    assert name in dir(wasmjit)


def test_lazy_names_are_those_that_type_checkers_see() -> None:
    assert set(wasmjit._HOME_BY_NAME) == set(wasmjit.__all__) - {"__version__"}


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        wasmjit.nonsense  # noqa: B018


def test_star_import() -> None:
    code = "from wasmjit import *; print(load.__name__, Memory.__name__)"
    assert run_python(code) == "load Memory"
