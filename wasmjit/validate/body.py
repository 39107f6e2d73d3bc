"""Function bodies: the walk over the instructions (spec 3.3, 3.4.1, appendix "Validation Algorithm")."""

from __future__ import annotations

from wasmjit.errors import InvalidError
from wasmjit.light import Any, Protocol
from wasmjit.validate.checker import Checker
from wasmjit.validate.rows import rows_for
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import ValType

_LOCAL_GET = CODE_BY_NAME["local.get"]


class Body(Protocol):
    """A decoded body, as `binary.code` makes it."""

    local_types: list[ValType]
    instrs: list[tuple[int, Any, int]]


def validate_body(module: Module, funcidx: int, body: Body) -> None:
    """Type the body of function `funcidx` (whole index space).

    In `body.instrs` a `select` without a type becomes one with the type that is found, except in dead code where
    there is none. The module itself must be valid (`validate_module`). Raises InvalidError, LimitError.
    """
    check = Checker(module, module.func_type(funcidx), body.local_types, body.instrs)
    validate_instrs(check, funcidx)
    if check.ctrls:
        raise InvalidError("END opcode expected", funcidx, body.instrs[-1][2] if body.instrs else None)


def validate_instrs(check: Checker, funcidx: int | None) -> None:
    """Type every instruction that the checker's cursor passes; errors name `funcidx` and the offset."""
    stack, rows, locals = check.stack, rows_for(check.module), check.locals
    num_locals = 0 if check.unset else len(locals)  # a local that may be unset is looked at more closely
    offset = 0
    try:
        for code, imm, offset in check.cursor:  # noqa: B007  (the handler of an error reads it)
            # Every fourth instruction: worth its own line.
            if code == _LOCAL_GET and imm < num_locals:
                stack.append(locals[imm])
                continue
            handler, params, results, top = rows[code]
            if handler is not None:
                handler(check, imm)
                if params is None:
                    continue
            if not params:
                stack += results
            elif stack[top] == params:
                stack[top] = results
            else:
                check.pop_each(params)
                stack += results
    except InvalidError as fault:
        raise InvalidError(fault.message, funcidx, offset) from None
