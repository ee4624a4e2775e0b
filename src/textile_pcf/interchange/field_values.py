"""Values of fields of PACT, checked one by one: by value, never by a published pattern alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from textile_pcf.errors import InvalidValueError
from textile_pcf.interchange.decimal_text import parse_decimal
from textile_pcf.messages.message import Message, sentences
from textile_pcf.regions import known_regions, region_of_others
from textile_pcf.suggest import nearest

Check = Callable[[Any], object]
"""Returns the value as read, or raises InvalidValueError."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URN = re.compile(r"[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[^\s\x00-\x1f]+")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-]\d\d:\d\d))", re.ASCII)
_TIME_CURE = "Write a time with its zone, such as 2024-01-01T00:00:00Z."
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
REMEMBERED = 4096
"""Values of a kind that are not read again: times, regions and units repeat in the records of a catalogue."""


def text(value: Any) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str):
        raise InvalidValueError("This is no text.", "Write a text in quotes.")
    if not value.strip():
        raise InvalidValueError("This text is empty.", "Write it, or leave the field out where it may be missing.")
    return value


def any_text(value: Any) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str):
        raise InvalidValueError("This is no text.", "Write a text in quotes.")
    return value


def boolean(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise InvalidValueError("This is neither true nor false.", "Write true or false, without quotes.")
    return value


def uuid(value: Any) -> str:
    """Return a UUID as text."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise InvalidValueError(Message("{value} is no UUID.", value=shown(value)), "Write 8-4-4-4-12 hexadecimal digits.")
    return value


def urn(value: Any) -> str:
    """Return a URN."""
    if not isinstance(value, str) or not _URN.fullmatch(value):
        cure = "Write urn:NAMESPACE:NAME, such as urn:pact:mill.example:product-id:P-1."
        raise InvalidValueError(Message("{value} is no URN.", value=shown(value)), cure)
    return value


def uri(value: Any) -> str:
    """Return a URI."""
    if not isinstance(value, str) or not _URI.fullmatch(value):
        raise InvalidValueError(Message("{value} is no URI.", value=shown(value)), "Write an address such as https://….")
    return value


def time(value: Any) -> datetime:
    """Return a time that exists, with its zone, in UTC."""
    if isinstance(value, str):
        return _time(value)
    raise InvalidValueError(Message("{value} is no time with a zone.", value=shown(value)), _TIME_CURE)


@lru_cache(REMEMBERED)
def _time(value: str) -> datetime:
    match = _TIME.fullmatch(value)
    if match is None:
        raise InvalidValueError(Message("{value} is no time with a zone.", value=shown(value)), _TIME_CURE)
    day, clock, fraction, _, offset = match.groups()
    seconds = f".{(fraction or '0')[:6]:0<6}"
    try:
        return datetime.fromisoformat(f"{day}T{clock}{seconds}{offset or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValueError(Message("{value} is no time that exists.", value=shown(value)), _TIME_CURE) from None


def pattern(expression: str, example: str) -> Check:
    """Return a check of a text of a certain form."""
    matches = re.compile(expression, re.ASCII).fullmatch

    def check(value: Any) -> str:
        if not isinstance(value, str) or not matches(value):
            what = Message("{value} has not the form that is expected.", value=shown(value))
            raise InvalidValueError(what, Message("Write it like {example}.", example=example))
        return value

    return check


def country(expression: str, example: str) -> Check:
    """Return a check of a text of a certain form that begins with the code of a country of ISO 3166-1."""
    has_form = pattern(expression, example)

    def check(value: Any) -> str:
        text = str(has_form(value))
        if text[:2] not in known_regions():
            close = region_of_others(text)
            meant = Message("Did you mean {close!r}?", close=close) if close else ""
            cure = sentences(meant, Message("Write it like {example}.", example=example))
            raise InvalidValueError(Message("{value} is no country of ISO 3166.", value=shown(value)), cure)
        return text

    return check


def one_of(*words: str) -> Check:
    """Return a check of a word of a closed list."""

    def check(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        close = nearest(value, words) if isinstance(value, str) and len(value) < 100 else None
        known = Message("There are: {known}.", known=", ".join(words))
        cure = Message("Did you mean {close!r}?", close=close) if close else known
        raise InvalidValueError(Message("{value} is no word of this field.", value=shown(value)), cure)

    return check


def decimal(sign: int = 0, highest: int | None = None, lowest: int | None = None) -> Check:
    """Return a check of a decimal; sign 1: not below 0, -1: not above 0, 0: any."""

    def check(value: Any) -> Decimal:
        number = parse_decimal(value)
        if sign and number and (number < 0) == (sign > 0):
            what = "This is negative." if sign > 0 else "This is above 0."
            cure = "It is 0 or more." if sign > 0 else "What is taken from the air is written with a minus, or is 0."
            raise InvalidValueError(what, cure)
        _refuse_outside(number, lowest, highest)
        return number

    return check


def above_zero(value: Any) -> Decimal:
    """Return a decimal above 0."""
    number = parse_decimal(value)
    if number <= 0:
        raise InvalidValueError("This is not above 0.", "Write how much one declared unit is.")
    return number


def number_between(lowest: int, highest: int) -> Check:
    """Return a check of a number of JSON."""

    def check(value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValueError("This is no number.", "In this version it is a number, without quotes.")
        number = Decimal(repr(value))
        _refuse_outside(number, lowest, highest)
        return number

    return check


def _refuse_outside(number: Decimal, lowest: int | None, highest: int | None) -> None:
    if (highest is not None and number > highest) or (lowest is not None and number < lowest):
        what = Message("{number} is outside {lowest} to {highest}.", number=number, lowest=lowest or 0, highest=highest)
        raise InvalidValueError(what, "Correct the number.")


class ListOf:
    """A list that is not empty and holds nothing twice, of values of one kind."""

    def __init__(self, item: Any) -> None:
        self.item = item


class ObjectOf:
    """An object with known fields, some of them required."""

    def __init__(self, required: tuple[str, ...], **fields: Any) -> None:
        self.required, self.fields = required, fields
        self.plain: dict[str, Check] = {name: kind for name, kind in fields.items() if not isinstance(kind, ListOf | ObjectOf)}
        self.nested: dict[str, ListOf | ObjectOf] = {name: kind for name, kind in fields.items() if name not in self.plain}


Path = tuple[str | int, ...]
Faults = list[tuple[Path, InvalidValueError]]


def object_faults(value: Any, kind: ObjectOf, path: Path, values: dict[str, Any]) -> Faults:
    """Return what is wrong with an object and all that is in it, with its path.

    A property of null counts as missing, an unknown one is passed over.

    Parameters
    ----------
    value : object
        The value, as JSON gives it.
    kind : ObjectOf
        What it has to be.
    path : tuple
        Place in the source.
    values : dict
        Receives the fields that are right, as read, by name; those of an object in it as a dict of their own, no lists.
    """
    if not isinstance(value, dict) and not isinstance(value, Mapping):
        return [(path, InvalidValueError("This is no object.", "Write an object in braces."))]
    found: Faults = []
    for name in kind.required:
        if value.get(name) is None:
            found.append(((*path, name), InvalidValueError("This field is missing.", "It is mandatory.")))
    checks = kind.plain
    for name, present in value.items():
        if present is None:
            continue
        if name in checks:
            try:
                values[name] = checks[name](present)
            except InvalidValueError as fault:
                found.append(((*path, name), fault))
        elif name in kind.nested:
            found += _nested_faults(present, kind.nested[name], (*path, name), values)
    return found


def faults(value: Any, kind: Check | ListOf | ObjectOf, path: Path) -> Faults:
    """Return what is wrong with a value and all that is in it, with its path.

    Parameters
    ----------
    value : object
        The value, as JSON gives it.
    kind : callable, ListOf or ObjectOf
        What it has to be.
    path : tuple
        Place in the source.
    """
    if isinstance(kind, ListOf | ObjectOf):
        return _nested_faults(value, kind, path, {})
    try:
        kind(value)
    except InvalidValueError as fault:
        return [(path, fault)]
    return []


def _nested_faults(value: Any, kind: ListOf | ObjectOf, path: Path, values: dict[str, Any]) -> Faults:
    if isinstance(kind, ListOf):
        return _list_faults(value, kind, path)
    return object_faults(value, kind, path, values.setdefault(str(path[-1]), {}))


def _list_faults(value: Any, kind: ListOf, path: Path) -> Faults:
    if not isinstance(value, list):
        return [(path, InvalidValueError("This is no list.", "Write a list in brackets: […]."))]
    if not value:
        cure = "Name at least one, or leave the field out where it may be missing."
        return [(path, InvalidValueError("This list is empty.", cure))]
    found: Faults = []
    for number, item in enumerate(value):
        if 0 < number < 100 and item in value[:number]:
            found.append(((*path, number), InvalidValueError("This appears twice in the list.", "Write it once.")))
        found += faults(item, kind.item, (*path, number))
    return found


def shown(value: Any) -> str:
    """Return a value for a message, cut where it is long."""
    written = repr(value)
    return written if len(written) <= 80 else f"{written[:77]}…"
