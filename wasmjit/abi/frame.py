"""Frames of code that keeps locals and operands in memory: how another tier finds them there.

A frame is an array of slots of 8 bytes, or 16 in functions that deal with v128 (compile/baseline/frame.py): local x at
`x * slot`, operand j of the stack, from the bottom, at `(locals + j) * slot`.
Integers and references fill 8 bytes, of an i32 only the low half counts; floats and vectors begin at the slot's start.

Code that goes on with such a frame at a loop has the type `tailcc {i64, <2 x i64>} (ptr vmctx, ptr frame)`. All locals
and operands are in the frame as they are where the loop begins, its parameters among the operands. A single result is
returned in the first member as an integer (an i32 extended by anything), a float or vector in the second, a float in
its low lane. Several results are left at the frame's start, laid out as in a buffer of signature.py, and so is a single
one too, where a call has more arguments than registers (compile/baseline/call_plan.py).
"""

from __future__ import annotations

ENTRY = 0xFFFF_FFFF
"""What stands for a function's entry where the number of a loop is asked for."""
