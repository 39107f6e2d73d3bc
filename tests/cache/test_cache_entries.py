"""Entries: complete, checked, harmless."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from wasmjit.cache.digest import DIGEST_BYTES
from wasmjit.cache.entries import HEADER_BYTES, open_entry, read_entry, write_entry

CONTENTS = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fixture: an empty cache."""
    path = tmp_path / "cache"
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(path))
    return path


def only_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_what_is_written_is_read(directory: Path) -> None:
    assert read_entry("object", "k") is None
    assert write_entry("object", "k", CONTENTS[:100], CONTENTS[100:])
    assert read_entry("object", "k") == CONTENTS[:100]
    entry = open_entry("object", "k")
    assert entry is not None
    only_file(directory).unlink()
    assert entry.tail() == CONTENTS[100:]
    write_entry("object", "k", CONTENTS)
    assert read_entry("object", "other") is None
    assert directory.stat().st_mode & 0o777 == 0o700
    assert only_file(directory).stat().st_mode & 0o777 == 0o600


def test_every_damage_is_noticed_and_removed(directory: Path) -> None:
    rng = random.Random(1)
    for _ in range(300):
        assert write_entry("object", "k", CONTENTS[:5000], CONTENTS[5000:])
        path = only_file(directory)
        data = bytearray(path.read_bytes())
        at = rng.randrange(len(data))
        if rng.random() < 0.3:
            del data[at:]
        else:
            data[at] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        entry = open_entry("object", "k")
        if entry is not None:
            assert at >= HEADER_BYTES - DIGEST_BYTES
            assert entry.head == CONTENTS[:5000]
            assert entry.tail() is None
        else:
            assert list(directory.iterdir()) == []


def test_files_and_directories_that_others_can_write_are_not_trusted(directory: Path) -> None:
    write_entry("object", "k", CONTENTS)
    only_file(directory).chmod(0o666)
    assert read_entry("object", "k") is None
    write_entry("object", "k", CONTENTS)
    directory.chmod(0o777)
    assert read_entry("object", "k") is None
    assert not write_entry("object", "k", CONTENTS)


def test_a_link_is_not_followed(directory: Path, tmp_path: Path) -> None:
    write_entry("object", "k", CONTENTS)
    path = only_file(directory)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert read_entry("object", "k") is None


def test_where_nothing_can_be_written_there_is_no_cache(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("WASMJIT_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert not write_entry("object", "k", CONTENTS)
    monkeypatch.setenv("WASMJIT_CACHE_DIR", "")
    assert not write_entry("object", "k", CONTENTS)
    assert read_entry("object", "k") is None


def test_a_full_disk_leaves_nothing_behind(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert not write_entry("object", "k", CONTENTS)
    assert list(directory.iterdir()) == []
