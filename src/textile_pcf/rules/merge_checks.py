"""Changes that a merge would take over without a word: an id written twice, a number whose unit or basis becomes another."""

from __future__ import annotations

from collections.abc import Iterator

from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules.written import PARTS, Written, index_of
from textile_pcf.units import UnitError, parse_unit

MEANINGS = ("unit", "basis")
"""Keys that say what the numbers of an entry are."""
NUMBERS = ("value", "range", "plausible")
"""Keys of an entry with numbers in its unit."""


def merge_problems(base: Written, change: Written, kind: str) -> Iterator[Problem]:
    """Yield the problems of changes that are merged into a mapping.

    Parameters
    ----------
    base, change : Written
        Two mappings of one kind.
    kind : str
        `rule`, `product`, `stage`, `clauses` or `entry` (a flow, property, loss or source).
    """
    if kind == "entry":
        yield from _kept_numbers(base, change)
    for key, part in PARTS[kind].items():
        old, new = base.get(key), change.get(key)
        form, _, of = part.rpartition(" of ")
        if old is None or new is None:
            continue
        if form == "map" and isinstance(old.value, dict) and isinstance(new.value, dict):
            for name in (name for name in new.value if name in old.value):
                yield from merge_problems(old.value[name], new.value[name], of)
        elif form == "list" and isinstance(old.value, list) and isinstance(new.value, list):
            yield from _list_problems(old.value, new.value, of)
        elif not form:
            yield from merge_problems(old, new, of)


def _list_problems(base: list[Written], change: list[Written], kind: str) -> Iterator[Problem]:
    """Yield the problems of stages, losses or clauses; one that is written twice would be merged with itself."""
    seen: set[str] = set()
    for entry in change:
        name = entry.text("id")
        if name is None:
            continue
        if name in seen:
            yield Problem(entry.place, Message("{name!r} is written twice.", name=name), "Write all of it in one place.")
        seen.add(name)
        index = index_of(base, name)
        if index is not None:
            yield from merge_problems(base[index], entry, kind)


def _kept_numbers(base: Written, change: Written) -> Iterator[Problem]:
    """Yield a problem for each number that stays while the unit or the basis in which it was read becomes another."""
    for key in MEANINGS:
        old, new = base.text(key), change.text(key)
        if old is None or new is None or old == new or (key == "unit" and _is_same_unit(old, new)):
            continue
        for name in NUMBERS:
            number = base.get(name)
            if number is not None and change.get(name) is None and _holds_numbers(number.plain()):
                what = Message("This becomes {new!r}, but {name!r} is a number of {old!r}.", new=new, name=name, old=old)
                cure = Message("Write {name!r} anew too, or leave {key!r} out.", name=name, key=key)
                yield Problem(change.value[key].place, what, cure)


def _holds_numbers(value: object) -> bool:
    """Whether a value, range or band is in the unit of its entry: no band with a unit of its own, no name of a property."""
    if isinstance(value, list):
        return not any(isinstance(each, str) for each in value)
    return value is not None and not isinstance(value, str | bool)


def _is_same_unit(old: str, new: str) -> bool:
    """Whether two texts are one unit, such as m3 and m³; units of the rule's own are known by their text."""
    try:
        units = [parse_unit(text) for text in (old, new)]
    except UnitError:
        return False
    return units[0].dimensions == units[1].dimensions and units[0].factor == units[1].factor
