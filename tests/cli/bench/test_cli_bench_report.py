"""Figures, table and plot of measurements."""

from __future__ import annotations

from wasmjit.cli.bench.plot import Bar, svg
from wasmjit.cli.bench.report import disagreement, seconds_text, table_lines
from wasmjit.cli.bench.samples import Measured, Sample


def measured(name: str, *times: float, output: bytes = b"") -> Measured:
    return Measured(name, [Sample(0.5, time, 1 << 20, output) for time in times])


def test_medians_and_spread() -> None:
    run = measured("a", 1.0, 2.0, 4.0).run
    assert run is not None
    assert (run.median, run.low, run.high, run.spread) == (2.0, 1.0, 4.0, 0.75)
    assert Measured("none").run is None


def test_the_table_is_sorted_and_has_failures_at_the_end() -> None:
    lines = table_lines([measured("slow", 3.0), Measured("broken", error="exit status 1"), measured("fast", 1.5)])
    assert [line.split()[0] for line in lines[2:]] == ["fast", "slow", "broken:"]
    assert lines[3].split() == ["slow", "3", "s", "0%", "2.00", "500", "ms", "1", "MiB"]


def test_times_for_people() -> None:
    assert [seconds_text(s) for s in (123.4, 2.0, 0.0456, 0.9999, 0.00000123)] == [
        "123 s", "2 s", "45.6 ms", "1000 ms", "1.23 us",
    ]  # fmt: skip


def test_disagreement_names_the_engine_that_prints_something_else() -> None:
    three = [measured("a", 1.0, output=b"x"), measured("b", 1.0, output=b"x"), measured("c", 1.0, output=b"y")]
    assert disagreement(three) == ["c"]


def test_bars_are_as_long_as_their_values() -> None:
    picture = svg("<title>", [Bar("a", 2.0, "2"), Bar("b", 1.0, "1")])
    assert "&lt;title&gt;" in picture
    assert 'width="420.0"' in picture
    assert 'width="210.0"' in picture
