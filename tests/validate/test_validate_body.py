from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from wasmjit.errors import InvalidError, LimitError
from wasmjit.limits import MAX_NESTING
from wasmjit.validate.body import validate_body
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import ARRAYREF, EQREF, EXTERNREF, I31REF, I32, FuncType, Limits, MemType

CONST = {"i32": ("i32.const", 0), "i64": ("i64.const", 0), "f32": ("f32.const", 0), "f64": ("f64.const", 0)}
CONST |= {"v128": ("v128.const", bytes(16)), "externref": ("ref.null", EXTERNREF)}
CONST |= {type.name: ("ref.null", type) for type in (EQREF, I31REF, ARRAYREF)}
SAMPLE_IMM = {
    "": None,
    "memarg": (0, 0, 0),
    "memarg_lane": (0, 0, 0, 0),
    "lane": 0,
    "lanes": bytes(16),
    "memory": 0,
    "memory_memory": (0, 0),
    "i32": 0,
    "i64": 0,
    "f32": 0,
    "f64": 0,
    "v128": bytes(16),
}
PLAIN = [op for op in OPCODES.values() if op.type is not None and op.imm in SAMPLE_IMM]


@pytest.fixture
def memory():
    return Module(b"", memories=[MemType(Limits(1))])


@pytest.mark.parametrize("op", PLAIN, ids=lambda op: op.name)
def test_plain_rows_take_their_signature(typed, refused, memory, op):
    operands = [CONST[type.name] for type in op.type.params]
    results = " ".join(type.name for type in op.type.results)
    natural = (op.align_log2, 0, 0)
    instr = (op.name, natural if op.feature == "threads" and op.imm == "memarg" else SAMPLE_IMM[op.imm])
    typed(*operands, instr, results=results, module=memory)
    if operands:
        refused("type mismatch", *operands[1:], instr, results=results, module=memory)
        wrong = CONST["externref"]
        refused("type mismatch: expected", *operands[:-1], wrong, instr, results=results, module=memory)
    refused("type mismatch", *operands, instr, results=f"{results} externref", module=memory)
    refused("type mismatch", ("i32.const", 0), *operands, instr, results=results, module=memory)


def test_every_opcode_is_validated():
    from wasmjit.validate.rows import ROWS

    assert ROWS.keys() == OPCODES.keys()
    handled = {code for code, (handler, _, _, _) in ROWS.items() if handler is not None}
    untyped = [OPCODES[code].name for code, (_, params, _, _) in ROWS.items() if params is None and code not in handled]
    assert untyped == []
    immediates = {op.imm for code, op in OPCODES.items() if code not in handled}
    assert immediates <= {"", "zero", "i32", "i64", "f32", "f64", "v128"}


def test_errors_name_function_and_offset(refused):
    fault = refused("type mismatch: expected i32, found i64", ("i32.const", 1), ("i64.const", 1), "i32.add")
    assert (fault.funcidx, fault.offset) == (0, 102)
    assert str(fault) == "type mismatch: expected i32, found i64 (in function 0 at offset 0x66)"


@pytest.mark.parametrize(
    "code", ["drop", "end", "else", "i32.add", "unreachable", "select", "ref.is_null", ("br", 0), ("local.get", 0)]
)
def test_nothing_may_follow_the_function(refused, code):
    refused("instructions after the end of the function", "end", code)


def test_missing_end():
    module = Module(b"", types=[FuncType()], func_typeidxs=[0])
    body = SimpleNamespace(local_types=[], instrs=[(CODE_BY_NAME["nop"], None, 7)])
    with pytest.raises(InvalidError, match=r"END opcode expected \(in function 0 at offset 0x7\)"):
        validate_body(module, 0, body)
    with pytest.raises(InvalidError, match="END opcode expected"):
        validate_body(module, 0, SimpleNamespace(local_types=[], instrs=[]))


def _seconds(typed, *code, **where):
    start = time.process_time()
    typed(*code, **where)
    return time.process_time() - start


def test_nesting_is_bounded(typed):
    block = ("block", FuncType())
    typed(*[block] * MAX_NESTING, *["end"] * MAX_NESTING)
    with pytest.raises(LimitError, match="nesting"):
        typed(*[block] * (MAX_NESTING + 1), *["end"] * (MAX_NESTING + 1))


def test_deep_nesting_takes_linear_time(typed):
    # With operands below each block, and labels from the inside to the outermost.
    def deep(count):
        enter = [("i32.const", 0), ("block", FuncType())]
        inside = [("i32.const", 0), ("br_if", count - 1)] * count
        return [*enter * count, *inside, *["end", "drop"] * count]

    small, large = _seconds(typed, *deep(5_000)), _seconds(typed, *deep(50_000))
    assert large < 40 * small + 0.1


def test_calls_with_many_parameters_in_dead_code(typed):
    module = Module(b"", types=[FuncType((I32,) * 1000)], func_typeidxs=[0])
    assert _seconds(typed, "unreachable", *[("i32.const", 0), ("call", 0)] * 20_000, module=module) < 5


def test_many_operands_are_refused(typed):
    module = Module(b"", types=[FuncType((), (I32,) * 1000)], func_typeidxs=[0])
    with pytest.raises(LimitError, match="operands"):
        typed(*[("call", 0)] * 1001, "unreachable", module=module)
    with pytest.raises(LimitError, match="operands"):
        typed(*[("block", 0), "unreachable", "end"] * 1001, "unreachable", module=module)
