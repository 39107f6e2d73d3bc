"""Records of guest memory and the constants in them: preview 1, and where it differs preview 0 (wasi_unstable).

::

    fdstat    0 u8 filetype   2 u16 flags   8 u64 base rights   16 u64 inheriting rights                 24 bytes
    filestat  0 u64 dev   8 u64 ino   16 u8 filetype   24 u64 nlink   32 u64 size   40 u64 atim
             48 u64 mtim   56 u64 ctim                                                                    64 bytes
      preview 0: nlink is u32 at 20, and what follows moves up                                            56 bytes
    dirent    0 u64 next cookie   8 u64 ino   16 u32 name length   20 u8 filetype, then the name          24 bytes
    prestat   0 u8 tag (0: directory)   4 u32 name length                                                  8 bytes
    subscription  0 u64 userdata   8 u8 tag   16 clock: u32 id, 24 u64 timeout, 32 u64 precision, 40 u16 flags
                                              16 fd_read, fd_write: u32 fd                                48 bytes
      preview 0: the clock has another u64 (identifier) at 16 before the rest                             56 bytes
    event     0 u64 userdata   8 u16 error   10 u8 type   16 u64 bytes   24 u16 flags                     32 bytes
"""

from __future__ import annotations

import stat
from struct import Struct

from wasmjit.light import NamedTuple

FDSTAT = Struct("<BxH4xQQ")
FILESTAT = Struct("<QQB7xQQQQQ")
FILESTAT_0 = Struct("<QQB3xIQQQQ")
DIRENT = Struct("<QQIB3x")
PRESTAT = Struct("<B3xI")
SUBSCRIPTION = Struct("<QB")
SUBSCRIPTION_CLOCK = Struct("<I4xQQH")
EVENT = Struct("<QHB5xQH6x")

FILETYPE_UNKNOWN = 0
FILETYPE_BLOCK_DEVICE = 1
FILETYPE_CHARACTER_DEVICE = 2
FILETYPE_DIRECTORY = 3
FILETYPE_REGULAR_FILE = 4
FILETYPE_SOCKET_DGRAM = 5
FILETYPE_SOCKET_STREAM = 6
FILETYPE_SYMBOLIC_LINK = 7

_FILETYPES = {
    stat.S_IFREG: FILETYPE_REGULAR_FILE,
    stat.S_IFDIR: FILETYPE_DIRECTORY,
    stat.S_IFLNK: FILETYPE_SYMBOLIC_LINK,
    stat.S_IFCHR: FILETYPE_CHARACTER_DEVICE,
    stat.S_IFBLK: FILETYPE_BLOCK_DEVICE,
    stat.S_IFSOCK: FILETYPE_SOCKET_STREAM,
}

LOOKUP_SYMLINK_FOLLOW = 1

OFLAGS_CREAT = 1
OFLAGS_DIRECTORY = 2
OFLAGS_EXCL = 4
OFLAGS_TRUNC = 8

FDFLAGS_APPEND = 1
FDFLAGS_DSYNC = 2
FDFLAGS_NONBLOCK = 4
FDFLAGS_RSYNC = 8
FDFLAGS_SYNC = 16

FSTFLAGS_ATIM = 1
FSTFLAGS_ATIM_NOW = 2
FSTFLAGS_MTIM = 4
FSTFLAGS_MTIM_NOW = 8

CLOCK_REALTIME = 0
CLOCK_MONOTONIC = 1
CLOCK_PROCESS_CPUTIME = 2
CLOCK_THREAD_CPUTIME = 3

EVENTTYPE_CLOCK = 0
EVENTTYPE_FD_READ = 1
EVENTTYPE_FD_WRITE = 2
EVENT_HANGUP = 1
SUBCLOCK_ABSTIME = 1

PREOPENTYPE_DIR = 0


def filetype_of(mode: int) -> int:
    """The WASI file type of a host `st_mode`; a pipe has none and is UNKNOWN."""
    return _FILETYPES.get(stat.S_IFMT(mode), FILETYPE_UNKNOWN)


class Filestat(NamedTuple):
    """Attributes of a file; times in ns since 1970."""

    dev: int = 0
    ino: int = 0
    filetype: int = FILETYPE_UNKNOWN
    nlink: int = 1
    size: int = 0
    atim: int = 0
    mtim: int = 0
    ctim: int = 0


class Times(NamedTuple):
    """Times to set, in ns since 1970; None leaves one as it is, `NOW` takes the host's clock."""

    atim: int | None
    mtim: int | None


NOW = -1


class DirEntry(NamedTuple):
    """One name in a directory."""

    name: bytes
    ino: int
    filetype: int
