"""LLVM's names for value types and for function types."""

from __future__ import annotations

from wasmjit.abi.signature import signature_key
from wasmjit.compile import convention
from wasmjit.wasm.types import F32, F64, FUNCREF, I32, I64, V128, ByValType, FuncType

LLVM_TYPE: ByValType[str] = ByValType(
    {
        I32: "i32",
        I64: "i64",
        F32: "float",
        F64: "double",
        V128: "<2 x i64>",
        FUNCREF: "ptr",
    }
)

ZERO: ByValType[str] = ByValType(
    {
        I32: "0",
        I64: "0",
        F32: "0x0000000000000000",
        F64: "0x0000000000000000",
        V128: "zeroinitializer",
        FUNCREF: "null",
    }
)


def result_type(type: FuncType) -> str:
    """What the LLVM function returns: void, a type, or a struct."""
    return convention.result_type(result_letters(type))


def param_letters(type: FuncType) -> str:
    """A function type's parameters as letters of abi/signature.py."""
    return signature_key(type).partition(":")[0]


def result_letters(type: FuncType) -> str:
    """A function type's results as letters of abi/signature.py."""
    return signature_key(type).partition(":")[2]
