"""Where a module comes from: bytes, a file, or text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from wasmjit.api.wat import looks_like_wat, wat_to_wasm

Source: TypeAlias = bytes | bytearray | memoryview | str | os.PathLike[str]
"""A module: its bytes, the path of a file, or its text (a str that starts with a parenthesis)."""

_SUFFIXES = (".wasm", ".wat")


def read_source(source: Source) -> bytes:
    """The bytes of a module in the binary format, or of a compiled module.

    A str is a path if there is such a file or if it ends in .wasm or .wat, and else text. Raises OSError for a file
    that can't be read, MalformedError for text that is wrong, ImportError for text without wasm-tools.
    """
    if isinstance(source, str):
        return _read_str(source)
    if isinstance(source, os.PathLike):
        return text_to_binary(Path(source).read_bytes())
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    raise TypeError(f"a module must be bytes, a path or text, not {type(source).__name__}")


def _read_str(source: str) -> bytes:
    if source.endswith(_SUFFIXES) or _is_file(source):
        return text_to_binary(Path(source).read_bytes())
    text = source.encode(errors="surrogatepass")
    if looks_like_wat(text):
        return wat_to_wasm(text)
    raise FileNotFoundError(f"no such file, and not WebAssembly text: {source[:80]!r}")


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a null character
        return False


def text_to_binary(data: bytes) -> bytes:
    """A file's contents in the binary format: converted if they are text, else as they are."""
    return wat_to_wasm(data) if looks_like_wat(data) else data
