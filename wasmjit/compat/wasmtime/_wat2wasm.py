"""WebAssembly text."""

from __future__ import annotations

from wasmjit.api.wat import wat_to_wasm
from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.errors import MalformedError


def wat2wasm(wat: str | bytes) -> bytearray:
    """A module in the binary format. Raises WasmtimeError for text that is wrong, or without `wasmjit[wat]`."""
    try:
        return bytearray(wat_to_wasm(wat if isinstance(wat, str) else bytes(wat)))
    except (MalformedError, ImportError) as error:
        raise WasmtimeError(str(error)) from error


def to_wasm_bytes(wasm: str | bytes | bytearray | memoryview) -> bytes:
    """A module in the binary format, from that or from text. Raises TypeError for anything else."""
    if isinstance(wasm, str) or (isinstance(wasm, bytes) and wasm and wasm[0]):
        return bytes(wat2wasm(wasm))
    if not isinstance(wasm, bytes | bytearray | memoryview):
        raise TypeError("expected wasm bytes")
    return bytes(wasm)
