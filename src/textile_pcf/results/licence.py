"""Factors whose licence forbids passing them on, and exports that would."""

from __future__ import annotations

from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint


def restricted_tables(result: Footprint) -> list[str]:
    """Labels of the tables used in a result whose values must not be passed on."""
    used = set(result.lines.factor_table.categories)
    tables_used = result.provenance.get("factors", ())
    return [table["table"] for table in tables_used if table.get("redistributable") is False and table["table"] in used]


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
        cure = "Use factors that may be passed on, or set own_use=True if they stay with you."
        raise UsageError([Problem(where, what, cure, code="licence")])
