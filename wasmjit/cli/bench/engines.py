"""Engines that are found on this machine: how to run a program under each, as a process."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from wasmjit.config import OPT_LEVELS, TIERS

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Program:
    """What to run. `native` and `js` are other forms of it, which take the same arguments."""

    file: str
    args: Sequence[str] = ()
    dirs: Sequence[tuple[str, str]] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    native: str | None = None
    js: str | None = None


@dataclass(frozen=True)
class Command:
    """A process that runs the program. `prepare` is run before, once, and its time counts as compile time.

    With `reports`, the process leaves `{"compile_s": ..., "run_s": ...}` in the file RESULT, whose path takes the
    place of that word in `run`. Otherwise all of the process counts as running.
    """

    run: tuple[str, ...]
    prepare: tuple[str, ...] = ()
    reports: bool = False


RESULT = "{result}"
"""Stands for the path of the result in a command."""
COMPILED = "{compiled}"
"""Stands for the path of a compiled file in a command."""

Maker = Callable[[Program], Command]


def _worker(engine: str, settings: Mapping[str, object]) -> Maker:
    def make(program: Program) -> Command:
        spec = {
            "engine": engine,
            "settings": settings,
            "file": program.file,
            "args": list(program.args),
            "dirs": list(program.dirs),
            "env": dict(program.env),
        }
        return Command((sys.executable, "-m", "wasmjit.cli.bench.worker", json.dumps(spec), RESULT), reports=True)

    return make


def _wasmtime_cli(path: str) -> Maker:
    def make(program: Program) -> Command:
        dirs = [f"--dir={host}::{guest}" for host, guest in program.dirs]
        env = [f"--env={name}={value}" for name, value in program.env.items()]
        run = (path, "run", "--allow-precompiled", *dirs, *env, COMPILED, *program.args)
        return Command(run, (path, "compile", program.file, "-o", COMPILED))

    return make


def _node(path: str, flags: Sequence[str]) -> Maker:
    def make(program: Program) -> Command:
        spec = json.dumps({"dirs": {guest: host for host, guest in program.dirs}, "env": dict(program.env)})
        script = str(_HERE / "node_runner.mjs")
        return Command((path, "--no-warnings", *flags, script, RESULT, spec, program.file, *program.args), reports=True)

    return make


def _own() -> dict[str, Maker]:
    """Wasmjit itself, in all of its ways."""
    found: dict[str, Maker] = {tier: _worker("wasmjit", {"tier": tier}) for tier in TIERS if tier != "optimized"}
    for checks in ("guard", "explicit"):
        for opt in OPT_LEVELS:
            if opt != "auto":
                settings = {"tier": "optimized", "opt": opt, "bounds_checks": checks}
                found[f"opt={opt} {checks}"] = _worker("wasmjit", settings)
    return found


def find_engines(program: Program) -> dict[str, Maker]:
    """Engines by name, in the order in which they are shown."""
    found = _own()
    if find_spec("wasmtime"):
        found["wasmtime-py"] = _worker("wasmtime", {})
    if find_spec("pywasm"):
        found["pywasm"] = _worker("pywasm", {})
    if wasmtime := shutil.which("wasmtime"):
        found["wasmtime"] = _wasmtime_cli(wasmtime)
    node = shutil.which("node")
    if node:
        found["node"] = _node(node, ())
        found["node turbofan"] = _node(node, ("--no-liftoff", "--no-wasm-lazy-compilation"))
    if program.js and node:
        script = program.js
        found["js"] = lambda program: Command((node, script, *program.args))
    if program.native:
        binary = program.native
        found["native"] = lambda program: Command((binary, *program.args))
    return found
