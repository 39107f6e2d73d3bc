import gc
import struct

import pytest

from wasmjit import Engine, Instance, Limits, Memory, MemType, Module, Store

PAGE = 65536


@pytest.fixture
def memory(store: Store) -> Memory:
    return Memory(store, 1, 3)


def test_size_and_type(memory: Memory) -> None:
    assert (memory.size, len(memory), memory.type) == (1, PAGE, MemType(Limits(1, 3)))
    assert memory.grow(1) == 1
    assert (memory.size, len(memory), memory.type) == (2, 2 * PAGE, MemType(Limits(2, 3)))
    assert memory.grow(0) == 2


@pytest.mark.parametrize("pages", [3, -1, 1 << 40])
def test_grow_past_the_limits(memory: Memory, pages: int) -> None:
    with pytest.raises(ValueError, match=rf"memory of type \(memory 1 3\) can't grow by {pages} pages"):
        memory.grow(pages)
    assert memory.size == 1


@pytest.mark.parametrize(("min", "max"), [(-1, None), (2, 1), (0, 65537), (65537, None), (-2, -1)])
def test_wrong_limits(store: Store, min: int, max: int | None) -> None:
    with pytest.raises(ValueError, match="0 <= min <= max <= 65536 pages"):
        Memory(store, min, max)


def test_read_and_write(memory: Memory) -> None:
    memory.write(10, b"hello")
    assert memory.read(10, 5) == b"hello"
    assert memory.read(9, 7) == b"\0hello\0"
    memory.write(PAGE - 2, bytearray(b"xy"))
    memory.write(0, memoryview(b"abcd")[::2].tobytes())
    assert memory.read(PAGE - 2, 2) == b"xy"
    assert memory.read(PAGE, 0) == b""


def test_indexing(memory: Memory) -> None:
    memory[3] = 255
    assert memory[3] == 255
    memory[4:7] = b"abc"
    assert memory[3:7] == b"\xffabc"
    assert memory[:4] == b"\0\0\0\xff"
    assert memory[PAGE - 1 :] == b"\0"
    assert len(memory[:]) == PAGE
    assert memory[5:5] == b""


@pytest.mark.parametrize("index", [PAGE, -1, 1 << 70])
def test_index_out_of_bounds(memory: Memory, index: int) -> None:
    with pytest.raises(IndexError, match="not inside a memory of 65536 bytes"):
        memory[index]
    with pytest.raises(IndexError):
        memory[index] = 1
    with pytest.raises(IndexError):
        memory.read(index, 1)
    with pytest.raises(IndexError):
        memory.write(index, b"x")


@pytest.mark.parametrize(("start", "stop"), [(0, PAGE + 1), (-2, 1), (5, 4), (PAGE + 1, None), (None, -1)])
def test_slice_out_of_bounds(memory: Memory, start: int | None, stop: int | None) -> None:
    with pytest.raises(IndexError):
        memory[start:stop]
    with pytest.raises(IndexError):
        memory[start:stop] = b""


def test_a_write_out_of_bounds_writes_nothing(memory: Memory) -> None:
    with pytest.raises(IndexError):
        memory.write(PAGE - 1, b"xy")
    assert memory[PAGE - 1] == 0


def test_wrong_values(memory: Memory) -> None:
    with pytest.raises(ValueError, match="3 bytes are needed, not 2"):
        memory[0:3] = b"ab"
    with pytest.raises(ValueError, match="no step"):
        memory[0:4:2]
    with pytest.raises(TypeError, match="a byte is an int, not bytes"):
        memory[0] = b"a"
    with pytest.raises(TypeError, match="takes bytes"):
        memory[0:1] = 7
    with pytest.raises(ValueError, match="256"):
        memory[0] = 256
    with pytest.raises(TypeError):
        memory["0"]  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        memory.write(0, "text")  # type: ignore[arg-type]


def test_view_is_no_copy_and_survives(store: Store) -> None:
    memory = Memory(store, 1)
    view = memory.view()
    assert (view.nbytes, view.format, view.readonly) == (PAGE, "B", False)
    view[7] = 9
    assert memory[7] == 9
    memory.grow(1)
    memory[7] = 10
    assert view[7] == 10
    del memory
    assert view[7] == 10


def test_shared_with_an_instance(store: Store, engine: Engine) -> None:
    text = """(module (import "" "m" (memory 1)) (export "out" (memory 0))
      (func (export "f") (i32.store8 (i32.const 5) (i32.const 6))))"""
    memory = Memory(store, 1)
    instance = Instance(store, Module(engine, text), [memory])
    instance.f()
    assert memory[5] == 6
    assert instance.out == memory
    assert hash(instance.out) == hash(memory)
    assert instance.out != Memory(store, 1)
    assert instance.out.store == store


def test_repr(memory: Memory) -> None:
    assert repr(memory).startswith("<Memory of 1 pages at 0x")


def test_addresses_and_page_sizes(store: Store) -> None:
    memory = Memory(store, 1, 1 << 20, address="i64")
    assert str(memory.type) == "memory i64 1 1048576"
    bytewise = Memory(store, 3, 5, page_size=1)
    assert (len(bytewise), bytewise.grow(2), len(bytewise)) == (3, 3, 5)
    assert str(bytewise.type) == "memory 5 5 (pagesize 1)"
    with pytest.raises(IndexError):
        bytewise[5]
    with pytest.raises(ValueError, match="page_size must be 1 or 65536, not 2"):
        Memory(store, 1, page_size=2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="address must be 'i32' or 'i64', not 'i16'"):
        Memory(store, 1, address="i16")  # type: ignore[arg-type]


# --- buffers, numbers, text


def make(pages: int = 1, maximum: int | None = 3) -> Memory:
    return Memory(Store(Engine(opt=0)), pages, maximum)


def test_memory_is_a_buffer() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    memory = make()
    view = memoryview(memory)
    array = numpy.frombuffer(memory, dtype="<u4")
    assert (view.nbytes, view.readonly, array.size) == (65536, False, 16384)
    array[2] = 0x04030201
    assert memory[8:12] == b"\1\2\3\4" == bytes(view[8:12])
    memory.grow(2)
    array[3] = 7
    assert memory[12] == 7 and len(memoryview(memory)) == 3 * 65536
    assert bytes(memory[:4]) == bytes(4) and bytearray(memory)[8:12] == b"\1\2\3\4"


def test_views_outlive_the_memory() -> None:
    memory = make()
    memory[5] = 9
    views = [memoryview(memory), memory.view("h", 4, 3)]
    del memory
    gc.collect()
    assert views[0][5] == 9 and views[1].tolist() == [0x0900, 0, 0]


def test_typed_views() -> None:
    memory = make()
    memory.view("d", 16, 2)[1] = 1.5
    assert memory.unpack("dd", 16) == (0.0, 1.5)
    assert memory.view("i").nbytes == 65536 and len(memory.view("q", 65533)) == 0
    for arguments in (("i", 65536 - 4, 2), ("b", -1, 1), ("b", 65537), ("b", 0, -1)):
        with pytest.raises(IndexError):
            memory.view(*arguments)
    with pytest.raises(ValueError, match="format must be one of"):
        memory.view("z")


def test_structures() -> None:
    memory = make()
    memory.pack("IhB", 100, 1, -2, 3)
    assert memory.read(100, 7) == b"\1\0\0\0\xfe\xff\3"
    assert memory.unpack("IhB", 100) == (1, -2, 3)
    assert memory.unpack(">I", 100) == (0x01000000,)
    with pytest.raises(IndexError):
        memory.unpack("Q", 65530)
    with pytest.raises(IndexError):
        memory.pack("Q", 65530, 1)
    with pytest.raises(struct.error):
        memory.pack("B", 0, 256)


def test_text() -> None:
    memory = make()
    assert memory.write_string(10, "grün") == 6
    assert (memory.read_string(10), memory.read_string(10, 2)) == ("grün", "gr")
    assert memory.write_string(65533, "abc", terminated=False) == 3
    with pytest.raises(IndexError, match="no zero byte"):
        memory.read_string(65533)
    with pytest.raises(IndexError):
        memory.read_string(65536)
    with pytest.raises(UnicodeDecodeError):
        memory.read_string(12, 1)
    long = "x" * 1000
    memory.write_string(1000, long, "utf-16-le")
    assert memory.read_string(1000, 2000, "utf-16-le") == long
    memory.write_string(1000, long)
    assert memory.read_string(1000) == long
