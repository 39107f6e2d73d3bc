"""Stencils joined by hand, and called: what the tests of the baseline tier's stencils run in processes of their own."""

from __future__ import annotations

import ctypes
import itertools
import struct
from collections.abc import Iterable, Sequence

import native_harness

import wasmjit
from wasmjit.abi import layout
from wasmjit.compile.baseline.assembler import Assembler
from wasmjit.compile.baseline.library import StencilLibrary, stencil_library
from wasmjit.compile.loaded_pack import LoadedPack
from wasmjit.compile.pack import CodePack, function_lists
from wasmjit.compile.platform import current_platform
from wasmjit.compile.unwind import attach_records, frame_records
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES

FRAME_BYTES = 256
MEMORY_BYTES = 4096
Step = tuple[str | int, ...]

INTEGERS_32 = (0, 1, 2, 7, 31, 33, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xDEAD_BEEF)
INTEGERS_64 = (*INTEGERS_32, 1 << 63, (1 << 63) - 1, (1 << 64) - 1, 0x0123_4567_89AB_CDEF)
FLOATS_32 = (0, 1 << 31, 0x3F80_0000, 0xBFC0_0000, 0x7F80_0000, 0x7FA0_0001, 0xFFC0_0000, 0x4F00_0000, 0xCF00_0001, 1)
_DOUBLES = (0.0, -0.0, 1.0, -1.5, 2.5, 1e308, 2.0**31, -(2.0**63), 1e-310)
FLOATS_64 = (
    *(int.from_bytes(struct.pack("<d", x), "little") for x in _DOUBLES),
    0x7FF4_0000_0000_0001,
    0xFFF8_0000_0000_0000,
    0x7FF0_0000_0000_0000,
)
VECTORS = (
    bytes(16),
    bytes(range(16)),
    b"\xff" * 16,
    struct.pack("<4f", 1.5, -2.25, 3e9, -0.0),
    struct.pack("<2d", -1e300, 2147483648.5),
    struct.pack("<4I", 0x7FC0_0000, 0x8000_0000, 0x7FFF_FFFF, 0xFF80_0000),
    struct.pack("<8H", 0x8000, 0x7FFF, 0xFFFF, 1, 0x80FF, 0x0180, 300, 65000),
)
OPERANDS = {"i32": INTEGERS_32, "i64": INTEGERS_64, "f32": FLOATS_32, "f64": FLOATS_64, "v128": VECTORS}


class Machine:
    """A VMContext with a memory of one page, and code made of stencils that is called with it."""

    def __init__(self, *, guard: bool) -> None:
        self.guard = guard
        self.library: StencilLibrary = stencil_library(guard)
        self.guest = native_harness.Guest("")
        self.definition = (ctypes.c_uint64 * 2)(self.guest.memory, MEMORY_BYTES)
        self.guest.vmctx[native_harness.MEMORY_FIELD // 8 + 1] = ctypes.addressof(self.definition)
        self.packs: list[LoadedPack] = []

    @property
    def memory_offset(self) -> int:
        """Offset of memory 0 in the VMContext."""
        return native_harness.MEMORY_FIELD

    @property
    def bounds(self) -> tuple[int, ...]:
        """What accesses take besides their offset."""
        return () if self.guard else (self.memory_offset,)

    def load(self, steps: Iterable[Step], entry: str = "entry") -> int:
        """The address of a function of these stencils, each with the values of its holes.

        A step `("label", n)` places a label; a stencil that jumps is given as `("jump", key, label, *values)`, one that
        jumps by a table as `("table", key, labels, *values)`.
        """
        asm = Assembler()
        asm.put(self.library.get(entry), FRAME_BYTES, self.memory_offset)
        for _ in range(8):
            asm.label()
        for step in steps:
            self._put(asm, step)
        code = asm.finish()
        size = len(code)
        attach_records(code, frame_records(size, self.library.entry_saved), current_platform().pack_align)
        pack = CodePack(bytes(code), asm.fixups, function_lists([(0, size, 0)]), [(0, len(code), 0, 0)], lambda: b"")
        self.packs.append(LoadedPack(pack))
        return self.packs[-1].start

    def _put(self, asm: Assembler, step: Step) -> None:
        kind, *rest = step
        if kind == "label":
            asm.place(rest[0])
        elif kind == "jump":
            asm.jump(self.library.get(rest[0]), rest[1], *rest[2:])
        elif kind == "table":
            asm.table(self.library.get(rest[0]), rest[1], *rest[2:])
        elif len(rest) == 1:
            asm.put_small(self.library.get(kind), rest[0])
        else:
            asm.put(self.library.get(kind), *rest)

    def call(self, address: int, key: str, *args: object) -> tuple[object, ...]:
        """Call code by its signature key; floats travel as their bits, in integers."""
        return self.guest.call_code(address, key, args)

    def run(self, key: str, args: Sequence[object], *steps: Step, entry: str = "entry") -> tuple[object, ...]:
        """Call a function of these stencils."""
        return self.call(self.load([*steps, ("ret",)], entry), key, *args)

    def trap(self, key: str, args: Sequence[object], *steps: Step) -> str:
        """The trap that a function of these stencils ends with."""
        try:
            self.run(key, args, *steps)
        except native_harness.TrapRaised as trap:
            return str(trap)
        return "no trap"


# --- every instruction against LLVM's code for it


def mnemonics(*, vectors: bool) -> list[str]:
    """Instructions without immediates on numbers, or on vectors."""
    found = []
    for name in CODE_BY_NAME:
        row = OPCODES[CODE_BY_NAME[name]]
        if row.type is None or row.imm or len(row.type.results) != 1 or not row.type.params:
            continue
        types = [t.name for t in (*row.type.params, *row.type.results)]
        if all(t in OPERANDS for t in types) and ("v128" in types) is vectors and ".relaxed_" not in name:
            found.append(name)
    return found


def signature(mnemonic: str) -> tuple[list[str], str]:
    """Names of an instruction's operand types, and of its result type."""
    type = OPCODES[CODE_BY_NAME[mnemonic]].type
    assert type is not None
    return [t.name for t in type.params], type.results[0].name


def _carried(type: str) -> str:
    """The type that carries a value's bits to the function and back."""
    return {"f32": "i32", "f64": "i64"}.get(type, type)


def reference(names: Iterable[str]) -> wasmjit.Instance:
    """LLVM's code of each instruction, behind an export of its name."""
    functions = []
    for name in names:
        params, result = signature(name)
        types = " ".join(_carried(t) for t in params)
        operands = " ".join(
            f"({t}.reinterpret_{_carried(t)} (local.get {i}))" if t[0] == "f" else f"(local.get {i})"
            for i, t in enumerate(params)
        )
        value = f"({name} {operands})"
        if result[0] == "f":
            value = f"({_carried(result)}.reinterpret_{result} {value})"
        functions.append(f'(func (export "{name}") (param {types}) (result {_carried(result)}) {value})')
    return wasmjit.load(f"(module {' '.join(functions)})", opt="0")


def load_instruction(machine: Machine, name: str, second: str = "") -> tuple[int, str]:
    """A function of the stencil of an instruction, and its signature key; `second` is the second operand's place."""
    params, result = signature(name)
    letters, steps, integers, vectors = "", [], 0, 0
    places: list[str] = []
    for i, type in enumerate(params):
        to = place = "B" if type[0] == "i" and places.count("A") else "A" if type[0] == "i" else ""
        if not to:
            place = ("FA", "FB", "x5")[sum(p in ("FA", "FB", "x5") for p in places)]
        if i == 1 and second:
            place = second
        places.append(place)
        if type == "v128":
            letters += "v"
            source = ("FA", "FB", "x0")[vectors]
            vectors += 1
            steps += [(f"movv {place},{source}",)] if place != source else []
        else:
            letters += "I"
            integers += 1
            steps.append((f"st r{integers}", 16 * i))
    for i, (type, place) in enumerate(zip(params, places, strict=True)):
        if type != "v128" and place != "S":
            steps.append((f"{'ldf' if type[0] == 'f' else 'ld'} {place}", 16 * i))
    values = (16,) if second == "S" else ()
    steps.append((f"{name} {','.join(places)}", *values))
    if result[0] == "f":
        steps += [("stf FA", 64), ("ld A", 64)]
    return machine.load([*steps, ("ret",)]), f"{letters}:{'v' if result == 'v128' else 'I'}"


def _quieted(result: str, value: int) -> int:
    """NaNs compare by being quiet ones: which of two operands they come from is LLVM's choice."""
    bits, exponent = (32, 0x7F80_0000) if result == "f32" else (64, 0x7FF0 << 48)
    quiet = exponent | (exponent >> 1 & ~exponent)
    if result[0] != "f" or value & exponent != exponent or not value & ((1 << bits - 1) - 1 & ~exponent):
        return value
    return quiet if value & quiet == quiet else value


def call_reference(expected: wasmjit.Instance, name: str, args: Sequence[object]) -> object:
    """The result, or the name of a trap."""
    try:
        value = expected.exports[name](*args)
    except wasmjit.Trap as trap:
        return trap.code.upper().replace("-", "_").replace(" ", "_")
    return value


def differences(machine: Machine, names: Sequence[str], places: Iterable[str] = ("",)) -> list[str]:
    """Where stencils and LLVM's code differ, for operands that are unusual in all combinations of two."""
    expected = reference(names)
    found: list[str] = []
    for name, second in itertools.product(names, places):
        params, result = signature(name)
        address, key = load_instruction(machine, name, second)
        sets = [OPERANDS[t] for t in params]
        if len(params) == 3:
            sets[2] = sets[2][:3]
        for args in itertools.product(*sets):
            signed = [_signed(a, t) for a, t in zip(args, params, strict=True)]
            wide = [_with_garbage(a, t) for a, t in zip(args, params, strict=True)]
            want = call_reference(expected, name, signed)
            try:
                (got,) = machine.call(address, key, *wide)
            except native_harness.TrapRaised as trap:
                got = str(trap)
            if not _agree(result, want, got):
                found.append(f"{name} {second} {args}: {got!r}, not {want!r}")
    return found


def _with_garbage(value: object, type: str) -> object:
    """The upper half of what has 32 bits may be anything."""
    return _signed(value | 0xABCD << 48 if isinstance(value, int) and type[1:] == "32" else value, "i64")


def _agree(result: str, want: object, got: object) -> bool:
    if isinstance(want, int) and isinstance(got, int):
        mask = (1 << (32 if result[1:] == "32" else 64)) - 1
        return _quieted(result, want & mask) == _quieted(result, got & mask)
    return want == got


def _signed(value: object, type: str) -> object:
    if not isinstance(value, int):
        return value
    bits = 32 if type[1:] == "32" else 64
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


assert layout.VMCTX_HEADER_BYTES == native_harness.MEMORY_FIELD
