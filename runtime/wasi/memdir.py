"""Directories of trees in memory, with the semantics, and the errors, of Linux's own."""

from __future__ import annotations

import os

from wasmjit.runtime.wasi import rights
from wasmjit.runtime.wasi.descriptor import Descriptor, Directory, Opening
from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.layout import (
    FILETYPE_DIRECTORY,
    OFLAGS_CREAT,
    OFLAGS_DIRECTORY,
    OFLAGS_EXCL,
    OFLAGS_TRUNC,
    DirEntry,
    Filestat,
    Times,
)
from wasmjit.runtime.wasi.memfile import MemoryFile, Mount, set_node_times
from wasmjit.runtime.wasi.memtree import DirNode, FileNode, LinkNode, Node, VirtualDir
from wasmjit.runtime.wasi.memwalk import DOTS, Place, check_name, entry, walk


class MemoryDirectory(Directory):
    """A directory of a tree in memory."""

    __slots__ = ("_mount", "_node")

    def __init__(
        self,
        node: DirNode,
        mount: Mount,
        base: int,
        inheriting: int,
        *,
        read_only: bool = False,
        preopen_name: bytes | None = None,
    ) -> None:
        super().__init__(base, inheriting, read_only=read_only, preopen_name=preopen_name)
        self._node = node
        self._mount = mount

    def stat(self) -> Filestat:
        """Its attributes."""
        with self._mount.volume.lock:
            return self._node.stat(self._mount.dev)

    def set_times(self, times: Times) -> None:
        """Set its times."""
        set_node_times(self._node, times, self._mount.now())

    def set_flags(self, flags: int) -> None:
        """Flags mean nothing on a directory; any are taken."""

    def sync(self, *, data_only: bool) -> None:
        """There is no disk."""

    def read_entries(self) -> list[DirEntry]:
        """All entries now, sorted. `..` has the directory's own inode."""
        with self._mount.volume.lock:
            own = self._node.ino
            return [DirEntry(name, own, FILETYPE_DIRECTORY) for name in DOTS] + self._node.listing()

    def open_at(self, path: bytes, opening: Opening) -> Descriptor:
        """Open or create; see `path_open` for the errors."""
        exclusive = opening.oflags & OFLAGS_CREAT and opening.oflags & OFLAGS_EXCL
        with self._mount.volume.lock:
            place = walk(self._node, path, follow=opening.follow and not exclusive)
            creating = opening.oflags & OFLAGS_CREAT
            return self._open(self._create(place, bool(exclusive)) if creating else place.existing(), opening)

    def _create(self, place: Place, exclusive: bool) -> Node:
        """What is at a place, a new file if nothing is. EISDIR, EEXIST."""
        if place.must_be_dir and place.parent:
            raise WasiError(Errno.ISDIR)
        if place.node is None and place.parent:
            node = FileNode(self._mount.volume, self._mount.now())
            place.parent.add(place.name, node, self._mount.now())
            return node
        if exclusive:
            raise WasiError(Errno.EXIST)
        node_there = place.existing()
        if isinstance(node_there, DirNode):
            raise WasiError(Errno.ISDIR)
        return node_there

    def _open(self, node: Node, opening: Opening) -> Descriptor:
        writable = opening.access != os.O_RDONLY
        if not isinstance(node, DirNode) and opening.oflags & OFLAGS_DIRECTORY:
            raise WasiError(Errno.NOTDIR)
        if isinstance(node, DirNode):
            if writable or opening.oflags & OFLAGS_TRUNC:
                raise WasiError(Errno.ISDIR)
            return MemoryDirectory(node, self._mount, opening.base, opening.inheriting, read_only=self.read_only)
        if not isinstance(node, FileNode):
            raise WasiError(Errno.LOOP)
        if opening.oflags & OFLAGS_TRUNC:
            node.resize(0)
            node.changed(self._mount.now())
        return MemoryFile(node, self._mount, opening.base, opening.fdflags, writable=writable)

    def stat_at(self, path: bytes, *, follow: bool) -> Filestat:
        """Attributes of what is at `path`, or of the link there."""
        with self._mount.volume.lock:
            return walk(self._node, path, follow=follow).existing().stat(self._mount.dev)

    def set_times_at(self, path: bytes, times: Times, *, follow: bool) -> None:
        """Set the times of what is at `path`, or of the link there."""
        with self._mount.volume.lock:
            set_node_times(walk(self._node, path, follow=follow).existing(), times, self._mount.now())

    def mkdir(self, path: bytes) -> None:
        """Create a directory. Slashes after the name are fine."""
        with self._mount.volume.lock:
            parent, name, _ = entry(self._node, path, Errno.EXIST)
            _refuse_existing(parent, name)
            parent.add(name, DirNode(self._mount.volume, self._mount.now()), self._mount.now())

    def rmdir(self, path: bytes) -> None:
        """Remove an empty directory. EINVAL for `.`, ENOTEMPTY for `..`."""
        with self._mount.volume.lock:
            ends_in_parent = path.rstrip(b"/").rpartition(b"/")[2] == b".."
            parent, name, _ = entry(self._node, path, Errno.NOTEMPTY if ends_in_parent else Errno.INVAL)
            node = _existing(parent, name)
            if not isinstance(node, DirNode):
                raise WasiError(Errno.NOTDIR)
            if node.entries:
                raise WasiError(Errno.NOTEMPTY)
            parent.remove(name, self._mount.now())
            node.nlink = 0

    def unlink(self, path: bytes) -> None:
        """Remove a name. With a slash after it it can only fail: EISDIR, ENOTDIR or ENOENT."""
        with self._mount.volume.lock:
            parent, name, slashed = entry(self._node, path, Errno.ISDIR)
            node = _existing(parent, name)
            if isinstance(node, DirNode):
                raise WasiError(Errno.ISDIR)
            if slashed:
                raise WasiError(Errno.NOTDIR)
            parent.remove(name, self._mount.now())
            node.nlink -= 1
            node.ctim = self._mount.now()

    def readlink(self, path: bytes) -> bytes:
        """Target of a symbolic link. EINVAL if it is none."""
        with self._mount.volume.lock:
            parent, name, slashed = entry(self._node, path, Errno.INVAL)
            if slashed:
                raise WasiError(Errno.INVAL)
            node = _existing(parent, name)
            if not isinstance(node, LinkNode):
                raise WasiError(Errno.INVAL)
            return node.target

    def symlink(self, target: bytes, path: bytes) -> None:
        """Create a symbolic link."""
        with self._mount.volume.lock:
            parent, name, slashed = entry(self._node, path, Errno.EXIST)
            _refuse_existing(parent, name, slashed)
            if not target:
                raise WasiError(Errno.NOENT)
            parent.add(name, LinkNode(self._mount.volume, self._mount.now(), target), self._mount.now())

    def rename(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """Move to `new_path` below `other`. EXDEV between volumes."""
        if not isinstance(other, MemoryDirectory) or other._mount.volume is not self._mount.volume:
            raise WasiError(Errno.XDEV)
        with self._mount.volume.lock:
            parent, name, slashed = entry(self._node, path, Errno.BUSY)
            new_parent, new_name, new_slashed = entry(other._node, new_path, Errno.BUSY)
            node, replaced = _existing(parent, name), new_parent.entries.get(check_name(new_name))
            if (slashed or new_slashed) and not isinstance(node, DirNode):
                raise WasiError(Errno.NOTDIR)
            if isinstance(node, DirNode) and new_parent.is_below(node):
                raise WasiError(Errno.INVAL)
            if isinstance(replaced, DirNode) and parent.is_below(replaced):
                raise WasiError(Errno.NOTEMPTY)
            if node is not replaced:
                self._move(parent, name, new_parent, new_name)

    def _move(self, parent: DirNode, name: bytes, new_parent: DirNode, new_name: bytes) -> None:
        now = self._mount.now()
        node, replaced = parent.entries[name], new_parent.entries.get(new_name)
        if replaced is not None:
            _check_replaceable(node, replaced)
        if not new_parent.nlink:
            raise WasiError(Errno.NOENT)
        if replaced is not None:
            new_parent.remove(new_name, now)
            replaced.nlink = 0 if isinstance(replaced, DirNode) else replaced.nlink - 1
        parent.remove(name, now)
        new_parent.add(new_name, node, now)
        node.ctim = now

    def link(self, path: bytes, other: Directory, new_path: bytes) -> None:
        """Give a file or link another name. EPERM for a directory. EXDEV between volumes."""
        if not isinstance(other, MemoryDirectory) or other._mount.volume is not self._mount.volume:
            raise WasiError(Errno.XDEV)
        with self._mount.volume.lock:
            parent, name, slashed = entry(self._node, path, Errno.PERM)
            new_parent, new_name, new_slashed = entry(other._node, new_path, Errno.EXIST)
            if slashed:
                raise WasiError(Errno.NOTDIR)
            if new_slashed:
                _refuse_existing(new_parent, new_name, new_slashed)
            node = _existing(parent, name)
            _refuse_existing(new_parent, new_name, new_slashed)
            if isinstance(node, DirNode):
                raise WasiError(Errno.PERM)
            new_parent.add(new_name, node, self._mount.now())
            node.nlink += 1
            node.ctim = self._mount.now()


def _existing(parent: DirNode, name: bytes) -> Node:
    node = parent.entries.get(check_name(name))
    if node is None:
        raise WasiError(Errno.NOENT)
    return node


def _refuse_existing(parent: DirNode, name: bytes, slashed: bool = False) -> None:
    """EEXIST if there is such a name; ENOENT if slashes follow one for something that is no directory."""
    if check_name(name) in parent.entries:
        raise WasiError(Errno.EXIST)
    if slashed:
        raise WasiError(Errno.NOENT)


def _check_replaceable(node: Node, replaced: Node) -> None:
    """ENOTDIR, EISDIR, ENOTEMPTY."""
    if isinstance(node, DirNode) and not isinstance(replaced, DirNode):
        raise WasiError(Errno.NOTDIR)
    if isinstance(replaced, DirNode):
        if not isinstance(node, DirNode):
            raise WasiError(Errno.ISDIR)
        if replaced.entries:
            raise WasiError(Errno.NOTEMPTY)


def open_virtual(tree: VirtualDir, mount: Mount, name: bytes, *, read_only: bool) -> MemoryDirectory:
    """A tree's root as a preopened directory."""
    return MemoryDirectory(
        tree._root, mount, rights.DIRECTORY, rights.INHERITING, read_only=read_only, preopen_name=name
    )
