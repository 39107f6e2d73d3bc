"""Records behave as frozen dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from wasmjit.record import fresh, mutable_record, record, replace


@record
class Point:
    """A point."""

    x: int
    y: int = 2
    tags: list[str] = fresh(factory=list)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x")

    @property
    def sum(self) -> int:
        return self.x + self.y


@record
class Single:
    value: object


@mutable_record
class Box:
    items: list[int] = fresh(factory=list)
    size: int = 0


def test_fields_come_by_position_name_and_default():
    point = Point(1, tags=["a"])
    assert (point.x, point.y, point.tags, point.sum) == (1, 2, ["a"], 3)
    assert repr(point) == "Point(x=1, y=2, tags=['a'])"
    assert Point.__doc__ == "A point."
    assert Point(1).tags is not Point(1).tags


@pytest.mark.parametrize(("args", "names"), [((), {}), ((1, 2, [], 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})])
def test_wrong_arguments_are_refused(args: Any, names: Any):
    with pytest.raises(TypeError):
        Point(*args, **names)


def test_equal_fields_are_equal_records():
    assert Single((1, 2)) == Single((1, 2))
    assert hash(Single((1, 2))) == hash(Single((1, 2)))
    assert Single(1) != Single(2)
    assert Single(1) != 1
    assert Point(1) != Single(1)


def test_nothing_can_be_changed_or_added():
    point: Any = Point(1)
    for change in (lambda: setattr(point, "x", 2), lambda: setattr(point, "z", 2), lambda: delattr(point, "x")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert point.x == 1


def test_a_mutable_record_can_be_changed_and_has_no_hash():
    box: Any = Box()
    box.size = 3
    assert box == Box([], 3)
    with pytest.raises(TypeError):
        hash(box)
    with pytest.raises(AttributeError):
        box.other = 1


def test_replacing_checks_the_result():
    assert replace(Point(1), y=5) == Point(1, 5)
    with pytest.raises(ValueError, match="x"):
        replace(Point(1), x=-1)
    with pytest.raises(TypeError):
        replace(Point(1), z=1)


def test_the_functions_of_dataclasses_take_records():
    point = Point(1, 2, ["a"])
    assert dataclasses.is_dataclass(point)
    assert [field.name for field in dataclasses.fields(point)] == ["x", "y", "tags"]  # type: ignore[arg-type]
    assert dataclasses.replace(point, y=7) == Point(1, 7, ["a"])  # type: ignore[type-var]
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "tags": ["a"]}  # type: ignore[call-overload]


@pytest.mark.parametrize("value", [Point(1, 2, ["a"]), Single(None)])
def test_records_travel(value: object):
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value


def test_classes_can_be_matched():
    match Point(1, 4):
        case Point(x, y):
            assert (x, y) == (1, 4)
