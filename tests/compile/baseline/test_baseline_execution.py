"""Stencils that run: every instruction beside LLVM's code for it, memory, control, calls."""

from __future__ import annotations

import platform
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="stencils are for x86-64")

PROLOGUE = "from stencil_harness import *\nmachine = Machine(guard=%r)\n"


@pytest.fixture
def run(run_script: Callable[..., CompletedProcess[str]]) -> Callable[..., str]:
    """Fixture: run a script with a `machine`; what it prints."""

    def run(script: str, *, guard: bool = True) -> str:
        done = run_script(PROLOGUE % guard + script)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


# --- instructions


@pytest.mark.parametrize("vectors", [False, True], ids=["scalars", "vectors"])
def test_instructions_do_what_llvm_makes_of_them(run: Callable[..., str], vectors: bool) -> None:
    assert run(f"print(*differences(machine, mnemonics(vectors={vectors}))[:20], sep='\\n')") == ""


def test_second_operands_in_slots(run: Callable[..., str]) -> None:
    script = """
names = [name for name in mnemonics(vectors=False) if len(signature(name)[0]) == 2]
assert len(names) > 70
print(*differences(machine, names, ["S"])[:20], sep="\\n")
"""
    assert run(script) == ""


def test_second_operands_in_registers_and_constants(run: Callable[..., str]) -> None:
    script = """
for name, code in (("add", 12), ("sub", 8), ("and", 2), ("shl", 40)):
    for register in [f"r{i}" for i in range(7)]:
        steps = [("mov A,r1",), (f"mov {register},r2",), (f"i64.{name} A,{register}",)]
        if register == "r2":
            del steps[1]
        assert machine.run("II:I", (10, 2), *steps) == (code,), (name, register)
big = 0xFFFF_FFFF
for type, value in (("i32", big), ("i64", (1 << 64) - 1)):
    assert machine.run("I:I", (5,), ("mov A,r1",), (f"{type}.add A,K", big))[0] & big == 4
    assert machine.run("I:I", (5,), ("mov A,r1",), (f"{type}.sub A,K", big))[0] & big == 6
    assert machine.run("I:I", (5,), ("mov A,r1",), (f"{type}.and A,K", big - 3))[0] & value == 4
    assert machine.run("I:I", (5,), ("mov A,r1",), (f"{type}.mul A,K", 3))[0] & value == 15
    assert machine.run("I:I", (5,), ("mov A,r1",), (f"{type}.shl A,K", 3))[0] & value == 40
    assert machine.run("I:I", (-1,), ("mov A,r1",), (f"{type}.eq A,K", big)) == (1,)
    assert machine.run("I:I", (-2,), ("mov A,r1",), (f"{type}.lt_s A,K", big)) == (1,)
assert machine.run("I:I", (5,), ("mov A,r1",), ("i64.or A,K", 1 << 31)) == (-(1 << 31) + 5,)
"""
    assert run(script) == ""


def test_lanes(run: Callable[..., str]) -> None:
    script = """
lanes = bytes(range(16))
for lane in range(16):
    assert machine.run("v:I", (lanes,), (f"i8x16.extract_lane_u {lane} FA",)) == (lane,)
    replaced = machine.run("vI:v", (lanes, 0x1FF), ("mov A,r1",), (f"i8x16.replace_lane {lane} FA,A",))
    assert replaced == (lanes[:lane] + b"\\xff" + lanes[lane + 1 :],)
for lane in range(2):
    (lane_bits,) = machine.run("v:I", (lanes,), (f"i64x2.extract_lane {lane} FA",))
    assert lane_bits.to_bytes(8, "little") == lanes[8 * lane :][:8]
"""
    assert run(script) == ""


def test_nans_keep_their_bits(run: Callable[..., str]) -> None:
    script = """
signalling = 0x7FF4_0000_0000_1234
keep = ("constf FA", signalling), ("movv x3,FA",), ("movv FA,x3",), ("stf FA", 8), ("ldf FB", 8), ("movv FA,FB",)
assert machine.run(":I", (), *keep, ("i64.reinterpret_f64 FA",)) == (signalling,)
assert machine.run(":I", (), *keep, ("f64.neg FA",), ("i64.reinterpret_f64 FA",)) == (signalling - (1 << 63),)
"""
    assert run(script) == ""


# --- moves


def test_moves(run: Callable[..., str]) -> None:
    script = """
integers = ["A", "B", *[f"r{i}" for i in range(7)]]
for to, source in itertools.permutations(integers, 2):
    steps = [(f"constw {source}", 0x1234_5678_9ABC_DEF0), (f"mov {to},{source}",), (f"st {to}", 24), ("ld A", 24)]
    assert machine.run(":I", (), *steps) == (0x1234_5678_9ABC_DEF0,), (to, source)
vectors = ["FA", "FB", *[f"x{i}" for i in range(6)]]
low, high = 0x1234_5678_9ABC_DEF0, 0xFEDC_BA98_7654_3210
both = low.to_bytes(8, "little") + high.to_bytes(8, "little")
for to, source in itertools.permutations(vectors, 2):
    steps = [(f"constv {source}", low, high), (f"movv {to},{source}",), (f"stv {to}", 32), ("zerov FA",)]
    assert machine.run(":v", (), *steps, ("ldv FA", 32)) == (both,), (to, source)
assert machine.run(":I", (), ("const A", 0xFFFF_FFFF)) == (0xFFFF_FFFF,)
assert machine.run(":I", (), ("stk", 16, 0xFFFF_FFFE), ("ld A", 16)) == (-2,)
fill = [("stk", 8 * i, 7) for i in range(6)]
for slot in range(6):
    assert machine.run(":I", (), *fill, ("zero", 8, 4), ("ld A", 8 * slot)) == (7 if slot in (0, 5) else 0,)
for condition, chosen in ((0, 2), (1, 1), (1 << 40, 2)):
    steps = [("const B", 1), ("stk", 8, 2), ("mov A,r1",), ("select A?B:S", 8)]
    assert machine.run("I:I", (condition,), *steps) == (chosen,)
    assert machine.run("Ivv:v", (condition, b"1" * 16, b"2" * 16), ("mov A,r1",), ("selectv A?FA:FB",)) == (
        str(chosen).encode() * 16,
    )
"""
    assert run(script) == ""


# --- memory


@pytest.mark.parametrize("guard", [True, False], ids=["guard", "explicit"])
def test_loads_and_stores(run: Callable[..., str], guard: bool) -> None:
    script = """
addresses = ["A", *[f"r{i}" for i in range(7)]]
for register in addresses:
    place = "B" if register == "A" else register
    steps = [("const A", 0x8877_6655), (f"const {place}", 100), (f"i32.store {place},A", *machine.bounds, 28)]
    steps += [(f"const {register}", 128), (f"i32.load16_s {register}", *machine.bounds, 2)]
    assert machine.run(":i", (), *steps) == (0x8877 - (1 << 16),), register
vector = [("const B", 64), ("v128.store B,FA", *machine.bounds, 0)]
vector += [("const A", 60), ("v128.load A", *machine.bounds, 4)]
assert machine.run("v:v", (bytes(range(16)),), *vector) == (bytes(range(16)),)
lane = [("const B", 70), ("v128.load8_lane 3 B,FA", *machine.bounds, 9)]
assert machine.run("v:v", (bytes(16),), *lane) == (bytes(3) + b"\\x0f" + bytes(12),)
lane = [("const B", 0), ("v128.store16_lane 7 B,FA", *machine.bounds, 200)]
lane += [("const A", 198), ("i32.load A", *machine.bounds, 0)]
assert machine.run("v:I", (bytes(range(16)),), *lane) == (0x0F0E_0000,)
assert machine.run("I:I", (0x7FA1_2345,), ("mov A,r1",), ("const B", 0), ("i32.store B,A", *machine.bounds, 40),
    ("const A", 0), ("f32.load A", *machine.bounds, 40), ("i32.reinterpret_f32 FA",)) == (0x7FA1_2345,)
last = MEMORY_BYTES - 4
assert machine.trap("I:I", (last,), ("mov A,r1",), ("i32.load A", *machine.bounds, 0)) == "no trap"
where = "FAULT" if machine.guard else "MEMORY_OUT_OF_BOUNDS"
for address, offset in ((last + 1, 0), (last, 1), (0, last + 1), (MEMORY_BYTES - 1, 0)):
    assert machine.trap("I:I", (address,), ("mov A,r1",), ("i32.load A", *machine.bounds, offset)) == where
    assert machine.trap("I:I", (address,), ("mov B,r1",), ("i32.store B,A", *machine.bounds, offset)) == where
"""
    assert run(script, guard=guard) == ""


@pytest.mark.parametrize("slot", [8, 16])
def test_memory_as_a_whole(run: Callable[..., str], slot: int) -> None:
    script = f"""
slot = {slot}
def operands(*values):
    return [("stk", 32 + i * slot, value) for i, value in enumerate(values)]
def load(address):
    return [("const A", address), ("i64.load A", 0)]
at = machine.memory_offset
fill = [*operands(8, 0x1AA, 4), ("slots%d memory.fill" % slot, at, 32)]
assert machine.run(":I", (), *fill, *load(6)) == (0xAAAA_AAAA_0000,)
copy = [*operands(4, 8, 6), ("slots%d memory.copy" % slot, at, 32)]
assert machine.run(":I", (), *copy, *load(0)) == (-0x5555_5556 << 32,)
for values in ((MEMORY_BYTES - 3, 1, 4), (0xFFFF_FFFF, 1, 1), (MEMORY_BYTES + 1, 1, 0)):
    assert machine.trap(":", (), *operands(*values), ("slots%d memory.fill" % slot, at, 32)) == "MEMORY_OUT_OF_BOUNDS"
    source = values[1], values[0], values[2]
    for places in (values, source):
        copy = [*operands(*places), ("slots%d memory.copy" % slot, at, 32)]
        assert machine.trap(":", (), *copy) == "MEMORY_OUT_OF_BOUNDS"
assert machine.trap(":", (), *operands(MEMORY_BYTES, 1, 0), ("slots%d memory.fill" % slot, at, 32)) == "no trap"
machine.definition[1] = 3 << 16
assert machine.run(":i", (), ("memory.size", at)) == (3,)
"""
    assert run(script) == ""


# --- control


def test_branches(run: Callable[..., str]) -> None:
    script = """
def taken(branch, *values, key="II:I", args=(5, 7)):
    steps = [("mov A,r1",), ("mov B,r2",), ("st r2", 8), ("jump", branch, 0, *values), ("const A", 0), ("ret",)]
    return machine.run(key, args, *steps, ("label", 0), ("const A", 1))[0]
assert taken("br i32.lt_s A,B") and not taken("br i32.gt_s A,B") and taken("br i32.lt_s A,r2")
assert taken("br i64.lt_u A,S", 8) and not taken("br i64.eq A,K", 6) and taken("br i64.eq A,K", 5)
assert taken("br i64.gt_s A,K", 0xFFFF_FFFF) and not taken("br i64.gt_u A,K", 0xFFFF_FFFF)
assert taken("br A") and not taken("bn A") and taken("bn A", args=(1 << 32, 0)) and taken("br i64 A", args=(1 << 32, 0))
assert taken("jmp")
nan, one, two = 0x7FF8 << 48, 0x3FF0 << 48, 0x4000 << 48
for op, expected in (("lt", (1, 0, 0)), ("eq", (0, 1, 0)), ("ne", (1, 0, 1)), ("ge", (0, 1, 0))):
    for (x, y), result in zip(((one, two), (two, two), (nan, two)), expected, strict=True):
        for word, wanted in (("br", result), ("bn", 1 - result)):
            steps = [("constf FA", x), ("constf FB", y), ("jump", f"{word} f64.{op} FA,FB", 0)]
            steps += [("const A", 0), ("ret",), ("label", 0), ("const A", 1)]
            assert machine.run(":I", (), *steps) == (wanted,), (word, op, x, y)
table = [("mov A,r1",), ("table", "br_table A", [0, 1, 2], 2)]
table += [step for n in (2, 0, 1) for step in (("label", n), ("const A", 10 + n), ("ret",))]
code = machine.load(table)
assert [machine.call(code, "I:I", i)[0] for i in (0, 1, 2, 3, -1, 1 << 31, 1 << 32)] == [10, 11, 12, 12, 12, 12, 10]
"""
    assert run(script) == ""


def test_traps(run: Callable[..., str]) -> None:
    script = """
assert machine.trap(":", (), ("unreachable",)) == "UNREACHABLE"
try:
    machine.run(":", (), ("unreachable",))
except native_harness.TrapRaised as trap:
    assert trap.offset == 0
machine.guest.header[layout.STORE_MAX_STACK // 8] = 16 << 10
def deep(frame, entry="entry"):
    asm = Assembler()
    asm.put(machine.library.get(entry), frame, machine.memory_offset)
    asm.put(machine.library.get("ret"))
    code = bytes(asm.finish())
    machine.packs.append(LoadedPack(CodePack(code, {}, function_lists([(0, len(code), 0)]), [], lambda: b"")))
    return machine.packs[-1].start
assert machine.call(deep(4096), ":") == ()
assert machine.call(deep(4096, "entry8 :iiii"), ":iiii")
for entry, key in (("entry", ":"), ("entry8 :iiii", ":iiii")):
    try:
        machine.call(deep(16 << 10, entry), key)
    except native_harness.TrapRaised as trap:
        print(trap)
"""
    assert run(script).split() == ["STACK_EXHAUSTED"] * 2


def test_counters_and_fuel(run: Callable[..., str]) -> None:
    script = """
slots = (ctypes.c_int64 * 4)(0, 0, 3, 0)
machine.guest.vmctx[layout.VMCTX_SLOTS // 8] = ctypes.addressof(slots)
code = machine.load([("jump", "count", 0, 16), ("const A", 0), ("ret",), ("label", 0), ("const A", 1), ("ret",)])
assert [machine.call(code, ":I")[0] for _ in range(5)] == [0, 0, 1, 1, 1] and slots[2] == -2
machine.guest.header[layout.STORE_FUEL // 8] = 100
fuel = machine.load([("fuel", 30), ("fuel check", 20), ("ret",)])
machine.call(fuel, ":")
assert machine.guest.header[layout.STORE_FUEL // 8] == 50
machine.call(fuel, ":")
print(machine.trap(":", (), ("fuel", 30), ("fuel check", 0)))
"""
    assert run(script) == "OUT_OF_FUEL"


def test_hot_code(run: Callable[..., str]) -> None:
    script = """
from wasmjit.abi.libcalls import Libcall
better, seen = 0, []
def hot(vmctx, *values):
    seen.append(values)
    return better
callback = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, *[ctypes.c_uint64] * 5)(hot)
machine.guest.libcalls[Libcall.HOT] = ctypes.cast(callback, ctypes.c_void_p).value
code = machine.load([("stk", 16, 41), ("const r0", 5), ("hot", 7, 0xFFFF_FFFF), ("mov A,r0",), ("ret",)])
assert machine.call(code, ":I") == (5,)
(function, loop, frame, *unused), = seen
assert (function, loop, unused) == (7, 0xFFFF_FFFF, [0, 0]) and frame
guest = native_harness.Guest('''
define tailcc {i64, <2 x i64>} @resume(ptr %c, ptr %frame) #0 {
  %p = getelementptr i8, ptr %frame, i64 16
  %v = load i64, ptr %p
  %w = add i64 %v, 1
  %x = insertvalue {i64, <2 x i64>} poison, i64 %w, 0
  ret {i64, <2 x i64>} %x
}
''')
better = guest.code.symbols["resume"]
assert machine.call(code, ":I") == (42,) and len(seen) == 2
"""
    assert run(script) == ""


# --- globals, tables


def test_globals(run: Callable[..., str]) -> None:
    script = """
outside = (ctypes.c_uint64 * 2)(11, 12)
machine.guest.vmctx[10] = ctypes.addressof(outside)
for letter in "iIr":
    assert machine.run("I:i" if letter == "i" else "I:I", (7,), ("mov A,r1",), (f"global.set {letter} own", 96),
        ("const A", 0), (f"global.get {letter} own", 96)) == (7,)
    assert machine.run(":I", (), (f"global.get {letter} imp", 80)) == (11,)
machine.run("I:", (9,), ("mov A,r1",), ("global.set I imp", 80))
assert outside[0] == 9
machine.run("v:", (bytes(range(16)),), ("global.set v imp", 80))
assert bytes(outside) == bytes(range(16))
assert machine.run(":v", (), ("global.get v imp", 80)) == (bytes(range(16)),)
outside[0] = 0x7FA0_0001
assert machine.run(":i", (), ("global.get f imp", 80), ("i32.reinterpret_f32 FA",)) == (0x7FA0_0001,)
machine.run("I:", (0,), ("mov A,r1",), ("global.set e imp", 80))
assert machine.guest.header[layout.STORE_UNSETTLED // 8] == 1 and outside[0] == 0
assert machine.run(":I", (), ("ref.func", 40)) == (ctypes.addressof(machine.guest.vmctx) + 40,)
"""
    assert run(script) == ""


def test_tables(run: Callable[..., str]) -> None:
    script = """
elements = (ctypes.c_uint64 * 3)(5, 6, 7)
definition = (ctypes.c_uint64 * 2)(ctypes.addressof(elements), 3)
machine.guest.vmctx[10] = ctypes.addressof(definition)
assert machine.run("I:I", (1 << 32 | 2,), ("mov A,r1",), ("table.get A", 80)) == (7,)
assert machine.run(":i", (), ("table.size", 80)) == (3,)
machine.run("II:", (1, 9), ("mov B,r1",), ("mov A,r2",), ("table.set B,A", 80))
assert list(elements) == [5, 9, 7]
assert machine.trap("I:", (3,), ("mov A,r1",), ("table.get A", 80)) == "TABLE_OUT_OF_BOUNDS"
assert machine.trap("I:", (-1,), ("mov B,r1",), ("table.set B,A", 80)) == "TABLE_OUT_OF_BOUNDS"
"""
    assert run(script) == ""


# --- calls

CALLS = """
def slot_of(code):
    slots = (ctypes.c_uint64 * 2)(0, code)
    machine.guest.vmctx[layout.VMCTX_SLOTS // 8] = ctypes.addressof(slots)
    return slots
ir = '''
define tailcc i32 @six(ptr %c, i32 %a, i32 %b, i32 %d, i32 %e, i32 %f) #0 {
  %x = mul i32 %a, 10000
  %y = mul i32 %b, 1000
  %z = mul i32 %d, 100
  %u = mul i32 %e, 10
  %s = add i32 %x, %y
  %t = add i32 %s, %z
  %v = add i32 %t, %u
  %w = add i32 %v, %f
  ret i32 %w
}
define tailcc double @half(ptr %c, double %x, i32 %n, float %y) #0 {
  %wide = fpext float %y to double
  %d = fsub double %x, %wide
  ret double %d
}
define tailcc void @many(ptr %c, ptr %ret, i32 %a, i64 %b, i32 %d, i32 %e, i32 %f, i32 %g, double %h) #0 {
  store i32 %g, ptr %ret
  %p = getelementptr i8, ptr %ret, i64 8
  store i64 %b, ptr %p
  %q = getelementptr i8, ptr %ret, i64 16
  store double %h, ptr %q
  %r = getelementptr i8, ptr %ret, i64 24
  store i32 %f, ptr %r
  %s = getelementptr i8, ptr %ret, i64 32
  store i32 %a, ptr %s
  ret void
}
define tailcc {i32, i64, double} @three(ptr %c, i32 %a, i64 %b, i32 %d, i32 %e, i32 %f, i32 %g, <2 x i64> %v) #0 {
  %low = extractelement <2 x i64> %v, i32 1
  %x = insertvalue {i32, i64, double} poison, i32 %g, 0
  %y = insertvalue {i32, i64, double} %x, i64 %low, 1
  %z = insertvalue {i32, i64, double} %y, double 2.5, 2
  ret {i32, i64, double} %z
}
'''
guest = native_harness.Guest(ir)
def import_(code):
    machine.guest.vmctx[12], machine.guest.vmctx[13] = code, ctypes.addressof(machine.guest.vmctx)
"""


def test_calls_with_registers(run: Callable[..., str]) -> None:
    script = (
        CALLS
        + """
slots = slot_of(guest.code.symbols["six"])
arguments = [(f"const r{i}", i) for i in range(1, 6)]
for keep in ("const r0",):
    assert machine.run(":I", (), (keep, 77), *arguments, ("call", 8), ("st A", 8), ("mov A,r0",)) == (77,)
assert machine.run(":i", (), *arguments, ("call", 8)) == (12345,)
slots[1] = guest.code.symbols["half"]
half = [("constf FA", 0x4000 << 48), ("constf FB", 0x3F80_0000), ("call", 8), ("stf FA", 8), ("ld A", 8)]
assert machine.run(":I", (), *half) == (0x3FF0 << 48,)
import_(guest.code.symbols["six"])
assert machine.run(":i", (), *arguments, ("call import", 96)) == (12345,)
# a stencil function that calls another, through all kinds of calls
inner = machine.load([("mov A,r1",), ("i32.add A,K", 1), ("ret",)])
slots[1] = inner
assert machine.run("I:i", (5,), ("call", 8), ("mov r1,A",), ("call", 8)) == (7,)
types = (ctypes.c_uint64 * 4)(0, 0, 1234, 0)
machine.guest.vmctx[layout.VMCTX_TYPE_IDS // 8] = ctypes.addressof(types)
funcref = (ctypes.c_uint64 * 4)(inner, ctypes.addressof(machine.guest.vmctx), 1234, 0)
elements = (ctypes.c_uint64 * 2)(0, ctypes.addressof(funcref))
definition = (ctypes.c_uint64 * 2)(ctypes.addressof(elements), 2)
machine.guest.vmctx[10] = ctypes.addressof(definition)
def indirect(index, type=16):
    return machine.load([("mov A,r1",), ("mov r1,r2",), ("call indirect", 80, type), ("ret",)]), "II:i", index, 41
assert machine.call(*indirect(1)) == (42,)
def trap_of(call):
    try:
        return machine.call(*call)
    except native_harness.TrapRaised as trap:
        return str(trap)
assert trap_of(indirect(0)) == "UNINITIALIZED_ELEMENT"
assert trap_of(indirect(2)) == "UNDEFINED_ELEMENT"
assert trap_of(indirect(1, 24)) == "INDIRECT_CALL_TYPE_MISMATCH"
info = (ctypes.c_uint64 * 16)()
info[layout.TYPE_INFO_SUPERS // 8 + 2] = types[3] = 4321
funcref[2] = ctypes.addressof(info)
sub = machine.load([("mov A,r1",), ("mov r1,r2",), ("call indirect sub 2", 80, 24), ("ret",)])
assert machine.call(sub, "II:i", 1, 41) == (42,)
types[3] = 99
assert trap_of((sub, "II:i", 1, 41)) == "INDIRECT_CALL_TYPE_MISMATCH"
ref = machine.load([("mov A,r1",), ("mov r1,r2",), ("call ref",), ("ret",)])
assert machine.call(ref, "II:i", ctypes.addressof(funcref), 41) == (42,)
assert trap_of((ref, "II:i", 0, 41)) == "NULL_FUNCTION_REFERENCE"
"""
    )
    assert run(script) == ""


@pytest.mark.parametrize("slot", [8, 16])
def test_calls_and_entries_with_slots(run: Callable[..., str], slot: int) -> None:
    script = (
        f"slot = {slot}\n"
        + CALLS
        + """
many, three = "iIiiiiF:iIFii", "iIiiiiv:iIF"
slots = slot_of(guest.code.symbols["many"])
values = (1, 1 << 40, 3, 4, 5, 6, 0x4004 << 48)
store = [step for i, v in enumerate(values) for step in (("constw A", v), ("st A", 64 + i * slot))]
for kind, holes in (("call", (8,)), ("import", (96,))):
    import_(slots[1])
    for i, wanted in enumerate((6, 1 << 40, 0x4004 << 48, 5, 1)):
        steps = [("const r0", 5), *store, (f"{kind}{slot} {many}", *holes, 64), ("ld A", 64 + i * slot)]
        got = machine.run(":I", (), *steps)[0]
        assert got & (0xFFFF_FFFF if wanted < 10 else -1) == wanted, (kind, i, got)
        assert machine.run(":I", (), *steps[:-1], ("mov A,r0",)) == (5,)
# an entry takes what a call passes: both ways round, through LLVM's trampolines too
entry = f"entry{slot} {many}"
back = {0: (5, slot), 1: (1, slot), 2: (6, slot), 3: (4, slot), 4: (0, slot)}
body = [step for i, (x, s) in back.items() for step in ((f"ld r{i}", x * s),)]
body += [(f"st r{i}", 8 * i) for i in back]
code = machine.load([*body, ("ret",)], entry)
arguments = (1, 1 << 40, 3, 4, 5, 6, 2.5)
assert machine.call(code, many, *arguments) == (6, 1 << 40, 2.5, 5, 1)
slots[1] = code
steps = [*store, (f"call{slot} {many}", 8, 64), ("ld A", 64 + 2 * slot)]
assert machine.run(":I", (), *steps) == (0x4004 << 48,)
vectors = "vvvvvvvvvvi:vv"
if slot == 16:
    last = [("ldv FA", 16 * 8), ("ldv FB", 16 * 9), ("stv FA", 0), ("stv FB", 16), ("ret",)]
    code = machine.load(last, f"entry16 {vectors}")
    given = [bytes([i] * 16) for i in range(10)]
    assert machine.call(code, vectors, *given, 3) == (given[8], given[9])
    slots[1] = code
    store = [step for i in range(10) for step in (("constv FA", i, i), ("stv FA", 64 + 16 * i))]
    steps = [*store, (f"call16 {vectors}", 8, 64), ("ldv FA", 80)]
    assert machine.run(":v", (), *steps) == ((9).to_bytes(8, "little") * 2,)
"""
    )
    assert run(script) == ""
