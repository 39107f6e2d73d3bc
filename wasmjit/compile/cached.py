"""Images made of IR text, kept in the cache: a process that finds its images there never loads LLVM."""

from __future__ import annotations

from wasmjit.cache.digest import key_of
from wasmjit.cache.entries import read_entry, write_entry
from wasmjit.cache.identity import compiler_identity, cpu_identity
from wasmjit.light import Callable

_KIND = "object"


def cached_image(name: str, make_ir: Callable[[], str], opt: str = "0") -> bytes | memoryview:
    """The image (image.py) of the object that LLVM makes of some IR for this machine's processor at level `opt`.

    For code that does not depend on a module: support, trampolines, wrappers. `name` says which; what the IR is made
    from besides is the compiler itself. Raises as `llvm.object.compile_ir`.
    """
    key = key_of(compiler_identity(), cpu_identity(), opt, name)
    found = read_entry(_KIND, key)
    if found is not None:
        return found
    from wasmjit.compile.image import link_image
    from wasmjit.compile.llvm.object import CodegenSettings, compile_ir

    data = link_image(compile_ir(make_ir(), CodegenSettings(opt)))
    write_entry(_KIND, key, data)
    return data
