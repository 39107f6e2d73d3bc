"""Sequences of a module that can be long, kept as columns of numbers: an item is made when somebody looks at it."""

from __future__ import annotations

from wasmjit.light import Iterator, Sequence, overload
from wasmjit.wasm.constcodes import I32_CONST
from wasmjit.wasm.module import Code, DataSegment, Instr
from wasmjit.words import words


class CodeColumns(Sequence[Code]):
    """Byte ranges of function bodies: their `starts` and `ends`; `size_bytes` is what all take together."""

    __slots__ = ("ends", "size_bytes", "starts")

    def __init__(self, starts: memoryview, ends: memoryview, size_bytes: int | None = None) -> None:
        self.starts = starts
        self.ends = ends
        self.size_bytes = sum(ends) - sum(starts) if size_bytes is None else size_bytes

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> Code: ...
    @overload
    def __getitem__(self, index: slice) -> list[Code]: ...
    def __getitem__(self, index: int | slice) -> Code | list[Code]:
        if isinstance(index, slice):
            return [Code(*both) for both in zip(self.starts[index], self.ends[index], strict=True)]
        return Code(self.starts[index], self.ends[index])

    def __iter__(self) -> Iterator[Code]:
        return (Code(*both) for both in zip(self.starts, self.ends, strict=True))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


class DataColumns(Sequence[DataSegment]):
    """Data segments. The plain ones go to a literal address of 32 bits in memory 0, and are numbers only.

    Columns by segment: where it stands in the module (`offsets`), the byte range of its contents (`starts`, `ends`),
    and the literal, signed (`places`). Those that are not plain are in `others` by their index; what stands for them
    in `places` has no meaning.
    """

    __slots__ = ("ends", "offsets", "others", "places", "starts")

    def __init__(
        self,
        offsets: memoryview,
        places: memoryview,
        starts: memoryview,
        ends: memoryview,
        others: dict[int, DataSegment],
    ) -> None:
        self.offsets = offsets
        self.places = places
        self.starts = starts
        self.ends = ends
        self.others = others

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> DataSegment: ...
    @overload
    def __getitem__(self, index: slice) -> list[DataSegment]: ...
    def __getitem__(self, index: int | slice) -> DataSegment | list[DataSegment]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        other = self.others.get(index)
        if other is not None:
            return other
        offset = self.offsets[index]
        at = (Instr(I32_CONST, self.places[index], offset + 1),)
        return DataSegment("active", 0, at, self.starts[index], self.ends[index], offset)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


def unsigned_column(values: Sequence[int]) -> memoryview:
    """A column of byte offsets: 32 bits each, unless the module is larger."""
    return words("Q" if values and max(values) >> 32 else "I", values)


def signed_column(values: Sequence[int]) -> memoryview:
    """A column of signed 32-bit integers."""
    return words("i", values)


def total_bytes(codes: Sequence[Code]) -> int:
    """What all bodies take together."""
    return codes.size_bytes if isinstance(codes, CodeColumns) else sum(end - start for start, end in codes)
