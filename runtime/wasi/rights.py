"""Rights: what may be done with a descriptor (base) and with those opened through it (inheriting).

A guest can only give rights up. A right that a descriptor's kind could never use is not there from the start, so
that programs can tell a directory, a terminal and a file apart by them, as wasi-libc's `isatty` does.
"""

from __future__ import annotations

from _operator import or_

from wasmjit.light import reduce

FD_DATASYNC = 1 << 0
FD_READ = 1 << 1
FD_SEEK = 1 << 2
FD_FDSTAT_SET_FLAGS = 1 << 3
FD_SYNC = 1 << 4
FD_TELL = 1 << 5
FD_WRITE = 1 << 6
FD_ADVISE = 1 << 7
FD_ALLOCATE = 1 << 8
PATH_CREATE_DIRECTORY = 1 << 9
PATH_CREATE_FILE = 1 << 10
PATH_LINK_SOURCE = 1 << 11
PATH_LINK_TARGET = 1 << 12
PATH_OPEN = 1 << 13
FD_READDIR = 1 << 14
PATH_READLINK = 1 << 15
PATH_RENAME_SOURCE = 1 << 16
PATH_RENAME_TARGET = 1 << 17
PATH_FILESTAT_GET = 1 << 18
PATH_FILESTAT_SET_SIZE = 1 << 19
PATH_FILESTAT_SET_TIMES = 1 << 20
FD_FILESTAT_GET = 1 << 21
FD_FILESTAT_SET_SIZE = 1 << 22
FD_FILESTAT_SET_TIMES = 1 << 23
PATH_SYMLINK = 1 << 24
PATH_REMOVE_DIRECTORY = 1 << 25
PATH_UNLINK_FILE = 1 << 26
POLL_FD_READWRITE = 1 << 27
SOCK_SHUTDOWN = 1 << 28
SOCK_ACCEPT = 1 << 29


def _union(*rights: int) -> int:
    return reduce(or_, rights)


SEEKING = FD_SEEK | FD_TELL

CHANGES_TREE = _union(
    PATH_CREATE_DIRECTORY,
    PATH_CREATE_FILE,
    PATH_LINK_SOURCE,
    PATH_LINK_TARGET,
    PATH_RENAME_SOURCE,
    PATH_RENAME_TARGET,
    PATH_FILESTAT_SET_SIZE,
    PATH_FILESTAT_SET_TIMES,
    PATH_SYMLINK,
    PATH_REMOVE_DIRECTORY,
    PATH_UNLINK_FILE,
)
"""What changes a directory's contents."""

CHANGES_FILE = _union(FD_WRITE, FD_ALLOCATE, FD_FILESTAT_SET_SIZE, FD_FILESTAT_SET_TIMES)
"""What changes an open file."""

DIRECTORY = _union(
    CHANGES_TREE,
    PATH_OPEN,
    PATH_READLINK,
    PATH_FILESTAT_GET,
    FD_READDIR,
    FD_FILESTAT_GET,
    FD_FILESTAT_SET_TIMES,
    FD_FDSTAT_SET_FLAGS,
    FD_SYNC,
    FD_DATASYNC,
)
"""All that a directory can have."""

FILE_ONLY = _union(FD_READ, FD_WRITE, FD_SEEK, FD_TELL, FD_ADVISE, FD_ALLOCATE, FD_FILESTAT_SET_SIZE)
"""What makes no sense on a directory: EISDIR."""

FILE = _union(
    FILE_ONLY,
    FD_FDSTAT_SET_FLAGS,
    FD_SYNC,
    FD_DATASYNC,
    FD_FILESTAT_GET,
    FD_FILESTAT_SET_TIMES,
    POLL_FD_READWRITE,
)
"""All that a file can have."""

DIRECTORY_ONLY = DIRECTORY & ~FILE
"""What makes no sense on a file: ENOTDIR."""

SOCKET_ONLY = SOCK_SHUTDOWN | SOCK_ACCEPT
"""What makes no sense but on a socket: ENOTSOCK."""

SOCKET = _union(FD_READ, FD_WRITE, FD_FDSTAT_SET_FLAGS, FD_FILESTAT_GET, POLL_FD_READWRITE, SOCKET_ONLY, SEEKING)
"""All that a socket can have. Seeking is answered by ESPIPE, as on the host, not by a lack of rights."""

INHERITING = DIRECTORY | FILE
"""What is passed on below a preopened directory."""

READ_ONLY = ~(CHANGES_TREE | CHANGES_FILE)
"""Mask for what remains of any rights below a read-only directory."""

STDIO = FILE & ~(CHANGES_FILE | FD_READ)
"""What all standard streams have; FD_READ or FD_WRITE is added."""
