"""Where a module comes from: bytes, a file, or text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, TypeAlias

from wasmjit.api.wat import looks_like_wat, wat_to_wasm


class Readable(Protocol):
    """A file that is open."""

    def read(self) -> bytes | str:
        """All that is left of it."""


Source: TypeAlias = bytes | bytearray | memoryview | str | os.PathLike[str] | Readable
"""A module: its bytes, the path of a file, its text (a str that starts with a parenthesis), or an open file."""

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
    read = getattr(source, "read", None)
    if read is None:
        raise TypeError(f"a module must be bytes, a path, text or an open file, not {type(source).__name__}")
    return _read_open(read())


def _read_open(contents: object) -> bytes:
    """What an open file gave: bytes, or text."""
    if isinstance(contents, str):
        return wat_to_wasm(contents)
    if isinstance(contents, bytes | bytearray | memoryview):
        return text_to_binary(bytes(contents))
    raise TypeError(f"a file must give bytes or text, not {type(contents).__name__}")


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
