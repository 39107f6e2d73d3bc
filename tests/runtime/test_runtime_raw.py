"""Memory by address, and the registry of addresses."""

from __future__ import annotations

import ctypes
import gc
import mmap

import pytest

from wasmjit.runtime.raw import SPACE, Block, address_of, read_word, write_word
from wasmjit.runtime.registry import AddressMap


@pytest.mark.parametrize("size", [0, 1, 8, 9, 16, 500, 513, 1 << 20])
def test_blocks_are_zeroed_and_aligned(size: int) -> None:
    blocks = [Block(size) for _ in range(5)]
    assert all(block.address % 16 == 0 for block in blocks)
    assert all(block.words.nbytes >= max(size, 8) for block in blocks)
    assert not any(any(block.words) for block in blocks)


def test_words_and_space_are_the_same_memory() -> None:
    block = Block(32)
    block.words[2] = 0xFEDC_BA98_7654_3210
    assert read_word(block.address + 16) == 0xFEDC_BA98_7654_3210
    write_word(block.address + 8, (1 << 64) - 1)
    assert block.words[1] == (1 << 64) - 1
    assert SPACE[block.address + 16 : block.address + 18] == b"\x10\x32"


def test_a_block_lives_as_long_as_its_words() -> None:
    words = Block(64).words
    words[0] = 42
    garbage = [Block(64) for _ in range(100)]
    assert words[0] == 42 and len(garbage) == 100


@pytest.mark.parametrize(
    "wrap", [bytes, memoryview, lambda data: memoryview(data)[3:], lambda data: memoryview(data)[:0]]
)
def test_address_of_read_only_data(wrap: object) -> None:
    data = wrap(b"0123456789")  # type: ignore[operator]
    assert ctypes.string_at(address_of(data), len(data)) == bytes(data)


def test_address_of_a_mapping() -> None:
    with mmap.mmap(-1, 8192) as mapping:
        mapping[:3] = b"abc"
        view = memoryview(mapping)
        assert ctypes.string_at(address_of(view), 3) == b"abc"
        view.release()


class Thing:
    pass


def test_address_map_does_not_keep_its_objects() -> None:
    things: AddressMap[Thing] = AddressMap()
    thing = Thing()
    reference = things.add(16, thing)
    assert things.find(16) is thing and reference() is thing
    del thing
    assert things.find(16) is None and not things.refs


def test_an_address_can_be_used_again() -> None:
    things: AddressMap[Thing] = AddressMap()
    old, new = Thing(), Thing()
    things.add(16, old)
    things.add(16, new)
    del old
    gc.collect()
    assert things.find(16) is new
