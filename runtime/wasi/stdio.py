"""From what a `WasiConfig` says about the standard streams to their descriptors."""

from __future__ import annotations

import io

from wasmjit.light import cast
from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.config import Stdin, Stdout
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.hostfile import InheritedFile


def stdin_descriptor(source: Stdin) -> Descriptor:
    """Descriptor 0."""
    if source is None and (inherited := _inherited(0, rights.FD_READ)):
        return inherited
    if isinstance(source, int):
        return InheritedFile(source, rights.STDIO | rights.FD_READ)
    from wasmjit.runtime.wasi.stream import InputStream, is_reader

    if source is None:
        return InputStream(io.BytesIO())
    if isinstance(source, bytes | bytearray | memoryview):
        return InputStream(io.BytesIO(source))
    _refuse_text("stdin", source)
    fd = _fileno(source)
    if fd is not None:
        return InheritedFile(fd, rights.STDIO | rights.FD_READ, owner=source)
    if not is_reader(source):
        raise TypeError(f"stdin must be None, bytes, a descriptor or a binary file, not {type(source).__name__}")
    return InputStream(source)


def stdout_descriptor(sink: Stdout, number: int) -> Descriptor:
    """Descriptor 1 or 2, `number`."""
    if sink is None and (inherited := _inherited(number, rights.FD_WRITE)):
        return inherited
    if isinstance(sink, int):
        return InheritedFile(sink, rights.STDIO | rights.FD_WRITE)
    from wasmjit.runtime.wasi.stream import OutputStream, is_writer

    if sink is None:
        return OutputStream(lambda data: None)
    name = "stdout" if number == 1 else "stderr"
    _refuse_text(name, sink)
    fd = _fileno(sink)
    if fd is not None:
        getattr(sink, "flush", lambda: None)()
        return InheritedFile(fd, rights.STDIO | rights.FD_WRITE, owner=sink)
    if is_writer(sink):
        return OutputStream(sink.write, getattr(sink, "flush", None))
    if not callable(sink):
        raise TypeError(f"{name} must be None, a descriptor, a binary file or callable, not {type(sink).__name__}")
    return OutputStream.into(sink)


def _inherited(fd: int, right: int) -> InheritedFile | None:
    """The process's own stream; None if it has been closed."""
    try:
        return InheritedFile(fd, rights.STDIO | right)
    except OSError:
        return None


def _fileno(file: object) -> int | None:
    """The descriptor behind a file object, None if it has none."""
    try:
        return cast(int, file.fileno())  # type: ignore[attr-defined]
    except (AttributeError, io.UnsupportedOperation):
        return None


def _refuse_text(name: str, file: object) -> None:
    """TypeError for a text file without a descriptor: it can't take bytes."""
    if isinstance(file, io.TextIOBase) and _fileno(file) is None:
        raise TypeError(f"{name} must be a binary file, not {type(file).__name__}")
