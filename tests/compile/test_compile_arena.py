"""Ranges of the arena: placement, coalescing, release from anywhere, access."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmjit.compile.arena import ARENA_BYTES, Arena, process_arena
from wasmjit.compile.platform import mapping
from wasmjit.errors import LimitError

PAGE = mapping.PAGE_BYTES


def drop(arena: Arena) -> None:
    ctypes.CDLL(None).munmap(ctypes.c_void_p(arena.start), ctypes.c_size_t(arena.size))


def test_first_fit_and_coalescing() -> None:
    arena = Arena(8 * PAGE)
    a, b, c = arena.allocate(1), arena.allocate(2 * PAGE), arena.allocate(PAGE)
    assert [a, b, c] == [arena.start, arena.start + PAGE, arena.start + 3 * PAGE]
    arena.release(b, 2 * PAGE)
    assert arena.allocate(3 * PAGE) == arena.start + 4 * PAGE
    assert arena.allocate(PAGE) == b
    arena.release(a, PAGE)
    arena.release(b, PAGE)
    assert arena.allocate(3 * PAGE) == a
    assert arena.free_bytes == PAGE
    drop(arena)


@given(st.lists(st.one_of(st.integers(1, 5), st.integers(-8, -1)), max_size=60))
def test_ranges_never_overlap_and_all_comes_back(steps: list[int]) -> None:
    arena = Arena(32 * PAGE)
    held: list[tuple[int, int]] = []
    for step in steps:
        if step > 0:
            try:
                held.append((arena.allocate(step * PAGE), step * PAGE))
            except LimitError:
                assert arena.free_bytes < arena.size
        elif held:
            arena.release(*held.pop(step % len(held)))
        ranges = sorted(held)
        assert all(a + size <= b for (a, size), (b, _) in pairwise(ranges))
        assert arena.free_bytes == arena.size - sum(size for _, size in held)
    for range_ in held:
        arena.release(*range_)
    assert arena.allocate(arena.size) == arena.start
    drop(arena)


def test_a_full_arena_is_a_limit() -> None:
    arena = Arena(4 * PAGE)
    arena.allocate(3 * PAGE)
    with pytest.raises(LimitError, match="machine code"):
        arena.allocate(2 * PAGE)
    drop(arena)


def test_released_pages_lose_their_contents() -> None:
    arena = Arena(4 * PAGE)
    address = arena.allocate(PAGE)
    mapping.protect(address, PAGE, mapping.READ_WRITE)
    ctypes.memset(address, 0xCC, PAGE)
    arena.release(address, PAGE)
    assert arena.allocate(PAGE) == address
    mapping.protect(address, PAGE, mapping.READ_WRITE)
    assert ctypes.string_at(address, PAGE) == bytes(PAGE)
    drop(arena)


def test_released_pages_have_no_access(run_script: Callable[..., Any]) -> None:
    done = run_script(
        "import ctypes\nfrom wasmjit.compile.arena import Arena\nfrom wasmjit.compile.platform import mapping\n"
        "arena = Arena(1 << 20); a = arena.allocate(1); mapping.protect(a, 4096, mapping.READ_WRITE)\n"
        "ctypes.string_at(a, 1); arena.release(a, 1); print('released', flush=True); ctypes.string_at(a, 1)"
    )
    assert (done.returncode, done.stdout) == (-11, "released\n")


def test_the_collector_may_release_while_the_lock_is_held() -> None:
    arena = Arena(4 * PAGE)
    address = arena.allocate(PAGE)
    with arena._lock:
        arena.release(address, PAGE)  # would hang if it waited for the lock
    assert arena.free_bytes == arena.size
    drop(arena)


def test_many_threads() -> None:
    arena = Arena(1024 * PAGE)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for i in range(200):
                size = (1 + (i * number) % 7) * PAGE
                address = arena.allocate(size)
                mapping.protect(address, size, mapping.READ_WRITE)
                ctypes.memset(address, number, size)
                assert ctypes.string_at(address, size) == bytes([number]) * size
                arena.release(address, size)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert arena.free_bytes == arena.size
    drop(arena)


def test_the_process_has_one_arena_that_32_bit_displacements_span() -> None:
    gc.collect()
    arena = process_arena()
    assert process_arena() is arena
    assert arena.size <= ARENA_BYTES < 1 << 31
    assert arena.start in arena
    assert arena.end not in arena


def test_a_smaller_arena_where_address_space_is_limited(run_script: Callable[..., Any]) -> None:
    done = run_script(
        "from wasmjit.compile.arena import process_arena\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\nprint(process_arena().size >> 20)"
    )
    assert 64 <= int(done.stdout) <= 1024
