"""Named tuples and enumerations of integers at a tenth of the cost of `typing.NamedTuple` and `enum.IntEnum`, and what
is wanted of `functools`, which would import `collections`.
"""

from __future__ import annotations

import sys
from _collections import _tuplegetter  # type: ignore[import-not-found] # as in collections.py
from _functools import _lru_cache_wrapper  # type: ignore[import-not-found] # as in functools.py

TYPE_CHECKING = False  # see light.py

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class _TupleMaker(type):
    """Makes a class that is derived from `NamedTuple` a tuple, with its annotations as fields."""

    def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(meta, name, bases, body)
        names = tuple(body.get("__annotations__", ()))
        defaults = {field: body.pop(field) for field in names if field in body}
        for index, field in enumerate(names):
            body[field] = _tuplegetter(index, f"Field number {index}.")
        fixed = {"__slots__": (), "_fields": names, "__match_args__": names, "_field_defaults": defaults}
        made = type(name, (tuple,), {**_TUPLE_METHODS, **body, **fixed})
        made.__new__ = _constructor(names, defaults)  # type: ignore[method-assign]
        return made


def _constructor(names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """`__new__`, whose parameters are the fields. It is written when it is used for the first time."""
    params = [f"{name}=_defaults[{name!r}]" if name in defaults else name for name in names]
    scope = {"_defaults": defaults, "_new": tuple.__new__, "__builtins__": {}}

    def __new__(cls: Any, /, *args: Any, **fields: Any) -> Any:
        if not fields and len(args) == len(names):
            return tuple.__new__(cls, args)
        text = f"lambda _cls, {', '.join(params)}: _new(_cls, ({''.join(name + ', ' for name in names)}))"
        written = next(base for base in cls.__mro__ if base.__dict__.get("_fields") is names)
        written.__new__ = eval(text, scope)
        return written.__new__(cls, *args, **fields)

    return __new__


def _repr(self: Any) -> str:
    fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
    return f"{type(self).__name__}({fields})"


def _replace(self: Any, /, **changes: Any) -> Any:
    """The tuple with some fields changed. Raises TypeError for one that does not exist."""
    return type(self)(**{**dict(zip(self._fields, self, strict=True)), **changes})


def _plain(self: Any) -> tuple[Any, ...]:
    """What pickling passes to `__new__`."""
    return tuple(self)


def _asdict(self: Any) -> dict[str, Any]:
    """The fields by name."""
    return dict(zip(self._fields, self, strict=True))


_TUPLE_METHODS = {"__repr__": _repr, "__getnewargs__": _plain, "_replace": _replace, "_asdict": _asdict}


class NamedTuple(metaclass=_TupleMaker):
    """The base of named tuples, as in `typing`."""


class _EnumMaker(type):
    """Makes the integers in the body of a class that is derived from `IntEnum` objects of that class."""

    _by_value: dict[int, Any]
    __members__: dict[str, Any]

    def __new__(meta, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        members = {key: value for key, value in body.items() if type(value) is int and key[:1] != "_"}
        cls = super().__new__(meta, name, bases, {key: body[key] for key in body if key not in members})
        cls._by_value, cls.__members__ = {}, {}
        for key, value in members.items():
            member: Any = int.__new__(cls, value)  # type: ignore[arg-type]
            member.name = member._name_ = key
            member.value = member._value_ = value
            type.__setattr__(cls, key, cls._by_value.setdefault(value, member))
            cls.__members__[key] = cls._by_value[value]
        return cls

    def __call__(cls, value: Any, names: str = "", *, start: int = 1) -> Any:
        """The member of a value, else ValueError; with `names`, an enumeration whose members count up."""
        if names:
            module = sys._getframe(1).f_globals["__name__"]
            return _EnumMaker(value, (cls,), {"__module__": module, **_numbered(names.split(), start)})
        try:
            return cls._by_value[value]
        except KeyError:
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}") from None

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._by_value.values())

    def __len__(cls) -> int:
        return len(cls._by_value)

    def __contains__(cls, value: object) -> bool:
        return value in cls._by_value

    def __getitem__(cls, name: str) -> Any:
        return cls.__members__[name]

    def __setattr__(cls, name: str, value: object) -> None:
        if name in cls.__dict__.get("__members__", ()):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)


def _numbered(names: list[str], start: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, start)}


class IntEnum(int, metaclass=_EnumMaker):
    """The base of enumerations of integers, as in `enum`."""

    name: str
    value: int

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {int(self)}>"

    def __str__(self) -> str:
        return int.__repr__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (int(self),)


def cache(function: Any) -> Any:
    """As in `functools`, but for statistics."""
    wrapper: Any = _lru_cache_wrapper(function, None, False, lambda *statistics: statistics)
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(wrapper, name, getattr(function, name))
    wrapper.__wrapped__ = function
    return wrapper


class cached_property:
    """As in `functools`."""

    def __init__(self, function: Any) -> None:
        self.func = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.attrname = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__[self.attrname] = self.func(instance)
        return value
