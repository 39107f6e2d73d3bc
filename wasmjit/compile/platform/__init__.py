"""What machine code has to know of the operating system: numbers, structures, and system calls."""

from __future__ import annotations

import os
import sys

from wasmjit.compile.platform.description import Platform
from wasmjit.errors import UnsupportedError
from wasmjit.light import cache

__all__ = ["Platform", "current_platform", "linux_platform", "platform_of", "supports_guard_pages"]


@cache
def current_platform() -> Platform:
    """The description of this machine. Raises `UnsupportedError` where there is none."""
    machine = os.uname().machine if hasattr(os, "uname") else "unknown machine"
    if sys.platform == "linux" and sys.maxsize > 1 << 32:
        return linux_platform(machine)
    raise UnsupportedError(f"machine code on {sys.platform} {machine}")


def linux_platform(arch: str) -> Platform:
    """Linux on a processor, `x86_64` or `aarch64`. Raises `UnsupportedError` for another."""
    if arch == "x86_64":
        from wasmjit.compile.platform.linux_x86_64 import PLATFORM

        return PLATFORM
    if arch == "aarch64":
        from wasmjit.compile.platform.linux_aarch64 import PLATFORM

        return PLATFORM
    raise UnsupportedError(f"machine code on linux {arch}")


def platform_of(elf_machine: int) -> Platform | None:
    """The platform that objects with this number in their header are for, None if there is none."""
    here = current_platform()
    if here.elf_machine == elf_machine:  # nothing is imported: code is made while Python ends, too
        return here
    return next((p for p in map(linux_platform, ("x86_64", "aarch64")) if p.elf_machine == elf_machine), None)


_ENOUGH_ADDRESS_SPACE = 256 << 30
"""Address space for the reservations of some thirty guarded memories."""


def supports_guard_pages() -> bool:
    """Whether memory faults of generated code can be caught here, and there is address space for guard pages."""
    try:
        current_platform()
    except UnsupportedError:
        return False
    from wasmjit.compile.platform.mapping import address_space_limit

    return address_space_limit() >= _ENOUGH_ADDRESS_SPACE
