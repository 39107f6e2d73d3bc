"""What has been measured of an engine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Sample:
    """One run: seconds of compiling (None if that can't be told apart) and running, peak memory, what it printed."""

    compile_s: float | None
    run_s: float
    peak_bytes: int
    output: bytes = b""


@dataclass(frozen=True)
class Figures:
    """A median and what all samples lie between."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Half of the range, as a share of the median."""
        return (self.high - self.low) / 2 / self.median if self.median else 0.0


def figures(values: Sequence[float]) -> Figures:
    """Figures of at least one value."""
    return Figures(statistics.median(values), min(values), max(values))


@dataclass
class Measured:
    """An engine's samples. `error` says why there are none, or no more."""

    name: str
    samples: list[Sample] = field(default_factory=list)
    error: str | None = None

    @property
    def run(self) -> Figures | None:
        """Seconds of running."""
        return figures([sample.run_s for sample in self.samples]) if self.samples else None

    @property
    def compile(self) -> Figures | None:
        """Seconds of compiling."""
        values = [sample.compile_s for sample in self.samples if sample.compile_s is not None]
        return figures(values) if values else None

    @property
    def peak_bytes(self) -> int | None:
        """Peak memory of the process: the median."""
        return round(statistics.median(s.peak_bytes for s in self.samples)) if self.samples else None

    def as_data(self) -> dict[str, object]:
        """For JSON."""
        run, compile = self.run, self.compile
        return {
            "engine": self.name,
            "run_s": asdict(run) if run else None,
            "compile_s": asdict(compile) if compile else None,
            "peak_bytes": self.peak_bytes,
            "samples": [[s.compile_s, s.run_s, s.peak_bytes] for s in self.samples],
            "error": self.error,
        }
