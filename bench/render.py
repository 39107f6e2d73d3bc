"""The results of the suite as Markdown and as pictures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from wasmjit.cli.bench.plot import Bar, svg, write_picture
from wasmjit.cli.bench.report import seconds_text

SECTIONS = ("Engines", "Interpreters", "Levels", "Memory")
"""Headings, in their order."""
_BASE = "native -march=native"


class Timed(Protocol):
    """What one engine took for one kernel."""

    @property
    def median(self) -> float:
        """Seconds."""

    @property
    def spread(self) -> float:
        """Half of the range as a share of the median."""


Row = Mapping[str, Timed]


def write_sections(folder: Path, parts: Mapping[str, str]) -> None:
    """Put sections into RESULTS.md, by their headings; others that are there stay as they are."""
    folder.mkdir(exist_ok=True)
    file = folder / "RESULTS.md"
    known: dict[str, str] = {}
    for section in file.read_text(encoding="utf-8").split("\n## ")[1:] if file.exists() else ():
        heading, _, text = section.partition("\n")
        known[heading] = text.strip()
    known |= parts
    text = "\n\n".join([f"## {heading}\n\n{known[heading]}" for heading in SECTIONS if heading in known])
    file.write_text(f"# Results\n\n{text}\n", encoding="utf-8")


class Report:
    """Collects rows, and writes what there is so far."""

    def __init__(self, machine: str, runs: int) -> None:
        self._head = f"{machine}; medians of {runs} processes each, the shortest repetition of each process."
        self._rows: dict[str, Row] = {}
        self._small: dict[str, Row] = {}

    def add(self, kernel: str, row: Row, small: Row | None) -> None:
        """Add a kernel at full size, and perhaps at a small one."""
        self._rows[kernel] = row
        if small is not None:
            self._small[kernel] = small

    def write(self, folder: Path) -> None:
        """Its sections of RESULTS.md, and the plots."""
        spreads = [timing.spread for row in self._rows.values() for timing in row.values()]
        noise = f"{statistics.median(spreads):.0%} apart (median, half of the range)"
        parts = {"Engines": f"{self._head} Runs of one engine on one kernel are {noise}.\n\n{self._engines()}"}
        if self._small:
            parts["Interpreters"] = self._interpreters()
        write_sections(folder, parts)
        plots = folder / "plots"
        plots.mkdir(exist_ok=True)
        for name, picture in self._pictures().items():
            write_picture(plots / f"{name}.svg", picture)

    # --- tables

    def _engines(self) -> str:
        names = list(dict.fromkeys(name for row in self._rows.values() for name in row))
        lines = [f"Wall time, and as a multiple of `{_BASE}`.", "", *_head(["kernel", *names])]
        for kernel, row in self._rows.items():
            base = row[_BASE].median
            cells = [_cell(row[name].median, base) if name in row else "" for name in names]
            lines.append(f"| {kernel} | {' | '.join(cells)} |")
        means = [f"{geometric_mean(self._ratios(name, _BASE)):.2f}" for name in names]
        return "\n".join([*lines, f"| geometric mean | {' | '.join(means)} |"])

    def _ratios(self, name: str, base: str) -> list[float]:
        return ratios(self._rows, name, base)

    def _interpreters(self) -> str:
        names = [name for name in ("pywasm", "interp", "wasmjit") if any(name in row for row in self._small.values())]
        lines = [
            "Small sizes; `interp` is `wasmjit run --tier=interp`. Below 10 us the clock's resolution shows.",
            "",
            *_head(["kernel", *names]),
        ]
        for kernel, row in self._small.items():
            lines.append(f"| {kernel} | {' | '.join(seconds_text(row[n].median) if n in row else '' for n in names)} |")
        if "pywasm" in names:
            mean = geometric_mean(ratios(self._small, "pywasm", "interp"))
            lines += ["", f"`interp` takes 1/{mean:.0f} of pywasm's time (geometric mean)."]
        mean = geometric_mean(ratios(self._small, "interp", "wasmjit"))
        return "\n".join([*lines, "", f"Machine code at `--opt=2` takes 1/{mean:.0f} of `interp`'s (geometric mean)."])

    # --- pictures

    def _pictures(self) -> dict[str, str]:
        found = {"engines": self._engines_picture()}
        twins = {kernel: row for kernel, row in self._rows.items() if "JavaScript" in row}
        if twins:
            found["javascript"] = _javascript_picture(twins)
        if self._small:
            found["interpreters"] = self._interpreters_picture()
        return found

    def _engines_picture(self) -> str:
        names = list(dict.fromkeys(name for row in self._rows.values() for name in row if name != "JavaScript"))
        means = sorted((geometric_mean(self._ratios(name, _BASE)), name) for name in names)
        bars = [Bar(name, mean, f"{mean:.2f}", 0 if name.startswith("wasmjit") else 1) for mean, name in means]
        return svg("Time against native code", bars, f"geometric mean of {len(self._rows)} kernels, {_BASE} = 1")

    def _interpreters_picture(self) -> str:
        bars = []
        for name in ("pywasm", "interp", "wasmjit"):
            if all(name in row for row in self._small.values()):
                mean = geometric_mean(ratios(self._small, name, "wasmjit"))
                bars.append(Bar(name, math.log10(mean) + 0.2, f"{mean:,.0f}", 0 if name == "wasmjit" else 1))
        return svg("Interpreters against machine code", bars, "time, wasmjit --opt=2 is 1; logarithmic")


def _javascript_picture(rows: Mapping[str, Row]) -> str:
    times = {kernel: ratios({kernel: row}, "JavaScript", "wasmjit")[0] for kernel, row in rows.items()}
    bars = [Bar(kernel, ratio, f"{ratio:.2f}") for kernel, ratio in times.items()]
    return svg("JavaScript (V8) against WebAssembly in wasmjit", bars, "time of JavaScript / time of wasmjit --opt=2")


def ratios(rows: Mapping[str, Row], name: str, base: str) -> list[float]:
    """One engine's times as multiples of another's, for all kernels that have both."""
    return [row[name].median / row[base].median for row in rows.values() if name in row and base in row]


def geometric_mean(values: Sequence[float]) -> float:
    """Of at least one value; NaN for none."""
    return statistics.geometric_mean(values) if values else math.nan


def _head(names: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]


def _cell(seconds: float, base: float) -> str:
    return f"{seconds_text(seconds)} ({seconds / base:.2f})"
