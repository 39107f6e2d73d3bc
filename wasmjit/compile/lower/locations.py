"""Byte offsets for instructions into which LLVM's code generation may fold a load.

x86 instructions take an operand from memory, and then that instruction is the one that faults. LLVM gives it the place
of the arithmetic, not that of the load; if it has none, it passes for the place of whatever comes before it. Without
this, a quarter of the loads would be reported at a wrong place or at none, at every level of optimisation.
"""

from __future__ import annotations

import re

_VALUE = re.compile(r"%v\d+")
_EXTENSIONS = ("zext ", "sext ", "trunc ", "bitcast ")
_LOCATION = ", !dbg "


def locate_consumers(lines: list[str]) -> None:
    """Give the instruction that uses a loaded value, in the block of the load, the load's location; in place.

    Only the first one: a load that is used twice is not folded. Of two loaded operands the second counts: that is the
    one that LLVM folds. An extension counts as a part of the load: LLVM moves it behind what uses it.
    """
    loaded: dict[str, str] = {}
    for i, line in enumerate(lines):
        if _LOCATION in line:
            result, found, load = line.partition(" = load ")
            if found:
                loaded[result] = load[load.rindex(_LOCATION) :]
        elif loaded:
            if line[-1] == ":":
                loaded.clear()
                continue
            result, _, expression = line.rpartition(" = ")
            for value in reversed(_VALUE.findall(expression)):
                if value in loaded:
                    location = loaded.pop(value)
                    lines[i] = line + location
                    if expression.startswith(_EXTENSIONS):
                        loaded[result] = location
                    break
