"""Factors whose licence forbids passing them on, and exports that would."""

from __future__ import annotations

from textile_pcf.errors import Problem, UsageError
from textile_pcf.factors import FactorSheet
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint

FORBIDDEN = ("false", "no", "否")
"""Cells of the column `redistributable` that forbid passing a value on."""


def is_restricted(table: FactorSheet, row: int) -> bool:
    """Whether the value of a row must not be passed on: its table says so, or the row itself."""
    return table.document.redistributable is False or table.texts["redistributable"][row].strip().casefold() in FORBIDDEN


def restricted_tables(result: Footprint) -> list[str]:
    """Labels of the tables used in a result whose values must not be passed on."""
    tables = result.run.factors.tables
    used = {number: rows for number, rows in result.used().items() if len(rows)}
    return [tables[number].label for number in sorted(used) if any(is_restricted(tables[number], row) for row in used[number])]


def refuse_restricted(result: Footprint, where: Message) -> None:
    """Refuse to write a result that holds values which must not be passed on.

    Raises
    ------
    UsageError
        Naming the tables.
    """
    tables = restricted_tables(result)
    if tables:
        what = Message(
            "The licence of {tables} forbids passing its values on, and {where} would hold them.",
            tables=", ".join(tables),
            where=where,
        )
        cure = "Use factors that may be passed on, or say own_use=True where it stays with you."
        raise UsageError([Problem(where, what, cure, code="licence")])
