"""The records of guest memory, against offsets and sizes of the witx files."""

from __future__ import annotations

import stat

import pytest

from wasmjit.runtime.wasi import layout


def filled(record: object, *values: int) -> bytes:
    return record.pack(*values)  # type: ignore[attr-defined, no-any-return]


def number(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "little")


@pytest.mark.parametrize(
    ("record", "size", "fields"),
    [
        (layout.FDSTAT, 24, [(0, 1), (2, 2), (8, 8), (16, 8)]),
        (layout.FILESTAT, 64, [(0, 8), (8, 8), (16, 1), (24, 8), (32, 8), (40, 8), (48, 8), (56, 8)]),
        (layout.FILESTAT_0, 56, [(0, 8), (8, 8), (16, 1), (20, 4), (24, 8), (32, 8), (40, 8), (48, 8)]),
        (layout.DIRENT, 24, [(0, 8), (8, 8), (16, 4), (20, 1)]),
        (layout.PRESTAT, 8, [(0, 1), (4, 4)]),
        (layout.EVENT, 32, [(0, 8), (8, 2), (10, 1), (16, 8), (24, 2)]),
        (layout.SUBSCRIPTION, 9, [(0, 8), (8, 1)]),
        (layout.SUBSCRIPTION_CLOCK, 26, [(0, 4), (8, 8), (16, 8), (24, 2)]),
    ],
)
def test_fields_are_where_the_guest_has_them(record: object, size: int, fields: list[tuple[int, int]]) -> None:
    largest = [(1 << 8 * width) - 1 for _, width in fields]
    for i, (offset, width) in enumerate(fields):
        values = [0] * len(fields)
        values[i] = largest[i]
        data = filled(record, *values)
        assert len(data) == size
        assert number(data, offset, width) == largest[i]
        assert sum(data) == 255 * width


def test_errno_numbers() -> None:
    from wasmjit.runtime.wasi.errno import Errno

    known = {"SUCCESS": 0, "TOOBIG": 1, "AGAIN": 6, "BADF": 8, "EXIST": 20, "FAULT": 21, "ILSEQ": 25, "INVAL": 28}
    known |= {"IO": 29, "ISDIR": 31, "LOOP": 32, "NOENT": 44, "NOSYS": 52, "NOTDIR": 54, "NOTEMPTY": 55, "NOTSUP": 58}
    known |= {"PERM": 63, "PIPE": 64, "ROFS": 69, "SPIPE": 70, "XDEV": 75, "NOTCAPABLE": 76}
    assert {name: Errno[name].value for name in known} == known
    assert len(Errno) == 88
    assert (Errno.AIADDRFAMILY, Errno.AISYSTEM) == (77, 87)


def test_host_errors_have_the_name_of_the_host() -> None:
    import errno

    from wasmjit.runtime.wasi.errno import Errno, from_host

    for host, expected in [
        (errno.ENOENT, Errno.NOENT),
        (errno.E2BIG, Errno.TOOBIG),
        (errno.EWOULDBLOCK, Errno.AGAIN),
        (errno.EOPNOTSUPP, Errno.NOTSUP),
        (errno.EXDEV, Errno.XDEV),
        (99999, Errno.IO),
    ]:
        assert from_host(OSError(host, "")) is expected
    assert from_host(OSError("no number")) is Errno.IO


@pytest.mark.parametrize(
    ("mode", "filetype"),
    [
        (stat.S_IFREG, 4),
        (stat.S_IFDIR, 3),
        (stat.S_IFLNK, 7),
        (stat.S_IFCHR, 2),
        (stat.S_IFBLK, 1),
        (stat.S_IFSOCK, 6),
        (stat.S_IFIFO, 0),
    ],
)
def test_file_types(mode: int, filetype: int) -> None:
    assert layout.filetype_of(mode | 0o644) == filetype
