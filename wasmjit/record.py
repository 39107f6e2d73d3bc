"""Immutable classes of named values: `dataclasses.dataclass(frozen=True, slots=True)` at a tenth of its cost.

Importing `dataclasses`, and letting it write six methods for each of a dozen classes, would be a fifth of a program's
start. The functions of that module take records too.
"""

from __future__ import annotations

from _operator import attrgetter

from wasmjit.light import Any, Callable, TypeVar, dataclass_transform

_T = TypeVar("_T")
_WRITE_AFTER = 50


class _Fresh:
    """A default that is made anew for each object."""

    def __init__(self, factory: Callable[[], object]) -> None:
        self.factory = factory


def fresh(*, factory: Callable[[], _T]) -> _T:
    """The default of a field whose values are mutable: what `factory` returns, once for each object."""
    return _Fresh(factory)  # type: ignore[return-value]


@dataclass_transform(frozen_default=True, field_specifiers=(fresh,))
def record(cls: type[_T]) -> type[_T]:
    """The class with a constructor, comparison, hash and text by its annotated fields, which can't be changed.

    Fields are compared and hashed in their order. `__post_init__` is called when all are set.
    """
    return _with_fields(cls, frozen=True)


@dataclass_transform(field_specifiers=(fresh,))
def mutable_record(cls: type[_T]) -> type[_T]:
    """The same, of fields that can be changed; it has no hash."""
    return _with_fields(cls, frozen=False)


def replace(item: _T, /, **changes: Any) -> _T:
    """A record with some fields changed. Raises TypeError for one that does not exist."""
    names = type(item).__slots__  # type: ignore[attr-defined]
    return type(item)(**{**{name: getattr(item, name) for name in names}, **changes})


class _Fields:
    """What `dataclasses` looks for in a class, made when it does."""

    def __init__(self, names: tuple[str, ...], defaults: dict[str, object]) -> None:
        self._names = names
        self._defaults = defaults

    def __get__(self, instance: object, owner: type) -> dict[str, Any]:
        from dataclasses import field, make_dataclass

        specs: list[Any] = []
        for name in self._names:
            default = self._defaults.get(name, self)
            made = field(default_factory=default.factory) if isinstance(default, _Fresh) else field(default=default)
            specs.append((name, owner.__annotations__[name], field() if default is self else made))
        made_class: Any = make_dataclass(owner.__name__, specs)
        return dict(made_class.__dataclass_fields__)


def _with_fields(cls: type[_T], *, frozen: bool) -> type[_T]:
    """A class with slots for its fields: they have to be there when it is made."""
    body = dict(vars(cls))
    names = tuple(body["__annotations__"])
    defaults = {name: body.pop(name) for name in names if name in body}
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    methods = {**_methods(names), **(_FROZEN if frozen else {"__hash__": None})}
    write = _Constructor(names, defaults, "__post_init__" in body)
    methods["__init__"] = write.first()
    shared = {"__slots__": names, "__match_args__": names, "__dataclass_fields__": _Fields(names, defaults)}
    metaclass: Any = type(cls)
    made: type[_T] = metaclass(cls.__name__, cls.__bases__, {**methods, "__signature__": write, **shared, **body})
    write.owner = made
    return made


class _Constructor:
    """The constructor of a record. It is written when many have been made, and takes the place of what made those:
    writing one takes as long as making a hundred the other way, and most programs make few records of most kinds.

    As an attribute of the class it is the signature that `inspect` shows.
    """

    def __init__(self, names: tuple[str, ...], defaults: dict[str, object], post_init: bool) -> None:
        self._names = names
        self._defaults = defaults
        self._post_init = post_init
        self._made = 0
        self.owner: Any = None

    def first(self) -> Callable[..., None]:
        """What makes the first ones."""

        def __init__(record: Any, /, *args: Any, **given: Any) -> None:
            self._made += 1
            if self._made > _WRITE_AFTER or not self._set(record, args, given):
                self.write()(record, *args, **given)

        return __init__

    def _set(self, record: Any, args: tuple[Any, ...], given: dict[str, Any]) -> bool:
        """Set all fields; False, with no effect, if they are not all known."""
        rest = self._names[len(args) :]
        values = [*args, *(given.get(name, self._defaults.get(name, self)) for name in rest)]
        if len(values) != len(self._names) or self in values or not given.keys() <= set(rest):
            return False
        for name, value in zip(self._names, values, strict=True):
            object.__setattr__(record, name, value.factory() if type(value) is _Fresh else value)
        if self._post_init:
            record.__post_init__()
        return True

    def write(self) -> Callable[..., None]:
        """The constructor. Its parameters are the fields: it is as fast as one by hand."""
        scope: dict[str, Any] = {"_set": object.__setattr__, "_Fresh": _Fresh, "_defaults": self._defaults}
        given = self._defaults
        params = [f"{name}=_defaults[{name!r}]" if name in given else name for name in self._names]
        lines = [f"def __init__(self, {', '.join(params)}):"]
        for name in self._names:
            made = f"{name}.factory() if type({name}) is _Fresh else {name}"
            lines.append(f" _set(self, {name!r}, {made if isinstance(given.get(name), _Fresh) else name})")
        if self._post_init:
            lines.append(" self.__post_init__()")
        exec("\n".join(lines), scope)
        constructor: Callable[..., None] = scope["__init__"]
        self.owner.__init__ = constructor
        return constructor

    def __get__(self, instance: object, owner: type) -> Any:
        from inspect import Parameter, Signature

        parameters = [
            Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=self._defaults.get(name, Parameter.empty))
            for name in self._names
        ]
        return Signature(parameters)


def _methods(names: tuple[str, ...]) -> dict[str, Any]:
    values = attrgetter(*names)

    def __eq__(self: object, other: object) -> bool:
        return bool(values(self) == values(other)) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__, "__repr__": _repr, "__getstate__": _state, "__setstate__": _restore}


def _repr(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__qualname__}({fields})"


def _state(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__slots__]


def _restore(self: Any, state: list[object]) -> None:
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, value)


def _refuse(self: object, name: str, *value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")


_FROZEN: dict[str, Any] = {"__setattr__": _refuse, "__delattr__": _refuse}
