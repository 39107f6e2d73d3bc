"""Compiled files: what is written can be read, and damage is found."""

from __future__ import annotations

import pytest

from wasmjit.compile.artifact import CompiledModule, is_artifact, read_artifact, write_artifact
from wasmjit.errors import ArtifactError

COMPILED = CompiledModule(b"code", b"debug", "2", True, "x86_64-unknown-linux-gnu", "znver3", ("avx2", "sse4.1"))


def test_round_trip() -> None:
    data = write_artifact(b"\0asm", COMPILED)
    assert is_artifact(data)
    artifact = read_artifact(data)
    assert artifact.module == b"\0asm"
    assert artifact.compiled == COMPILED


def test_a_module_is_no_artifact() -> None:
    assert not is_artifact(b"\0asm\1\0\0\0")
    assert not is_artifact(b"")


def test_any_changed_byte_or_cut_is_found() -> None:
    data = write_artifact(b"\0asm", COMPILED)
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1
        with pytest.raises(ArtifactError):
            read_artifact(bytes(damaged))
    for length in range(0, len(data), 7):
        with pytest.raises(ArtifactError):
            read_artifact(data[:length])
