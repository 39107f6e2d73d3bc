r"""The file that `wasmjit compile` writes: the module with its machine code, to run without compiling.

::

    magic  b"\0wasmjit"
    size   8 bytes, then that many bytes of JSON: versions, target, settings, sizes of what follows
    module bytes, code, debug information
    digest of everything before it

An artifact is native code: running one means trusting who made it, as with any executable. The digest finds damage,
not malice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wasmjit.cache.digest import DIGEST_BYTES, digest
from wasmjit.errors import ArtifactError

MAGIC = b"\0wasmjit"
FORMAT = 3
_SIZE_BYTES = 8


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """The code of one module (a pack, pack.py) and its debug information, and what they were made for.

    `features` are the CPU features that the code may use; `guard` says that it relies on guard pages, `fuel` that it
    consumes fuel; `machine` identifies the processor where it is the one that compiled.
    """

    code: bytes | memoryview
    debug: bytes | memoryview
    opt: str
    guard: bool
    triple: str
    cpu: str
    features: tuple[str, ...]
    fuel: bool = False
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """What an artifact holds."""

    module: bytes | memoryview
    compiled: CompiledModule


def is_artifact(data: bytes | memoryview) -> bool:
    """Whether a file's first bytes say that it is an artifact."""
    return bytes(data[: len(MAGIC)]) == MAGIC


def write_artifact(module: bytes | memoryview, compiled: CompiledModule) -> bytes:
    """The file's contents."""
    header = {
        "format": FORMAT,
        "triple": compiled.triple,
        "cpu": compiled.cpu,
        "features": list(compiled.features),
        "opt": compiled.opt,
        "guard": compiled.guard,
        "fuel": compiled.fuel,
        "machine": compiled.machine,
        "sizes": [len(module), len(compiled.code), len(compiled.debug)],
    }
    text = json.dumps(header).encode()
    size = len(text).to_bytes(_SIZE_BYTES, "little")
    data = b"".join([MAGIC, size, text, module, compiled.code, compiled.debug])
    return data + digest(data)


def read_artifact(data: bytes | memoryview) -> Artifact:
    """Check and take apart an artifact. Raises `ArtifactError` for one that is damaged or of another format."""
    view = memoryview(data)
    if not is_artifact(view) or digest(view[:-DIGEST_BYTES]) != view[-DIGEST_BYTES:]:
        raise ArtifactError("the compiled file is damaged; compile the module again")
    start = len(MAGIC) + _SIZE_BYTES
    end = start + int.from_bytes(view[len(MAGIC) : start], "little")
    header: dict[str, Any] = json.loads(bytes(view[start:end]))
    if header["format"] != FORMAT:
        raise ArtifactError(f"the compiled file has format {header['format']}, this version reads {FORMAT}")
    module, code, debug = _slices(view, end, header["sizes"])
    return Artifact(
        module,
        CompiledModule(
            code=code,
            debug=debug,
            opt=header["opt"],
            guard=header["guard"],
            fuel=header["fuel"],
            triple=header["triple"],
            cpu=header["cpu"],
            features=tuple(header["features"]),
            machine=header["machine"],
        ),
    )


def _slices(data: memoryview, start: int, sizes: list[int]) -> list[memoryview]:
    slices: list[memoryview] = []
    for size in sizes:
        slices.append(data[start : start + size])
        start += size
    return slices
