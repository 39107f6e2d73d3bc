"""Decoded modules, kept on disk: a module that has been opened before is neither decoded nor validated again."""

from __future__ import annotations

from wasmjit.cache.digest import key_of
from wasmjit.cache.entries import read_entry, write_entry
from wasmjit.cache.identity import compiler_identity

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from wasmjit.compile.statistics import Watch
    from wasmjit.wasm.module import Module

_KIND = "module"


def decode_valid(data: bytes | memoryview, digest: bytes | None, watch: Watch) -> Module:
    """A module whose bytes are known to be valid, but for function bodies; it comes from the cache if it can.

    `digest` is that of the bytes, None to use no cache; `watch` gets the time. Raises what decoding and validation
    raise.
    """
    if digest is None:
        return _decode(data, watch)
    key = key_of(compiler_identity(), digest)
    saved = read_entry(_KIND, key)
    if saved is not None:
        from wasmjit.wasm.saved import load_module

        module = load_module(saved, data)
        watch.lap("cache_read")
        return module
    module = _decode(data, watch)
    from wasmjit.wasm.saved import save_module

    write_entry(_KIND, key, save_module(module))
    watch.lap("cache_write")
    return module


def _decode(data: bytes | memoryview, watch: Watch) -> Module:
    from wasmjit.binary.module import decode_module
    from wasmjit.validate.module import validate_module

    module = decode_module(data)
    watch.lap("open")
    validate_module(module)
    watch.lap("validate")
    return module
