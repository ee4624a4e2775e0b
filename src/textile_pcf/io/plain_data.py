"""Documents that a program hands over: a copy of plain texts, numbers, lists and mappings, as a YAML file would hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.messages.message import Message
from textile_pcf.messages.shown_text import half_character

MAX_DEPTH, MAX_VALUES = 32, 200_000
"""Depth and number of values of a document."""
HALF_CURE = "Write the text again: an escape \\ud800 to \\udfff without its partner cannot be written."


def plain_data(data: Mapping[str, Any], name: str, error: type[PcfError]) -> Any:
    """Return a copy of a document in memory; tuples become lists, dates become texts, numbers of numpy those of Python.

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

    def copied(value: Any, path: DocumentPath) -> Any:
        nonlocal count
        count += 1
        if len(path) > MAX_DEPTH or count > MAX_VALUES:
            if not problems or problems[-1].code != "size":
                what, cure = "This document is too deep or too large.", "Write it as a rule file holds it."
                problems.append(Problem(document.location(path[:4]), what, cure, code="size"))
            return None
        if isinstance(value, Mapping):
            wrong = [key for key in value if not isinstance(key, str | int | float)]
            _check_texts(value, path, report)
            for key in wrong:
                report(path, Message("The key {key} is no text.", key=repr(key)[:60]), "Write keys as texts.")
            return {key: copied(entry, (*path, key)) for key, entry in value.items() if key not in wrong}
        if isinstance(value, list | tuple):
            return [copied(entry, (*path, number)) for number, entry in enumerate(value)]
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, date):
            return value.isoformat()
        if value is None or isinstance(value, str | bool | int | float):
            return value
        what = Message("A {type_name} cannot stand in a document.", type_name=type(value).__name__)
        report(path, what, "Write texts, numbers, lists and mappings.")
        return None

    plain = copied(data, ())
    if problems:
        raise error(problems)
    return plain


def _check_texts(entries: Mapping[Any, Any], path: DocumentPath, report: Callable[[DocumentPath, str, str], None]) -> None:
    """Report the keys and texts of a mapping that hold half of a character."""
    for key, value in entries.items():
        for text in (key, *(value if isinstance(value, list | tuple) else (value,))):
            if isinstance(text, str) and half_character(text):
                report((*path, key), holds_half(text), HALF_CURE)


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
