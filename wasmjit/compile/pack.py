"""Machine code of some functions of a module, as it is kept in files and copied into the arena.

A pack is one stretch of bytes with text, constants and global offset tables, which runs at any address once its
*fixups* are applied. It is linked from an object that LLVM made (link.py), and packs are joined to larger ones: the
functions that a program uses are loaded in one step.
"""

from __future__ import annotations

import marshal
from _operator import itemgetter
from bisect import bisect_left, bisect_right

from wasmjit.compile.platform import Platform, current_platform
from wasmjit.errors import InternalError
from wasmjit.light import Callable, Iterator, Sequence
from wasmjit.words import words

_VERSION = 3
_MARSHAL_VERSION = 4
_SIZE_BYTES = 8

BASELINE, OPTIMIZED = 0, 1
"""Ranks of code: where there is code of several, the highest counts."""

DebugReader = Callable[[], "bytes | memoryview | None"]


class CodePack:
    """Code, and what is known about it.

    * `code`: the bytes; each piece ends with what exceptions need to pass through it (unwind.py).
    * `fixups`: for each symbol of the process the offsets of the words that its address is added
      to, ascending; "" is the pack's own address.
    * `funcidxs`, `starts`, `sizes`: the functions by ascending start. * `debug_ranges`: for each piece that LLVM made
      start and end of its code, and of its debug information in what `debug` returns, ascending. That returns None if
      the information is lost. * `ranks`: the rank of each piece; OPTIMIZED if they are not given.
    """

    __slots__ = ("code", "debug", "debug_ranges", "fixups", "funcidxs", "ranks", "sizes", "starts")

    def __init__(
        self,
        code: bytes | memoryview,
        fixups: dict[str, list[int]],
        functions: tuple[memoryview, memoryview, memoryview],
        debug_ranges: list[tuple[int, int, int, int]],
        debug: DebugReader,
        ranks: list[int] | None = None,
    ) -> None:
        self.code = code
        self.fixups = fixups
        self.funcidxs, self.starts, self.sizes = functions
        self.debug_ranges = debug_ranges
        self.debug = debug
        self.ranks = [OPTIMIZED] * len(debug_ranges) if ranks is None else ranks

    def functions(self) -> Iterator[tuple[int, int, int]]:
        """Function, start and rank; of functions that are there more than once the one that counts comes last."""
        for (start, end, _, _), rank in zip(reversed(self.debug_ranges), reversed(self.ranks), strict=True):
            for index in range(bisect_left(self.starts, start), bisect_left(self.starts, end)):
                yield self.funcidxs[index], self.starts[index], rank

    def debug_at(self, offset: int) -> tuple[int, bytes | memoryview] | None:
        """For an offset in the code: where its piece starts, and the piece's debug information."""
        data = self.debug()
        if data is None:
            return None
        index = bisect_right(self.debug_ranges, offset, key=itemgetter(0)) - 1
        if index < 0:
            return None
        start, end, first, last = self.debug_ranges[index]
        return (start, data[first:last]) if offset < end and first < last else None

    def save(self) -> tuple[bytes, bytes]:
        """Everything but the debug information, and that, empty if it is lost: what `load_pack` reads."""
        head = marshal.dumps(
            (
                _VERSION,
                self.fixups,
                self.funcidxs.tobytes(),
                self.starts.tobytes(),
                self.sizes.tobytes(),
                self.debug_ranges,
                self.ranks,
            ),
            _MARSHAL_VERSION,
        )
        return b"".join([len(head).to_bytes(_SIZE_BYTES, "little"), head, self.code]), bytes(self.debug() or b"")


def load_pack(data: bytes | memoryview, debug: DebugReader) -> CodePack:
    """A pack that was saved. The bytes must have been checked; InternalError for another version's."""
    size = int.from_bytes(data[:_SIZE_BYTES], "little")
    end = _SIZE_BYTES + size
    version, *contents = marshal.loads(data[_SIZE_BYTES:end])
    if version != _VERSION:
        raise InternalError(f"a pack of version {version}")
    fixups, funcidxs, starts, sizes, ranges, ranks = contents
    functions = memoryview(funcidxs).cast("I"), memoryview(starts).cast("I"), memoryview(sizes).cast("I")
    return CodePack(memoryview(data)[end:], fixups, functions, ranges, debug, ranks)


def join_packs(packs: Sequence[CodePack], platform: Platform | None = None) -> CodePack:
    """One pack with the code of several, for this machine or another platform.

    Pieces of higher rank come first. Of a piece whose functions are all in earlier ones there is no second copy.
    """
    return packs[0] if len(packs) == 1 else _Joiner(packs, platform or current_platform()).pack


class _Joiner:
    """The joint pack in the making."""

    def __init__(self, packs: Sequence[CodePack], platform: Platform) -> None:
        self._align = platform.pack_align
        self._code, self._debug = bytearray(), bytearray()
        self._fixups: dict[str, list[int]] = {}
        self._known: set[int] = set()
        self._functions: list[tuple[int, int, int]] = []
        self._ranges: list[tuple[int, int, int, int]] = []
        self._ranks: list[int] = []
        debugs = [pack.debug() or b"" for pack in packs]
        for rank in (OPTIMIZED, BASELINE):
            for pack, debug in zip(packs, debugs, strict=True):
                for piece, its_rank in zip(pack.debug_ranges, pack.ranks, strict=True):
                    if its_rank == rank:
                        self._add_piece(pack, piece, debug, rank)
        joined = bytes(self._debug)
        functions = function_lists(self._functions)
        self.pack = CodePack(bytes(self._code), self._fixups, functions, self._ranges, lambda: joined, self._ranks)

    def _add_piece(
        self, pack: CodePack, piece: tuple[int, int, int, int], debug: bytes | memoryview, piece_rank: int
    ) -> None:
        start, end, first, last = piece
        ranks = range(bisect_left(pack.starts, start), bisect_left(pack.starts, end))
        if all(pack.funcidxs[rank] in self._known for rank in ranks):
            return
        self._code += bytes(-len(self._code) % self._align)
        base = len(self._code) - start
        self._code += pack.code[start:end]
        for rank in ranks:
            self._known.add(pack.funcidxs[rank])
            self._functions.append((base + pack.starts[rank], pack.sizes[rank], pack.funcidxs[rank]))
        for name, offsets in pack.fixups.items():
            inside = offsets[bisect_left(offsets, start) : bisect_left(offsets, end)]
            if inside:
                self._fixups.setdefault(name, []).extend([base + offset for offset in inside])
        debug_base = len(self._debug)
        self._debug += debug[first:last]
        self._ranges.append((base + start, base + end, debug_base, len(self._debug)))
        self._ranks.append(piece_rank)


def function_lists(functions: list[tuple[int, int, int]]) -> tuple[memoryview, memoryview, memoryview]:
    """The lists of a pack from (start, size, funcidx) of each function."""
    functions.sort()
    return (
        words("I", [funcidx for _, _, funcidx in functions]),
        words("I", [start for start, _, _ in functions]),
        words("I", [size for _, size, _ in functions]),
    )
