from __future__ import annotations

import pytest

from wasmjit.errors import InvalidError
from wasmjit.validate.constant import validate_const
from wasmjit.wasm.module import Export, Global, Instr, Module
from wasmjit.wasm.opcodes import CODE_BY_NAME, OPCODES
from wasmjit.wasm.types import EXTERNREF, F64, FUNCREF, I32, I64, V128, FuncType, GlobalType


def expr(*code):
    pairs = [(item, None) if isinstance(item, str) else item for item in code]
    return tuple(Instr(CODE_BY_NAME[name], imm, 10 + index) for index, (name, imm) in enumerate(pairs))


@pytest.fixture
def module():
    """Globals 0: i32, 1: mut i32, 2: i64; function 0, mentioned by an export."""
    types = [GlobalType(I32), GlobalType(I32, True), GlobalType(I64)]
    return Module(
        b"",
        types=[FuncType()],
        func_typeidxs=[0],
        exports=[Export("f", "func", 0)],
        globals=[Global(type, None) for type in types],
    )


VALID = [
    (expr(("i32.const", -1)), I32),
    (expr(("i64.const", -1)), I64),
    (expr(("f64.const", 0)), F64),
    (expr(("v128.const", bytes(16))), V128),
    (expr(("ref.null", EXTERNREF)), EXTERNREF),
    (expr(("ref.func", 0)), FUNCREF),
    (expr(("global.get", 0)), I32),
    (expr(("global.get", 2), ("i64.const", 3), "i64.mul"), I64),
    (expr(("i32.const", 1), ("global.get", 0), "i32.sub", ("i32.const", 2), "i32.add"), I32),
]


@pytest.mark.parametrize(("code", "type"), VALID)
def test_constant(module, code, type):
    validate_const(module, code, type, 3, 0)
    for wrong in {I32, I64, F64, V128, EXTERNREF, FUNCREF} - {type}:
        with pytest.raises(InvalidError, match=r"^type mismatch"):
            validate_const(module, code, wrong, 3, 0)


@pytest.mark.parametrize(
    ("code", "message", "offset"),
    [
        (expr(), "type mismatch", 5),
        (expr(("i32.const", 1), ("i32.const", 1)), "type mismatch: values remain", 5),
        (expr(("i32.const", 1), "i32.add"), "type mismatch: expected i32, found nothing", 11),
        (expr(("i32.const", 1), ("i64.const", 1), "i32.add"), "type mismatch", 12),
        (expr(("i32.const", 1), "i32.eqz"), "constant expression required", 11),
        (expr(("i32.const", 1), "nop"), "constant expression required", 11),
        (expr("unreachable"), "constant expression required", 10),
        (expr(("call", 0)), "constant expression required", 10),
        (expr(("block", FuncType()), "end"), "constant expression required", 10),
        (expr(("local.get", 0)), "constant expression required", 10),
        (expr(("global.get", 1)), "constant expression required", 10),
        (expr(("global.get", 3)), "unknown global 3", 10),
        (expr(("ref.func", 9)), "unknown function 9", 10),
    ],
)
def test_refused(module, code, message, offset):
    with pytest.raises(InvalidError) as caught:
        validate_const(module, code, I32, 3, 5)
    assert caught.value.message.startswith(message)
    assert (caught.value.funcidx, caught.value.offset) == (None, offset)


def test_only_the_globals_in_sight(module):
    with pytest.raises(InvalidError, match="unknown global 2"):
        validate_const(module, expr(("global.get", 2)), I64, 2, 0)


def test_rows_that_are_never_constant(module):
    never = [op for op in OPCODES.values() if not op.const]
    assert len(never) > 400
    for op in never:
        with pytest.raises(InvalidError, match="constant expression required"):
            validate_const(module, (Instr(op.code, None, 0),), I32, 0, 0)
