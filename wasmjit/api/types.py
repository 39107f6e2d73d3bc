"""Types as users write them: value types may be given by name."""

from __future__ import annotations

from wasmjit.light import Iterable, Literal, TypeAlias
from wasmjit.wasm import types as wasm
from wasmjit.wasm.types import VAL_TYPE_BY_NAME, GlobalType, MemType, TableType, TagType, ValType

ValTypeLike: TypeAlias = (
    ValType
    | Literal[
        "i32", "i64", "f32", "f64", "v128", "funcref", "externref", "anyref", "eqref", "i31ref", "structref", "arrayref"
    ]
)
"""A value type, or its name."""


def as_valtype(type: ValTypeLike) -> ValType:
    """The value type that is meant. Raises TypeError for anything else."""
    if isinstance(type, ValType):
        return type
    found = VAL_TYPE_BY_NAME.get(type) if isinstance(type, str) else None
    if found is None:
        raise TypeError(f"{type!r} is not a value type; there are {', '.join(VAL_TYPE_BY_NAME)}")
    return found


def _as_valtypes(what: str, types: Iterable[ValTypeLike]) -> tuple[ValType, ...]:
    if isinstance(types, str):
        raise TypeError(f"{what} must be a sequence of types, not the string {types!r}")
    return tuple(map(as_valtype, types))


class FuncType:
    """The type of a function (spec 2.3.6): `FuncType(["i32", "i32"], ["i64"])`. Immutable, compared by value."""

    __slots__ = ("_core",)

    def __init__(self, params: Iterable[ValTypeLike] = (), results: Iterable[ValTypeLike] = ()) -> None:
        self._core = wasm.FuncType(_as_valtypes("params", params), _as_valtypes("results", results))

    @property
    def params(self) -> tuple[ValType, ...]:
        """Types of the parameters."""
        return self._core.params

    @property
    def results(self) -> tuple[ValType, ...]:
        """Types of the results."""
        return self._core.results

    def __eq__(self, other: object) -> bool:
        return self._core == other._core if isinstance(other, FuncType) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._core)

    def __str__(self) -> str:
        return str(self._core)

    def __repr__(self) -> str:
        params, results = ([type.name for type in types] for types in (self.params, self.results))
        return f"FuncType({params}, {results})"


ExternType: TypeAlias = FuncType | TableType | MemType | GlobalType | TagType
"""Type of an import or export."""


def wrap_functype(core: wasm.FuncType) -> FuncType:
    """The public form of a function type."""
    type = FuncType.__new__(FuncType)
    type._core = core
    return type


def unwrap_functype(type: FuncType) -> wasm.FuncType:
    """The form that the layers below use. Raises TypeError if it is not a FuncType."""
    if not isinstance(type, FuncType):
        raise TypeError(f"a FuncType is needed, not {type!r}")
    return type._core


def wrap_extern_type(core: wasm.ExternType) -> ExternType:
    """The public form of an import's or export's type."""
    return wrap_functype(core) if isinstance(core, wasm.FuncType) else core


def describe(type: ExternType | wasm.ExternType) -> str:
    """A type with its kind, for messages: `func [i32] -> []`, `memory 1 2`."""
    return f"func {type}" if isinstance(type, FuncType | wasm.FuncType) else str(type)
