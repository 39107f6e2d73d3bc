r"""The file that `wasmjit compile` writes: the module with its machine code, to run without compiling.

::

    magic  b"\0wasmjit"
    size   LEB128, then that many bytes of JSON: versions, target, settings, sizes of what follows
    module bytes, code, debug information
    digest of everything before it

An artifact is native code: running one means trusting who made it, as with any executable. The digest finds damage,
not malice.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import leb128

from wasmjit.cache.digest import DIGEST_BYTES, digest
from wasmjit.errors import ArtifactError

MAGIC = b"\0wasmjit"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """The code of one module (a pack, pack.py) and its debug information, and what they were made for.

    `features` are the CPU features that the code may use; `guard` says that it relies on guard pages, `fuel` that it
    consumes fuel.
    """

    code: bytes | memoryview
    debug: bytes | memoryview
    opt: str
    guard: bool
    triple: str
    cpu: str
    features: tuple[str, ...]
    fuel: bool = False


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
        "sizes": [len(module), len(compiled.code), len(compiled.debug)],
    }
    text = json.dumps(header).encode()
    data = b"".join([MAGIC, bytes(leb128.u.encode(len(text))), text, module, compiled.code, compiled.debug])
    return data + digest(data)


def read_artifact(data: bytes) -> Artifact:
    """Check and take apart an artifact. Raises `ArtifactError` for one that is damaged or of another format."""
    if not is_artifact(data) or digest(memoryview(data)[:-DIGEST_BYTES]) != data[-DIGEST_BYTES:]:
        raise ArtifactError("the compiled file is damaged; compile the module again")
    stream = io.BytesIO(data)
    stream.seek(len(MAGIC))
    header: dict[str, Any] = json.loads(stream.read(leb128.u.decode_reader(stream)[0]))
    if header["format"] != FORMAT:
        raise ArtifactError(f"the compiled file has format {header['format']}, this version reads {FORMAT}")
    module, code, debug = _slices(memoryview(data), stream.tell(), header["sizes"])
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
        ),
    )


def _slices(data: memoryview, start: int, sizes: list[int]) -> list[memoryview]:
    slices: list[memoryview] = []
    for size in sizes:
        slices.append(data[start : start + size])
        start += size
    return slices
