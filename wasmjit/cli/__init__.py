"""The `wasmjit` command."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # see wasmjit/light.py

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Entry point: parse the command line, do it, leave with its status.

    The plainest form, `wasmjit run FILE ARGS...`, starts without what only options need.
    """
    given = sys.argv[1:] if args is None else list(args)
    if len(given) > 1 and given[0] == "run" and not given[1].startswith("-"):
        gc.disable()  # what is imported stays: looking through it for garbage would take milliseconds
        from wasmjit.cli.bundle import Bundle

        bundle = Bundle()
        bundle.install()
        from wasmjit.cli.plain import run_plainly

        status = run_plainly(given[1], given[2:])
        if status is not None:
            bundle.keep()
            if args is None:
                from wasmjit.cli.leave import leave

                leave(status)
            sys.exit(status)
    from wasmjit.cli.commands import run_commands

    run_commands(given)
