"""Standard streams that are Python objects: bytes, binary files without a descriptor, callables."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from wasmjit.light import Protocol, TypeGuard, cast
from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Descriptor
from wasmjit.runtime.wasi.errno import Errno, WasiError

WRITE_MAX = 1 << 20
"""Most bytes given to a Python object at once; the guest writes the rest by its next call."""


class BinaryReader(Protocol):
    """What standard input can be."""

    def read(self, size: int, /) -> bytes | None:
        """At most `size` bytes, b"" at the end, None if there is nothing yet."""


class BinaryWriter(Protocol):
    """What standard output and error can be."""

    def write(self, data: bytes, /) -> int | None:
        """Take the bytes; the number taken, or None for all."""


class InputStream(Descriptor):
    """Standard input from an object with `readinto` or `read`."""

    __slots__ = ("_readinto",)

    def __init__(self, source: BinaryReader) -> None:
        super().__init__(rights.STDIO | rights.FD_READ)
        self._readinto = _readinto_of(source)

    def readv(self, buffers: Sequence[memoryview]) -> int:
        """Fill the first buffer as far as the object gives something. EAGAIN if it has nothing yet.

        Only the first: asking the object for more could wait although there is something to return.
        """
        for buffer in buffers:
            if len(buffer):
                count = self._readinto(buffer)
                if count is None:
                    raise WasiError(Errno.AGAIN)
                return count
        return 0


def is_reader(source: object) -> TypeGuard[BinaryReader]:
    """Whether an object can be read from."""
    return hasattr(source, "read")


def is_writer(sink: object) -> TypeGuard[BinaryWriter]:
    """Whether an object can be written to."""
    return hasattr(sink, "write")


class OutputStream(Descriptor):
    """Standard output or error into the `write` method of an object, or into any callable that takes bytes."""

    __slots__ = ("_flush", "_write")

    def __init__(self, write: Callable[[bytes], int | None], flush: Callable[[], object] | None = None) -> None:
        super().__init__(rights.STDIO | rights.FD_WRITE)
        self._write = write
        self._flush = flush

    @classmethod
    def into(cls, sink: BinaryWriter | Callable[[bytes], object]) -> OutputStream:
        """For a file object, or a callable whose result does not matter."""
        if is_writer(sink):
            return cls(sink.write, getattr(sink, "flush", None))
        take = cast("Callable[[bytes], object]", sink)

        def write(data: bytes) -> None:
            take(data)

        return cls(write)

    def writev(self, buffers: Sequence[memoryview]) -> int:
        """Hand over the bytes of all buffers as one `bytes`, `WRITE_MAX` at most."""
        data = bytes(buffers[0][:WRITE_MAX]) if len(buffers) == 1 else _join(buffers)
        taken = self._write(data)
        return len(data) if taken is None else min(taken, len(data))

    def sync(self, *, data_only: bool) -> None:
        """Flush the object, if it can be."""
        if self._flush is not None:
            self._flush()


def _join(buffers: Sequence[memoryview]) -> bytes:
    data = bytearray()
    for buffer in buffers:
        data += buffer[: WRITE_MAX - len(data)]
    return bytes(data)


def _readinto_of(source: BinaryReader) -> Callable[[memoryview], int | None]:
    """`readinto` of the object, or one made of its `read`."""
    if isinstance(source, io.BufferedIOBase):
        return source.readinto1
    if isinstance(source, io.RawIOBase):
        return source.readinto

    def readinto(buffer: memoryview) -> int | None:
        data = source.read(min(len(buffer), WRITE_MAX))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    return readinto
