"""What all tests share: where project and official suite are, how hypothesis behaves, what an emulator can not do."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

# The processes of a test run share a cache of its own: nothing old is used, and nothing of the user's is touched.
if "WASMJIT_TEST_CACHE" not in os.environ:
    _cache = tempfile.TemporaryDirectory(prefix="wasmjit-tests-")
    os.environ["WASMJIT_TEST_CACHE"] = _cache.name
os.environ["WASMJIT_CACHE_DIR"] = os.environ["WASMJIT_TEST_CACHE"]

# Machine code is compiled inside examples and the machines are shared: time per example says nothing here.
hypothesis.settings.register_profile("wasmjit", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("wasmjit"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "wasmjit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the ARM64 that tests/arm64/run emulates, expect those to fail that the emulator is no match for."""
    if "WASMJIT_EMULATED" not in os.environ:
        return
    expected = tomllib.loads((ROOT / "tests" / "arm64" / "emulated.toml").read_text(encoding="utf-8"))["expect"]
    reasons = {entry["test"]: entry["reason"] for entry in expected}
    for item in items:
        reason = reasons.get(item.nodeid.partition("[")[0])
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(scope="session")
def root() -> Path:
    """Fixture: the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def testsuite() -> Path:
    """Fixture: the folder of the official .wast files; skips where there is none."""
    path = Path(os.environ.get("WASM_TESTSUITE") or ROOT.parent / "shared" / "testsuite")
    if not path.is_dir():
        pytest.skip("the official test suite is not there: set WASM_TESTSUITE to its folder")
    return path
