"""The map of this process's code for `perf`: a line for each function, in the file where that looks for it.

It is in a directory that everybody can write to, so nothing that is there is trusted: no link is followed, and a file
is added to only if it is ours. Python (`-X perf`) and others may write to the same one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class PerfMap:
    """The file of the current process; a child has its own. `problem` is why there is none."""

    def __init__(self) -> None:
        self._fd = -1
        self._pid = 0
        self.problem: str | None = None

    def add(self, functions: Iterable[tuple[int, int, str]]) -> None:
        """Add functions: address, size in bytes, name."""
        if self._pid != os.getpid():
            self._open()
        if self._fd >= 0:
            self._write("".join(f"{start:x} {size:x} {name}\n" for start, size, name in functions))

    def _open(self) -> None:
        self._pid = os.getpid()
        path = f"/tmp/perf-{self._pid}.map"
        self._close()
        try:
            self._fd = os.open(path, _FLAGS, 0o600)
            status = os.fstat(self._fd)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_nlink != 1:
                self._close()
                self.problem = f"{path} is somebody else's"
        except OSError as error:
            self.problem = f"{path}: {error.strerror}"

    def _write(self, text: str) -> None:
        data = text.encode(errors="replace")
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            self.problem = f"/tmp/perf-{self._pid}.map: {error.strerror}"
            self._close()

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
