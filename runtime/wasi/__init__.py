"""WASI preview 1: the system interface of guests, over the host's own.

`Wasi(WasiConfig(...)).functions()` gives the host calls. Which file does what::

    config     what a guest is given             wasi      opens it, binds the calls to it (state)
    registry   declaration and call wrapper      errno, rights, layout, memory   numbers, records, guest memory
    args environ clock random sched proc         the host calls, by prefix
    fd fdstat fddir path poll sock socknet sockinfo
    descriptor fdtable                           what a descriptor can be, and the guest's table of them
    hostfile hostdir hostsocket stream stdio     the kinds
    memtree memwalk memfile memdir               directories in memory
    network sockaddr sockopt                     what own sockets may reach, their addresses and options
    resolve syscalls                             paths that can't leave their directory
    clocks entropy                               sources of time and random bytes
"""

from __future__ import annotations

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.config import Preopen, WasiConfig
    from wasmjit.runtime.wasi.memtree import Symlink, VirtualDir
    from wasmjit.runtime.wasi.wasi import Wasi

__all__ = ["Preopen", "Symlink", "VirtualDir", "Wasi", "WasiConfig"]

_HOMES = {"Preopen": "config", "WasiConfig": "config", "Symlink": "memtree", "VirtualDir": "memtree", "Wasi": "wasi"}


def __getattr__(name: str) -> object:
    """Import what a public name stands for: a program's start does without directories in memory."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
