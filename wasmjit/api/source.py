"""Where a module comes from: bytes, a file, or text."""

from __future__ import annotations

import os

from wasmjit.cache.digest import digest
from wasmjit.cache.memo import digest_of_file
from wasmjit.light import Callable, Protocol, TypeAlias


class Readable(Protocol):
    """A file that is open."""

    def read(self) -> bytes | str:
        """All that is left of it."""


Source: TypeAlias = bytes | bytearray | memoryview | str | os.PathLike[str] | Readable
"""A module: its bytes, the path of a file, its text (a str that starts with a parenthesis), or an open file."""

MAPPED_BYTES = 4 << 20
"""Files from this size on are mapped, so that only what is needed of them is read. They must not be changed in place
while they are in use, as with any program."""

_SUFFIXES = (".wasm", ".wat")


class SourceData:
    """A module in the binary format, or a compiled module. `digest` is that of its bytes, computed when called."""

    __slots__ = ("data", "digest")

    def __init__(self, data: bytes | memoryview, digest: Callable[[], bytes]) -> None:
        self.data = data
        self.digest = digest


def read_source(source: Source) -> bytes | memoryview:
    """The bytes of a module in the binary format, or of a compiled module. Raises as `open_source`."""
    return open_source(source).data


def open_source(source: Source) -> SourceData:
    """A module's bytes, of a large file without reading it.

    A str is a path if there is such a file or if it ends in .wasm or .wat, and else text. Raises OSError for a file
    that can't be read, MalformedError for text that is wrong, ImportError for text without wasm-tools.
    """
    if isinstance(source, str):
        return _open_str(source)
    if isinstance(source, os.PathLike):
        return open_file(os.fspath(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return in_memory(bytes(source))
    read = getattr(source, "read", None)
    if read is None:
        raise TypeError(f"a module must be bytes, a path, text or an open file, not {type(source).__name__}")
    return in_memory(_read_open(read()))


def _read_open(contents: object) -> bytes:
    """What an open file gave: bytes, or text."""
    if isinstance(contents, str):
        from wasmjit.api.wat import wat_to_wasm

        return wat_to_wasm(contents)
    if isinstance(contents, bytes | bytearray | memoryview):
        return text_to_binary(bytes(contents))
    raise TypeError(f"a file must give bytes or text, not {type(contents).__name__}")


def _open_str(source: str) -> SourceData:
    if source.endswith(_SUFFIXES) or _is_file(source):
        return open_file(source)
    text = source.encode(errors="surrogatepass")
    if _is_text(text):
        return in_memory(text_to_binary(text))
    raise FileNotFoundError(f"no such file, and not WebAssembly text: {source[:80]!r}")


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)
    except ValueError:  # a null character
        return False


def open_file(path: str) -> SourceData:
    """A file's module. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if status.st_size < MAPPED_BYTES:
            return in_memory(text_to_binary(file.readall()))
        from mmap import ACCESS_READ, mmap

        data = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
    if _is_text(bytes(data[:4096])):
        return in_memory(text_to_binary(bytes(data)))
    return SourceData(data, lambda: digest_of_file(status, data))


def in_memory(data: bytes) -> SourceData:
    """Bytes that are a module or a compiled module already."""
    return SourceData(data, lambda: digest(data))


def text_to_binary(data: bytes) -> bytes:
    """A file's contents in the binary format: converted if they are text, else as they are."""
    if not _is_text(data):
        return data
    from wasmjit.api.wat import wat_to_wasm

    return wat_to_wasm(data)


def _is_text(data: bytes) -> bool:
    if data.startswith(b"\0"):  # a module, or a compiled one
        return False
    from wasmjit.api.wat import looks_like_wat

    return looks_like_wat(data)
