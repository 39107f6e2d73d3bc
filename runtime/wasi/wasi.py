"""`Wasi`: one guest's system interface, ready to be linked."""

from __future__ import annotations

import os

from wasmjit.light import TYPE_CHECKING, Mapping, cache, cached_property, partial
from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.clocks import FrozenClocks, HostClocks
from wasmjit.runtime.wasi.config import Preopen, StrPath, WasiConfig
from wasmjit.runtime.wasi.descriptor import Directory
from wasmjit.runtime.wasi.entropy import random_source
from wasmjit.runtime.wasi.errno import WasiError
from wasmjit.runtime.wasi.fdtable import FdTable
from wasmjit.runtime.wasi.layout import CLOCK_REALTIME
from wasmjit.runtime.wasi.registry import ALTERNATIVES, HOST_CALLS, SPAWN, HostCall, HostFunction, bind
from wasmjit.runtime.wasi.state import State
from wasmjit.runtime.wasi.stdio import stdin_descriptor, stdout_descriptor
from wasmjit.wasm.types import FuncType

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.memfile import Mount
    from wasmjit.runtime.wasi.memtree import VirtualDir
    from wasmjit.runtime.wasi.threads import ThreadGroup

_HOMES: dict[str, tuple[str, ...]] = {
    "args": ("args",),
    "clock": ("clock",),
    "environ": ("environ",),
    "fd": ("fd",),
    "fd_fdstat": ("fdstat",),
    "fd_filestat": ("fdstat",),
    "fd_prestat": ("fddir",),
    "fd_readdir": ("fddir",),
    "path": ("path",),
    "poll": ("poll",),
    "proc": ("proc",),
    "random": ("random",),
    "sched": ("sched",),
    "sock": ("sock", "sockinfo", "socknet"),
}
"""The modules with the host calls, by what the names begin with, one word or two: a program needs a few of them."""


@cache
def _declare(beginning: str) -> None:
    for module in _HOMES[beginning]:
        __import__(f"wasmjit.runtime.wasi.{module}")


def declare_call(name: str) -> None:
    """See to it that a host call is declared, if there is one of that name."""
    words = name.split("_", 2)
    for beginning in ("_".join(words[:2]), words[0]):
        if beginning in _HOMES:
            _declare(beginning)
            return


def declare_all_calls() -> None:
    """See to it that all host calls are declared."""
    for beginning in _HOMES:
        _declare(beginning)


class Wasi:
    """The system interface of one guest: `wasi_snapshot_preview1`, and `wasi_unstable` before it.

    It opens the directories (OSError if one can't be opened) and owns the descriptors: they are closed by `close`, at
    the end of a `with` block, or when nothing can reach them any more.
    """

    def __init__(self, config: WasiConfig | None = None) -> None:
        self.config = config or WasiConfig()
        clocks = HostClocks() if self.config.frozen_clock_ns is None else FrozenClocks(self.config.frozen_clock_ns)
        self.state = State(
            self.config.encoded_args(),
            self.config.encoded_environ(),
            clocks,
            random_source(self.config.seed),
            FdTable(self.config.max_fds),
            self.config.net,
        )
        self._closed = False
        self._mounts: dict[int, Mount] = {}
        try:
            self._open_all()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Wasi:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the guest's threads and close all descriptors. The guest's calls answer EBADF from now on."""
        self._closed = True
        if "threads" in self.__dict__:
            self.threads.stop(None)
        self.state.fds.close_all()

    @cached_property
    def threads(self) -> ThreadGroup:
        """The guest's threads: few have any."""
        from wasmjit.runtime.wasi.threads import ThreadGroup

        group = ThreadGroup()
        if self._closed:
            group.stop(None)
        return group

    def _spawn(self) -> tuple[FuncType, HostFunction]:
        from wasmjit.runtime.wasi.threads import SPAWN_TYPE

        return SPAWN_TYPE, self.threads.spawn

    def write_error(self, data: bytes) -> None:
        """Write to the guest's standard error, as far as that can be done."""
        try:
            self.state.fds.get(2, rights.FD_WRITE).writev([memoryview(bytearray(data))])
        except (WasiError, OSError):
            return

    def functions(self) -> dict[tuple[str, str], tuple[FuncType, HostFunction]]:
        """Type and implementation of every host call by (module, name).

        The implementations take the calling instance, whose exported "memory" they use, and raw integers.
        They return an errno; `proc_exit` raises `ExitStatus`.
        """
        declare_all_calls()
        calls = {key: (call.type, bind(call, self.state)) for key, call in HOST_CALLS.items()}
        return {**calls, SPAWN: self._spawn()}

    def alternatives(self) -> dict[tuple[str, str], tuple[FuncType, HostFunction]]:
        """Functions that take the place of those of the same name for modules that import them with this type."""
        declare_all_calls()
        return {key: (call.type, bind(call, self.state)) for key, call in ALTERNATIVES.items()}

    def function(self, module: str, name: str) -> tuple[FuncType, HostFunction] | None:
        """One of `functions`, without what the others need; None if there is none of that name."""
        if (module, name) == SPAWN:
            return self._spawn()
        return self._bound(HOST_CALLS, module, name)

    def alternative(self, module: str, name: str) -> tuple[FuncType, HostFunction] | None:
        """One of `alternatives`."""
        return self._bound(ALTERNATIVES, module, name)

    def _bound(
        self, calls: Mapping[tuple[str, str], HostCall], module: str, name: str
    ) -> tuple[FuncType, HostFunction] | None:
        declare_call(name)
        call = calls.get((module, name))
        return None if call is None else (call.type, bind(call, self.state))

    def _open_all(self) -> None:
        fds, config = self.state.fds, self.config
        fds.add(stdin_descriptor(config.stdin))
        fds.add(stdout_descriptor(config.stdout, 1))
        fds.add(stdout_descriptor(config.stderr, 2))
        for preopen in config.preopens():
            fds.add(self._open_directory(preopen))
        if config.listeners:
            from wasmjit.runtime.wasi.hostsocket import HostSocket

            for listener in config.listeners:
                fds.add(HostSocket(listener, owned=False))

    def _open_directory(self, preopen: Preopen) -> Directory:
        name = preopen.guest.encode("utf-8", "surrogateescape")
        if not isinstance(preopen.host, str | bytes | os.PathLike):
            from wasmjit.runtime.wasi.memdir import open_virtual
            from wasmjit.runtime.wasi.memtree import VirtualDir

            tree = preopen.host if isinstance(preopen.host, VirtualDir) else VirtualDir(preopen.host)
            return open_virtual(tree, self._mount(tree), name, read_only=preopen.read_only)
        return _open_host_directory(preopen.host, self.config.resolver, name, read_only=preopen.read_only)

    def _mount(self, tree: VirtualDir) -> Mount:
        """The same device number for the same tree, and the same numbers in every run."""
        from wasmjit.runtime.wasi.memfile import Mount

        known = self._mounts.get(id(tree._volume))
        if known is None:
            dev = _FIRST_DEV + len(self._mounts)
            known = Mount(tree._volume, dev, partial(self.state.clocks.now_ns, CLOCK_REALTIME))
            self._mounts[id(tree._volume)] = known
        return known


_FIRST_DEV = 1 << 48
"""Device numbers of trees in memory begin here, where the host has none."""


def _open_host_directory(path: StrPath, resolver: str, name: bytes, *, read_only: bool) -> Directory:
    from wasmjit.runtime.wasi.hostdir import HostDirectory
    from wasmjit.runtime.wasi.resolve import resolver_named

    host_fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    resolve = resolver_named(resolver)
    return HostDirectory(host_fd, resolve, rights.DIRECTORY, rights.INHERITING, read_only=read_only, preopen_name=name)
