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
        new = change.get(key)
        if part.startswith("list") and base.get(key) is not None and new is not None and isinstance(new.value, list):
            yield from _written_twice(new.value)
    for _, old, new, of in _shared_parts(base, change, kind):
        yield from merge_problems(old, new, of)


def kept_citations(base: Written, change: Written, kind: str, where: str = "") -> Iterator[Message]:
    """Yield advice on each number that replaces another and is cited from where that one was read.

    Parameters
    ----------
    base, change : Written
        Two mappings of one kind.
    kind : str
        As of `merge_problems`.
    where : str, optional
        Path of both.
    """
    for name, old, new, of in _shared_parts(base, change, kind):
        path = f"{where}.{name}" if where else name
        number, source = new.get("value"), old.text("source")
        if of != "entry":
            yield from kept_citations(old, new, of, path)
        elif source and number is not None and isinstance(number.value, int | float):
            replaced = old.value.get("value", number).plain()
            if replaced != number.value and not {"source", "locator"} & new.value.keys():
                what = "{where}: {value} is cited from {source}, like the number that it replaces; cite its own source."
                yield Message(what, where=path, value=f"{number.value:g}", source=source)


def _shared_parts(base: Written, change: Written, kind: str) -> Iterator[tuple[str, Written, Written, str]]:
    """Yield what both mappings hold and what is merged: its name, both values, and their kind."""
    for key, part in PARTS[kind].items():
        old, new = base.get(key), change.get(key)
        form, _, of = part.rpartition(" of ")
        if old is None or new is None:
            continue
        if form == "map" and isinstance(old.value, dict) and isinstance(new.value, dict):
            yield from ((name, old.value[name], entry, of) for name, entry in new.value.items() if name in old.value)
        elif form == "list" and isinstance(old.value, list) and isinstance(new.value, list):
            for entry in new.value:
                index = index_of(old.value, entry.text("id"))
                if index is not None:
                    yield entry.text("id") or "", old.value[index], entry, of
        elif not form:
            yield key, old, new, of


def _written_twice(entries: list[Written]) -> Iterator[Problem]:
    """Yield a problem for each stage, loss or clause that is written twice: it would be merged with itself."""
    seen: set[str] = set()
    for entry in entries:
        name = entry.text("id")
        if name is not None and name in seen:
            yield Problem(entry.place, Message("{name!r} is written twice.", name=name), "Write all of it in one place.")
        seen.add(name or "")


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
