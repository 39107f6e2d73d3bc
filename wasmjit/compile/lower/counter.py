"""Counting calls and iterations in code that LLVM makes for functions that the baseline compiler has no code for.

The counter of a function lies behind the slots of its module. When it is used up, the libcall HOT is told, which may
have better code for the rest of this call (abi/frame.py).
"""

from __future__ import annotations

from wasmjit.abi import layout
from wasmjit.abi.frame import ENTRY
from wasmjit.abi.libcalls import Libcall
from wasmjit.binary.code import Body
from wasmjit.compile.baseline.frame import slot_bytes
from wasmjit.compile.lower.control import lower_function_result
from wasmjit.compile.lower.emitter import CONTEXT_ACCESS, UNLIKELY, Emitter
from wasmjit.compile.lower.frame import RESUMED_RESULT, frame_slot, load_results
from wasmjit.compile.lower.types import LLVM_TYPE
from wasmjit.validate.operands import operands_before
from wasmjit.wasm.opcodes import CODE_BY_NAME
from wasmjit.wasm.types import ValType

_LOOP = CODE_BY_NAME["loop"]


class Counter:
    """Counts in one function."""

    def __init__(self, f: Emitter, funcidx: int, body: Body) -> None:
        self._index = funcidx - f.module.num_imported_funcs
        self._types = [*f.type.params, *body.local_types]
        self._slot = slot_bytes(f.module, f.type, body)
        loops = [index for index, (code, _, _) in enumerate(body.instrs) if code == _LOOP]
        found = operands_before(f.module, funcidx, body, frozenset(loops))
        self._loops = {body.instrs[index][2]: (rank, found[index]) for rank, index in enumerate(loops)}

    def count_entry(self, f: Emitter) -> None:
        """Count a call."""
        go_on = self._count(f)
        self._hot(f, ENTRY, "null")
        f.line(f"br label %{go_on}")
        f.start_block(go_on)

    def count_loop(self, f: Emitter) -> None:
        """Count an iteration of the loop that has just begun; move over to better code if there is some."""
        rank, operands = self._loops[f.offset]
        go_on = self._count(f)
        frame = self._spill(f, operands or ())
        code = self._hot(f, rank, frame)
        missing = f.emit(f"icmp eq i64 {code}, 0")
        move = f.new_block()
        f.line(f"br i1 {missing}, label %{go_on}, label %{move}")
        f.start_block(move)
        pointer = f.emit(f"inttoptr i64 {code} to ptr")
        pair = f.emit(f"call tailcc {RESUMED_RESULT} {pointer}(ptr %c, ptr {frame}) nomerge{f.location()}")
        stack, f.stack = f.stack, load_results(f, pair, frame)
        lower_function_result(f)
        f.stack = stack
        f.start_block(go_on)

    def _count(self, f: Emitter) -> str:
        """Count down; begins the block for when the counter is used up, and gives the one to go on in."""
        slots = f.hoisted("%slots", layout.VMCTX_SLOTS)
        pointer = frame_slot(f, slots, 8 * (len(f.module.codes) + self._index))
        before = f.emit(f"load i64, ptr {pointer}, align 8{CONTEXT_ACCESS}")
        left = f.emit(f"sub i64 {before}, 1")
        f.line(f"store i64 {left}, ptr {pointer}, align 8{CONTEXT_ACCESS}")
        used_up, go_on = f.new_block(), f.new_block()
        f.line(f"br i1 {f.emit(f'icmp sle i64 {left}, 0')}, label %{used_up}, label %{go_on}{UNLIKELY}")
        f.start_block(used_up)
        return go_on

    def _hot(self, f: Emitter, loop: int, frame: str) -> str:
        address = "0" if frame == "null" else f.emit(f"ptrtoint ptr {frame} to i64")
        return f.libcall(Libcall.HOT, str(self._index), str(loop), address)

    def _spill(self, f: Emitter, operands: tuple[ValType, ...]) -> str:
        """All locals and operands in a frame, whose memory all loops of the function share."""
        values = [*f.env, *f.stack]
        if f.locals_in_memory:
            values[: len(f.env)] = [f.emit(f"load {t}, ptr %l{x}") for x, t in enumerate(f.local_types)]
        types = [*self._types, *operands]
        frame = self._frame(f)
        for x, (type, value) in enumerate(zip(types, values, strict=True)):
            slot = frame_slot(f, frame, x * self._slot)
            f.line(f"store {LLVM_TYPE[type]} {value}, ptr {slot}, align 8{CONTEXT_ACCESS}")
        return frame

    def _frame(self, f: Emitter) -> str:
        deepest = max(len(operands or ()) for _, operands in self._loops.values())
        slots = max(len(self._types) + deepest, 2 * len(f.type.results))
        return f.allocated("%tier.frame", f"[{slots * self._slot} x i8], align 16")
