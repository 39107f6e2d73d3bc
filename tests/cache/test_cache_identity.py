"""What compiled code and decoded modules depend on."""

from pathlib import Path

import pytest

from wasmjit.cache import identity

PACKAGE = Path(identity.__file__).parents[1]


@pytest.mark.parametrize("layer", ["abi", "binary", "cache", "compile", "validate", "wasm"])
def test_every_package_of_the_compiler_counts(layer):
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in (PACKAGE / layer).rglob("__init__.py")}
    assert folders
    assert folders <= set(identity._PARTS)


def test_a_file_that_changes_is_noticed(tmp_path):
    (tmp_path / "a.py").write_text("x = 1")
    before = identity._describe(str(tmp_path))
    (tmp_path / "a.py").write_text("x = 12")
    assert before != identity._describe(str(tmp_path))
