"""Whatever the bytes, decoding ends, in a module or in a WasmError whose offset lies in the data."""

from __future__ import annotations

import leb128
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmjit.binary import decode_body, decode_module, features_used, list_sections, read_names
from wasmjit.binary.printer import print_instr
from wasmjit.errors import MalformedError, WasmError

HEADER = b"\0asm\1\0\0\0"

BRANCHES = (
    "01 02 7e 02 40 03 7f 41 80 01 04 40 0c 01 05 0e 02 00 01 02 0b 28 02 90 01 0b 1a 0b"
    "fc 08 00 00 fc 09 01 10 80 00 0b"
)
VECTORS = "00 fd 0c 000102030405060708090a0b0c0d0e0f fd 15 03 1a 42 7f 43 00 00 c0 40 0b"


def sized(text: str) -> str:
    """Hexadecimal text of fewer than 128 bytes, their number in front."""
    return f"{len(bytes.fromhex(text)):02x} {text}"


SECTIONS = [
    (1, "02 60 00 00 60 01 7f 01 7b"),
    (2, "03 01 61 01 66 00 00 01 61 01 67 03 7f 00 01 61 01 74 01 70 00 01"),
    (3, "02 00 01"),
    (4, "01 6f 00 05"),
    (5, "01 00 01"),
    (6, "02 7f 01 41 07 0b 70 00 d0 70 0b"),
    (7, "02 01 66 00 01 02 6d 6d 02 00"),
    (8, "01"),
    (9, "02 00 41 00 0b 02 00 01 05 70 02 d2 00 0b d2 80 00 0b"),
    (12, "02"),
    (10, "02" + sized(BRANCHES) + sized(VECTORS)),
    (11, "02 00 41 00 0b 01 61 01 01 62"),
    (0, "04 6e616d65 00 02 01 6d 01 04 01 00 01 66"),
]

SEED = HEADER + b"".join(bytes([id]) + bytes.fromhex(sized(text)) for id, text in SECTIONS)


def decode_everything(data: bytes) -> None:
    """All that the decoder offers, on one input."""
    module = decode_module(data)
    names = read_names(module)
    assert isinstance(names.function(0), str | None)
    assert sum(s.end - s.start for s in list_sections(module)) < len(data)
    for funcidx in range(module.num_imported_funcs, len(module.func_typeidxs)):
        for code, imm, offset in decode_body(module, funcidx).instrs:
            assert 0 < offset < len(data)
            assert print_instr(code, imm)
    features_used(module)


def survive(data: bytes) -> None:
    for view in (data, memoryview(data)):
        try:
            decode_everything(view)
        except MalformedError as error:
            assert error.offset is not None and 0 <= error.offset <= len(data)
        except WasmError:
            pass


@given(st.binary(max_size=200))
def test_random_bytes(data):
    survive(data)
    survive(HEADER + data)


@given(st.lists(st.tuples(st.integers(0, 14), st.binary(max_size=30)), max_size=6))
def test_random_sections(sections):
    survive(HEADER + b"".join(bytes([id]) + leb128.u.encode(len(content)) + content for id, content in sections))


@given(st.binary(max_size=60))
def test_random_bodies(code):
    body = leb128.u.encode(len(code)) + code
    content = b"\x01" + body
    prologue = HEADER + b"\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0c\x01\x00\x0a"
    survive(prologue + leb128.u.encode(len(content)) + content)


@settings(max_examples=300)
@given(st.data())
def test_mutated_modules(data):
    module = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(module) - 1))
        module[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    survive(bytes(module))


def test_every_truncation():
    for size in range(len(SEED)):
        survive(SEED[:size])


def test_every_byte_changed():
    for at in range(8, len(SEED)):
        for byte in (0x00, 0x7F, 0x80, 0xFF, SEED[at] ^ 1):
            survive(SEED[:at] + bytes([byte]) + SEED[at + 1 :])


def test_the_seed_is_well_formed():
    decode_everything(SEED)
