"""The opcodes that are written down a second time are those of the table."""

import pytest

from wasmjit.wasm import constcodes
from wasmjit.wasm.opcodes import CODE_BY_NAME

BY_NAME = {name.replace(".", "_").upper(): code for name, code in CODE_BY_NAME.items()}


@pytest.mark.parametrize("name", [name for name in vars(constcodes) if name.isupper()])
def test_codes_are_those_of_the_table(name):
    assert getattr(constcodes, name) == BY_NAME[name]
