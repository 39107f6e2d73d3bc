"""Leaving the process without taking a hundred modules apart, which takes as long as running a small program."""

from __future__ import annotations

import atexit
import os
import sys


def leave(status: int) -> None:
    """End the process as `sys.exit` would. Returns where somebody may want more than that: threads, a debugger."""
    watched = sys.gettrace() or sys.getprofile() or sys.flags.inspect
    if watched or "threading" in sys.modules:
        return
    atexit._run_exitfuncs()  # what has been compiled is kept by one of them
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # it is reported on the usual way out
        return
    os._exit(status)
