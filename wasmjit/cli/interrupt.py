"""Ctrl-C while a program runs."""

from __future__ import annotations

try:
    import _signal as signal  # type: ignore[import-not-found]  # what `signal` makes enumerations of, at some cost
except ImportError:
    import signal


def default_interrupt() -> None:
    """Let Ctrl-C end the process at once, as it does other programs, unless whoever started it ignores the signal."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
