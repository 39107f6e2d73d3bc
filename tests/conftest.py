"""What all tests share: where the project and the official suite are, and how hypothesis behaves."""

from __future__ import annotations

import os
import tempfile
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
