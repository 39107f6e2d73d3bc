"""Why generated code stops: codes that it passes to the runtime, with the spec's words for them."""

from __future__ import annotations

from wasmjit.light import IntEnum


class TrapCode(IntEnum):
    """What generated code (or the signal handler) leaves in `TrapInfo.code`. 0 means that the call returned."""

    UNREACHABLE = 1
    INTEGER_DIVIDE_BY_ZERO = 2
    INTEGER_OVERFLOW = 3
    INVALID_CONVERSION = 4
    MEMORY_OUT_OF_BOUNDS = 5
    TABLE_OUT_OF_BOUNDS = 6
    UNDEFINED_ELEMENT = 7
    UNINITIALIZED_ELEMENT = 8
    INDIRECT_CALL_TYPE_MISMATCH = 9
    STACK_EXHAUSTED = 10
    HOST_EXCEPTION = 11  # a host function raised; the runtime holds the exception
    FAULT = 12  # the signal handler: the runtime tells from the address what it was
    INTERRUPT = 13
    TIMEOUT = 14
    OUT_OF_FUEL = 15
    UNCAUGHT_EXCEPTION = 16  # TrapInfo's fault address is the exception
    NULL_EXCEPTION = 17
    NULL_REFERENCE = 18
    NULL_FUNCTION_REFERENCE = 19
    NULL_STRUCTURE_REFERENCE = 20
    NULL_ARRAY_REFERENCE = 21
    NULL_I31_REFERENCE = 22
    CAST_FAILURE = 23
    ARRAY_OUT_OF_BOUNDS = 24
    GC_HEAP_EXHAUSTED = 25
    UNALIGNED_ATOMIC = 26
    EXPECTED_SHARED_MEMORY = 27


MESSAGES: dict[TrapCode, str] = {
    TrapCode.UNREACHABLE: "unreachable",
    TrapCode.INTEGER_DIVIDE_BY_ZERO: "integer divide by zero",
    TrapCode.INTEGER_OVERFLOW: "integer overflow",
    TrapCode.INVALID_CONVERSION: "invalid conversion to integer",
    TrapCode.MEMORY_OUT_OF_BOUNDS: "out of bounds memory access",
    TrapCode.TABLE_OUT_OF_BOUNDS: "out of bounds table access",
    TrapCode.UNDEFINED_ELEMENT: "undefined element",
    TrapCode.UNINITIALIZED_ELEMENT: "uninitialized element",
    TrapCode.INDIRECT_CALL_TYPE_MISMATCH: "indirect call type mismatch",
    TrapCode.NULL_EXCEPTION: "null exception reference",
    TrapCode.STACK_EXHAUSTED: "call stack exhausted",
    TrapCode.INTERRUPT: "interrupt",
    TrapCode.TIMEOUT: "time limit exceeded",
    TrapCode.OUT_OF_FUEL: "all fuel consumed",
    TrapCode.NULL_REFERENCE: "null reference",
    TrapCode.NULL_FUNCTION_REFERENCE: "null function reference",
    TrapCode.NULL_STRUCTURE_REFERENCE: "null structure reference",
    TrapCode.NULL_ARRAY_REFERENCE: "null array reference",
    TrapCode.NULL_I31_REFERENCE: "null i31 reference",
    TrapCode.CAST_FAILURE: "cast failure",
    TrapCode.ARRAY_OUT_OF_BOUNDS: "out of bounds array access",
    TrapCode.GC_HEAP_EXHAUSTED: "gc heap exhausted",
    TrapCode.UNALIGNED_ATOMIC: "unaligned atomic",
    TrapCode.EXPECTED_SHARED_MEMORY: "expected shared memory",
}
