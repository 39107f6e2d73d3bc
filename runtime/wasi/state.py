"""What one guest has: the state that host calls work on."""

from __future__ import annotations

from wasmjit.runtime.wasi.clocks import Clocks
from wasmjit.runtime.wasi.entropy import RandomBytes
from wasmjit.runtime.wasi.fdtable import FdTable
from wasmjit.runtime.wasi.network import Network


class State:
    """Arguments, environment (`NAME=VALUE`), clocks, random source, descriptors and network of a guest."""

    __slots__ = ("args", "clocks", "environ", "fds", "network", "random")

    def __init__(
        self,
        args: list[bytes],
        environ: list[bytes],
        clocks: Clocks,
        random: RandomBytes,
        fds: FdTable,
        network: Network,
    ) -> None:
        self.args = args
        self.environ = environ
        self.clocks = clocks
        self.random = random
        self.fds = fds
        self.network = network
