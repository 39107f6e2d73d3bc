"""Defined types: those of type sections, made canonical (spec 2.3.12, 3.1.4, 3.2.9-3.2.11).

A recursive group is known by its structure: references to types outside of the group are the objects that these are,
those to types inside are positions. Groups of equal structure are one object, in whatever modules they are. So two
types are equal when they are the same object, and so are the reference types that are made of them.
"""

from __future__ import annotations

from _thread import RLock
from weakref import WeakValueDictionary

from wasmjit.light import Any, Callable, Hashable, Sequence, TypeAlias
from wasmjit.record import record
from wasmjit.wasm.types import (
    ANY,
    ARRAY,
    EQ,
    FUNC,
    STRUCT,
    ArrayType,
    CompositeType,
    FieldType,
    FuncType,
    HeapType,
    RefType,
    StructType,
    ValType,
    ref_type,
)

_ABOVE: dict[type[CompositeType], frozenset[HeapType]] = {
    FuncType: frozenset({FUNC}),
    StructType: frozenset({STRUCT, EQ, ANY}),
    ArrayType: frozenset({ARRAY, EQ, ANY}),
}


@record
class SubType:
    """A type definition as decoded (spec 2.3.12): types of its own group are named by relative reference types."""

    composite: CompositeType
    final: bool = True
    supertype: DefType | int | None = None


class RecGroup:
    """A canonical recursive group: its types, in order."""

    __slots__ = ("__weakref__", "key", "types")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.types: tuple[DefType, ...] = ()


class DefType:
    """A defined type. `supers` are its supertypes from the root of its hierarchy down to itself; `depth` is how many
    there are above it; `above` the abstract heap types that it matches.
    """

    __slots__ = (
        "__weakref__",
        "above",
        "attachment",
        "composite",
        "depth",
        "final",
        "group",
        "index",
        "refs",
        "supers",
    )

    code = 0x63

    def __init__(self, group: RecGroup, index: int, final: bool) -> None:
        self.group = group
        self.index = index
        self.final = final
        self.refs: list[RefType | None] = [None, None]
        self.composite: CompositeType = FuncType()
        self.supers: tuple[DefType, ...] = (self,)
        self.depth = 0
        self.above: frozenset[HeapType] = frozenset()
        self.attachment: Any = None
        """What the runtime keeps for the type as long as it is in use."""

    def define(self, composite: CompositeType, supertype: DefType | None) -> None:
        """Complete a type whose group has been made."""
        self.composite = composite
        self.above = _ABOVE[type(composite)]
        if supertype is not None:
            self.supers = (*supertype.supers, self)
            self.depth = supertype.depth + 1

    @property
    def kind(self) -> str:
        """What it is: "func", "struct" or "array"."""
        return _KINDS[type(self.composite)]

    @property
    def stands_alone(self) -> bool:
        """Whether it is what its composite type means by itself: final, without a supertype or a group."""
        return self.final and not self.depth and len(self.group.types) == 1

    def __repr__(self) -> str:
        return f"({_shallow(self.composite)})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the whole group, so that identity survives the way to another process."""
        return _unpickle, (self.group.key, self.index)


_KINDS: dict[type[CompositeType], str] = {FuncType: "func", StructType: "struct", ArrayType: "array"}


def _shallow(composite: CompositeType) -> str:
    """A type for people. Types in it are named by their kinds: they may refer to this one again."""
    if isinstance(composite, FuncType):
        params, results = (" ".join(map(_brief, types)) for types in (composite.params, composite.results))
        return f"func [{params}] -> [{results}]"
    if isinstance(composite, StructType):
        return " ".join(["struct", *(_brief_field(field) for field in composite.fields)])
    return f"array {_brief_field(composite.element)}"


def _brief_field(field: FieldType) -> str:
    return f"(mut {_brief(field.type)})" if field.mutable else _brief(field.type)


def _brief(type: ValType) -> str:
    if isinstance(type, RefType) and isinstance(type.heap, DefType):
        return f"(ref {'null ' if type.nullable else ''}{type.heap.kind})"
    return type.name


# --- canonical groups

_groups: WeakValueDictionary[Hashable, RecGroup] = WeakValueDictionary()
_lock = RLock()

Resolve: TypeAlias = Callable[[ValType], ValType]


def define_group(subtypes: Sequence[SubType], start: int) -> tuple[DefType, ...]:
    """The canonical types of a group whose first type has the index `start` in its module."""
    end = start + len(subtypes)
    key = tuple([_subtype_key(subtype, start, end) for subtype in subtypes])
    with _lock:
        return _group_of(key).types


def defined_func(type: FuncType) -> DefType:
    """The defined type of a function type that stands alone: final, without a supertype."""
    return define_group((SubType(type),), 0)[0]


def _subtype_key(subtype: SubType, start: int, end: int) -> Hashable:
    supertype: Hashable = subtype.supertype
    if isinstance(supertype, int):
        supertype = supertype - start
    return subtype.final, supertype, _map(subtype.composite, lambda type: _position(type, start, end))


def _position(type: ValType, start: int, end: int) -> ValType:
    """A reference to a type of the group, counted from its start."""
    if isinstance(type, RefType) and isinstance(type.heap, int) and start <= type.heap < end:
        return ref_type(type.heap - start, type.nullable)
    return type


def _group_of(key: tuple[Any, ...]) -> RecGroup:
    group = _groups.get(key)
    if group is not None:
        return group
    group = RecGroup(key)
    group.types = types = tuple([DefType(group, index, final) for index, (final, _, _) in enumerate(key)])

    def resolve(type: ValType) -> ValType:
        if isinstance(type, RefType) and isinstance(type.heap, int) and type.heap < len(types):
            return ref_type(types[type.heap], type.nullable)
        return type

    for type, (_, supertype, composite) in zip(types, key, strict=True):
        type.define(_map(composite, resolve), types[supertype] if isinstance(supertype, int) else supertype)
    _groups[key] = group
    return group


def _map(composite: CompositeType, change: Resolve) -> CompositeType:
    """The same type with all value types changed."""
    if isinstance(composite, FuncType):
        return FuncType(tuple(map(change, composite.params)), tuple(map(change, composite.results)))
    if isinstance(composite, StructType):
        return StructType(tuple([FieldType(change(field.type), field.mutable) for field in composite.fields]))
    return ArrayType(FieldType(change(composite.element.type), composite.element.mutable))


def group_of_key(key: tuple[Any, ...]) -> tuple[DefType, ...]:
    """The types of the group that has a key (`RecGroup.key`)."""
    with _lock:
        return _group_of(key).types


def _unpickle(key: tuple[Any, ...], index: int) -> DefType:
    return group_of_key(key)[index]
