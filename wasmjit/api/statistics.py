"""What an engine has compiled and what that has cost, to look at (`Engine.stats`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from wasmjit.compile.statistics import Snapshot
from wasmjit.record import record

_SOURCES = {
    "interp": "interpreter",
    "baseline": "baseline",
    "O0": "-O0",
    "O1": "-O1",
    "O2": "-O2",
    "O3": "-O3",
    "Os": "-Os",
    "osr": "running loops",
    "cache": "from the cache",
    "file": "from the file",
}
_PHASES = {
    "open": "open module",
    "decode": "decode",
    "validate": "validate",
    "translate": "translate to Python",
    "stencils": "get stencils",
    "emit": "join stencils",
    "lower": "lower to IR",
    "llvm": "LLVM",
    "link": "link",
    "load": "load",
    "cache_read": "read cache",
    "cache_write": "write cache",
}


class CodeStats(NamedTuple):
    """Code of one source: number of functions, bytes of wasm and of machine code.

    A function that is compiled more than once, together with its callers for one, counts each time. `wasm_bytes` is
    None for code that was found ready-made, `code_bytes` for the interpreter's.
    """

    functions: int
    wasm_bytes: int | None
    code_bytes: int | None


class PhaseStats(NamedTuple):
    """Seconds spent in one phase: of the processor, in the threads and processes that did it, and of the clock."""

    cpu_s: float
    wall_s: float


@record
class EngineStats:
    """What has been compiled for the modules of an engine, and what that has cost. `str` makes a table of it.

    * `modules`, and their `functions`, with `wasm_bytes` of code.
    * `code`: by its source. That is a tier, `interp` or `baseline`; the level of LLVM, `O0`, `O1`, `O2`, `O3` or `Os`;
      `osr`, LLVM for loops that run already; `cache`; `file`, what `wasmjit compile` made.
    * `no_stencil`: functions that the baseline compiler left to LLVM.
    * `tier_ups`: functions whose code was replaced by better code; `tier_up_failures`: those for which that failed.
      `osr_entries`: loops that moved to better code while they ran.
    * `cache_hits`, `cache_misses`: modules for which there was code in the cache, and for which there was none.
    * `phases`: seconds, by phase.
    """

    modules: int
    functions: int
    wasm_bytes: int
    code: Mapping[str, CodeStats]
    no_stencil: int
    tier_ups: int
    tier_up_failures: int
    osr_entries: int
    cache_hits: int
    cache_misses: int
    phases: Mapping[str, PhaseStats]

    def as_dict(self) -> dict[str, object]:
        """All of it in dictionaries, numbers and None: for JSON."""
        values: dict[str, object] = {name: getattr(self, name) for name in EngineStats.__annotations__}
        for name in ("code", "phases"):
            values[name] = {key: row._asdict() for key, row in getattr(self, name).items()}
        return values

    def __str__(self) -> str:
        return "\n".join([*self._code_lines(), "", *self._event_lines(), "", *self._phase_lines()])

    def _code_lines(self) -> list[str]:
        rows = [("code", "functions", "wasm", "machine code")]
        for source, (functions, wasm_bytes, code_bytes) in self.code.items():
            rows.append((_SOURCES[source], f"{functions:,}", _size(wasm_bytes), _size(code_bytes)))
        rows.append(("all there is", f"{self.functions:,}", _size(self.wasm_bytes), ""))
        return _table(rows)

    def _event_lines(self) -> list[str]:
        return [
            f"modules {self.modules:,}: {self.cache_hits:,} in the cache, {self.cache_misses:,} not",
            f"functions without a stencil {self.no_stencil:,}; tier-ups {self.tier_ups:,}, failed "
            f"{self.tier_up_failures:,}; loops moved while running {self.osr_entries:,}",
        ]

    def _phase_lines(self) -> list[str]:
        rows = [("seconds", "CPU", "wall")]
        rows += [(_PHASES[phase], f"{cpu_s:.3f}", f"{wall_s:.3f}") for phase, (cpu_s, wall_s) in self.phases.items()]
        total = [sum(column) for column in zip(*self.phases.values(), strict=True)] or [0.0, 0.0]
        rows.append(("all", f"{total[0]:.3f}", f"{total[1]:.3f}"))
        return _table(rows)


def engine_stats(snapshot: Snapshot) -> EngineStats:
    """What has been counted, to look at."""
    counts, code, spent = snapshot
    others = {name: counts.get(name, 0) for name in EngineStats.__annotations__ if name not in ("code", "phases")}
    return EngineStats(
        **others,
        code=MappingProxyType({source: _code_stats(*code[source]) for source in _SOURCES if source in code}),
        phases=MappingProxyType({phase: PhaseStats(*spent[phase]) for phase in _PHASES if phase in spent}),
    )


def _code_stats(functions: int, wasm_bytes: int, code_bytes: int) -> CodeStats:
    return CodeStats(functions, wasm_bytes or None, code_bytes or None)


def _size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return ""
    return f"{size_bytes / 1024:,.1f} KiB"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows of a name and numbers, below one another."""
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))]
        ).rstrip()
        for name, *cells in lines
    ]
