"""`WasiConfig`: what WASI grants a guest."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from wasmjit.compat.wasmtime._error import WasmtimeError
from wasmjit.compat.wasmtime._managed import Managed
from wasmjit.runtime.wasi import Preopen
from wasmjit.runtime.wasi import WasiConfig as CoreConfig
from wasmjit.runtime.wasi.config import Stdin, Stdout

StrPath = str | bytes | os.PathLike[str]
_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
CustomOutput = Callable[[bytes], int | None]


class DirPerms(Enum):
    """What a guest may do with a directory."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class FilePerms(Enum):
    """What a guest may do with the files in a directory."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class _Sink:
    """Output that a callback takes: None means all, a number how much, a negative one an errno."""

    def __init__(self, callback: CustomOutput) -> None:
        self._callback = callback

    def write(self, data: bytes) -> int | None:
        """Hand it over. A callback that fails is reported, and the guest gets EIO."""
        try:
            taken = self._callback(data)
        except Exception as error:
            sys.excepthook(type(error), error, error.__traceback__)
            raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
        if taken is not None and taken < 0:
            raise OSError(-taken, os.strerror(-taken))
        return taken


def _drop(data: bytes) -> None:
    """Output that nobody asked for."""


class _Setter:
    """A property that can only be set."""

    def __init__(self, apply: Callable[[WasiConfig, Any], None]) -> None:
        self._apply = apply
        self.__doc__ = apply.__doc__

    def __get__(self, config: WasiConfig | None, owner: type) -> _Setter:
        if config is None:
            return self
        raise AttributeError("this property of 'WasiConfig' has no getter")

    def __set__(self, config: WasiConfig, value: object) -> None:
        self._apply(config.ptr(), value)


class WasiConfig(Managed):
    """What a guest is given; by default nothing: no arguments, no input, and its output is dropped."""

    def __init__(self) -> None:
        self._argv: list[str | bytes] = []
        self._env: dict[str, str] = {}
        self._dirs: list[Preopen] = []
        self._stdin: Stdin = b""
        self._stdout: Stdout = _drop
        self._stderr: Stdout = _drop
        self._open()

    def _consume(self) -> CoreConfig:
        """All of it, and close."""
        self.ptr()
        try:
            return CoreConfig(
                self._argv, self._env, self._dirs, stdin=self._stdin, stdout=self._stdout, stderr=self._stderr
            )
        except ValueError as error:
            raise WasmtimeError(str(error)) from error
        finally:
            self.close()

    @_Setter
    def argv(self, argv: Iterable[str]) -> None:
        """The command line, the program's name first."""
        self._argv = [_text(arg) for arg in argv]

    def inherit_argv(self) -> None:
        """Give it this process's command line."""
        self.ptr()._argv = list(sys.argv)

    @_Setter
    def env(self, pairs: Iterable[Iterable[str]] | Mapping[str, str]) -> None:
        """Environment variables as pairs of name and value."""
        found = pairs.items() if isinstance(pairs, Mapping) else pairs
        self._env = {_text(name): _text(value) for name, value in found}

    def inherit_env(self) -> None:
        """Give it this process's environment."""
        self.ptr()._env = dict(os.environ)

    @_Setter
    def stdin_file(self, path: StrPath) -> None:
        """A file to read standard input from. Raises WasmtimeError if it can't be opened."""
        self._stdin = _open_file(path, os.O_RDONLY, "stdin")

    def inherit_stdin(self) -> None:
        """Give it this process's standard input."""
        self.ptr()._stdin = None

    @_Setter
    def stdout_file(self, path: StrPath) -> None:
        """A file for standard output, made anew. Raises WasmtimeError if it can't be opened."""
        self._stdout = _open_file(path, _ANEW, "stdout")

    @_Setter
    def stdout_custom(self, callback: CustomOutput) -> None:
        """Called with what is written to standard output."""
        self._stdout = _Sink(callback)

    def inherit_stdout(self) -> None:
        """Give it this process's standard output."""
        self.ptr()._stdout = None

    @_Setter
    def stderr_file(self, path: StrPath) -> None:
        """A file for standard error, made anew. Raises WasmtimeError if it can't be opened."""
        self._stderr = _open_file(path, _ANEW, "stderr")

    @_Setter
    def stderr_custom(self, callback: CustomOutput) -> None:
        """Called with what is written to standard error."""
        self._stderr = _Sink(callback)

    def inherit_stderr(self) -> None:
        """Give it this process's standard error."""
        self.ptr()._stderr = None

    def preopen_dir(
        self,
        path: StrPath,
        guest_path: str,
        dir_perms: DirPerms = DirPerms.READ_WRITE,
        file_perms: FilePerms = FilePerms.READ_WRITE,
    ) -> None:
        """Give it a directory, which it sees as `guest_path`. Raises WasmtimeError if there is no such."""
        self.ptr()
        host = os.fsdecode(path)
        if not os.path.isdir(host) or not os.access(host, os.R_OK | os.X_OK):
            raise WasmtimeError("failed to add preopen dir")
        if dir_perms is DirPerms.WRITE_ONLY or file_perms is FilePerms.WRITE_ONLY:
            raise WasmtimeError("directories that can only be written to are not supported")
        read_only = dir_perms is DirPerms.READ_ONLY or file_perms is FilePerms.READ_ONLY
        self._dirs.append(Preopen(host, guest_path, read_only))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise AttributeError(f"a str is needed, not {type(value).__name__}")
    return value


class _File:
    """An open file, closed when nobody uses it any more."""

    def __init__(self, path: StrPath, flags: int) -> None:
        self._fd = -1
        self._fd = os.open(path, flags | os.O_CLOEXEC, 0o666)

    def fileno(self) -> int:
        """Its descriptor, through which it is used."""
        return self._fd

    def __del__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def read(self, size: int, /) -> bytes | None:
        """See BinaryReader."""
        return os.read(self._fd, size)

    def write(self, data: bytes, /) -> int | None:
        """See BinaryWriter."""
        return os.write(self._fd, data)


def _open_file(path: StrPath, flags: int, stream: str) -> _File:
    try:
        return _File(path, flags)
    except (OSError, ValueError) as error:
        raise WasmtimeError(f"failed to set {stream} file") from error
