"""Numeric instructions (spec 4.3, 4.4.1): a table where LLVM has the operation, small functions where it differs."""

from __future__ import annotations

import struct
from collections.abc import Callable

from wasmjit.abi.traps import TrapCode
from wasmjit.compile.lower.emitter import LIKELY, Emitter
from wasmjit.compile.lower.registry import HANDLERS, Handler, bind
from wasmjit.wasm.module import Instr
from wasmjit.wasm.opcodes import CODE_BY_NAME

_INTEGERS = ("i32", "i64")
_FLOATS = (("f32", "float"), ("f64", "double"))


# --- constants


def f32_literal(bits: int) -> str:
    """LLVM writes a float as the double of the same value, which would lose a NaN's bits."""
    exponent, fraction = bits >> 23 & 0xFF, bits & 0x7F_FFFF
    if exponent == 0xFF and fraction:
        return f"bitcast (i32 {bits} to float)"
    (value,) = struct.unpack("<f", bits.to_bytes(4, "little"))
    return _double(value)


def _double(value: float) -> str:
    return f64_literal(int.from_bytes(struct.pack("<d", value), "little"))


def f64_literal(bits: int) -> str:
    """A double by its bits."""
    return f"0x{bits:016X}"


def v128_literal(value: bytes) -> str:
    """A vector of two i64."""
    low, high = int.from_bytes(value[:8], "little"), int.from_bytes(value[8:], "little")
    return f"<i64 {low}, i64 {high}>"


_LITERALS: dict[int, Callable[..., str]] = {
    CODE_BY_NAME["i32.const"]: str,
    CODE_BY_NAME["i64.const"]: str,
    CODE_BY_NAME["f32.const"]: f32_literal,
    CODE_BY_NAME["f64.const"]: f64_literal,
    CODE_BY_NAME["v128.const"]: v128_literal,
}


def literal(instr: Instr) -> str | None:
    """The operand that a constant instruction pushes; None for any other instruction."""
    make = _LITERALS.get(instr.code)
    return None if make is None else make(instr.imm)


def _constant(make: Callable[..., str]) -> Handler:
    def lower(f: Emitter, imm: object) -> None:
        f.stack.append(make(imm))

    return lower


# --- operations that LLVM has


def _unary(template: str, declaration: str = "") -> Handler:
    """`template` has `{}` for the operand."""

    def lower(f: Emitter, imm: None) -> None:
        if declaration:
            f.declare(declaration)
        f.stack[-1] = f.emit(template.format(f.stack[-1]))

    return lower


def _binary(operation: str) -> Handler:
    """`operation` is instruction and type: `add i32`."""

    def lower(f: Emitter, imm: None) -> None:
        stack = f.stack
        right = stack.pop()
        stack[-1] = f.emit(f"{operation} {stack[-1]}, {right}")

    return lower


def _call2(name: str, type: str) -> Handler:
    """An intrinsic of two operands."""
    declaration = f"declare {type} @{name}({type}, {type})"

    def lower(f: Emitter, imm: None) -> None:
        f.declare(declaration)
        right = f.pop()
        f.push(f.emit(f"call {type} @{name}({type} {f.pop()}, {type} {right})"))

    return lower


def _compare(operation: str) -> Handler:
    """`operation` is instruction, predicate and type: `icmp eq i32`."""

    def lower(f: Emitter, imm: None) -> None:
        right = f.pop()
        f.push_condition(f.emit(f"{operation} {f.pop()}, {right}"))

    return lower


def _is_zero(type: str) -> Handler:
    def lower(f: Emitter, imm: None) -> None:
        value = f.pop()
        known = f.conditions.get(value)
        f.push_condition(f.emit(f"xor i1 {known}, true" if known else f"icmp eq {type} {value}, 0"))

    return lower


# --- integers


def _shift(operation: str, type: str) -> Handler:
    """LLVM's shifts are poison from the width on; wasm's count is modulo the width."""
    mask = int(type[1:]) - 1

    def lower(f: Emitter, imm: None) -> None:
        count = f.masked(type, f.pop(), mask)
        f.push(f.emit(f"{operation} {type} {f.pop()}, {count}"))

    return lower


def _rotate(name: str, type: str) -> Handler:
    def lower(f: Emitter, imm: None) -> None:
        f.declare(f"declare {type} @llvm.{name}.{type}({type}, {type}, {type})")
        count, value = f.pop(), f.pop()
        f.push(f.emit(f"call {type} @llvm.{name}.{type}({type} {value}, {type} {value}, {type} {count})"))

    return lower


def _sign_extend(narrow: str, type: str) -> Handler:
    def lower(f: Emitter, imm: None) -> None:
        low = f.emit(f"trunc {type} {f.pop()} to {narrow}")
        f.push(f.emit(f"sext {narrow} {low} to {type}"))

    return lower


def _divide(operation: str, type: str) -> Handler:
    """Division traps by zero, and where the quotient has no representation; the remainder of that is 0."""
    minimum = -(1 << (int(type[1:]) - 1))

    def lower(f: Emitter, imm: None) -> None:
        divisor, dividend = f.pop(), f.pop()
        if divisor in ("0", "-1") or divisor[0] == "%":
            f.trap_if(f.emit(f"icmp eq {type} {divisor}, 0"), TrapCode.INTEGER_DIVIDE_BY_ZERO)
            minus_one = f.emit(f"icmp eq {type} {divisor}, -1") if operation[0] == "s" else ""
            if operation == "sdiv":
                lowest = f.emit(f"icmp eq {type} {dividend}, {minimum}")
                f.trap_if(f.emit(f"and i1 {minus_one}, {lowest}"), TrapCode.INTEGER_OVERFLOW)
            elif operation == "srem":
                divisor = f.emit(f"select i1 {minus_one}, {type} 1, {type} {divisor}")
        f.push(f.emit(f"{operation} {type} {dividend}, {divisor}"))

    return lower


# --- floats: LLVM may hand on a signalling NaN where it sees that an operation changes nothing; wasm must quiet it

_ONE, _MINUS_ONE, _ZERO, _MINUS_ZERO = (_double(x) for x in (1.0, -1.0, 0.0, -0.0))
_NEUTRAL: dict[str, tuple[frozenset[str], frozenset[str]]] = {  # literals on the left, on the right
    "fadd": (frozenset({_ZERO, _MINUS_ZERO}), frozenset({_ZERO, _MINUS_ZERO})),
    "fsub": (frozenset({_ZERO, _MINUS_ZERO}), frozenset({_ZERO, _MINUS_ZERO})),
    "fmul": (frozenset({_ONE, _MINUS_ONE}), frozenset({_ONE, _MINUS_ONE})),
    "fdiv": (frozenset(), frozenset({_ONE, _MINUS_ONE})),
}


_BITS: dict[str, tuple[str, int]] = {"float": ("i32", 1 << 22), "double": ("i64", 1 << 51)}
"""Of a float type: the integer that is as wide, and a NaN's quiet bit."""
_CANONICAL_NAN = f64_literal(0x7FF8 << 48)  # as a double or, by LLVM's way to write it, a float


def _quieted(f: Emitter, llvm: str, value: str) -> str:
    """The value, a NaN made quiet. Not by `llvm.canonicalize`: x86 code generation dies of its vectorised form."""
    integer, quiet = _BITS[llvm]
    bits = f.emit(f"or {integer} {f.emit(f'bitcast {llvm} {value} to {integer}')}, {quiet}")
    quieted = f.emit(f"bitcast {integer} {bits} to {llvm}")
    nan = f.emit(f"fcmp uno {llvm} {value}, {value}")
    return f.emit(f"select i1 {nan}, {llvm} {quieted}, {llvm} {value}")


def _arithmetic(operation: str, llvm: str) -> Handler:
    neutral_left, neutral_right = _NEUTRAL[operation]

    def lower(f: Emitter, imm: None) -> None:
        right, left = f.pop(), f.pop()
        if right in neutral_right:
            left = _quieted(f, llvm, left)
        elif left in neutral_left:
            right = _quieted(f, llvm, right)
        f.push(f.emit(f"{operation} {llvm} {left}, {right}"))

    return lower


def _min_max(name: str, llvm: str) -> Handler:
    """NaN if either is, and -0.0 below 0.0.

    Chosen in both orders, the lesser (greater) operand agrees but for zeros of both signs, whose bits are joined, and
    NaNs, which become the canonical one. LLVM's minimum and maximum hand signalling NaNs through on x86.
    """
    predicate, join = ("olt", "or") if name == "min" else ("ogt", "and")
    integer, _ = _BITS[llvm]

    def choose(f: Emitter, a: str, b: str) -> str:
        chosen = f.emit(f"select i1 {f.emit(f'fcmp {predicate} {llvm} {a}, {b}')}, {llvm} {a}, {llvm} {b}")
        return f.emit(f"bitcast {llvm} {chosen} to {integer}")

    def lower(f: Emitter, imm: None) -> None:
        right, left = f.pop(), f.pop()
        joined = f.emit(f"{join} {integer} {choose(f, left, right)}, {choose(f, right, left)}")
        number = f.emit(f"bitcast {integer} {joined} to {llvm}")
        nan = f.emit(f"fcmp uno {llvm} {left}, {right}")
        f.push(f.emit(f"select i1 {nan}, {llvm} {_CANONICAL_NAN}, {llvm} {number}"))

    return lower


def _square_root(t: str, llvm: str) -> Handler:
    """A root with its operand's sign, which it has anyway, NaNs included.

    LLVM's code generation makes `x < 0 ? NaN : sqrt(x)` a bare root, whose NaN has other bits than the one chosen; and
    it arrives at that comparison by itself from `isnan(sqrt(x))`. What keeps it from that must not keep loops from
    being vectorised, as an arithmetic fence does.
    """
    root, sign = f"@llvm.sqrt.{t}", f"@llvm.copysign.{t}"

    def lower(f: Emitter, imm: None) -> None:
        f.declare(f"declare {llvm} {root}({llvm})")
        f.declare(f"declare {llvm} {sign}({llvm}, {llvm})")
        value = f.pop()
        result = f.emit(f"call {llvm} {root}({llvm} {value})")
        f.push(f.emit(f"call {llvm} {sign}({llvm} {result}, {llvm} {value})"))

    return lower


def _promote(f: Emitter, imm: None) -> None:
    value = f.pop()
    f.push(f.emit(f"fpext float {value} to double"))
    f.promoted[f.stack[-1]] = value


def _demote(f: Emitter, imm: None) -> None:
    """Of a promoted float it is that float, quieted."""
    value = f.pop()
    original = f.promoted.get(value)
    f.push(f.emit(f"fptrunc double {value} to float") if original is None else _quieted(f, "float", original))


# --- conversions


def _range_bounds(source: str, bits: int, signed: bool) -> tuple[str, str]:
    """The open interval of floats that truncate into an integer of `bits`, as literals (spec 4.3.3, trunc)."""
    low, high = (-float(1 << (bits - 1)), float(1 << (bits - 1))) if signed else (0.0, float(1 << bits))
    mantissa = 24 if source == "float" else 53
    # The float below `low` that truncates to it: low - 1 if that is representable, else low's predecessor.
    if not signed or bits - 1 < mantissa:
        below = low - 1.0
    else:
        scale = 2.0 ** (bits - mantissa)
        below = low - scale
    return _double(below), _double(high)


def _truncate(source: str, target: str, signed: bool) -> Handler:
    below, above = _range_bounds(source, int(target[1:]), signed)
    operation = f"fpto{'s' if signed else 'u'}i"

    def lower(f: Emitter, imm: None) -> None:
        value = f.pop()
        low = f.emit(f"fcmp ogt {source} {value}, {below}")
        high = f.emit(f"fcmp olt {source} {value}, {above}")
        fits = f.emit(f"and i1 {low}, {high}")
        cold, go_on = f.new_block(), f.new_block()
        f.line(f"br i1 {fits}, label %{go_on}, label %{cold}{LIKELY}")
        f.start_block(cold)
        is_nan = f.emit(f"fcmp uno {source} {value}, {value}")
        nan, overflow = int(TrapCode.INVALID_CONVERSION), int(TrapCode.INTEGER_OVERFLOW)
        f.trap(f.emit(f"select i1 {is_nan}, i32 {nan}, i32 {overflow}"))
        f.start_block(go_on)
        f.push(f.emit(f"{operation} {source} {value} to {target}"))

    return lower


# --- the tables


def _bind_constants() -> None:
    for code, make in _LITERALS.items():
        HANDLERS[code] = _constant(make)


def _bind_integers(t: str) -> None:
    bind(f"{t}.eqz", _is_zero(t))
    for name in ("eq", "ne"):
        bind(f"{t}.{name}", _compare(f"icmp {name} {t}"))
    for name in ("lt", "gt", "le", "ge"):
        for sign in "su":
            bind(f"{t}.{name}_{sign}", _compare(f"icmp {sign}{name} {t}"))
    for name, intrinsic in (("clz", "ctlz"), ("ctz", "cttz")):
        declaration = f"declare {t} @llvm.{intrinsic}.{t}({t}, i1)"
        bind(f"{t}.{name}", _unary(f"call {t} @llvm.{intrinsic}.{t}({t} {{}}, i1 false)", declaration))
    bind(f"{t}.popcnt", _unary(f"call {t} @llvm.ctpop.{t}({t} {{}})", f"declare {t} @llvm.ctpop.{t}({t})"))
    for name in ("add", "sub", "mul", "and", "or", "xor"):
        bind(f"{t}.{name}", _binary(f"{name} {t}"))
    for name, operation in (("div", "div"), ("rem", "rem")):
        for sign in "su":
            bind(f"{t}.{name}_{sign}", _divide(f"{sign}{operation}", t))
    for name, operation in (("shl", "shl"), ("shr_s", "ashr"), ("shr_u", "lshr")):
        bind(f"{t}.{name}", _shift(operation, t))
    for name, operation in (("rotl", "fshl"), ("rotr", "fshr")):
        bind(f"{t}.{name}", _rotate(operation, t))
    for width in (8, 16, 32):
        if f"{t}.extend{width}_s" in CODE_BY_NAME:
            bind(f"{t}.extend{width}_s", _sign_extend(f"i{width}", t))


def _bind_floats(t: str, llvm: str) -> None:
    for name, predicate in (("eq", "oeq"), ("ne", "une"), ("lt", "olt"), ("gt", "ogt"), ("le", "ole"), ("ge", "oge")):
        bind(f"{t}.{name}", _compare(f"fcmp {predicate} {llvm}"))
    bind(f"{t}.neg", _unary(f"fneg {llvm} {{}}"))
    intrinsics = (("abs", "fabs"), ("ceil", "ceil"), ("floor", "floor"), ("trunc", "trunc"), ("nearest", "rint"))
    for name, intrinsic in intrinsics:
        function = f"@llvm.{intrinsic}.{t}"
        bind(f"{t}.{name}", _unary(f"call {llvm} {function}({llvm} {{}})", f"declare {llvm} {function}({llvm})"))
    bind(f"{t}.sqrt", _square_root(t, llvm))
    for name in ("add", "sub", "mul", "div"):
        bind(f"{t}.{name}", _arithmetic(f"f{name}", llvm))
    for name in ("min", "max"):
        bind(f"{t}.{name}", _min_max(name, llvm))
    bind(f"{t}.copysign", _call2(f"llvm.copysign.{t}", llvm))


def _bind_conversions() -> None:
    bind("i32.wrap_i64", _unary("trunc i64 {} to i32"))
    bind("i64.extend_i32_s", _unary("sext i32 {} to i64"))
    bind("i64.extend_i32_u", _unary("zext i32 {} to i64"))
    bind("f32.demote_f64", _demote)
    bind("f64.promote_f32", _promote)
    for t in _INTEGERS:
        for s, llvm in _FLOATS:
            for sign in "su":
                bind(f"{t}.trunc_{s}_{sign}", _truncate(llvm, t, sign == "s"))
                function = f"@llvm.fpto{sign}i.sat.{t}.{s}"
                saturating = _unary(f"call {t} {function}({llvm} {{}})", f"declare {t} {function}({llvm})")
                bind(f"{t}.trunc_sat_{s}_{sign}", saturating)
                bind(f"{s}.convert_{t}_{sign}", _unary(f"{sign}itofp {t} {{}} to {llvm}"))
    for t, (s, llvm) in zip(_INTEGERS, _FLOATS, strict=True):
        bind(f"{t}.reinterpret_{s}", _unary(f"bitcast {llvm} {{}} to {t}"))
        bind(f"{s}.reinterpret_{t}", _unary(f"bitcast {t} {{}} to {llvm}"))


_bind_constants()
for _t in _INTEGERS:
    _bind_integers(_t)
for _t, _llvm in _FLOATS:
    _bind_floats(_t, _llvm)
_bind_conversions()
