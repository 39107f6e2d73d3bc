"""Values in the frames of abi/frame.py, and the result of code that goes on with such a frame."""

from __future__ import annotations

from wasmjit.compile.baseline.call_plan import call_plan
from wasmjit.compile.convention import SLOT_ALIGN, value_slots
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, Emitter
from wasmjit.compile.lower.types import LLVM_TYPE, result_letters

RESUMED_RESULT = "{i64, <2 x i64>}"
_LANES = {"f": "<4 x float>", "F": "<2 x double>"}


def frame_slot(f: Emitter, frame: str, offset: int) -> str:
    """Pointer to a byte offset in a frame."""
    return f.emit(f"getelementptr i8, ptr {frame}, i64 {offset}")


def store_results(f: Emitter, frame: str) -> None:
    """Return what is on the stack as code that goes on with a frame does."""
    letters = result_letters(f.type)
    if call_plan(f.type).registers is None:
        for (llvm, offset), value in zip(value_slots(letters), f.stack, strict=True):
            slot = frame_slot(f, frame, offset)
            f.line(f"store {llvm} {value}, ptr {slot}, align {SLOT_ALIGN}{CONTEXT_ACCESS}")
    pair = _pair(f, letters, f.stack[-1]) if len(letters) == 1 else "poison"
    f.line(f"ret {RESUMED_RESULT} {pair}")


def _pair(f: Emitter, letter: str, value: str) -> str:
    """A result as a member of the pair."""
    llvm = LLVM_TYPE[f.type.results[0]]
    if letter in "iIr":
        wide = value if letter == "I" else f.emit(f"{'zext' if letter == 'i' else 'ptrtoint'} {llvm} {value} to i64")
        return f.emit(f"insertvalue {RESUMED_RESULT} poison, i64 {wide}, 0")
    if letter == "v":
        vector = value
    else:
        lanes = _LANES[letter]
        first = f.emit(f"insertelement {lanes} poison, {llvm} {value}, i32 0")
        vector = f.emit(f"bitcast {lanes} {first} to <2 x i64>")
    return f.emit(f"insertvalue {RESUMED_RESULT} poison, <2 x i64> {vector}, 1")


def load_results(f: Emitter, pair: str, frame: str) -> list[str]:
    """The results of code that has gone on with a frame, as operands."""
    letters = result_letters(f.type)
    if len(letters) != 1:
        return [
            f.emit(f"load {llvm}, ptr {frame_slot(f, frame, offset)}, align {SLOT_ALIGN}{CONTEXT_ACCESS}")
            for llvm, offset in value_slots(letters)
        ]
    return [_member(f, letters, pair)]


def _member(f: Emitter, letter: str, pair: str) -> str:
    llvm = LLVM_TYPE[f.type.results[0]]
    if letter in "iIr":
        wide = f.emit(f"extractvalue {RESUMED_RESULT} {pair}, 0")
        return wide if letter == "I" else f.emit(f"{'trunc' if letter == 'i' else 'inttoptr'} i64 {wide} to {llvm}")
    vector = f.emit(f"extractvalue {RESUMED_RESULT} {pair}, 1")
    if letter == "v":
        return vector
    lanes = _LANES[letter]
    cast = f.emit(f"bitcast <2 x i64> {vector} to {lanes}")
    return f.emit(f"extractelement {lanes} {cast}, i32 0")
