"""The standard streams of `wasmjit.run`, given as `subprocess.run` takes them."""

from __future__ import annotations

import io
import locale
import subprocess
from typing import TYPE_CHECKING

from wasmjit.record import replace
from wasmjit.runtime.wasi import WasiConfig

if TYPE_CHECKING:
    from wasmjit.runtime.wasi.config import Stdin, Stdout


class Streams:
    """What goes in, and what is captured. Text is encoded by `encoding`, the locale's if only `text` is asked for."""

    def __init__(self, encoding: str | None, errors: str | None, *, text: bool) -> None:
        self._is_text = bool(text or encoding or errors)
        self._codec = (encoding or locale.getpreferredencoding(False), errors or "strict")
        self._captured: dict[str, io.BytesIO] = {}

    def connect(
        self,
        config: WasiConfig,
        stdin: Stdin,
        input: bytes | str | None,
        stdout: Stdout,
        stderr: Stdout,
        *,
        capture: bool,
    ) -> WasiConfig:
        """`config` with the streams. Raises ValueError for what contradicts itself."""
        if capture:
            if stdout is not None or stderr is not None:
                raise ValueError("stdout and stderr can't be given together with capture_output")
            stdout = stderr = subprocess.PIPE
        if input is not None and stdin is not None:
            raise ValueError("stdin and input can't both be given")
        out = self._sink("stdout", config.stdout if stdout is None else stdout)
        if _is(stderr, subprocess.STDOUT):
            err: Stdout = 1 if out is None else out
        else:
            err = self._sink("stderr", config.stderr if stderr is None else stderr)
        return replace(config, stdin=self._source(config, stdin, input), stdout=out, stderr=err)

    def output(self, name: str) -> bytes | str | None:
        """What was captured; None if nothing was to be."""
        if name not in self._captured:
            return None
        data = self._captured[name].getvalue()
        return data.decode(*self._codec).replace("\r\n", "\n").replace("\r", "\n") if self._is_text else data

    def _source(self, config: WasiConfig, stdin: Stdin, input: bytes | str | None) -> Stdin:
        if _is(stdin, subprocess.PIPE):
            raise ValueError("stdin=PIPE makes no sense: use input")
        if input is not None:
            return input.encode(*self._codec) if isinstance(input, str) else input
        if _is(stdin, subprocess.DEVNULL):
            return b""
        return config.stdin if stdin is None else stdin

    def _sink(self, name: str, given: Stdout) -> Stdout:
        if _is(given, subprocess.PIPE):
            return self._captured.setdefault(name, io.BytesIO())
        return _discard if _is(given, subprocess.DEVNULL) else given


def _is(given: object, special: int) -> bool:
    """Whether one of the special values of `subprocess` is given."""
    return isinstance(given, int) and given == special


def _discard(data: bytes) -> None:
    """Where output goes that nobody wants."""
