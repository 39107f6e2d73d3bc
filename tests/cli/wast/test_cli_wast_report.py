from wasmjit.cli.wast.report import FileReport, report_data, sum_totals, summary_lines
from wasmjit.cli.wast.runner import CommandResult

GC = frozenset({"gc"})
BOTH = frozenset({"gc", "memory64"})

GOOD = FileReport("a.wast", [CommandResult(1, "module", "passed"), CommandResult(2, "action", "skipped", "gc", GC)])
BAD = FileReport(
    "b.wast",
    [
        CommandResult(1, "module", "skipped", "", BOTH),
        CommandResult(7, "assert_return", "failed", "expected 1, got 2"),
    ],
)
BROKEN = FileReport("c.wast", error="it can't be converted: no")


def test_lines_of_a_file() -> None:
    assert list(GOOD.lines()) == ["a.wast: passed 1 failed 0 skipped 1 (needs: gc)"]
    assert list(BAD.lines()) == [
        "b.wast:7: assert_return failed: expected 1, got 2",
        "b.wast: passed 0 failed 1 skipped 1 (needs: gc, memory64)",
    ]
    assert list(BROKEN.lines()) == ["c.wast: failed: it can't be converted: no", "c.wast: passed 0 failed 1 skipped 0"]


def test_verbose_lines_name_every_command() -> None:
    assert list(GOOD.lines(verbose=True))[:2] == ["a.wast:1: module passed", "a.wast:2: action skipped: gc"]


def test_summary() -> None:
    assert list(summary_lines([GOOD, BAD, BROKEN])) == [
        "needs gc: a.wast b.wast",
        "needs memory64: b.wast",
        "passed 1 failed 2 skipped 2",
    ]
    assert sum_totals([]) == {"passed": 0, "failed": 0, "skipped": 0}


def test_data() -> None:
    data = report_data([GOOD, BAD, BROKEN])
    assert (data["passed"], data["failed"], data["skipped"]) == (1, 2, 2)
    assert data["needs"] == {"gc": ["a.wast", "b.wast"], "memory64": ["b.wast"]}
    assert [file["needs"] for file in data["files"]] == [{"gc": 1}, {"gc": 1, "memory64": 1}, {}]
    assert data["files"][1]["failures"] == [{"line": 7, "type": "assert_return", "message": "expected 1, got 2"}]
    assert data["files"][2]["failures"][0]["message"] == "it can't be converted: no"
