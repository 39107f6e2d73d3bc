"""How wasm functions are called: LLVM's `tailcc`, `RESULT @f(ptr vmctx, PARAMETERS)`.

Types are given by the letters of abi/signature.py.
One kind of parameter is not passed as it is: a v128 for which no vector register is left goes as two i64, the low half
first. It would lie on the stack with an alignment of 16, and then LLVM's x86-64 back end lets caller and callee
disagree by 16 bytes about the size of the stack arguments, which in this convention the callee removes.

Results that do not fit into registers go to memory: the function returns nothing, and its second argument, `%ret`,
says where they go, laid out as in a buffer of abi/signature.py. LLVM would do the like by itself, but then it could
make no tail call of such a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate

from wasmjit.abi.signature import SLOT_BYTES

LLVM_TYPE = {"i": "i32", "I": "i64", "f": "float", "F": "double", "v": "<2 x i64>", "r": "ptr"}

INTEGER_RESULTS, VECTOR_RESULTS = 3, 4
"""Registers that return values, on x86-64; AArch64 has more."""

SLOT_ALIGN = 8
"""Alignment of values in such buffers, in bytes."""

INTEGER_REGISTERS = {"x86_64": 6, "aarch64": 8}
"""Registers that pass vmctx and i32, i64 and reference parameters."""

VECTOR_REGISTERS = 8
"""Registers that pass f32, f64 and v128 parameters, on x86-64 and on AArch64."""

_IN_VECTOR_REGISTERS = frozenset("fFv")


@cache
def halved_parameters(params: str) -> frozenset[int]:
    """Indices of the v128 parameters that are passed as two i64."""
    floats = [i for i, letter in enumerate(params) if letter in _IN_VECTOR_REGISTERS]
    return frozenset(i for i in floats[VECTOR_REGISTERS:] if params[i] == "v")


@cache
def results_in_memory(results: str) -> bool:
    """Whether these results are returned in memory."""
    vectors = sum(letter in _IN_VECTOR_REGISTERS for letter in results)
    return vectors > VECTOR_RESULTS or len(results) - vectors > INTEGER_RESULTS


_JUMPS = frozenset({"aarch64"})


@cache
def needs_jump(params: str, results: str, arch: str) -> bool:
    """Whether a call goes through a function of jump_ir.py even if it is none that ends its function.

    It does where LLVM gets arguments on the stack wrong. On AArch64, what is brought back from the stack right after a
    call is read before the stack pointer is where it was, as the callee has moved it past its arguments; and code
    generation for functions that are left unoptimised does not know of that move at all.
    """
    return arch in _JUMPS and stack_arguments(params, results, arch)


@cache
def stack_arguments(params: str, results: str, arch: str) -> bool:
    """Whether a call may pass arguments on the stack."""
    vectors = [letter in _IN_VECTOR_REGISTERS for letter in params]
    integers = 1 + results_in_memory(results) + vectors.count(False) + 2 * len(halved_parameters(params))
    return integers > INTEGER_REGISTERS[arch] or vectors.count(True) > VECTOR_REGISTERS


@cache
def value_slots(letters: str) -> tuple[tuple[str, int], ...]:
    """LLVM type and byte offset of each value in a buffer of abi/signature.py."""
    offsets = accumulate((SLOT_BYTES[letter] for letter in letters), initial=0)
    return tuple((LLVM_TYPE[letter], offset) for letter, offset in zip(letters, offsets, strict=False))


@cache
def result_type(results: str) -> str:
    """What the LLVM function returns: void, a type, or a struct."""
    types = [LLVM_TYPE[letter] for letter in results]
    if not types or results_in_memory(results):
        return "void"
    return types[0] if len(types) == 1 else "{" + ", ".join(types) + "}"


@cache
def parameter_list(params: str, results: str) -> str:
    """Text of the parameters after vmctx, each with a comma before it: %p0, %p1 ..., or %p0.low and %p0.high.

    %ret comes first, if results are returned in memory.
    """
    halved = halved_parameters(params)
    return (", ptr %ret" if results_in_memory(results) else "") + "".join(
        f", i64 %p{i}.low, i64 %p{i}.high" if i in halved else f", {LLVM_TYPE[letter]} %p{i}"
        for i, letter in enumerate(params)
    )


@cache
def joined_parameters(params: str) -> tuple[str, ...]:
    """Instructions that a function begins with: they make %pN of the halves of those that come in halves."""
    lines: list[str] = []
    for i in sorted(halved_parameters(params)):
        lines.append(f"%p{i}.half = insertelement <2 x i64> poison, i64 %p{i}.low, i32 0")
        lines.append(f"%p{i} = insertelement <2 x i64> %p{i}.half, i64 %p{i}.high, i32 1")
    return tuple(lines)


def argument_list(params: str, values: Sequence[str], emit: Callable[[str], str]) -> str:
    """Text of the arguments after vmctx, each with a comma before it.

    `emit` adds an instruction that computes an expression, and returns the name of its value.
    """
    halved = halved_parameters(params)
    parts: list[str] = []
    for i, (letter, value) in enumerate(zip(params, values, strict=True)):
        if i in halved:
            parts += [f", i64 {emit(f'extractelement <2 x i64> {value}, i32 {half}')}" for half in (0, 1)]
        else:
            parts.append(f", {LLVM_TYPE[letter]} {value}")
    return "".join(parts)


def call_arguments(params: str) -> tuple[str, str]:
    """Instructions that take halves of the arguments %p0, %p1 ..., and their text (argument_list)."""
    halves: list[str] = []

    def emit(expression: str) -> str:
        halves.append(f"  %h{len(halves)} = {expression}\n")
        return f"%h{len(halves) - 1}"

    arguments = argument_list(params, [f"%p{i}" for i in range(len(params))], emit)
    return "".join(halves), arguments
