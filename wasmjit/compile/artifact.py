r"""The file that `wasmjit compile` writes: the module with its machine code, to run without compiling.

::

    magic  b"\0wasmjit"
    size   LEB128, then that many bytes of JSON: versions, target, settings, sizes of what follows
    module bytes, objects
    SHA-256 of everything before it

An artifact is native code: running one means trusting who made it, as with any executable. The digest finds damage,
not malice.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

import leb128

from wasmjit.errors import ArtifactError

MAGIC = b"\0wasmjit"
FORMAT = 1
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class CompiledModule:
    """Relocatable objects of one module, and what they were made for.

    `features` are the CPU features that the code may use; `guard` says that it relies on guard pages.
    """

    objects: tuple[bytes, ...]
    opt: str
    guard: bool
    triple: str
    cpu: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """What an artifact holds."""

    module: bytes
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
        "sizes": [len(module), *map(len, compiled.objects)],
    }
    text = json.dumps(header).encode()
    data = b"".join([MAGIC, bytes(leb128.u.encode(len(text))), text, bytes(module), *compiled.objects])
    return data + hashlib.sha256(data).digest()


def read_artifact(data: bytes) -> Artifact:
    """Check and take apart an artifact. Raises `ArtifactError` for one that is damaged or of another format."""
    if not is_artifact(data) or hashlib.sha256(data[:-_DIGEST_BYTES]).digest() != data[-_DIGEST_BYTES:]:
        raise ArtifactError("the compiled file is damaged; compile the module again")
    stream = io.BytesIO(data)
    stream.seek(len(MAGIC))
    header: dict[str, Any] = json.loads(stream.read(leb128.u.decode_reader(stream)[0]))
    if header["format"] != FORMAT:
        raise ArtifactError(f"the compiled file has format {header['format']}, this version reads {FORMAT}")
    module, *objects = [stream.read(size) for size in header["sizes"]]
    return Artifact(
        module,
        CompiledModule(
            objects=tuple(objects),
            opt=header["opt"],
            guard=header["guard"],
            triple=header["triple"],
            cpu=header["cpu"],
            features=tuple(header["features"]),
        ),
    )
