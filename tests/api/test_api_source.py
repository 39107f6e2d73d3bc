import io
from pathlib import Path

import pytest

from wasmjit.api import wat
from wasmjit.api.source import read_source

EMPTY = b"\0asm\1\0\0\0"


@pytest.fixture(autouse=True)
def fake_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        wat, "wat_to_wasm", lambda text: b"converted " + (text if isinstance(text, bytes) else text.encode())
    )


@pytest.mark.parametrize("data", [EMPTY, bytearray(EMPTY), memoryview(EMPTY)])
def test_bytes_are_taken_as_they_are(data: bytes) -> None:
    assert read_source(data) == EMPTY


def test_bytes_are_never_text() -> None:
    assert read_source(b"(module)") == b"(module)"


def test_paths(tmp_path: Path) -> None:
    path = tmp_path / "m.wasm"
    path.write_bytes(EMPTY)
    assert read_source(path) == read_source(str(path)) == EMPTY


def test_text_files_are_converted_whatever_their_name(tmp_path: Path) -> None:
    for name in ("m.wat", "m.wasm", "m"):
        path = tmp_path / name
        path.write_text(";; a comment\n(module)")
        assert read_source(str(path)) == b"converted ;; a comment\n(module)"


def test_open_files(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(EMPTY)
    with path.open("rb") as file:
        assert read_source(file) == EMPTY
    assert read_source(io.BytesIO(b"(module)")) == b"converted (module)"
    assert read_source(io.StringIO("(module)")) == b"converted (module)"


def test_open_files_of_something_else() -> None:
    class Numbers:
        def read(self) -> int:
            return 3

    with pytest.raises(TypeError, match="must give bytes or text, not int"):
        read_source(Numbers())  # type: ignore[arg-type]


def test_text() -> None:
    assert read_source("  (module)") == b"converted   (module)"


def test_a_file_comes_before_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("(module)").write_bytes(EMPTY)
    assert read_source("(module)") == EMPTY


@pytest.mark.parametrize("name", ["missing.wasm", "missing.wat", "(module).wat", "missing", "with\0null", "x" * 5000])
def test_missing_files(name: str) -> None:
    with pytest.raises((FileNotFoundError, ValueError)):
        read_source(name)


def test_long_text_with_odd_characters() -> None:
    assert read_source("(module (; \0 ;) " + " " * 10_000 + ")").startswith(b"converted (module")


@pytest.mark.parametrize("bad", [None, 3, ["a.wasm"]])
def test_other_things(bad: object) -> None:
    with pytest.raises(TypeError, match="must be bytes, a path, text or an open file"):
        read_source(bad)  # type: ignore[arg-type]
