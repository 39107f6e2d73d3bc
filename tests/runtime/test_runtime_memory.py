"""Linear memories and the address space that they lie in."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wasmjit.abi.layout import DEF_BASE, DEF_LENGTH
from wasmjit.errors import LimitError, Trap
from wasmjit.runtime import reservation
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.runtime.raw import read_word
from wasmjit.wasm.types import Limits, MemType

PAGE = 65536


def memory(store: Any, minimum: int, maximum: int | None = None) -> MemoryInstance:
    return MemoryInstance(store, MemType(Limits(minimum, maximum)))


def test_definition_is_what_generated_code_reads(store: Any) -> None:
    m = memory(store, 2, 4)
    assert read_word(m.definition + DEF_BASE) == m.base
    assert read_word(m.definition + DEF_LENGTH) == 2 * PAGE
    assert m.grow(1) == 2
    assert read_word(m.definition + DEF_BASE) == m.base
    assert read_word(m.definition + DEF_LENGTH) == 3 * PAGE


def test_type_has_the_current_size(store: Any) -> None:
    m = memory(store, 1, 3)
    m.grow(1)
    assert m.type == MemType(Limits(2, 3))
    assert memory(store, 0).type == MemType(Limits(0, None))


def test_grow_stops_at_the_maximum(store: Any) -> None:
    m = memory(store, 1, 3)
    assert m.grow(3) == -1
    assert m.grow(2) == 1
    assert m.grow(0) == 3
    assert m.grow(1) == -1
    assert m.pages == 3
    m.write(3 * PAGE - 1, b"x")


def test_grow_without_a_maximum_stops_at_4_gib(store: Any) -> None:
    m = memory(store, 0)
    assert m.grow(65537) == -1
    assert m.grow(65535) == 0
    m.write(65535 * PAGE - 1, b"x")
    assert m.grow(1) == 65535
    m.write(65536 * PAGE - 1, b"y")
    assert m.grow(1) == -1


def test_grow_by_less_than_nothing_is_an_error(store: Any) -> None:
    with pytest.raises(ValueError, match="shrink"):
        memory(store, 1).grow(-1)


def test_empty_memory(store: Any) -> None:
    m = memory(store, 0, 0)
    assert (m.size_bytes, m.read(0, 0), len(m.view())) == (0, b"", 0)
    assert m.grow(1) == -1
    with pytest.raises(Trap, match="out of bounds memory access"):
        m.read(0, 1)


@pytest.mark.parametrize(("offset", "size"), [(PAGE, 1), (PAGE - 1, 2), (-1, 1), (0, PAGE + 1), (1, -1), (1 << 70, 1)])
def test_read_out_of_bounds_traps(store: Any, offset: int, size: int) -> None:
    with pytest.raises(Trap) as caught:
        memory(store, 1).read(offset, size)
    assert caught.value.code == "memory_out_of_bounds"


def test_write_out_of_bounds_writes_nothing(store: Any) -> None:
    m = memory(store, 1)
    with pytest.raises(Trap):
        m.write(PAGE - 2, b"abc")
    assert m.read(PAGE - 2, 2) == b"\0\0"
    m.write(PAGE - 2, memoryview(b"ab"))
    m.write(0, bytearray(b"c"))
    assert m.read(PAGE - 2, 2) == b"ab" and m.read(0, 1) == b"c"
    m.write(PAGE, b"")


def test_views_are_the_memory(store: Any) -> None:
    m = memory(store, 1)
    view = m.view()
    view[10:13] = b"abc"
    assert m.read(10, 3) == b"abc"
    m.write(11, b"x")
    assert bytes(view[10:13]) == b"axc"
    assert (view.format, view.readonly, view.nbytes) == ("B", False, PAGE)
    m.grow(1)
    assert len(view) == PAGE and len(m.view()) == 2 * PAGE


def test_too_many_pages_are_a_limit_error(store: Any) -> None:
    with pytest.raises(LimitError):
        memory(store, 65537)


def test_address_space_is_freed_with_the_last_reference(store: Any) -> None:
    m = memory(store, 1)
    base = m.base
    assert reservation.find_reservation(base) == base
    del m
    assert reservation.find_reservation(base) is None


def test_a_view_keeps_the_address_space(store: Any) -> None:
    m = memory(store, 1)
    base, part = m.base, m.view()[100:200]
    del m
    part[0] = 7
    assert reservation.find_reservation(base) == base
    del part
    assert reservation.find_reservation(base) is None


def test_finalisers_of_a_cycle_can_still_use_the_memory(store: Any) -> None:
    class Owner:
        def __init__(self) -> None:
            self.memory = memory(store, 1)
            self.itself = self

        def __del__(self) -> None:
            self.memory.write(5, b"z")
            seen.append(self.memory.read(5, 1))

    seen: list[bytes] = []
    base = Owner().memory.base
    gc.collect()
    assert seen == [b"z"]
    assert reservation.find_reservation(base) is None


def test_find_reservation(store: Any) -> None:
    memories = [memory(store, 1, 1) for _ in range(5)]
    for m in memories:
        size = reservation._sizes[m.base]
        assert reservation.find_reservation(m.base + size - 1) == m.base
        assert reservation.find_reservation(m.base + size) != m.base
        assert reservation.find_reservation(m.base - 1) != m.base
    assert reservation.find_reservation(0) is None


def test_garbage_makes_room_for_a_reservation(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reservation.empty_pools()

    class Cycle:
        def __init__(self) -> None:
            self.memory = memory(store, 1)
            self.itself = self

    gc.collect()
    garbage = weakref.ref(Cycle())
    map_memory = reservation.libc.map_memory
    monkeypatch.setattr(
        reservation.libc, "map_memory", lambda *args: None if garbage() is not None else map_memory(*args)
    )
    assert memory(store, 1).pages == 1
    assert garbage() is None


def test_no_address_space_is_a_memory_error(rt_script: Callable[..., str]) -> None:
    script = """
import gc, os
from wasmjit.runtime.memory import MemoryInstance
from wasmjit.wasm.types import Limits, MemType
store = new_store()
one = MemoryInstance(store, MemType(Limits(1)))
used = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), used + (1 << 30)))
try:
    MemoryInstance(store, MemType(Limits(1)))
except MemoryError as error:
    print(error)
print(one.grow(1), one.grow(60000), one.pages)
"""
    assert rt_script(script) == "no address space for 0x200010000 bytes\n1 2 60002\n"


def advice(address: int) -> list[str]:
    """The flags of the mapping that an address is in, as the kernel names them."""
    found = False
    with open("/proc/self/smaps") as smaps:
        for line in smaps:
            name, _, rest = line.partition(" ")
            if "-" in name and not name.endswith(":"):
                start, end = (int(bound, 16) for bound in name.split("-"))
                found = start <= address < end
            elif found and name == "VmFlags:":
                return rest.split()
    return []


@pytest.mark.skipif(
    not Path("/sys/kernel/mm/transparent_hugepage").is_dir(), reason="the kernel has no transparent large pages"
)
def test_large_growth_asks_for_large_pages(store: Any) -> None:
    m = memory(store, 1)
    m.grow(1)
    m.grow(reservation.HUGE_BYTES // PAGE)
    assert "hg" not in advice(m.base + PAGE)
    assert "hg" in advice(m.base + 3 * PAGE)
