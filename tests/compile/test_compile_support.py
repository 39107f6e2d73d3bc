"""Traps, stack limits, nesting, threads: the native support at work on hand-written functions."""

from __future__ import annotations

import ctypes
import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from wasmjit.abi import layout
from wasmjit.abi.libcalls import Libcall
from wasmjit.abi.traps import TrapCode
from wasmjit.compile import relocate_aarch64
from wasmjit.compile.elf import SHF_ALLOC, ElfObject
from wasmjit.compile.llvm.object import CodegenSettings, compile_ir
from wasmjit.compile.loader import LoadedObject
from wasmjit.compile.platform import current_platform, linux_aarch64, mapping
from wasmjit.compile.python_ir import python_ir
from wasmjit.compile.support import compile_support, native_support
from wasmjit.compile.support_ir import support_ir
from wasmjit.compile.symbols import is_direct
from wasmjit.compile.trampolines import trampolines_ir

KEYS = [":", "iIfFv:vFfIi", "iIfFvr:rvFfIi", "v" * 20 + ":" + "v" * 3, "f:f", "v:v"]
SYMBOLS = [f"{kind}.{key}" for kind in ("enter", "thunk") for key in KEYS]
SYMBOLS += [f"{kind}.{key}" for kind in ("builtin", "host") for key in KEYS if is_direct(key)]
PAGE = mapping.PAGE_BYTES
ARM = linux_aarch64.PLATFORM


# --- faults


@pytest.mark.parametrize("opt", ["0", "2"])
def test_a_fault_is_a_trap_with_its_place(harness: Any, guest: Callable[..., Any], opt: str) -> None:
    made = guest(harness.LOAD_IR, opt=opt)
    ctypes.c_int32.from_address(made.memory + 100).value = 41
    assert made.call("outer", "i:i", 100) == (42,)
    for index in (PAGE, PAGE - 3, PAGE + 12345):
        with pytest.raises(harness.TrapRaised) as caught:
            made.call("outer", "i:i", index)
        trap = caught.value
        assert trap.code is TrapCode.FAULT
        assert trap.address == max(made.memory + index, made.memory + PAGE)
        assert made.locate(trap.pc) == ("load", 2000)
        assert trap.frames == [("load", 2000), ("outer", 1000)]
        assert made.depth == 0
    assert made.call("outer", "i:i", 100) == (42,)


def test_a_fault_on_a_truncated_file_is_a_trap(harness: Any, guest: Callable[..., Any], tmp_path: Any) -> None:
    made = guest(harness.LOAD_IR)
    path = tmp_path / "short"
    path.write_bytes(b"")
    fd = os.open(path, os.O_RDWR)
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    shared, fixed = 0x01, 0x10
    libc.mmap(ctypes.c_void_p(made.memory), ctypes.c_size_t(PAGE), 3, shared | fixed, fd, ctypes.c_long(0))
    os.close(fd)
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("load", "i:i", 8)
    assert caught.value.code is TrapCode.FAULT
    assert caught.value.address == made.memory + 8


# --- explicit traps


@pytest.mark.parametrize("opt", ["0", "2"])
def test_a_trap_keeps_code_offset_and_frames(harness: Any, guest: Callable[..., Any], opt: str) -> None:
    made = guest(harness.LOAD_IR, opt=opt)
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("unreachable", "i:", 3)
    trap = caught.value
    assert trap.code is TrapCode.UNREACHABLE
    assert trap.offset == 4711
    assert trap.frames == [("trap", None), ("unreachable", 300), *[("unreachable", 400)] * 3]


def test_only_the_innermost_frames_are_kept(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(harness.LOAD_IR)
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("unreachable", "i:", 1000)
    assert len(caught.value.frames) == layout.MAX_TRAP_FRAMES
    assert caught.value.frames[1] == ("unreachable", 300)


def test_a_trap_without_activation_ends_the_process(run_script: Callable[..., Any]) -> None:
    done = run_script(
        "import ctypes\nfrom wasmjit.compile.support import native_support\n"
        "ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)(native_support().libcall(0))(None, 1, 0)"
    )
    assert done.returncode == -6


# --- the stack


@pytest.mark.parametrize("opt", ["0", "2"])
def test_recursion_ends_at_the_stack_limit(harness: Any, guest: Callable[..., Any], opt: str) -> None:
    made = guest(harness.STACK_IR, opt=opt)
    for _ in range(3):
        with pytest.raises(harness.TrapRaised) as caught:
            made.call("deep", "i:i", 0)
        assert caught.value.code is TrapCode.STACK_EXHAUSTED
        assert caught.value.offset == 55
        assert caught.value.frames[1:3] == [("deep", 55), ("deep", 66)]
        assert made.depth == 0


def test_the_limit_is_max_stack_but_never_below_stack_low(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(harness.STACK_IR, max_stack=100_000)
    with pytest.raises(harness.TrapRaised):
        made.call("deep", "i:i", 0)
    limit = made.header[layout.STORE_STACK_LIMIT // 8]
    made.header[layout.STORE_STACK_LOW // 8] = limit + 50_000
    with pytest.raises(harness.TrapRaised):
        made.call("deep", "i:i", 0)
    assert made.header[layout.STORE_STACK_LIMIT // 8] == limit + 50_000


def test_an_entry_below_the_limit_is_refused(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(harness.LOAD_IR)
    made.header[layout.STORE_STACK_LOW // 8] = (1 << 64) - 1
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("outer", "i:i", 0)
    assert caught.value.code is TrapCode.STACK_EXHAUSTED
    assert caught.value.frames == []
    assert made.depth == 0


@pytest.mark.parametrize("opt", ["0", "2"])
@pytest.mark.parametrize(("name", "line"), [("unchecked", 77), ("huge", None)])
def test_the_guard_page_of_the_stack_is_a_trap(
    harness: Any, guest: Callable[..., Any], name: str, line: int | None, opt: str
) -> None:
    made = guest(harness.STACK_IR, opt=opt)
    results: list[Any] = []

    def run() -> None:
        memory = harness.use_signal_stack()
        marker = ctypes.c_int()
        try:
            made.call(name, "i:i", 0)
        except harness.TrapRaised as trap:
            results.append((trap, ctypes.addressof(marker)))
        harness.drop_signal_stack()
        del memory

    previous = threading.stack_size(1 << 20)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(previous)
    ((trap, _),) = results
    assert trap.code is TrapCode.FAULT
    assert trap.frames[0][0] == name
    assert trap.frames[0][1] in (line, None)
    assert made.depth == 0


# --- between wasm and Python


def test_wasm_and_python_call_each_other(harness: Any, guest: Callable[..., Any]) -> None:
    """Each level traps or raises on its way out, and the level above goes on."""
    made = guest(
        """
define tailcc i32 @bounce(ptr %c, ptr %thunk, ptr %context, i32 %n) #0 {
  %v = call tailcc i32 %thunk(ptr %context, i32 %n)
  %bad = icmp eq i32 %v, -1
  br i1 %bad, label %stop, label %go
stop:
  call void @trap(ptr %c, i32 2, i32 9)
  unreachable
go:
  %w = add i32 %v, 1
  ret i32 %w
}
"""
    )
    log: list[tuple[int, str]] = []
    context = ctypes.addressof(made.host_context)
    thunk = made.support.thunk("i:i")

    @ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)
    def dispatch(seen: int, buffer: int) -> int:
        assert seen == context
        n = ctypes.c_int32.from_address(buffer).value
        if n == 0:
            return 1
        assert made.depth == 10 - n + 1
        try:
            made.call("bounce", "rri:i", thunk, context, n - 1)
        except harness.TrapRaised as trap:
            log.append((n, trap.code.name))
            if n % 2:
                return 1
        ctypes.c_int32.from_address(buffer).value = -1
        return 0

    made.support.set_dispatch(ctypes.cast(dispatch, ctypes.c_void_p).value)
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("bounce", "rri:i", thunk, context, 10)
    assert caught.value.code is TrapCode.INTEGER_DIVIDE_BY_ZERO
    names = {0: "INTEGER_DIVIDE_BY_ZERO", 1: "HOST_EXCEPTION"}
    assert log == [(n, names[(n - 1) % 2] if n > 1 else "HOST_EXCEPTION") for n in range(1, 11)]
    assert made.depth == 0


def test_a_thunk_leaves_room_for_the_host(harness: Any, guest: Callable[..., Any]) -> None:
    """A function whose own frame uses up the stack passes its check at the start; its host call does not."""
    made = guest(
        """
define tailcc i32 @wide(ptr %c, ptr %thunk, ptr %context) #0 {
  %space = alloca [600000 x i8]
  store volatile i8 1, ptr %space
  call tailcc void %thunk(ptr %context)
  %v = load volatile i8, ptr %space
  %w = zext i8 %v to i32
  ret i32 %w
}
""",
        max_stack=500_000,
    )
    context = ctypes.addressof(made.host_context)
    with pytest.raises(harness.TrapRaised) as caught:
        made.call("wide", "rr:i", made.support.thunk(":"), context)
    assert caught.value.code is TrapCode.STACK_EXHAUSTED


# --- threads, many times


def test_eight_threads_trap_at_once(harness: Any, guest: Callable[..., Any]) -> None:
    barrier = threading.Barrier(8)

    def run(number: int) -> int:
        memory = harness.use_signal_stack()
        made = harness.Guest(harness.LOAD_IR)
        count = 0
        barrier.wait()
        for i in range(300):
            try:
                made.call("outer", "i:i", PAGE + number)
            except harness.TrapRaised as trap:
                count += trap.code is TrapCode.FAULT and trap.address == made.memory + PAGE + number
            try:
                made.call("unreachable", "i:", i % 40)
            except harness.TrapRaised as trap:
                count += trap.offset == 4711 and len(trap.frames) == i % 40 + 2
        made.close()
        harness.drop_signal_stack()
        del memory
        return count

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(8))) == [600] * 8


def test_many_traps_take_no_memory(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(harness.LOAD_IR)
    enter = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 4)(made.support.enter("i:i"))
    buffer = ctypes.create_string_buffer(8)
    code, vmctx, info = made.code.symbols["outer"], ctypes.addressof(made.vmctx), ctypes.addressof(made.trap_info)

    def trap(times: int) -> int:
        for _ in range(times):
            ctypes.c_int32.from_buffer(buffer).value = PAGE
            assert enter(code, vmctx, buffer, info) == TrapCode.FAULT
        return int(psutil.Process().memory_info().rss)

    before = trap(1_000)
    assert trap(100_000) - before < 1 << 20


# --- floating-point modes


def test_denormals_work_whatever_the_caller_has_set(harness: Any, guest: Callable[..., Any]) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("sets the modes of x86-64")
    ftz_daz = 0x8040
    control = LoadedObject(
        compile_ir(
            "declare void @llvm.x86.sse.ldmxcsr(ptr)\ndeclare void @llvm.x86.sse.stmxcsr(ptr)\n"
            "define void @set(ptr %p) {\n  call void @llvm.x86.sse.ldmxcsr(ptr %p)\n  ret void\n}\n"
            "define void @get(ptr %p) {\n  call void @llvm.x86.sse.stmxcsr(ptr %p)\n  ret void\n}\n",
            CodegenSettings("0"),
        )
    )
    set_modes, get_modes = (ctypes.CFUNCTYPE(None, ctypes.c_void_p)(control.symbols[n]) for n in ("set", "get"))
    made = guest(
        harness.LOAD_IR
        + "define tailcc double @half(ptr %c, double %x) #0 {\n  %y = fmul double %x, 0.5\n  ret double %y\n}\n"
    )

    def modes() -> int:
        word = ctypes.c_uint32()
        get_modes(ctypes.addressof(word))
        return word.value & 0xFFC0

    smallest_normal = 2.0**-1022
    usual = ctypes.c_uint32(0x1F80)
    odd = ctypes.c_uint32(0x1F80 | ftz_daz)
    results: list[object] = []
    set_modes(ctypes.addressof(odd))
    try:
        results.append(made.call("half", "F:F", smallest_normal))
        results.append(modes())
        with pytest.raises(harness.TrapRaised):
            made.call("outer", "i:i", PAGE)
        results.append(modes())
        with pytest.raises(harness.TrapRaised):
            made.call("unreachable", "i:", 0)
        results.append(modes())
    finally:
        set_modes(ctypes.addressof(usual))
    assert results == [(2.0**-1023,), 0x1F80 | ftz_daz, 0x1F80 | ftz_daz, 0x1F80 | ftz_daz]


# --- external references


def test_owners_are_counted_and_unowned_cells_listed(harness: Any, guest: Callable[..., Any]) -> None:
    made = guest(
        f"""
define tailcc void @set(ptr %c, ptr %slot, ptr %cell) #0 {{
  %table.p = getelementptr i8, ptr %c, i64 {layout.VMCTX_LIBCALLS}
  %table = load ptr, ptr %table.p
  %store.p = getelementptr i8, ptr %table, i64 {8 * Libcall.EXTERN_STORE}
  %store = load ptr, ptr %store.p
  call void %store(ptr %slot, ptr %cell)
  ret void
}}
"""
    )
    slots = (ctypes.c_uint64 * 2)()
    cells = [(ctypes.c_uint64 * (layout.CELL_BYTES // 8))() for _ in range(2)]
    host = (ctypes.c_uint64 * (layout.TYPE_INFO_SUPERS // 8))()
    for cell in cells:
        cell[layout.CELL_INFO // 8] = ctypes.addressof(host)
    addresses = [ctypes.addressof(cell) for cell in cells]
    slot = [ctypes.addressof(slots) + 8 * i for i in range(2)]

    def owners() -> list[int]:
        return [cell[layout.CELL_OWNERS // 8] for cell in cells]

    def unowned() -> list[int]:
        found, head = [], made.header[layout.STORE_UNOWNED // 8]
        while head:
            found.append(addresses.index(head))
            head = cells[found[-1]][layout.CELL_NEXT // 8]
        return found

    made.call("set", "rr:", slot[0], addresses[0])
    made.call("set", "rr:", slot[1], addresses[0])
    assert (owners(), unowned(), list(slots)) == ([2, 0], [], [addresses[0]] * 2)
    made.call("set", "rr:", slot[0], addresses[1])
    assert (owners(), unowned()) == ([1, 1], [])
    made.call("set", "rr:", slot[1], 0)
    assert (owners(), unowned()) == ([0, 1], [0])
    made.call("set", "rr:", slot[0], 0)
    assert (owners(), unowned()) == ([0, 0], [1, 0])
    made.call("set", "rr:", slot[0], addresses[0])
    made.call("set", "rr:", slot[0], 0)
    assert (owners(), unowned()) == ([0, 0], [1, 0])
    made.call("set", "rr:", slot[0], addresses[0])
    made.call("set", "rr:", slot[0], addresses[0])
    assert owners() == [1, 0]


# --- the object


def test_the_support_object_is_the_same_for_every_process(run_script: Callable[..., Any]) -> None:
    """So it can be kept on disk: addresses only come in when it is loaded."""
    script = (
        "import hashlib; from wasmjit.compile.support import *; print(hashlib.sha256(compile_support()).hexdigest())"
    )
    digests = {run_script(script).stdout for _ in range(2)}
    assert len(digests) == 1
    assert digests.pop()


def test_there_is_one_support(harness: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: id(native_support()), range(8)))) == 1
    assert len(compile_support()) < 32_000


def test_support_code_passes_llvms_checks() -> None:
    for opt in ("0", "2"):
        for text in (
            support_ir(current_platform()),
            python_ir(current_platform()),
            trampolines_ir(SYMBOLS, current_platform()),
        ):
            assert compile_ir(text, CodegenSettings(opt), verify=True)


def test_support_code_for_arm() -> None:
    """It is not run here, but LLVM accepts it, and the loader knows every relocation in it."""
    llvm = pytest.importorskip("llvmlite.binding")
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple("aarch64-unknown-linux-gnu")
    for opt in (0, 2):
        machine = target.create_target_machine("generic", "", opt, "pic", "small")
        # llvmlite has an assembler for the processor it runs on alone
        lines = support_ir(ARM).splitlines(keepends=True)
        support = "".join(line for line in lines if not line.startswith("module asm"))
        for text in (support, python_ir(ARM), trampolines_ir(SYMBOLS, ARM)):
            text = re.sub(r"call void asm [^\n]*", "", text)  # llvmlite reads assembly of this machine only
            module = llvm.parse_assembly(text, llvm.create_context())
            module.triple, module.data_layout = machine.triple, str(machine.target_data)
            module.verify()
            elf = ElfObject(machine.emit_object(module))
            assert elf.machine == linux_aarch64.PLATFORM.elf_machine
            places = (i for i, section in enumerate(elf.sections) if section.flags & SHF_ALLOC)
            for offset, info, addend in (r for i in places for r in elf.relocations(i)):
                image, symbols = bytearray(1 << 16), [4096] * len(elf.symbols)
                got = dict(enumerate(symbols))
                relocate_aarch64.apply(image, 0, 0, [(offset, info, addend)], symbols, symbols, got)
