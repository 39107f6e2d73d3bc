"""`WasiConfig`: what a guest is given."""

from __future__ import annotations

import os

from wasmjit.light import TYPE_CHECKING, Callable, Literal, Mapping, Sequence, TypeAlias, Union
from wasmjit.record import fresh, record

if TYPE_CHECKING:
    import socket

    from wasmjit.runtime.wasi.memtree import Contents, VirtualDir
    from wasmjit.runtime.wasi.stream import BinaryReader, BinaryWriter

StrPath = str | os.PathLike[str]
Source: TypeAlias = Union[StrPath, "VirtualDir", "Contents"]
Stdin: TypeAlias = "int | bytes | BinaryReader | None"
Stdout: TypeAlias = "int | BinaryWriter | Callable[[bytes], object] | None"


@record
class Preopen:
    """A directory that the guest sees as `guest`. With `read_only` it can't change anything in it.

    `host` is a directory of the host, or one in memory: a `VirtualDir`, or its contents.
    """

    host: Source
    guest: str
    read_only: bool = False


Dirs: TypeAlias = Mapping[str, Source] | Sequence[Preopen | tuple[Source, str]]


@record
class WasiConfig:
    """What a guest is given; by default nothing but the standard streams, clocks and random bytes.

    * `args`: the command line, the program's name first.
    * `env`: environment variables.
    * `dirs`: directories by guest path, `{"/data": "/home/me/data"}`, or a list of `(host, guest)` pairs and
      `Preopen`s, which can be read-only. In place of a host's directory there can be one in memory:
      `{"/data": {"a.txt": b"...", "sub": {}}}` for one that is gone afterwards, or a `VirtualDir`.
    * `stdin`: None inherits the process's; else bytes, a binary file, or a descriptor.
    * `stdout`, `stderr`: None inherits; else a binary file, a descriptor, or a callable, called with bytes.
      As with `subprocess`, a file that has a descriptor is used by it, past any buffer of the object. Files and
      descriptors stay open.
    * `listeners`: sockets that listen; they get the descriptors after the directories, and stay open.
    * `net`: what may be reached by sockets that the guest opens itself (WasmEdge's calls): `"HOST:PORT"` each, HOST a
      name or an address (IPv6 in brackets), either one `*` for any. It covers connecting and sending to that place,
      looking the name up, and, where the address is one of the host's, waiting for others there.
    * `seed`: random bytes from this seed, the same in every run; None takes the host's.
    * `frozen_clock_ns`: all clocks show this time (ns since 1970) and move on only when the guest sleeps, which takes
      no time; None takes the host's.
    * `max_fds`: descriptors the guest may have open; None means half of what the process may have.
    * `resolver`: how paths are kept below their directory: "openat2" by the kernel, "walk" step by step, "auto" by
      the kernel if it can.
    """

    args: Sequence[str | bytes] = ()
    env: Mapping[str, str] = fresh(factory=dict)
    dirs: Dirs = ()
    stdin: Stdin = None
    stdout: Stdout = None
    stderr: Stdout = None
    listeners: Sequence[socket.socket] = ()
    net: Sequence[str] = ()
    seed: int | None = None
    frozen_clock_ns: int | None = None
    max_fds: int | None = None
    resolver: Literal["auto", "openat2", "walk"] = "auto"

    def __post_init__(self) -> None:
        if isinstance(self.args, str | bytes):
            raise TypeError("args must be a sequence of strings, not one string")
        if self.resolver not in ("auto", "openat2", "walk"):
            raise ValueError(f"resolver must be auto, openat2 or walk, not {self.resolver!r}")
        if self.frozen_clock_ns is not None and not 0 <= self.frozen_clock_ns < 1 << 63:
            raise ValueError("frozen_clock_ns must be between 0 and 2**63 - 1")
        self.encoded_args()
        self.encoded_environ()
        if isinstance(self.net, str):
            raise TypeError("net must be a sequence of HOST:PORT, not one string")
        if self.net:
            from wasmjit.runtime.wasi.network import Network

            Network(self.net)

    def encoded_args(self) -> list[bytes]:
        """The arguments as the guest gets them. ValueError if one has a NUL."""
        return [_encode("args", arg) for arg in self.args]

    def encoded_environ(self) -> list[bytes]:
        """`NAME=VALUE` as the guest gets them. ValueError for a NUL, a name that is empty or has `=`."""
        for name in self.env:
            if not name or "=" in name:
                raise ValueError(f"env: {name!r} can't be a variable's name")
        return [_encode("env", f"{name}={value}") for name, value in self.env.items()]

    def preopens(self) -> list[Preopen]:
        """`dirs` in one form."""
        if isinstance(self.dirs, Mapping):
            return [Preopen(host, guest) for guest, host in self.dirs.items()]
        return [entry if isinstance(entry, Preopen) else Preopen(*entry) for entry in self.dirs]


def _encode(what: str, text: str | bytes) -> bytes:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    if b"\0" in data:
        raise ValueError(f"{what}: {text!r} has a NUL")
    return data
