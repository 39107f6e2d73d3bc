"""Directory trees in memory: what `VirtualDir` holds, and the nodes that memfile.py and memdir.py work on.

Nodes are shared by all who have the tree; whoever reads or changes one holds the lock of its volume.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping
from itertools import count

from wasmjit.light import NamedTuple, TypeAlias, Union
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import (
    FILETYPE_DIRECTORY,
    FILETYPE_REGULAR_FILE,
    FILETYPE_SYMBOLIC_LINK,
    DirEntry,
    Filestat,
)

NAME_MAX = 255  # bytes, as on Linux
NODE_BYTES = 512
"""What a name and its node are charged at, apart from contents."""
MAX_BYTES = 256 << 20
"""How much a tree may hold unless it says otherwise."""


class Symlink(NamedTuple):
    """A symbolic link among the contents of a `VirtualDir`."""

    target: str


Contents: TypeAlias = Mapping[str, Union[bytes, "Contents", Symlink]]
"""A directory as a mapping: files are bytes, directories mappings. A name may be a path, `"a/b.txt"`."""


class Volume:
    """What the nodes of a tree have in common: their lock, inode numbers, and how much they may hold."""

    __slots__ = ("inodes", "lock", "max_bytes", "used_bytes")

    def __init__(self, max_bytes: int) -> None:
        self.lock = threading.RLock()
        self.inodes = count(1)
        self.max_bytes = max_bytes
        self.used_bytes = 0

    def charge(self, size: int) -> None:
        """Account for `size` more bytes. ENOSPC if there is no room for them."""
        with self.lock:
            if size > 0 and self.used_bytes + size > self.max_bytes:
                raise WasiError(Errno.NOSPC)
            self.used_bytes += size


class Node:
    """A file, directory or link. `nlink` counts its names; what it takes is free when it is gone."""

    __slots__ = ("__weakref__", "atim", "ctim", "ino", "mtim", "nlink", "size_charged", "volume")
    filetype = FILETYPE_REGULAR_FILE

    def __init__(self, volume: Volume, now: int, size: int = 0) -> None:
        self.size_charged = 0
        self.volume = volume
        self.resize_charge(NODE_BYTES + size)
        self.ino = next(volume.inodes)
        self.nlink = 1
        self.atim = self.mtim = self.ctim = now

    def __del__(self) -> None:
        self.volume.charge(-self.size_charged)

    def resize_charge(self, size: int) -> None:
        """Be charged at `size` bytes. ENOSPC."""
        self.volume.charge(size - self.size_charged)
        self.size_charged = size

    @property
    def size(self) -> int:
        """`st_size`."""
        return 0

    def changed(self, now: int) -> None:
        """Its contents have changed."""
        self.mtim = self.ctim = now

    def stat(self, dev: int) -> Filestat:
        """Its attributes."""
        return Filestat(dev, self.ino, self.filetype, self.nlink, self.size, self.atim, self.mtim, self.ctim)


class FileNode(Node):
    """A file."""

    __slots__ = ("data",)

    def __init__(self, volume: Volume, now: int, data: bytes = b"") -> None:
        super().__init__(volume, now, len(data))
        self.data = bytearray(data)

    @property
    def size(self) -> int:
        """Bytes in it."""
        return len(self.data)

    def resize(self, size: int) -> None:
        """Cut off, or extend by zeros. ENOSPC."""
        self.resize_charge(NODE_BYTES + size)
        if size > len(self.data):
            self.data += bytes(size - len(self.data))
        else:
            del self.data[size:]


class LinkNode(Node):
    """A symbolic link."""

    __slots__ = ("target",)
    filetype = FILETYPE_SYMBOLIC_LINK

    def __init__(self, volume: Volume, now: int, target: bytes) -> None:
        super().__init__(volume, now, len(target))
        self.target = target

    @property
    def size(self) -> int:
        """Bytes of the target."""
        return len(self.target)


class DirNode(Node):
    """A directory. `nlink` is 0 once it is removed: nothing can be created in it any more."""

    __slots__ = ("entries", "parent")
    filetype = FILETYPE_DIRECTORY

    def __init__(self, volume: Volume, now: int) -> None:
        super().__init__(volume, now)
        self.nlink = 2
        self.entries: dict[bytes, Node] = {}
        self.parent: weakref.ref[DirNode] | None = None

    def add(self, name: bytes, node: Node, now: int) -> None:
        """Give a node a name that is free. ENOENT in a directory that is removed."""
        if not self.nlink:
            raise WasiError(Errno.NOENT)
        self.entries[name] = node
        if isinstance(node, DirNode):
            node.parent = weakref.ref(self)
            self.nlink += 1
        self.changed(now)

    def remove(self, name: bytes, now: int) -> Node:
        """Take a name away, and return what had it."""
        node = self.entries.pop(name)
        if isinstance(node, DirNode):
            self.nlink -= 1
        self.changed(now)
        return node

    def is_below(self, other: DirNode) -> bool:
        """Whether this is `other` or somewhere in it."""
        here: DirNode | None = self
        while here is not None and here is not other:
            here = here.parent() if here.parent else None
        return here is other

    def listing(self) -> list[DirEntry]:
        """All entries, sorted."""
        return sorted(DirEntry(name, node.ino, node.filetype) for name, node in self.entries.items())


class VirtualDir:
    """A directory in memory, for `WasiConfig(dirs={"/data": VirtualDir({"a.txt": b"...", "sub": {}})})`.

    Files are bytes, directories mappings, symbolic links `Symlink`. Guests that get the same object share it, at the
    same time or one after the other; `contents` shows what they made of it. `max_bytes` bounds what it can hold,
    512 bytes for each name included: past it guests get ENOSPC.

    Raises TypeError and ValueError for contents that can't be.
    """

    def __init__(self, contents: Contents | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        self._volume = Volume(max_bytes)
        try:
            self._root = DirNode(self._volume, 0)
            _fill(self._root, contents or {})
        except WasiError:
            raise ValueError(f"the contents take more than {max_bytes} bytes") from None

    @property
    def used_bytes(self) -> int:
        """What it holds, as `max_bytes` counts."""
        return self._volume.used_bytes

    def contents(self) -> dict[str, object]:
        """A copy of everything in it, in the form that the constructor takes."""
        with self._volume.lock:
            return _contents(self._root)

    def __repr__(self) -> str:
        return f"<VirtualDir of {len(self._root.entries)} entries, {self.used_bytes} bytes>"


def _contents(root: DirNode) -> dict[str, object]:
    """Without recursion: a guest may have nested directories deeper than Python's stack is."""
    result: dict[str, object] = {}
    pending = [(root, result)]
    while pending:
        directory, found = pending.pop()
        for name in sorted(directory.entries):
            node = directory.entries[name]
            if isinstance(node, DirNode):
                below: dict[str, object] = {}
                found[name.decode()] = below
                pending.append((node, below))
            elif isinstance(node, LinkNode):
                found[name.decode()] = Symlink(node.target.decode())
            elif isinstance(node, FileNode):
                found[name.decode()] = bytes(node.data)
    return result


def _fill(directory: DirNode, contents: Contents) -> None:
    if not isinstance(contents, Mapping):
        raise TypeError(f"the contents of a directory are a mapping, not {type(contents).__name__}")
    for path, value in contents.items():
        *parents, name = _names(path)
        place = directory
        for parent in parents:
            place = _subdirectory(place, parent, path)
        if isinstance(value, Mapping):
            _fill(_subdirectory(place, name, path), value)
        elif name in place.entries:
            raise ValueError(f"{path!r} occurs twice")
        else:
            place.add(name, _node(directory.volume, path, value), 0)


def _subdirectory(directory: DirNode, name: bytes, path: str) -> DirNode:
    if name not in directory.entries:
        directory.add(name, DirNode(directory.volume, 0), 0)
    found = directory.entries[name]
    if not isinstance(found, DirNode):
        raise ValueError(f"{path!r}: {name.decode()!r} is a file and a directory")
    return found


def _node(volume: Volume, path: str, value: object) -> Node:
    if isinstance(value, Symlink):
        if not value.target or "\0" in value.target:
            raise ValueError(f"{path!r}: {value.target!r} can't be the target of a link")
        return LinkNode(volume, 0, value.target.encode())
    if isinstance(value, bytes | bytearray | memoryview):
        return FileNode(volume, 0, bytes(value))
    raise TypeError(f"{path!r} must be bytes, a mapping or a Symlink, not {type(value).__name__}")


def _names(path: str) -> Iterator[bytes]:
    """The components of a path among contents."""
    if not isinstance(path, str):
        raise TypeError(f"names are strings, not {type(path).__name__}")
    for part in path.split("/"):
        name = part.encode()
        if part in ("", ".", "..") or "\0" in part or len(name) > NAME_MAX:
            raise ValueError(f"{path!r} can't be the name of a file")
        yield name
