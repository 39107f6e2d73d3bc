"""Every vector instruction against wasmtime: the same operands through our IR and through another engine.

A case is a short instruction sequence, with a constant or two at most. All cases make one LLVM module and one wasm
module; both run each case over the same records of operands, in machine code, and the outputs are compared as arrays.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt
import pytest
import wasmtime

from wasmjit.compile.lower import (  # noqa: F401  (bind the handlers)
    vector_arm,
    vector_convert,
    vector_float,
    vector_integer,
    vector_lane,
    vector_memory,
    vector_x86,
)
from wasmjit.compile.lower.emitter import METADATA, Emitter
from wasmjit.compile.lower.registry import HANDLERS
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.compile.lower.unit import Unit
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES, PREFIX_SHIFT, Op
from wasmjit.wasm.types import I32, V128, FuncType, Limits, MemType, ValType

Array = npt.NDArray[Any]

# Engines agree on relaxed instructions in the deterministic mode, but that wasmtime's multiply-add is fused, and its
# dot products wrap where the specification saturates: test_api_relaxed.py has these.
_APART = ("madd", "dot_i8x16_i7x16_s", "dot_i8x16_i7x16_add_s")
SIMD_ROWS = [row for row in OPCODES.values() if row.code >> PREFIX_SHIFT == 0xFD and not row.name.endswith(_APART)]
DATA_BYTES = 256  # what load and store instructions can reach
INDEX_MASK = 63
OFFSET = 5
RECORD_BYTES = 48  # three operands of 16 bytes
INPUT_ADDRESS = 65536  # in the wasm memory


# --- operands


def pack(values: list[int], width: int) -> Array:
    """Lanes as records of 16 bytes; the last record is filled up with zeros."""
    data = b"".join(v.to_bytes(width, "little") for v in values)
    return np.frombuffer(data.ljust(-(-len(data) // 16) * 16, b"\0"), np.uint8).reshape(-1, 16)


def pairs(edges: list[int], width: int) -> Array:
    """Every pair of edges in the first two operands' lanes; the third repeats the first backwards."""
    left = pack([a for a in edges for _ in edges], width)
    right = pack([b for _ in edges for b in edges], width)
    return np.concatenate([left, right, left[::-1]], axis=1)


def integer_edges(bits: int) -> list[int]:
    """Around 0, the signed limits, and the limits of half the width."""
    centres = (0, 1 << (bits - 1), 1 << (bits // 2), 1 << (bits // 2 - 1), -(1 << (bits // 2 - 1)))
    return sorted({(c + d) % (1 << bits) for c in centres for d in (-2, -1, 0, 1, 2)})


def float_edges(dtype: type, bits: type, quiet: int) -> list[int]:
    """Bits of zeros, ones, halves, limits of the integers, subnormals, infinities and all kinds of NaN, both signs."""
    values = [0.0, 1.0, 0.5, 1.5, 2.5, 0.49999997, 3.7, 255.5]
    values += [2.0**n + d for n in (23, 31, 32, 52, 63) for d in (-1.0, -0.5, 0.0, 1.0)]
    info = np.finfo(dtype)
    values += [float(info.max), float(info.tiny), float(info.smallest_subnormal), np.inf]
    known = [int(v) for v in np.array(values, dtype).view(bits)]
    known += [known[-1] | payload for payload in (quiet, quiet | 5, 5, quiet >> 1)]
    sign = 1 << (np.dtype(bits).itemsize * 8 - 1)
    return sorted({k | s for k in known for s in (0, sign)})


@cache
def records() -> Array:
    """All operand records, (n, 48) bytes."""
    random = np.random.default_rng(1)
    parts = [pairs(integer_edges(bits), bits // 8) for bits in (8, 16, 32, 64)]
    parts += [
        pairs(float_edges(np.float32, np.uint32, 1 << 22), 4),
        pairs(float_edges(np.float64, np.uint64, 1 << 51), 8),
    ]
    parts.append(random.integers(0, 256, (300, RECORD_BYTES), np.uint8))
    parts.append((random.standard_normal((300, 12)) * 1e3).astype(np.float32).view(np.uint8))
    parts.append((random.standard_normal((300, 6)) * 1e9).view(np.uint8))
    parts.append(random.integers(0, 24, (100, RECORD_BYTES), np.uint8))  # indices of swizzle
    return np.ascontiguousarray(np.concatenate(parts))


# --- cases


@dataclass(frozen=True)
class Case:
    """`instrs` (mnemonic, immediate) over `params`, which `local.get` names.

    `memory`: the first param is an index. `floats`: width in bits of the result's float lanes where NaNs may differ as
    far as the spec allows, else 0. `resized`: the operands' lanes have another width.
    """

    params: tuple[ValType, ...]
    instrs: tuple[tuple[str, Any], ...]
    result: ValType | None
    memory: bool = False
    floats: int = 0
    resized: bool = False

    def __str__(self) -> str:
        return "; ".join(f"{name} {'' if imm is None else imm!r}".strip() for name, imm in self.instrs)


ARITHMETIC = (
    "relaxed_min",
    "relaxed_max",
    "add",
    "sub",
    "mul",
    "div",
    "min",
    "max",
    "sqrt",
    "ceil",
    "floor",
    "trunc",
    "nearest",
)
DEMOTE, PROMOTE = "f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4"


def nan_width(mnemonic: str) -> int:
    """Width of the float lanes that an instruction computes; 0 where a NaN is bits like any other."""
    shape, _, name = mnemonic.partition(".")
    return int(shape[1:3]) if shape[0] == "f" and (name in ARITHMETIC or mnemonic in (DEMOTE, PROMOTE)) else 0


def immediates(row: Op) -> list[Any]:
    """Immediates to try: every lane, shuffles of every width."""
    random = np.random.default_rng(2)
    if row.imm == "lanes":
        starts = [random.integers(0, 32 // w, 16 // w) * w for w in (1, 1, 2, 4, 8)]
        whole = [b"".join(bytes(range(s, s + 16 // len(lanes))) for s in lanes) for lanes in starts]
        return [bytes(range(16)), bytes(range(16, 32)), bytes(16), *whole]
    if row.imm == "lane":
        return list(range(int(row.name.partition(".")[0].partition("x")[2])))
    if row.imm == "memarg_lane":
        return [(0, OFFSET, 0, lane) for lane in range(16 >> row.align_log2)]
    return [{"": None, "v128": bytes(range(3, 19)), "memarg": (0, OFFSET, 0)}[row.imm]]


def plain_cases(row: Op) -> Iterator[Case]:
    """One instruction on operands that LLVM knows nothing about."""
    assert row.type is not None
    params, results = row.type.params, row.type.results
    gets = tuple(("local.get", k) for k in range(len(params)))
    for imm in immediates(row):
        instrs = (*gets, (row.name, imm))
        result = results[0] if results else None
        resized = row.name in (DEMOTE, PROMOTE)
        yield Case(params, instrs, result, row.imm.startswith("memarg"), nan_width(row.name), resized)


# Zeros, ones, two, infinities, a quiet and a signalling NaN.
CONSTANTS = {
    32: (0, 1 << 31, 0x3F80_0000, 0xBF80_0000, 0x4000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7FA0_0000),
    64: tuple(c << 48 for c in (0, 0x8000, 0x3FF0, 0xBFF0, 0x4000, 0x7FF0, 0xFFF0, 0x7FF8, 0x7FF4)),
}


def float_constants(width: int) -> list[bytes]:
    """Vectors of one constant, and of a neutral one and another."""
    lanes = [c.to_bytes(width // 8, "little") for c in CONSTANTS[width]]
    return [lane * (128 // width) for lane in lanes] + [(neutral + lanes[4]) * (64 // width) for neutral in lanes[:4]]


def constant_cases(row: Op) -> Iterator[Case]:
    """A float instruction beside constants, which tempt LLVM to fold it; and with one operand twice."""
    width = nan_width(row.name)
    assert row.type is not None
    x, op = ("local.get", 0), (row.name, None)
    for constant in float_constants(96 - width if row.name in (DEMOTE, PROMOTE) else width):
        c = ("v128.const", constant)
        sides = ((c, op),) if len(row.type.params) == 1 else ((c, x, op), (x, c, op))
        for instrs in sides:
            yield Case((V128,), instrs, V128, floats=width, resized=row.name in (DEMOTE, PROMOTE))
    if len(row.type.params) == 2:
        yield Case((V128,), (x, x, op), V128, floats=width)


def pick(*names: str) -> list[Op]:
    """Rows whose mnemonic ends with one of `names` after the dot."""
    return [row for row in SIMD_ROWS if row.name.partition(".")[2] in names]


def other_cases() -> Iterator[Case]:
    """Conversions there and back, splats of constants beside float arithmetic, constant counts, mixed shapes."""
    x, demote, promote = ("local.get", 0), (DEMOTE, None), (PROMOTE, None)
    for between in ((), (("f64x2.neg", None),), (("f64x2.abs", None),)):
        yield Case((V128,), (x, promote, *between, demote), V128, floats=32)
    yield Case((V128,), (x, demote, promote), V128, floats=64)
    for s, width, scalar in (("f32x4", 32, "f32"), ("f64x2", 64, "f64")):
        for bits in CONSTANTS[width]:
            splat = ((f"{scalar}.const", bits), (f"{s}.splat", None))
            yield Case((), splat, V128)
            for op in ("add", "sub", "mul", "div"):
                yield Case((V128,), (x, *splat, (f"{s}.{op}", None)), V128, floats=width)
    for row in pick("splat")[:4]:
        scalar = "i64" if row.name.startswith("i64") else "i32"
        for value in (0, -1, 0x1234_5678, -(1 << 31)):
            yield Case((), ((f"{scalar}.const", value), (row.name, None)), V128)
    for row in pick("shl", "shr_s", "shr_u"):
        for count in (0, 7, 8, 31, 33, -1):
            yield Case((V128,), (x, ("i32.const", count), (row.name, None)), V128)
    for row in pick("all_true", "bitmask", "any_true"):
        yield Case((V128,), (x, ("v128.not", None), (row.name, None)), I32)
    for first in ("i16x8.add", "f64x2.neg", "i8x16.abs"):  # lanes of one shape to another
        instrs = (x, x, ("i16x8.add", None)) if first == "i16x8.add" else (x, (first, None))
        yield Case((V128,), (*instrs, ("i8x16.popcnt", None), x, ("v128.andnot", None)), V128)


@cache
def cases() -> list[Case]:
    """All of them."""
    plain = [case for row in SIMD_ROWS for case in plain_cases(row)]
    constant = [case for row in SIMD_ROWS if nan_width(row.name) for case in constant_cases(row)]
    return [*plain, *constant, *other_cases()]


# --- our side


class BareEmitter(Emitter):
    """An emitter whose instructions carry no debug location: there is no debug information in these modules."""

    __slots__ = ()

    def location(self) -> str:
        return ""


def stand_in_unit(arch: str, features: frozenset[str]) -> Unit:
    """A unit with as much as vector instructions need: memory 0's base is the context's first field."""
    unit = SimpleNamespace(
        module=Module(b"", memories=[MemType(Limits(1))]),
        guard=True,
        deterministic=True,
        target_arch=arch,
        target_features=features,
        declarations={},
        layout=SimpleNamespace(memory=lambda memidx: 0),
    )
    return cast("Unit", unit)


def lower_case(unit: Unit, number: int, case: Case) -> str:
    """A function of the operands for the case, and one that runs it over records."""
    f = BareEmitter(unit, FuncType(case.params, ()), 0)
    for name, imm in case.instrs:
        if name == "local.get":
            f.push(f"%p{imm}")
        else:
            HANDLERS[CODE_BY_NAME[name]](f, imm)
    params = ", ".join(["ptr %c", *(f"{LLVM_TYPE[t]} %p{k}" for k, t in enumerate(case.params))])
    result = "void" if case.result is None else LLVM_TYPE[case.result]
    returned = "ret void" if case.result is None else f"ret {result} {f.pop()}"
    assert not f.stack, str(case)
    body = "\n  ".join(["", *f.entry, *f.lines, returned])
    return f"define internal {result} @f{number}({params}) noinline {{{body}\n}}\n" + driver(number, case)


def driver(number: int, case: Case) -> str:
    """`void k(context, in, out, n)`: the loop over records."""
    lines = ["%from = getelementptr i8, ptr %in, i64 %at", "%to = getelementptr i8, ptr %out, i64 %put"]
    arguments = ["ptr %c"]
    for k, t in enumerate(case.params):
        lines.append(f"%q{k} = getelementptr i8, ptr %from, i64 {16 * k}")
        name = f"%l{k}"
        lines.append(f"{name} = load {LLVM_TYPE[t]}, ptr %q{k}, align 1")
        if case.memory and k == 0:
            lines.append(f"%index = and i32 {name}, {INDEX_MASK}")
            name = "%index"
        arguments.append(f"{LLVM_TYPE[t]} {name}")
    call = f"@f{number}({', '.join(arguments)})"
    if case.result is None:
        lines += [f"call void {call}", "%base = load ptr, ptr %c", "%wide = zext i32 %index to i64"]
        lines += [f"%moved = add i64 %wide, {OFFSET}", "%place = getelementptr i8, ptr %base, i64 %moved"]
        lines.append("%r = load <2 x i64>, ptr %place, align 1")
    else:
        lines.append(f"%r = call {LLVM_TYPE[case.result]} {call}")
    lines.append(f"store {LLVM_TYPE[case.result or V128]} %r, ptr %to, align 1")
    body = "\n  ".join(lines)
    return f"""\
define void @k{number}(ptr %c, ptr %in, ptr %out, i64 %n) {{
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %at = mul i64 %i, {RECORD_BYTES}
  %put = mul i64 %i, 16
  {body}
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""


def lower_cases(arch: str, features: frozenset[str]) -> str:
    """The IR of all cases."""
    unit = stand_in_unit(arch, features)
    functions = [lower_case(unit, number, case) for number, case in enumerate(cases())]
    return "".join(["\n".join(unit.declarations), "\n", *functions, METADATA])


def optimised(ir: str, machine: llvm.TargetMachine, opt: int) -> llvm.ModuleRef:
    """The verified module, after LLVM's pipeline of that level."""
    module = llvm.parse_assembly(f'target triple = "{machine.triple}"\n{ir}')
    module.verify()
    if opt:
        options = llvm.create_pipeline_tuning_options(speed_level=opt)
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
    return module


KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64)


def run_ours(ir: str, machine: llvm.TargetMachine, opt: int) -> list[Array]:
    """Each case's results over the records, (n, 16) bytes."""
    engine = llvm.create_mcjit_compiler(optimised(ir, machine, opt), machine)
    engine.finalize_object()
    inputs = records()
    context = np.zeros(1, np.uint64)
    outputs = []
    for number in range(len(cases())):
        data = initial_data()
        context[0] = data.ctypes.data
        output = np.zeros((len(inputs), 16), np.uint8)
        kernel = KERNEL(engine.get_function_address(f"k{number}"))
        kernel(context.ctypes.data, inputs.ctypes.data, output.ctypes.data, len(inputs))
        outputs.append(output)
    return outputs


def initial_data() -> Array:
    """The memory that loads read."""
    return np.random.default_rng(3).integers(0, 256, DATA_BYTES, np.uint8)


# --- the other engine


def wat_float(bits: int, fraction_bits: int, width: int) -> str:
    """A float constant in WAT, NaNs with their payload."""
    sign, rest = "-" if bits >> (width - 1) else "", bits & ((1 << (width - 1)) - 1)
    fraction = rest & ((1 << fraction_bits) - 1)
    if rest >> fraction_bits == (1 << (width - 1 - fraction_bits)) - 1:
        return f"{sign}nan:{fraction:#x}" if fraction else f"{sign}inf"
    raw = np.frombuffer(rest.to_bytes(width // 8, "little"), f"<f{width // 8}")[0]
    return sign + float(raw).hex()


def wat_instr(name: str, imm: Any) -> str:
    """One instruction of the folded text; `local.get` by the names of wat_case."""
    if name == "local.get":
        return f"local.get $p{imm}"
    row = OPCODES[CODE_BY_NAME[name]]
    write: dict[str, Callable[[Any], str]] = {
        "": lambda imm: "",
        "lane": str,
        "i32": str,
        "i64": str,
        "lanes": lambda imm: " ".join(str(lane) for lane in imm),
        "f32": lambda imm: wat_float(imm, 23, 32),
        "f64": lambda imm: wat_float(imm, 52, 64),
        "v128": lambda imm: "i8x16 " + " ".join(str(byte) for byte in imm),
        "memarg": lambda imm: f"offset={imm[1]}",
        "memarg_lane": lambda imm: f"offset={imm[1]} {imm[3]}",
    }
    return f"{name} {write[row.imm](imm)}"


def wat_case(number: int, case: Case) -> str:
    """The case and its loop, as `k(in, out, end)`."""
    lines = []
    for k, t in enumerate(case.params):
        mask = f"i32.const {INDEX_MASK} i32.and" if case.memory and k == 0 else ""
        lines.append(f"local.get $in {t.name}.load offset={16 * k} {mask} local.set $p{k}")
    body = " ".join(wat_instr(name, imm) for name, imm in case.instrs)
    if case.result is None:
        lines.append(f"{body} local.get $out local.get $p0 v128.load offset={OFFSET} v128.store")
    else:
        lines.append(f"local.get $out {body} {case.result.name}.store")
    params = " ".join(f"(local $p{k} {t.name})" for k, t in enumerate(case.params))
    return f"""
  (func (export "k{number}") (param $in i32) (param $out i32) (param $end i32) {params}
    (loop $again
      {" ".join(lines)}
      (local.set $in (i32.add (local.get $in) (i32.const {RECORD_BYTES})))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $again (i32.lt_u (local.get $in) (local.get $end)))))"""


@cache
def reference() -> list[Array]:
    """Each case's results over the records in the other engine, (n, 16) bytes."""
    inputs = records()
    out = INPUT_ADDRESS + inputs.size
    pages = -(-(out + 16 * len(inputs)) // 65536)
    functions = "".join(wat_case(number, case) for number, case in enumerate(cases()))
    wasm = wasmtime.wat2wasm(f'(module (memory (export "memory") {pages}) {functions})')
    config = wasmtime.Config()
    config.wasm_relaxed_simd_deterministic = True
    store = wasmtime.Store(wasmtime.Engine(config))
    exports = wasmtime.Instance(store, wasmtime.Module(store.engine, bytes(wasm)), []).exports(store)
    memory = cast(wasmtime.Memory, exports["memory"])
    memory.write(store, inputs.tobytes(), INPUT_ADDRESS)
    outputs = []
    for number in range(len(cases())):
        memory.write(store, initial_data().tobytes(), 0)
        memory.write(store, bytes(16 * len(inputs)), out)
        cast(wasmtime.Func, exports[f"k{number}"])(store, INPUT_ADDRESS, out, INPUT_ADDRESS + inputs.size)
        outputs.append(np.frombuffer(memory.read(store, out, out + 16 * len(inputs)), np.uint8).reshape(-1, 16))
    return outputs


# --- comparing

FLOAT_BITS = {32: (np.uint32, 0x7F80_0000, 1 << 22), 64: (np.uint64, 0x7FF << 52, 1 << 51)}


def nan_kinds(data: Array, width: int) -> tuple[Array, Array, Array]:
    """Of float lanes: which are NaNs, which quiet ones, which canonical ones (spec 4.3.3)."""
    dtype, infinity, quiet = FLOAT_BITS[width]
    magnitude = np.ascontiguousarray(data).view(dtype) & dtype((1 << (width - 1)) - 1)
    nan = magnitude > dtype(infinity)
    return nan, nan & (magnitude & dtype(quiet) != 0), magnitude == dtype(infinity | quiet)


def odd_operands(case: Case) -> Array:
    """Lanes of the result that a NaN operand other than the canonical ones goes into."""
    width = 96 - case.floats if case.resized else case.floats
    operands = [records()[:, 16 * k : 16 * k + 16] for k in range(len(case.params))]
    operands += [
        np.tile(pack([int.from_bytes(imm, "little")], 16), (len(records()), 1))
        for name, imm in case.instrs
        if name == "v128.const"
    ]
    odd = np.zeros((len(records()), 128 // width), bool)
    for operand in operands:
        nan, _, canonical = nan_kinds(operand, width)
        odd |= nan & ~canonical
    for name, imm in case.instrs:
        if name in ("f32.const", "f64.const"):
            nan, _, canonical = nan_kinds(pack([imm], width // 8), width)
            odd |= bool((nan & ~canonical).any())
    return np.tile(odd.any(axis=1, keepdims=True), 128 // case.floats) if case.resized else odd


def wrong_lanes(case: Case, ours: Array, theirs: Array) -> Array:
    """Where the results differ more than the spec allows."""
    if not case.floats:
        return np.not_equal(ours, theirs)
    dtype = FLOAT_BITS[case.floats][0]
    our_nan, our_quiet, our_canonical = nan_kinds(ours, case.floats)
    their_nan, _, _ = nan_kinds(theirs, case.floats)
    nan_fits = our_quiet & their_nan & (our_canonical | odd_operands(case))
    wrong: Array = ((ours.view(dtype) != theirs.view(dtype)) | our_nan) & ~nan_fits
    return wrong


def differences(outputs: list[Array]) -> dict[str, str]:
    """Cases with a wrong result, each with the first wrong record."""
    found = {}
    for case, ours, theirs in zip(cases(), outputs, reference(), strict=True):
        wrong = wrong_lanes(case, ours, theirs).any(axis=1)
        if wrong.any():
            row = int(np.argmax(wrong))
            operands = " ".join(records()[row, 16 * k : 16 * k + 16].tobytes().hex() for k in range(len(case.params)))
            found[str(case)] = f"{operands} -> {ours[row].tobytes().hex()}, not {theirs[row].tobytes().hex()}"
    return found


# --- tests


def machine_for(cpu: str, opt: int) -> tuple[llvm.TargetMachine, frozenset[str]]:
    """The processor here, or another one of its kind by name."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    host = cpu == "host"
    features = [name for name, present in llvm.get_host_cpu_features().items() if present] if host else []
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name() if host else cpu, features=",".join(f"+{name}" for name in features), opt=opt
    )
    return machine, frozenset(features)


def test_every_vector_instruction_has_a_handler() -> None:
    assert len(SIMD_ROWS) == 250
    assert len([row for row in OPCODES.values() if row.code >> PREFIX_SHIFT == 0xFD]) == 256
    assert [row.name for row in SIMD_ROWS if row.code not in HANDLERS] == []


@pytest.mark.parametrize("opt", [0, 2])
@pytest.mark.parametrize("cpu", ["host", "x86-64"])
def test_results_are_those_of_another_engine(cpu: str, opt: int) -> None:
    machine, features = machine_for(cpu, opt)
    if cpu != "host" and not machine.triple.startswith(cpu.replace("-", "_")):
        pytest.skip("a processor of another architecture than this machine's")
    ir = lower_cases(machine.triple.partition("-")[0], features)
    assert differences(run_ours(ir, machine, opt)) == {}


def test_other_architecture_compiles() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple("aarch64-unknown-linux-gnu").create_target_machine(opt=0)
    module = optimised(lower_cases("aarch64", frozenset()), machine, 0)
    assert machine.emit_object(module)[:4] == b"\x7fELF"
