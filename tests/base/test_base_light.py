"""The light stand-ins make what the originals make."""

import copy
import enum
import pickle
import typing

import pytest

from wasmjit import light, lightclasses


class Point(lightclasses.NamedTuple):
    """A point."""

    x: int
    y: int = 3

    def sum(self):
        return self.x + self.y


class Same(typing.NamedTuple):
    x: int
    y: int = 3


class Colour(lightclasses.IntEnum):
    RED = 1
    GREEN = 2
    LIME = 2

    @property
    def low(self):
        return self.name.lower()


class Paint(enum.IntEnum):
    RED = 1
    GREEN = 2
    LIME = 2


COUNTED = lightclasses.IntEnum("COUNTED", "NONE ONE", start=0)


def test_named_tuples():
    point = Point(1)
    assert point == (1, 3) == Same(1)
    assert (point.x, point.y, point[1], point.sum()) == (1, 3, 3, 4)
    assert repr(Point(y=2, x=1)) == repr(Same(1, 2)).replace("Same", "Point")
    assert point._replace(y=5) == Point(1, 5)
    assert (point._asdict(), Point._fields, Point.__doc__) == ({"x": 1, "y": 3}, ("x", "y"), "A point.")
    for copied in (pickle.loads(pickle.dumps(point)), copy.deepcopy(point)):
        assert (copied, type(copied)) == (point, Point)
    with pytest.raises(TypeError):
        Point()
    with pytest.raises(TypeError):
        Point(1, 2, 3)
    with pytest.raises(AttributeError):
        point.x = 2
    with pytest.raises(TypeError):
        point._replace(z=1)
    assert not hasattr(point, "__dict__")
    match point:
        case Point(x, y):
            assert (x, y) == (1, 3)


def test_enumerations():
    assert [*Colour] == [*Paint] == [1, 2]
    assert (repr(Colour.RED), str(Colour.RED), f"{Colour.RED}") == ("<Colour.RED: 1>", "1", "1")
    assert repr(Paint.RED).replace("Paint", "Colour") == repr(Colour.RED)
    assert Colour(2) is Colour.LIME is Colour["GREEN"] is Colour.GREEN
    assert (Colour.LIME.name, Colour.GREEN.value, Colour.GREEN.low) == ("GREEN", 2, "green")
    assert (len(Colour), 2 in Colour, 3 in Colour, isinstance(Colour.RED, int)) == (2, True, False, True)
    assert pickle.loads(pickle.dumps(Colour.RED)) is copy.deepcopy(Colour.RED) is Colour.RED
    assert {Colour.RED: "x"}[1] == "x"
    with pytest.raises(ValueError, match="7 is not a valid Colour"):
        Colour(7)
    with pytest.raises(AttributeError):
        Colour.RED = 3


def test_enumerations_that_count():
    assert [(member.name, member.value) for member in COUNTED] == [("NONE", 0), ("ONE", 1)]
    assert COUNTED.__module__ == __name__
    assert pickle.loads(pickle.dumps(COUNTED.ONE)) is COUNTED.ONE


def test_names_of_typing_can_be_used_as_those_are():
    T = light.TypeVar("T", bound=int)

    class Pair(light.Generic[T]):
        pass

    class Options(light.TypedDict, total=False):
        a: int

    @light.overload
    def f(x): ...

    assert light.cast("int", Pair) is Pair
    assert dict[T, light.Any] | light.Literal["a"] | light.Union[int, "str"]
    assert {name for name in light.__all__ if not hasattr(light, name)} == set()
    assert Options(a=1) == {"a": 1}
    assert callable(f)


def test_what_is_like_functools():
    calls = []

    class Thing:
        @lightclasses.cached_property
        def size(self):
            """How large."""
            calls.append(self)
            return 3

    @lightclasses.cache
    def double(x):
        """Twice."""
        calls.append(x)
        return 2 * x

    thing = Thing()
    assert (thing.size, thing.size, thing.__dict__) == (3, 3, {"size": 3})
    assert Thing.size.__doc__ == "How large."
    assert (double(2), double(2), double(3)) == (4, 4, 6)
    assert calls == [thing, 2, 3]
    assert (double.__name__, double.__doc__, double.__wrapped__(5)) == ("double", "Twice.", 10)
    double.cache_clear()
    assert double(2) == 4
    assert calls == [thing, 2, 3, 5, 2]
