"""Rows of activity data as the commands of `factory` write them.

A total of a period and the output of the same stage and year belong together (`per: period`), see `docs/formats.md`. Every row
has all columns; an empty cell is "". Amounts are numbers in the reported unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

ACTIVITY_COLUMNS = (
    "product",
    "stage",
    "flow",
    "amount",
    "unit",
    "item",
    "region",
    "year",
    "per",
    "data_type",
    "source",
    "note",
)
"""Columns of the activity tables that `factory` writes, in their order."""
ActivityRow = dict[str, Any]


def activity_row(product: str, stage: str, flow: str, amount: float, unit: str, **cells: Any) -> ActivityRow:
    """Return one row, `per: period` unless another is given.

    Parameters
    ----------
    product, stage, flow, unit : str
        See `docs/formats.md`; `output` is the flow of an output.
    amount : float
        In `unit`.
    **cells
        Further columns of `ACTIVITY_COLUMNS`: item, region, year, per, data_type, source, note.

    Examples
    --------
    >>> activity_row("P", "dyeing", "electricity", 60.0, "kWh", year=2024, data_type="measured")["per"]
    'period'
    """
    row = dict.fromkeys(ACTIVITY_COLUMNS, "")
    row |= {"product": product, "stage": stage, "flow": flow, "unit": unit, "per": "period"}
    unknown = set(cells) - set(row)
    assert not unknown, unknown
    return {**row, "amount": float(amount), **{name: str(text) for name, text in cells.items()}}


def sorted_activity(rows: Iterable[ActivityRow]) -> list[ActivityRow]:
    """Return rows in the order in which they are written: product, stage, year; the output first, then flow and item."""
    return sorted(
        rows, key=lambda row: (row["product"], row["stage"], row["year"], row["flow"] != "output", row["flow"], row["item"])
    )
