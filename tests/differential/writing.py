"""From a seed to a module, written by hand: formulas over all numeric and vector instructions, and loops over memory.

The general generator seldom nests arithmetic deeply, and never writes a loop that LLVM would vectorise. NaNs are made
canonical after each operation that may choose their bits, since engines may choose differently (spec 4.3.3).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from wasmjit import features
from wasmjit.wasm.opcodes import OPCODES, Op

TYPES = ("i32", "i64", "f32", "f64", "v128")
_CONSTANTS = {
    "i32": ("0", "1", "-1", "2", "7", "31", "33", "255", "-256", "65535", "0x7fffffff", "0x80000000", "0x55555555"),
    "i64": ("0", "1", "-1", "63", "65", "0xffffffff", "0x100000000", "0x7fffffffffffffff", "0x8000000000000000",
            "12345678901"),
    "f32": ("0", "-0", "1", "-1", "0.5", "1.5", "2.5", "-3.5", "inf", "-inf", "nan", "-nan", "nan:0x200000", "0x1p-149",
            "0x1.fffffep+127", "2147483648", "-2147483904", "4294967296", "9223372036854775807", "16777217", "1e-30"),
    "f64": ("0", "-0", "1", "-1", "0.5", "1.5", "2.5", "-3.5", "inf", "-inf", "nan", "-nan", "nan:0x4000000000000",
            "0x1p-1074", "0x1.fffffffffffffp+1023", "2147483647.5", "-2147483648.9", "4294967295.9",
            "9223372036854775808",
            "0x1.fffffe8p+127", "1e-310", "9007199254740993"),
}  # fmt: skip
_CHOOSES_NAN = re.compile(
    r"(f32|f64|f32x4|f64x2)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_f64|promote_f32"
    r"|demote_f64x2_zero|promote_low_f32x4)$"
)
_TRAPS = re.compile(r"(i32|i64)\.(div|rem)_.|i\d\d\.trunc_f")
_LANES = {"i8x16": 16, "i16x8": 8, "i32x4": 4, "f32x4": 4, "i64x2": 2, "f64x2": 2}
_VALUE_IMMEDIATES = ("", "lane", "lanes", "memarg", "memarg_lane")


def _expression_ops() -> dict[str, list[Op]]:
    """By result type: what makes one value of others. Constants, loads and lane stores by their immediates.

    Not the relaxed instructions, whose results are each engine's own, nor atomic ones, which want aligned addresses.
    """
    found: dict[str, list[Op]] = {name: [] for name in TYPES}
    for row in OPCODES.values():
        if row.feature in (features.RELAXED_SIMD, features.THREADS):
            continue
        if row.type is None or row.imm not in _VALUE_IMMEDIATES or len(row.type.results) != 1 or not row.type.params:
            continue
        if all(t.name in TYPES for t in (*row.type.params, *row.type.results)):
            found[row.type.results[0].name].append(row)
    return found


_OPS = _expression_ops()
_STORES = [
    row for row in OPCODES.values() if "store" in row.name and row.type is not None and row.feature != features.THREADS
]


class FunctionWriter:
    """Writes one function. `locals` are its parameters and locals by type; the last ones are scratch."""

    def __init__(self, rng: random.Random, params: list[str], helpers: list[str]) -> None:
        self.rng = rng
        self.params = params
        self.helpers = helpers
        self.locals: dict[str, list[str]] = {name: [f"$v_{name}_{i}" for i in range(2)] for name in TYPES}
        for i, name in enumerate(params):
            self.locals[name].append(f"$p{i}")
        self.loops = 0

    # --- expressions

    def constant(self, type: str) -> str:
        """A constant with an interesting value."""
        if type != "v128":
            return f"({type}.const {self.rng.choice(_CONSTANTS[type])})"
        shape = self.rng.choice(("i32", "i64", "f32", "f64"))
        count = 4 if shape[1:] == "32" else 2
        return f"(v128.const {shape}x{count} {' '.join(self.rng.choices(_CONSTANTS[shape], k=count))})"

    def expression(self, type: str, depth: int) -> str:
        """An expression of a type, at most so many instructions deep."""
        if depth == 0 or self.rng.random() < 0.12:
            if self.rng.random() < 0.35:
                return self.constant(type)
            return f"(local.get {self.rng.choice(self.locals[type])})"
        if self.rng.random() < 0.06:
            parts = (
                self.expression(type, depth - 1),
                self.expression(type, depth - 1),
                self.expression("i32", depth - 1),
            )
            return f"(select {' '.join(parts)})"
        row = self.rng.choice(_OPS[type])
        assert row.type is not None
        if _TRAPS.match(row.name) and self.rng.random() < 0.7:
            return self.expression(type, depth)
        return self.operation(row, type, [self.expression(t.name, depth - 1) for t in row.type.params])

    def operation(self, row: Op, type: str, operands: list[str]) -> str:
        """An instruction with its operands, mostly kept from trapping."""
        if row.imm.startswith("memarg"):
            operands[0] = self.address(operands[0])
        if re.search(r"\.(div|rem)_", row.name) and self.rng.random() < 0.8:
            operands[1] = f"({type}.or {operands[1]} ({type}.const 1))"
        text = f"({row.name} {self._immediate(row)} {' '.join(operands)})"
        return self._canonical(row.name, type, text) if _CHOOSES_NAN.match(row.name) else text

    def address(self, index: str) -> str:
        """An index, mostly made to lie inside the memory."""
        return index if self.rng.random() < 0.02 else f"(i32.and {index} (i32.const 0xfff))"

    def _immediate(self, row: Op) -> str:
        rng = self.rng
        if row.imm == "lane":
            return str(rng.randrange(_LANES[row.name.partition(".")[0]]))
        if row.imm == "lanes":
            return " ".join(str(rng.randrange(32)) for _ in range(16))
        if not row.imm:
            return ""
        offset = rng.choice((0, 0, 1, 8, 77, 61440))
        text = f"offset={offset} align={1 << rng.randint(0, row.align_log2)}"
        return f"{text} {rng.randrange(16 >> row.align_log2)}" if row.imm == "memarg_lane" else text

    def _canonical(self, name: str, type: str, text: str) -> str:
        scratch = f"(local.get $c_{type})"
        if type != "v128":
            return f"(select ({type}.const nan) (local.tee $c_{type} {text}) ({type}.ne {scratch} {scratch}))"
        shape = "f32x4" if re.match(r"f32x4", name) else "f64x2"
        nans = f"(v128.const {shape} {'nan ' * _LANES[shape]})"
        return f"(v128.bitselect {nans} (local.tee $c_v128 {text}) ({shape}.ne {scratch} {scratch}))"

    # --- statements

    def statement(self, depth: int) -> str:
        """Something with an effect; `depth` bounds the nesting of blocks."""
        kinds: list[Callable[[int], str]] = [self._set, self._set, self._set, self._store]
        if depth:
            kinds += [self._if, self._loop, self._switch, self._bulk]
        if self.helpers:
            kinds.append(self._call)
        return self.rng.choice(kinds)(depth)

    def statements(self, count: int, depth: int) -> str:
        """Several of them."""
        return "\n".join(self.statement(depth) for _ in range(count))

    def _set(self, depth: int) -> str:
        type = self.rng.choice(TYPES)
        return f"(local.set {self.rng.choice(self.locals[type])} {self.expression(type, 4)})"

    def _store(self, depth: int) -> str:
        row = self.rng.choice(_STORES)
        assert row.type is not None
        operands = [self.expression(t.name, 3) for t in row.type.params]
        operands[0] = self.address(operands[0])
        return f"({row.name} {self._immediate(row)} {' '.join(operands)})"

    def _if(self, depth: int) -> str:
        arms = self.statements(2, depth - 1), self.statements(1, depth - 1)
        return f"(if {self.expression('i32', 3)} (then {arms[0]}) (else {arms[1]}))"

    def _loop(self, depth: int) -> str:
        """A loop of a few rounds, that may leave early."""
        self.loops += 1
        counter = f"$n{self.loops}"
        leave = f"(br_if 1 {self.expression('i32', 2)})" if self.rng.random() < 0.4 else ""
        step = f"(local.tee {counter} (i32.add (local.get {counter}) (i32.const 1)))"
        again = f"(br_if 0 (i32.lt_u {step} (i32.const {self.rng.choice((1, 3, 17))})))"
        return f"(local.set {counter} (i32.const 0)) (block (loop {self.statements(2, depth - 1)} {leave} {again}))"

    def _switch(self, depth: int) -> str:
        labels = " ".join(str(self.rng.randrange(3)) for _ in range(self.rng.randint(1, 6)))
        inner = f"(block (br_table {labels} {self.expression('i32', 2)}))"
        return f"(block (block {inner} {self.statement(depth - 1)} (br 1)) {self.statement(depth - 1)})"

    def _bulk(self, depth: int) -> str:
        operands = [self.address(self.expression("i32", 2)) for _ in range(2)]
        count = f"(i32.and {self.expression('i32', 2)} (i32.const 127))"
        if self.rng.random() < 0.5:
            return f"(memory.copy {' '.join(operands)} {count})"
        return f"(memory.fill {' '.join(operands)} {count})"

    def _call(self, depth: int) -> str:
        name = self.rng.choice(self.helpers)
        arguments = " ".join(self.expression(type, 2) for type in TYPES)
        takes = " ".join(f"(local.set {self.rng.choice(self.locals[type])})" for type in reversed(TYPES))
        return f"(call {name} {arguments}) {takes}"

    # --- the whole

    def function(self, head: str, body: str, results: list[str], values: list[str]) -> str:
        """The function's text; `head` names and exports it, `values` are expressions for its results."""
        params = " ".join(f"(param $p{i} {type})" for i, type in enumerate(self.params))
        own = [(name, type) for type in TYPES for name in (*self.locals[type][:2], f"$c_{type}")]
        own += [(f"$n{i + 1}", "i32") for i in range(self.loops)]
        locals = " ".join(f"(local {name} {type})" for name, type in own)
        given = "\n".join(values)
        return f"(func {head} {params} (result {' '.join(results)}) {locals}\n{body}\n{given})"


def formulas(seed: int) -> str:
    """A module whose functions compute deep expressions, some of them by helpers of all types."""
    rng = random.Random(seed)
    functions: list[str] = []
    helpers: list[str] = []
    for number in range(rng.choice((0, 1, 2))):
        functions.append(_formula(rng, f"$h{number}", list(TYPES), list(helpers), list(TYPES)))
        helpers.append(f"$h{number}")
    for number in range(6):
        results = rng.choices(TYPES, k=rng.randint(1, 3))
        functions.append(_formula(rng, f'(export "f{number}")', rng.choices(TYPES, k=5), helpers, results))
    return _module(rng, functions)


def _formula(rng: random.Random, head: str, params: list[str], helpers: list[str], results: list[str]) -> str:
    """A function of some statements, that ends by storing all its variables, so that no computation is for nothing."""
    writer = FunctionWriter(rng, params, helpers)
    body = writer.statements(rng.choice((2, 4, 10)), 2)
    variables = [(name, type) for type in TYPES for name in writer.locals[type][:2]]
    stores = [
        f"({type}.store offset={32768 + 16 * i} (i32.const 0) (local.get {name}))"
        for i, (name, type) in enumerate(variables)
    ]
    return writer.function(head, "\n".join([body, *stores]), results, [writer.expression(t, 3) for t in results])


PROBES = 16
"""Instructions that one module of `probes` is about."""


def probes(seed: int) -> str:
    """A module with functions of one instruction each: the seed says which, so that few seeds reach all there are."""
    rng = random.Random(seed)
    rows = [row for type in TYPES for row in _OPS[type]]
    chosen = [rows[(seed * PROBES + i) % len(rows)] for i in range(PROBES)]
    return _module(rng, [_probe(rng, f'(export "{row.name} {i}")', row) for row in chosen for i in range(3)])


def _probe(rng: random.Random, head: str, row: Op) -> str:
    """The instruction's operands are parameters, constants, and sometimes what another instruction gives."""
    assert row.type is not None
    types = [t.name for t in row.type.params]
    writer = FunctionWriter(rng, types, [])
    operands = [
        rng.choice((f"(local.get $p{i})",) * 5 + (writer.constant(t),) * 3 + (writer.expression(t, 2),) * 2)
        for i, t in enumerate(types)
    ]
    result = row.type.results[0].name
    return writer.function(head, "", [result], [writer.operation(row, result, operands)])


def _module(rng: random.Random, functions: list[str]) -> str:
    data = b"".join(rng.choice(_PATTERNS)(rng) for _ in range(300))
    text = "".join(f"\\{byte:02x}" for byte in data)
    memory = f'(memory (export "memory") 1 2) (data (i32.const 0) "{text}")(data (i32.const 61440) "{text}")'
    return "\n".join(["(module", memory, *functions, ")"])


_PATTERNS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda rng: rng.randbytes(8),
    lambda rng: bytes(8),
    lambda rng: b"\xff" * 8,
    lambda rng: rng.randrange(1 << 12).to_bytes(4, "little") * 2,
    lambda rng: bytes.fromhex(
        rng.choice(("000000000000f03f", "010000000000f07f", "000000000000e0c3", "000000000000f0ff"))
    ),
    lambda rng: bytes.fromhex(rng.choice(("0000803f", "0100a07f", "000000cf", "0000807f", "000000bf"))) * 2,
)

# --- loops

_ELEMENTS = (
    ("i32", "i32.load8_u", "i32.store8", 1),
    ("i32", "i32.load8_s", "i32.store16", 2),
    ("i32", "i32.load16_u", "i32.store16", 2),
    ("i32", "i32.load", "i32.store", 4),
    ("i64", "i64.load32_s", "i64.store32", 4),
    ("i64", "i64.load", "i64.store", 8),
    ("f32", "f32.load", "f32.store", 4),
    ("f64", "f64.load", "f64.store", 8),
    ("v128", "v128.load", "v128.store", 16),
)


def loops(seed: int) -> str:
    """A module whose functions go over arrays, with any overlap, near the memory's end and round the address space."""
    rng = random.Random(seed)
    return _module(rng, [_array_loop(rng, number) for number in range(4)])


def _array_loop(rng: random.Random, number: int) -> str:
    """`loop(a, b, count, extra)` stores to array a what it computes of arrays a and b, and returns an accumulator."""
    type, load, store, width = rng.choice(_ELEMENTS)
    stride = rng.choice((width, width, width, 2 * width, -width, width + 1))
    writer = FunctionWriter(rng, ["i32", "i32", "i32", type], [])
    last = f"(i32.and (local.get $p2) (i32.const {rng.choice((15, 255, 1023))}))"
    first = [
        f"(local.set {p} (i32.and (local.get {p}) (i32.const 0x7fff)))" for p in ("$p0", "$p1") if rng.random() < 0.7
    ]
    body = [f"(local.set $x ({load} offset={rng.choice((0, 0, width, 4096))} {_place(rng, '$p1', stride)}))"]
    if rng.random() < 0.4:
        body.append(f"(local.set $y ({load} {_place(rng, '$p0', stride)}))")
    writer.locals[type] += ["$x", "$y", "$acc"]
    if rng.random() < 0.6:
        body.append(f"(local.set $acc {_combine(writer, type, '$acc', '$x')})")
    if rng.random() < 0.7:
        value = _combine(writer, type, rng.choice(("$x", "$y", "$p3")), rng.choice(("$x", "$y", "$acc")))
        body.append(f"({store} offset={rng.choice((0, 0, width))} {_place(rng, '$p0', stride)} {value})")
    if rng.random() < 0.2:
        body.append(f"(br_if 1 (i32.eq (local.get $k) {writer.expression('i32', 1)}))")
    step = "(local.tee $k (i32.add (local.get $k) (i32.const 1)))"
    body.append(f"(br_if 0 ({rng.choice(('i32.lt_u', 'i32.lt_s', 'i32.ne'))} {step} {last}))")
    guard = f"(br_if 0 (i32.eqz {last}))"
    own = [(name, t) for t in TYPES for name in (*writer.locals[t][:2], f"$c_{t}")]
    own += [("$x", type), ("$y", type), ("$acc", type), ("$k", "i32")]
    locals = " ".join(f"(local {name} {t})" for name, t in own)
    params = f"(param $p0 i32) (param $p1 i32) (param $p2 i32) (param $p3 {type}) (result {type} i32)"
    start, lines = " ".join(first), "\n".join(body)
    head = f'(func (export "loop{number}") {params} {locals} {start}'
    return f"{head} (block {guard} (loop\n{lines})) (local.get $acc) (local.get $k))"


def _place(rng: random.Random, base: str, stride: int) -> str:
    """The address of element $k of an array."""
    index = f"(i32.mul (local.get $k) (i32.const {stride}))"
    if stride in (2, 4, 8) and rng.random() < 0.5:
        index = f"(i32.shl (local.get $k) (i32.const {stride.bit_length() - 1}))"
    return f"(i32.add (local.get {base}) {index})"


def _combine(writer: FunctionWriter, type: str, left: str, right: str) -> str:
    """An operation of two locals, within a small expression."""
    rows = [row for row in _OPS[type] if row.type is not None and [t.name for t in row.type.params] == [type, type]]
    row = writer.rng.choice([row for row in rows if row.imm == ""])
    operands = [f"(local.get {left})", f"(local.get {right})"]
    if re.search(r"\.(div|rem)_", row.name):
        operands[1] = f"({type}.or {operands[1]} ({type}.const 1))"
    text = f"({row.name} {' '.join(operands)})"
    return writer._canonical(row.name, type, text) if _CHOOSES_NAN.match(row.name) else text
