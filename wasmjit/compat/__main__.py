"""`python -m wasmjit.compat`: run a program that uses `wasmtime`, unmodified, on this engine."""

from __future__ import annotations

import os
import runpy
import sys
from importlib.metadata import entry_points

from wasmjit.compat import NAMES, install

_USAGE = f"""\
usage: python -m wasmjit.compat SCRIPT.py ARGS...
       python -m wasmjit.compat -m MODULE ARGS...
       python -m wasmjit.compat -c CODE ARGS...
       python -m wasmjit.compat COMMAND ARGS...

Runs a Python script, a module, code, or a command that an installed package offers, as `python` itself would, but
`import {"`, `import ".join(NAMES)}` gives wasmjit in the guise of that package.
"""


def main(arguments: list[str]) -> None:
    """Run what the arguments say. Raises SystemExit for wrong ones, and what the program raises."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_USAGE, end="", file=sys.stdout if arguments else sys.stderr)
        sys.exit(0 if arguments else 2)
    install()
    first = arguments[0]
    if first in ("-m", "-c"):
        if len(arguments) < 2:
            sys.exit(f"argument expected for the {first} option")
        _run_option(first, arguments[1], arguments[2:])
    elif os.path.exists(first):
        sys.argv[:] = arguments
        sys.path[0] = first if os.path.isdir(first) else os.path.dirname(os.path.realpath(first))
        runpy.run_path(first, run_name="__main__")
    else:
        _run_command(first, arguments)


def _run_option(option: str, value: str, rest: list[str]) -> None:
    sys.argv[:] = [option, *rest]
    if option == "-m":
        runpy.run_module(value, run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = ""
        exec(compile(value, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})


def _run_command(name: str, arguments: list[str]) -> None:
    found = list(entry_points(group="console_scripts", name=name))
    if not found:
        sys.exit(f"{name}: no such file, and no installed package offers a command of this name")
    sys.argv[:] = arguments
    sys.exit(found[0].load()())


if __name__ == "__main__":
    main(sys.argv[1:])
