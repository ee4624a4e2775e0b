"""Documents that a program hands over: a copy of plain texts, numbers, lists and mappings, as a YAML file would hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from math import isfinite
from typing import Any

import numpy as np

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.messages.message import Message
from textile_pcf.messages.shown_text import half_character

MAX_DEPTH, MAX_VALUES = 32, 2_000_000
"""Depth and number of values of a document: a file of the most characters holds about as many."""
HALF_CURE = "Write the text again: an escape \\ud800 to \\udfff without its partner cannot be written."


def plain_data(data: Mapping[str, Any], name: str, error: type[PcfError]) -> Any:
    """Return a copy of a document in memory, as a file would hold it.

    Tuples, sets, arrays, columns of pandas and other collections become lists, dates become texts without the time of day,
    numbers of numpy, `Decimal` and `Fraction` those of Python.

    Parameters
    ----------
    data : mapping
        The document.
    name : str
        Name of the document, for messages.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        With every key that is no text and every value that a document cannot hold.

    Examples
    --------
    >>> plain_data({"stages": ({"id": "dyeing"},), "valid_from": date(2026, 1, 1)}, "rule", PcfError)
    {'stages': [{'id': 'dyeing'}], 'valid_from': '2026-01-01'}
    """
    document, problems, count = Document(name, data), list[Problem](), 0

    def report(path: DocumentPath, what: str, cure: str) -> None:
        problems.append(Problem(document.location(path), what, cure, code="document"))

    def copied(given: Any, path: DocumentPath) -> Any:
        nonlocal count
        count += 1
        if len(path) > MAX_DEPTH or count > MAX_VALUES:
            if not problems or problems[-1].code != "size":
                what, cure = "This document is too deep or too large.", "Write it as a rule file holds it."
                problems.append(Problem(document.location(path[:4]), what, cure, code="size"))
            return None
        if isinstance(given, Mapping):
            entries = {key.item() if isinstance(key, np.generic) else key: entry for key, entry in given.items()}
            wrong = _wrong_keys(entries, path, report)
            return {key: copied(entry, (*path, key)) for key, entry in entries.items() if key not in wrong}
        value = _of_python(given)
        if isinstance(value, list):
            return [copied(entry, (*path, number)) for number, entry in enumerate(value)]
        if isinstance(value, str) and half_character(value):
            report(path, holds_half(value), HALF_CURE)
        elif value is not None and not isinstance(value, str | bool | int | float):
            what = Message("A {type_name} cannot stand in a document.", type_name=type(given).__name__)
            report(path, what, "Write texts, numbers, lists and mappings.")
        return value

    plain = copied(data, ())
    if problems:
        raise error(problems)
    return plain


def _wrong_keys(entries: Mapping[Any, Any], path: DocumentPath, report: Callable[[DocumentPath, str, str], None]) -> list[Any]:
    """Return the keys of a mapping that are no texts; report them, and keys that hold half of a character."""
    wrong = [key for key in entries if not isinstance(key, str | int | float)]
    for key in wrong:
        report(path, Message("The key {key} is no text.", key=repr(key)[:60]), "Write keys as texts.")
    for key in entries:
        if isinstance(key, str) and half_character(key):
            report((*path, key), holds_half(key), HALF_CURE)
    return wrong


def _of_python(value: Any) -> Any:
    """Return a list for what holds several values, a text for a date, a number of Python for others; the rest as it is."""
    if isinstance(value, str | bool | int | float) and not isinstance(value, np.generic):
        return value
    if isinstance(value, np.generic | np.ndarray) and value.dtype.kind in "mM":  # of nanoseconds `tolist` makes integers
        value = value.astype(f"{value.dtype.kind}8[us]")
    if hasattr(value, "tolist"):  # numbers and arrays of numpy, columns of pandas and pyarrow
        value = value.tolist()
    if isinstance(value, set | frozenset):  # in the same order in every run
        return sorted(value, key=str)
    if isinstance(value, Sequence | Set | ValuesView | Iterator) and not isinstance(value, str | bytes | bytearray):
        return [*islice(value, MAX_VALUES + 1)]
    if isinstance(value, date) and value == value:  # a date that is missing is not the same as itself
        return value.isoformat()[:10]
    return _float(value) if isinstance(value, Decimal | Fraction) else value


def _float(number: Decimal | Fraction) -> Decimal | Fraction | float:
    """Return a number as a float; as it is where no float can hold it."""
    try:
        value = float(number)
    except OverflowError:
        return number
    return value if isfinite(value) and bool(value) == bool(number) else number


def holds_half(text: str) -> Message:
    r"""Return the message that a text holds half of a character.

    Examples
    --------
    >>> print(holds_half("A\ud800"))
    'A\ud800' holds half of a character.
    """
    return Message("{text!r} holds half of a character.", text=text)


def half_character_cells(texts: Mapping[str, Iterable[str]]) -> Iterator[tuple[int, str, str]]:
    r"""Yield row, column and text of each cell of a table in memory that holds half of a character.

    Parameters
    ----------
    texts : mapping of str to iterable of str
        Texts of each column.

    Examples
    --------
    >>> [(row, column) for row, column, _ in half_character_cells({"item": ["heat", "A\ud800"], "unit": ["MJ", "MJ"]})]
    [(1, 'item')]
    """
    for column, cells in texts.items():
        if half_character("".join(cells)):
            yield from ((row, column, text) for row, text in enumerate(cells) if half_character(text))
