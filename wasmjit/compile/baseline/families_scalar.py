"""Stencils of scalar arithmetic, comparisons and conversions, and branches on them."""

from __future__ import annotations

from collections.abc import Iterator

from wasmjit.compile.baseline.recipe import Recipe, branch, is_vector, llvm_types, operation, plain_mnemonics
from wasmjit.compile.baseline.registers import CACHE, VECTOR, VECTOR_CACHE
from wasmjit.compile.baseline.stencil_emitter import StencilEmitter

_FREQUENT = frozenset({"add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u"})
"""Integer operations whose second operand may be in any register."""

_TRAPPING = frozenset({"div_s", "div_u", "rem_s", "rem_u"})
_BY_COUNT = frozenset({"shl", "shr_s", "shr_u", "rotl", "rotr"})
# Those of integers are mostly branched on, with operands in any register; others bring them into B or FB.
_COMPARISONS = frozenset(
    {"eq", "ne", "lt", "gt", "le", "ge", *(f"{name}_{sign}" for name in ("lt", "gt", "le", "ge") for sign in "su")}
)


def scalars() -> Iterator[tuple[str, Recipe]]:
    """Keys with what makes their stencils."""
    for mnemonic in plain_mnemonics():
        params, results = llvm_types(mnemonic)
        if VECTOR in params + results:
            continue
        if len(params) == 1:
            place = "FA" if is_vector(params[0]) else "A"
            yield f"{mnemonic} {place}", operation(mnemonic, (place,))
        elif len(params) == 2:
            yield from _float_pairs(mnemonic) if is_vector(params[0]) else _integer_pairs(mnemonic)
    for type in ("i32", "i64"):
        suffix = "A" if type == "i32" else "i64 A"
        yield f"br {suffix}", _branch_if_not_zero(type, if_true=True)
        yield f"bn {suffix}", _branch_if_not_zero(type, if_true=False)


def _integer_pairs(mnemonic: str) -> Iterator[tuple[str, Recipe]]:
    type, _, name = mnemonic.partition(".")
    places = {"B": "B", "S": "S"}
    if name not in _TRAPPING:
        places["K"] = "K.8" if name in _BY_COUNT else "K.32" if type == "i32" else "K"
    registers = dict(zip(CACHE, CACHE, strict=True))
    for second, place in (places | registers if name in _FREQUENT else places).items():
        yield f"{mnemonic} A,{second}", operation(mnemonic, ("A", place), loses_b=name in _TRAPPING)
    if name in _COMPARISONS:
        for second, place in (places | registers).items():
            yield f"br {mnemonic} A,{second}", branch(mnemonic, ("A", place), if_true=True)


def _float_pairs(mnemonic: str) -> Iterator[tuple[str, Recipe]]:
    if mnemonic.partition(".")[2] not in _COMPARISONS:
        for second in ("FB", "S", *VECTOR_CACHE):
            yield f"{mnemonic} FA,{second}", operation(mnemonic, ("FA", second))
        return
    for second in ("FB", "S"):
        key, places = f"{mnemonic} FA,{second}", ("FA", second)
        yield key, operation(mnemonic, places)
        yield f"br {key}", branch(mnemonic, places, if_true=True)
        yield f"bn {key}", branch(mnemonic, places, if_true=False)


def _branch_if_not_zero(type: str, *, if_true: bool) -> Recipe:
    def make(f: StencilEmitter) -> None:
        f.take("A", type)
        f.branch(f.emit(f"icmp ne {type} {f.pop()}, 0"), if_true=if_true)

    return make
