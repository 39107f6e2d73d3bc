"""Paths in trees in memory. The rules, and the errors, are those of the host's directories (resolve.py)."""

from __future__ import annotations

from typing import NamedTuple

from wasmjit.runtime.wasi.errno import Errno, WasiError
from wasmjit.runtime.wasi.memtree import NAME_MAX, DirNode, LinkNode, Node
from wasmjit.runtime.wasi.resolve import MAX_SYMLINKS, split_path

DOTS = (b".", b"..")


class Place(NamedTuple):
    """Where a path leads. `node` is None if nothing is there; `parent` and `name` say where, unless it is the
    directory at which the path, or a link on it, started or turned back. `must_be_dir`: a slash or `.` follows.
    """

    parent: DirNode | None
    name: bytes
    node: Node | None
    must_be_dir: bool

    def existing(self) -> Node:
        """The node. ENOENT; ENOTDIR if it must be a directory and is none."""
        if self.node is None:
            raise WasiError(Errno.NOENT)
        if self.must_be_dir and not isinstance(self.node, DirNode):
            raise WasiError(Errno.NOTDIR)
        return self.node


def walk(start: DirNode, path: bytes, *, follow: bool) -> Place:
    """Follow a path; with `follow`, or a slash behind it, also a link at its end.

    EPERM if it leads above `start`, ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP.
    """
    above = [start]
    pending, must_be_dir = _components(path)
    links = 0
    while pending:
        name = pending.pop()
        if name == b"..":
            _leave(above)
            continue
        node = above[-1].entries.get(check_name(name))
        if isinstance(node, LinkNode) and (pending or follow or must_be_dir):
            links += 1
            target, slashed = _components(node.target)
            must_be_dir = must_be_dir or (slashed and not pending)
            pending += target
            if links > MAX_SYMLINKS:
                raise WasiError(Errno.LOOP)
        elif not pending:
            return Place(above[-1], name, node, must_be_dir)
        else:
            above.append(_entered(node))
    return Place(None, b"", above[-1], True)


def _leave(above: list[DirNode]) -> None:
    above.pop()
    if not above:
        raise WasiError(Errno.PERM)


def _entered(node: Node | None) -> DirNode:
    if node is None:
        raise WasiError(Errno.NOENT)
    if not isinstance(node, DirNode):
        raise WasiError(Errno.NOTDIR)
    return node


def _components(path: bytes) -> tuple[list[bytes], bool]:
    """The components, the last first, and whether what they lead to must be a directory. EPERM, ENOENT."""
    if path.startswith(b"/"):
        raise WasiError(Errno.PERM)
    if not path:
        raise WasiError(Errno.NOENT)
    parts = path.split(b"/")
    return [part for part in reversed(parts) if part not in (b"", b".")], parts[-1] in (b"", b".")


def enter(start: DirNode, path: bytes) -> DirNode:
    """The directory at a path; `start` itself if it is empty. ENOENT, ENOTDIR."""
    return _entered(walk(start, path, follow=True).node) if path else start


def entry(start: DirNode, path: bytes, dots: Errno) -> tuple[DirNode, bytes, bool]:
    """Directory and name in it that a path means, whether slashes follow. Error `dots` if the name is `.` or `..`.

    The name is not looked up yet, nor its length checked.
    """
    parent, name, slashed = split_path(path)
    if name in DOTS:
        enter(start, path)
        raise WasiError(dots)
    return enter(start, parent), name, slashed


def check_name(name: bytes) -> bytes:
    """`name`. ENAMETOOLONG."""
    if len(name) > NAME_MAX:
        raise WasiError(Errno.NAMETOOLONG)
    return name
