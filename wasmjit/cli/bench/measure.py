"""Running the engines' processes, which take turns: what disturbs one disturbs all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from wasmjit.cli.bench.engines import COMPILED, RESULT, Command
from wasmjit.cli.bench.samples import Measured, Sample

_KIB = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in
_SHOWN_BYTES = 200


class RunError(Exception):
    """A process failed, or took too long."""


@dataclass(frozen=True)
class Plan:
    """How to measure: counted runs, runs before these, and seconds that each may take."""

    runs: int = 5
    warm_up: int = 1
    timeout_s: float = 60.0
    stdin: str | None = None


Progress = Callable[[str, int, int], None]
"""Called with the engine whose turn it is, the number of runs done, and that of all."""


def measure_all(commands: Mapping[str, Command], plan: Plan, progress: Progress | None = None) -> list[Measured]:
    """Measure all engines. One that fails is left out from then on."""
    with tempfile.TemporaryDirectory(prefix="wasmjit-bench-") as folder:
        benches = [
            _Bench(name, command, plan, Path(folder) / str(i)) for i, (name, command) in enumerate(commands.items())
        ]
        turns = plan.warm_up + plan.runs
        for turn in range(turns):
            for i in range(len(benches)):
                bench = benches[(i + turn) % len(benches)]
                if progress is not None:
                    progress(bench.measured.name, turn * len(benches) + i, turns * len(benches))
                bench.take(counts=turn >= plan.warm_up)
    return [bench.measured for bench in benches]


class _Bench:
    """One engine while it is measured."""

    def __init__(self, name: str, command: Command, plan: Plan, folder: Path) -> None:
        folder.mkdir()
        self.measured = Measured(name)
        self._command = command
        self._plan = plan
        self._result = folder / "result.json"
        paths = {RESULT: str(self._result), COMPILED: str(folder / "compiled")}
        self._run = [paths.get(word, word) for word in command.run]
        self._prepare = [paths.get(word, word) for word in command.prepare]

    def take(self, *, counts: bool) -> None:
        """One run, unless one has failed."""
        if self.measured.error is not None:
            return
        try:
            sample = self._sample()
        except (RunError, OSError) as error:
            self.measured.error = str(error)
            self.measured.samples.clear()
        else:
            if counts:
                self.measured.samples.append(sample)

    def _sample(self) -> Sample:
        compile_s: float | None = None
        if self._prepare:
            compile_s, _, _ = self._process(self._prepare)
        run_s, peak_bytes, output = self._process(self._run)
        if self._command.reports:
            times = json.loads(self._result.read_text())
            compile_s, run_s = times["compile_s"], times["run_s"]
        return Sample(compile_s, run_s, peak_bytes, output)

    def _process(self, command: Sequence[str]) -> tuple[float, int, bytes]:
        """Wall time, peak memory and output of a process. Raises RunError."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            start = time.perf_counter()
            status, peak_bytes, timed_out = self._wait(command, output, errors)
            wall_s = time.perf_counter() - start
            output.seek(0)
            errors.seek(0)
            if timed_out:
                raise RunError(f"over {self._plan.timeout_s:g} s")
            if status:
                raise RunError(_failure(status, errors.read()))
            return wall_s, peak_bytes, output.read()

    def _wait(self, command: Sequence[str], output: IO[bytes], errors: IO[bytes]) -> tuple[int, int, bool]:
        with open(self._plan.stdin or os.devnull, "rb") as stdin:
            process = subprocess.Popen(command, stdin=stdin, stdout=output, stderr=errors)
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._plan.timeout_s, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss * _KIB, late.is_set()


def _failure(status: int, errors: bytes) -> str:
    lines = errors.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1][:_SHOWN_BYTES]}" if lines else ""
    return (f"signal {-status}" if status < 0 else f"exit status {status}") + last
