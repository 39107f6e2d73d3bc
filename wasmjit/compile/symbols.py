"""Names in the code that all modules share: what is asked for by them is found without making it again."""

from __future__ import annotations

MAX_PREVIOUS = 8
"""Signal handlers of others that are remembered, for each signal (fault_ir.py)."""


def enter_symbol(key: str) -> str:
    """Name of the `enter` trampoline of a signature key."""
    return f"enter.{key}"


def thunk_symbol(key: str) -> str:
    """Name of the host thunk of a signature key."""
    return f"thunk.{key}"


def builtin_symbol(key: str) -> str:
    """Name of the vectorcall function of a signature key."""
    return f"builtin.{key}"


def host_symbol(key: str) -> str:
    """Name of the native host thunk of a signature key."""
    return f"host.{key}"


def is_direct(key: str) -> bool:
    """Whether a signature key has functions that call Python's C API (boundary_ir.py)."""
    return "r" not in key


def libcall_symbol(index: int) -> str:
    """Name of the native function that calls the Python function of a libcall."""
    return f"wj_libcall.{index}"
