"""What came of scripts: counts, what was needed, what failed; as lines and as data for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict

from wasmjit.cli.wast.runner import CommandResult


class Totals(TypedDict):
    """Counts of commands."""

    passed: int
    failed: int
    skipped: int


class FailureData(TypedDict):
    """One failed command."""

    line: int
    type: str
    message: str


class FileData(TypedDict):
    """One file."""

    file: str
    passed: int
    failed: int
    skipped: int
    needs: dict[str, int]
    failures: list[FailureData]


class ReportData(TypedDict):
    """A whole run; `needs` lists the files by the feature that they lack."""

    files: list[FileData]
    needs: dict[str, list[str]]
    passed: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class FileReport:
    """The results of one script. `error` says why there are none: that counts as a failure."""

    name: str
    results: Sequence[CommandResult] = field(default=())
    error: str | None = None

    @cached_property
    def totals(self) -> Totals:
        """Counts by outcome."""
        counts = Counter(result.outcome for result in self.results)
        failed = counts["failed"] + (self.error is not None)
        return {"passed": counts["passed"], "failed": failed, "skipped": counts["skipped"]}

    @cached_property
    def needs(self) -> dict[str, int]:
        """Commands skipped, by feature."""
        return dict(sorted(Counter(name for result in self.results for name in result.features).items()))

    @property
    def failures(self) -> list[CommandResult]:
        """The commands that failed."""
        return [result for result in self.results if result.outcome == "failed"]

    def lines(self, *, verbose: bool = False) -> Iterator[str]:
        """The report: the failures (every command if `verbose`), then a summary."""
        for result in self.results if verbose else self.failures:
            message = f": {result.message}" if result.message else ""
            yield f"{self.name}:{result.line}: {result.type} {result.outcome}{message}"
        if self.error is not None:
            yield f"{self.name}: failed: {self.error}"
        needs = f" (needs: {', '.join(self.needs)})" if self.needs else ""
        yield f"{self.name}: {show_totals(self.totals)}{needs}"

    def data(self) -> FileData:
        """The report for JSON."""
        failures: list[FailureData] = [
            {"line": result.line, "type": result.type, "message": result.message} for result in self.failures
        ]
        if self.error is not None:
            failures.append({"line": 0, "type": "file", "message": self.error})
        return {"file": self.name, **self.totals, "needs": self.needs, "failures": failures}


def show_totals(totals: Totals) -> str:
    """Counts as the last line has them."""
    return f"passed {totals['passed']} failed {totals['failed']} skipped {totals['skipped']}"


def sum_totals(reports: Iterable[FileReport]) -> Totals:
    """Counts of all files."""
    totals: Totals = {"passed": 0, "failed": 0, "skipped": 0}
    for report in reports:
        totals["passed"] += report.totals["passed"]
        totals["failed"] += report.totals["failed"]
        totals["skipped"] += report.totals["skipped"]
    return totals


def files_by_need(reports: Iterable[FileReport]) -> dict[str, list[str]]:
    """The files that lack a feature, by feature."""
    needs: dict[str, list[str]] = {}
    for report in reports:
        for name in report.needs:
            needs.setdefault(name, []).append(report.name)
    return dict(sorted(needs.items()))


def summary_lines(reports: Sequence[FileReport]) -> Iterator[str]:
    """The end of the report: what is needed by which files, and the totals."""
    for feature, files in files_by_need(reports).items():
        yield f"needs {feature}: {' '.join(files)}"
    yield show_totals(sum_totals(reports))


def report_data(reports: Sequence[FileReport]) -> ReportData:
    """The whole run for JSON."""
    return {"files": [report.data() for report in reports], "needs": files_by_need(reports), **sum_totals(reports)}
