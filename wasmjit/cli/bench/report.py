"""The table for the terminal, and the document for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from wasmjit import __version__
from wasmjit.cli.bench.engines import Program
from wasmjit.cli.bench.measure import Plan
from wasmjit.cli.bench.samples import Figures, Measured

_HEAD = ("engine", "run", "±", "x best", "compile", "peak memory")
_MIB = 1 << 20


def seconds_text(seconds: float) -> str:
    """A time with three digits."""
    factor, unit = next(((f, u) for f, u in ((1, "s"), (1e3, "ms")) if seconds * f >= 1), (1e6, "us"))
    number = seconds * factor
    return f"{number:.0f} {unit}" if number >= 999.5 else f"{number:.3g} {unit}"


def fastest(measured: Sequence[Measured]) -> float | None:
    """The shortest median."""
    return min((m.run.median for m in measured if m.run), default=None)


def table_lines(measured: Sequence[Measured]) -> list[str]:
    """The table, fastest first; engines that failed at the end."""
    best = fastest(measured)
    worked = sorted((m for m in measured if m.run), key=lambda m: m.run.median if m.run else 0.0)
    rows = [_HEAD, *(_row(m, m.run, best or 1.0) for m in worked if m.run)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    lines = [_joined(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return [line.rstrip() for line in lines] + [f"{m.name}: {m.error}" for m in measured if m.error]


def _joined(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return "  ".join([row[0].ljust(widths[0]), *cells])


def _row(measured: Measured, run: Figures, best: float) -> tuple[str, ...]:
    compile, peak = measured.compile, measured.peak_bytes or 0
    return (
        measured.name,
        seconds_text(run.median),
        f"{run.spread:.0%}",
        f"{run.median / best:.2f}",
        seconds_text(compile.median) if compile else "-",
        f"{peak / _MIB:.0f} MiB",
    )


def disagreement(measured: Sequence[Measured]) -> list[str]:
    """Engines whose programs printed something else than the first one's, or not the same each time."""
    outputs = {m.name: {sample.output for sample in m.samples} for m in measured if m.samples}
    expected = next(iter(outputs.values()), set())
    return [name for name, printed in outputs.items() if printed != expected or len(printed) > 1]


def document(program: Program, plan: Plan, measured: Sequence[Measured]) -> dict[str, object]:
    """Everything, for JSON."""
    return {
        "wasmjit": __version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "file": program.file,
        "args": list(program.args),
        "runs": plan.runs,
        "warm_up": plan.warm_up,
        "engines": [m.as_data() for m in measured],
    }
