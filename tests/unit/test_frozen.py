"""Frozen objects that are made quickly behave as those of `dataclasses` and `functools`."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from textile_pcf._frozen import cached_property, quick_init


@dataclass(frozen=True)
class Plain:
    """As `dataclasses` makes it."""

    mass: float
    unit: str = "kg"
    notes: dict[str, str] = field(default_factory=dict)


@quick_init
@dataclass(frozen=True)
class Quick:
    """The same, made quickly."""

    mass: float
    unit: str = "kg"
    notes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def grams(self) -> list[float]:
        """A list, so that a second one would be another."""
        return [self.mass * 1000]


@pytest.mark.parametrize("values", [{"mass": 2.0}, {"mass": 2.0, "unit": "t"}, {"mass": 2.0, "notes": {"a": "b"}}])
def test_fields_are_those_of_a_dataclass(values):
    assert vars(Quick(**values)) == vars(Plain(**values))
    assert repr(Quick(**values)).partition("(")[2] == repr(Plain(**values)).partition("(")[2]


def test_each_object_has_its_own_default_mapping():
    assert Quick(1.0).notes is not Quick(1.0).notes


def test_it_cannot_be_changed_and_can_be_replaced_and_pickled():
    one = Quick(2.0)
    with pytest.raises(FrozenInstanceError):
        one.mass = 3.0
    assert replace(one, unit="t") == Quick(2.0, "t")
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("values", [{}, {"mass": 2.0, "colour": "red"}])
def test_arguments_that_lack_or_are_unknown_are_refused(values):
    with pytest.raises(TypeError):
        Quick(**values)


def test_help_shows_the_fields_with_their_types():
    assert list(inspect.signature(Quick).parameters) == ["mass", "unit", "notes"]
    assert Quick.__init__.__annotations__ == Plain.__init__.__annotations__


def test_a_property_is_computed_once_and_is_the_descriptor_on_the_class():
    one = Quick(2.0)
    assert one.grams is one.grams
    assert one.grams == [2000.0]
    assert isinstance(vars(Quick)["grams"], cached_property)
    assert Quick.grams is vars(Quick)["grams"]
