"""What one guest has: the state that host calls work on."""

from __future__ import annotations

from wasmjit.light import TYPE_CHECKING, Sequence
from wasmjit.runtime.wasi.clocks import Clocks
from wasmjit.runtime.wasi.entropy import RandomBytes
from wasmjit.runtime.wasi.fdtable import FdTable

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.network import Network


class State:
    """Arguments, environment (`NAME=VALUE`), clocks, random source, descriptors and grants of network of a guest."""

    __slots__ = ("_network", "args", "clocks", "environ", "fds", "net", "random")

    def __init__(
        self,
        args: list[bytes],
        environ: list[bytes],
        clocks: Clocks,
        random: RandomBytes,
        fds: FdTable,
        net: Sequence[str],
    ) -> None:
        self.args = args
        self.environ = environ
        self.clocks = clocks
        self.random = random
        self.fds = fds
        self.net = net
        self._network: Network | None = None

    @property
    def network(self) -> Network:
        """What own sockets may reach. Few guests have any: what serves them is loaded for the first."""
        if self._network is None:
            from wasmjit.runtime.wasi.network import Network

            self._network = Network(self.net)
        return self._network
