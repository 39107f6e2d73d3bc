import io
import sys
import time

import pytest

from wasmjit.cli.common import CliError, errors_of, message_of
from wasmjit.cli.progress import Progress
from wasmjit.errors import LinkError


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


class Terminal(io.StringIO):
    """Standard error that claims to be a terminal, or not to be one."""

    def __init__(self, isatty: bool) -> None:
        super().__init__()
        self._isatty = isatty

    def isatty(self) -> bool:
        return self._isatty


def install(monkeypatch: pytest.MonkeyPatch, isatty: bool) -> Terminal:
    """For tests to call: pytest resets sys.stderr after its fixtures have run."""
    terminal = Terminal(isatty)
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


@pytest.mark.parametrize("isatty", [True, False])
def test_progress_is_shown_after_a_second_on_a_terminal_and_erased(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, isatty: bool
) -> None:
    stderr = install(monkeypatch, isatty)
    with Progress("compiling x") as progress:
        progress(1, 4)
        assert stderr.getvalue() == ""
        clock.now = 1.5
        progress(2, 4)
        progress(4, 4)
    bars = [f"\rcompiling x [{'#' * 15}{' ' * 15}]  50%", f"\rcompiling x [{'#' * 30}] 100%", "\r\x1b[K"]
    assert stderr.getvalue() == ("".join(bars) if isatty else "")


def test_short_work_shows_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = install(monkeypatch, True)
    with Progress("compiling x") as progress:
        progress(4, 4)
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (LinkError("unknown import: a.b"), "f.wasm: unknown import: a.b"),
        (FileNotFoundError(2, "No such file or directory", "other"), "other: No such file or directory"),
        (OSError(5, "Input/output error"), "f.wasm: Input/output error"),
        (ValueError("two\nlines"), "f.wasm: two lines"),
        (KeyError("x"), "f.wasm: internal error, --debug shows more: KeyError: 'x'"),
        (MemoryError(), "f.wasm: internal error, --debug shows more: MemoryError: "),
    ],
)
def test_errors_are_lines(error: Exception, line: str) -> None:
    with pytest.raises(CliError) as caught, errors_of("f.wasm"):
        raise error
    assert caught.value.message == line
    assert caught.value.exit_code == 1


def test_messages_without_text() -> None:
    assert message_of(ValueError()) == "ValueError"


def test_errors_of_errors_keep_their_file() -> None:
    with pytest.raises(CliError, match=r"^inner: no$"), errors_of("outer"):
        raise CliError("no", "inner")


def test_broken_pipes_pass() -> None:
    with pytest.raises(BrokenPipeError), errors_of("f.wasm"):
        raise BrokenPipeError
