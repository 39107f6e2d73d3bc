"""The binary format (spec ch. 5): bytes to abstract syntax.

`decode_module` reads the sections, `decode_body` one function's code, when it is needed.
"""

from wasmjit.binary.code import Body, RawInstr, decode_body
from wasmjit.binary.module import decode_module
from wasmjit.binary.names import Names, read_names
from wasmjit.binary.sections import Section, list_sections
from wasmjit.binary.usage import features_used

__all__ = [
    "Body",
    "Names",
    "RawInstr",
    "Section",
    "decode_body",
    "decode_module",
    "features_used",
    "list_sections",
    "read_names",
]
