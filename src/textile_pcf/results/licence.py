"""Factors whose licence forbids passing them on, and exports that would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import BoolArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.factors import FactorSheet, FactorTable
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.results.footprint import Footprint

ALLOWED = frozenset({"true", "yes", "y", "1", "1.0", "是", "可", "可以"})
"""Words in column `redistributable` that allow passing a row on; any other word forbids it."""


def restricted_rows(sheet: FactorSheet) -> BoolArray:
    """Return which rows of a table must not be passed on: by their own word, else by that of the table; shape (rows,).

    A composed factor that is made of such a row must not be passed on either.

    Parameters
    ----------
    sheet : FactorSheet
        A table of emission factors.

    Examples
    --------
    >>> from textile_pcf.factors import load_factors
    >>> bool(restricted_rows(load_factors().tables[0]).any())
    False
    """
    whole = sheet.document.redistributable is False
    words = sheet.texts["redistributable"]
    own = [word.strip().casefold() not in ALLOWED if word.strip() else whole for word in words]
    restricted: BoolArray = np.array(own, dtype=bool)
    others = {id(term.sheet): term.sheet for one in sheet.composed for term in one.terms if term.sheet is not None}
    of_other = {number: restricted_rows(other) for number, other in others.items()}
    for composition in sheet.composed:  # each after the rows that it needs
        rows = [(restricted if term.sheet is None else of_other[id(term.sheet)])[term.row] for term in composition.terms]
        restricted[composition.row] |= any(rows)
    return restricted


def is_restricted(sheet: FactorSheet) -> bool:
    """Return whether any row of a table must not be passed on.

    Parameters
    ----------
    sheet : FactorSheet
        A table of emission factors.
    """
    return sheet.document.redistributable is False or bool(restricted_rows(sheet).any())


def find_restricted(factors: FactorTable, used: Mapping[int, Sequence[int]]) -> list[str]:
    """Return the labels of the tables whose rows are used although they must not be passed on.

    Parameters
    ----------
    factors : FactorTable
        The tables.
    used : mapping of int to sequence of int
        Rows that are used, by index of the table.
    """
    tables = factors.tables
    return [tables[number].label for number, rows in used.items() if restricted_rows(tables[number])[list(rows)].any()]


def refuse_masked(result: Footprint, where: str) -> None:
    """Refuse to make something of a published result that needs the numbers of its masked lines.

    Parameters
    ----------
    result : Footprint
    where : str
        What is made, for messages.

    Raises
    ------
    UsageError
        The result has masked lines.
    """
    if result.masked is not None and result.masked.any():
        what = "This needs all numbers, and lines of a published result are masked."
        cure = "Make it of the result itself, for your own use, or publish JSON, CSV or an HTML report."
        raise UsageError([Problem(where, what, cure, code="licence")])


def refuse_merged(result: Footprint, where: str) -> None:
    """Refuse to make something of a strict publication that shows sums which would give masked numbers away.

    Parameters
    ----------
    result : Footprint
    where : str
        What is made, for messages.

    Raises
    ------
    UsageError
        Stages of the result are merged.
    """
    if result.merges_stages:
        what = "Stages of this result are merged, and this would show them."
        cure = "Leave out --strict, or publish the table, JSON, CSV or the explanation."
        raise UsageError([Problem(where, what, cure, code="licence")])


def licence_notes(result: Footprint) -> list[str]:
    """Return a sentence for reports that hold values which must not be passed on; nothing of published results.

    Parameters
    ----------
    result : Footprint
    """
    tables = result.restricted_tables if result.masked is None else []
    if not tables:
        return []
    text = "This holds values of {tables} that must not be passed on; publish it with --publish, or keep it to yourself."
    return [Message(text, tables=", ".join(tables))]


def refuse_restricted(result: Footprint, where: Message) -> None:
    """Refuse to write a result that holds values which must not be passed on.

    Raises
    ------
    UsageError
        Naming the tables.
    """
    tables = result.restricted_tables
    if tables:
        what = Message(
            "The licence of {tables} forbids passing its values on, and {where} would hold them.",
            tables=", ".join(tables),
            where=where,
        )
        cure = "Use factors that may be passed on, or set own_use=True if they stay with you."
        raise UsageError([Problem(where, what, cure, code="licence")])
