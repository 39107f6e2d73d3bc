"""Integer instructions (spec 4.3.2). Sums and products are brought back to their size only where it matters."""

from __future__ import annotations

from collections.abc import Callable

from wasmjit.interp.operand import MASKS, TRAPS, Operand, combine, literal, masked, signed
from wasmjit.interp.registry import Handler, bind
from wasmjit.interp.translator import Translator
from wasmjit.wasm.types import I64

_ROOM = {32: 1 << 66, 64: 1 << 130}
"""How large an expression may be before it is brought back."""


def _const(bits: int) -> Handler:
    def translate(t: Translator, value: int) -> None:
        t.push(literal(value & MASKS[bits]))

    return translate


def _ranges(name: str, a: Operand, b: Operand) -> tuple[int, int]:
    if name == "add":
        return a.low + b.low, a.high + b.high
    if name == "sub":
        return a.low - b.high, a.high - b.low
    products = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(products), max(products)


_SYMBOLS = {"add": "+", "sub": "-", "mul": "*"}


def _arithmetic(name: str, bits: int) -> Handler:
    symbol, room = _SYMBOLS[name], _ROOM[bits]

    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        sign = symbol
        if b.is_const and name == "add" and b.low >> bits - 1:  # a small negative number
            b, sign = literal((1 << bits) - b.low), "-"
        operation = "sub" if sign == "-" else name
        low, high = _ranges(operation, a, b)
        if low < -room or high > room:
            a, b = masked(a, bits), masked(b, bits)
            low, high = _ranges(operation, a, b)
        t.push(combine(f"({{}} {sign} {{}})", [a, b], low, high))

    return translate


def _bitwise(symbol: str, bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        if symbol == "&" and (b.in_bits(bits) or a.in_bits(bits)):  # the other may be anything
            high = min(x.high for x in (a, b) if x.in_bits(bits))
        else:
            a, b = masked(a, bits), masked(b, bits)
            high = (1 << max(a.high, b.high).bit_length()) - 1
        t.push(combine(f"({{}} {symbol} {{}})", [a, b], 0, high))

    return translate


# --- shifts


def _shift(name: str, bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        count = literal(b.low & bits - 1) if b.is_const else combine(f"({{}} & {bits - 1})", [b], 0, bits - 1)
        if name == "shl":
            t.push(_shl(a, count, bits))
        elif name == "shr_u":
            a = masked(a, bits)
            t.push(combine("({} >> {})", [a, count], a.low >> count.high, a.high >> count.low))
        else:
            a = signed(a, bits)
            low = min(a.low, 0)
            t.push(combine("({} >> {})", [a, count], low >> count.low, max(a.high, 0) >> count.low))

    return translate


def _shl(a: Operand, count: Operand, bits: int) -> Operand:
    if not count.is_const:
        a = masked(a, bits)
        return masked(combine("({} << {})", [a, count], 0, MASKS[bits] << bits), bits)
    shift = count.low
    if (a.high << shift) > _ROOM[bits] or (a.low << shift) < -_ROOM[bits]:
        a = masked(a, bits)
    return combine("({} << {})", [a, count], a.low << shift, a.high << shift)


# --- division


def _divide(name: str, bits: int) -> Handler:
    """Unsigned division by zero is Python's own error; the signed ones are functions."""

    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        if name.endswith("_u"):
            a, b = masked(a, bits), masked(b, bits)
            symbol = "//" if name == "div_u" else "%"
            high = a.high if name == "div_u" else min(a.high, max(b.high - 1, 0))
            effects = TRAPS if not b.low else 0
            t.push(combine(f"({{}} {symbol} {{}})", [a, b], 0, high, effects, t.offset))
            return
        a, b = signed(a, bits), signed(b, bits)
        if a.low >= 0 and b.low > 0:
            symbol = "//" if name == "div_s" else "%"
            t.push(combine(f"({{}} {symbol} {{}})", [a, b], 0, a.high))
            return
        half = 1 << bits - 1
        call = f"i{bits}_{name}({{}}, {{}})"
        t.push(combine(call, [a, b], -half, half - 1, TRAPS, t.offset))

    return translate


# --- comparisons


def _equality(symbol: str, bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        a, b = masked(a, bits), masked(b, bits)
        t.push(combine(f"({{}} {symbol} {{}})", [a, b], 0, 1))

    return translate


def _eqz(bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        t.push(combine("(not {})", [masked(t.pop(), bits)], 0, 1))

    return translate


_COMPARE = {"lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_SWAPPED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def _unsigned_comparison(name: str, bits: int) -> Handler:
    return _equality(_COMPARE[name], bits)


def _signed_comparison(name: str, bits: int) -> Handler:
    half = 1 << bits - 1

    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        if -half <= min(a.low, b.low) and max(a.high, b.high) < half:  # signed numbers already
            t.push(combine(f"({{}} {_COMPARE[name]} {{}})", [a, b], 0, 1))
            return
        a, b = masked(a, bits), masked(b, bits)
        if a.is_const and not b.is_const:
            t.push(_against_const(_SWAPPED[name], b, a.low, bits))
        elif b.is_const:
            t.push(_against_const(name, a, b.low, bits))
        else:
            t.push(_between_variables(t, name, a, b, bits))

    return translate


def _against_const(name: str, a: Operand, const: int, bits: int) -> Operand:
    """Compare an unsigned number as if it were signed, by where it lies."""
    half, end = 1 << bits - 1, 1 << bits
    if name in ("gt", "le"):  # of what follows
        const = const + 1 & end - 1
        if const == half:  # the largest number: nothing is greater
            return combine(f"({{}} {'<' if name == 'gt' else '>='} 0)", [a], 0, 1)
    below = name in ("lt", "le")
    if const == 0:
        return combine(f"({{}} {'>' if below else '<='} {half - 1})", [a], 0, 1)
    if const < half:
        text = f"({{}} < {const} or {{}} > {half - 1})" if below else f"({const} <= {{}} < {half})"
    else:
        text = f"({half} <= {{}} < {const})" if below else f"({{}} >= {const} or {{}} < {half})"
    if text.count("{}") == 1:
        return combine(text, [a], 0, 1)
    return (
        combine(f"(({{}} ^ {half}) {'<' if below else '>='} {const ^ half})", [a], 0, 1)
        if a.depth
        else combine(text, [a, a], 0, 1)
    )


def _between_variables(t: Translator, name: str, a: Operand, b: Operand, bits: int) -> Operand:
    """Mostly both are small: two comparisons then, and no arithmetic."""
    a, b = t.atoms(a, b)
    if name in ("gt", "le"):
        a, b = b, a
    top = (1 << bits - 1) - 1
    less = f"({{}} < {{}} <= {top} or {{}} > {top} and not {top} < {{}} <= {{}})"
    result = combine(less, [a, b, a, b, a], 0, 1)
    return result if name in ("lt", "gt") else combine("(not {})", [result], 0, 1)


# --- the rest


def _unary(name: str, bits: int) -> Handler:
    template = {
        "clz": f"({bits} - {{}}.bit_length())",
        "ctz": f"(({{0}} & -{{0}}).bit_length() - 1 if {{0}} else {bits})",
        "popcnt": "{}.bit_count()",
    }[name]

    def translate(t: Translator, imm: None) -> None:
        (a,) = t.atoms(masked(t.pop(), bits))
        if a.is_const:
            a = t.scratch(a)
        text = template.replace("{0}", a.text) if name == "ctz" else template
        t.push(combine(text, [a], 0, bits))

    return translate


def _rotate(name: str, bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        b, a = t.pop(), t.pop()
        a = masked(a, bits)
        if b.is_const:
            (a,) = t.atoms(a)
            left = b.low & bits - 1 if name == "rotl" else -b.low & bits - 1
            text = f"({{}} << {left} | {{}} >> {bits - left})"
            t.push(combine(text, [a, a], 0, MASKS[bits] << left))
        else:
            t.push(combine(f"i{bits}_{name}({{}}, {{}})", [a, masked(b, bits)], 0, MASKS[bits]))

    return translate


def _extend(from_bits: int) -> Handler:
    def translate(t: Translator, imm: None) -> None:
        half, mask = 1 << from_bits - 1, (1 << from_bits) - 1
        a = combine(f"({{}} & {mask})", [t.pop()], 0, mask)
        t.push(combine(f"(({{}} ^ {half}) - {half})", [a], -half, half - 1))

    return translate


def _wide(name: str) -> Handler:
    """Numbers of 128 bits as two halves, the low one first."""

    def translate(t: Translator, imm: None) -> None:
        operands = t.pop_values((I64,) * (2 if name.startswith("mul") else 4))
        t.call(f"i64_{name}({', '.join(operand.text for operand in operands)})", (I64, I64))

    return translate


def _bind_all(bits: int) -> None:
    families: list[tuple[Callable[[str, int], Handler], tuple[str, ...], str]] = [
        (_arithmetic, ("add", "sub", "mul"), ""),
        (_shift, ("shl", "shr_s", "shr_u"), ""),
        (_divide, ("div_s", "div_u", "rem_s", "rem_u"), ""),
        (_rotate, ("rotl", "rotr"), ""),
        (_unary, ("clz", "ctz", "popcnt"), ""),
        (_signed_comparison, ("lt", "gt", "le", "ge"), "_s"),
        (_unsigned_comparison, ("lt", "gt", "le", "ge"), "_u"),
    ]
    for make, names, suffix in families:
        for name in names:
            bind(f"i{bits}.{name}{suffix}", make(name, bits))
    for name, symbol in (("and", "&"), ("or", "|"), ("xor", "^")):
        bind(f"i{bits}.{name}", _bitwise(symbol, bits))
    bind(f"i{bits}.eq", _equality("==", bits))
    bind(f"i{bits}.ne", _equality("!=", bits))
    bind(f"i{bits}.eqz", _eqz(bits))
    bind(f"i{bits}.const", _const(bits))
    for size in (8, 16, 32):
        if size < bits:
            bind(f"i{bits}.extend{size}_s", _extend(size))


for _name in ("add128", "sub128", "mul_wide_s", "mul_wide_u"):
    bind(f"i64.{_name}", _wide(_name))
_bind_all(32)
_bind_all(64)
