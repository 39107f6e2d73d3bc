"""Units and optimisation levels."""

from __future__ import annotations

from wasmjit.compile.plan import UNIT_BYTES, code_bytes, plan_units, resolve_opt
from wasmjit.config import AUTO_OPT_CODE_BYTES, Config
from wasmjit.wasm.module import Code, Module


def module(*sizes: int, imported: int = 0) -> Module:
    codes, start = [], 0
    for size in sizes:
        codes.append(Code(start, start + size))
        start += size
    return Module(b"", codes=codes, num_imported_funcs=imported)


def test_units_cover_every_function_once_and_stay_small() -> None:
    m = module(*[1000] * 1000, imported=7)
    units = plan_units(m)
    assert [funcidx for unit in units for funcidx in unit] == list(range(7, 1007))
    assert all(code_bytes(m, unit) <= UNIT_BYTES for unit in units)
    assert len(units) == 1000 * 1000 // UNIT_BYTES + 1


def test_a_giant_stands_alone() -> None:
    assert plan_units(module(10, UNIT_BYTES * 3, 10)) == [range(0, 1), range(1, 2), range(2, 3)]


def test_no_functions_no_units() -> None:
    assert plan_units(module()) == []


def test_auto_optimises_what_compiles_soon() -> None:
    assert resolve_opt(module(AUTO_OPT_CODE_BYTES), Config()) == "2"
    assert resolve_opt(module(AUTO_OPT_CODE_BYTES + 1), Config()) == "0"
    assert resolve_opt(module(AUTO_OPT_CODE_BYTES + 1), Config(opt="3")) == "3"
