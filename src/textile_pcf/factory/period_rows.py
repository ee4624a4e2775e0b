"""Tables of activity data, as the functions of `factory` write and read them: rows with a key, an amount and a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.tables import FactoryTable, read_factory_table
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import year_text

PERIOD, OUTPUT = "period", "output"


@dataclass(frozen=True, eq=False)
class ActivityTable:
    """A table of activity data.

    Attributes
    ----------
    table : FactoryTable
    texts : dict of str to list of str
        Columns of texts; `per` as a word, `year` as four digits.
    amount : ndarray of float, shape (rows,)
        As given; NaN where empty.
    units : list of str, shape (rows,)
        Unit of each row, of its own cell or of the column `unit`.
    """

    table: FactoryTable
    texts: dict[str, list[str]]
    amount: FloatArray
    units: list[str]

    def keys(self, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the texts of each row in some columns."""
        return list(zip(*(self.texts[column] for column in columns), strict=True))

    def location(self, row: int) -> str:
        """Return the location of a row."""
        return self.table.location(row)


TEXTS = (
    *("product", "stage", "flow", "component", "item", "region", "year", "per"),
    *("data_type", "source", "note", "confirmed", "enthalpy"),
)


def read_activity(source: Any, problems: list[Problem]) -> ActivityTable | None:
    """Read a table of activity data; None after a problem of its shape.

    Parameters
    ----------
    source : path, DataFrame, pyarrow Table, list of dict or FactoryResult
        The table; of a result its activity rows.
    problems : list of Problem
        Problems are appended.
    """
    if isinstance(source, FactoryResult):
        source = list(source.activity)
    try:
        table = read_factory_table("activity", source)
    except InputError as error:
        problems += error.problems
        return None
    table.require(("product", "stage"), problems)
    amount, units = table.amounts("amount", problems, low=None)
    texts = {name: table.texts(name) for name in TEXTS}
    texts |= {"per": table.words("per", "per", problems), "year": _years(table)}
    return ActivityTable(table, texts, amount, units)


def _years(table: FactoryTable) -> list[str]:
    """Return the years as four digits, where they can be read so."""
    texts = table.texts("year")
    years = {text: year_text(text) for text in dict.fromkeys(texts)}
    return [years[text] for text in texts]


def period_rows(activity: ActivityTable, problems: list[Problem]) -> list[int]:
    """Return the rows that are totals or outputs of a period. An empty amount is a problem, and so is a table without any.

    Parameters
    ----------
    activity : ActivityTable
    problems : list of Problem
        Problems are appended.
    """
    table = activity.table
    rows = [row for row, per in enumerate(activity.texts["per"]) if per == PERIOD]
    flows, amounts, missing = activity.texts["flow"], table.texts("amount"), np.isnan(activity.amount).tolist()
    for row in [row for row in rows if not flows[row]]:
        table.problem(
            problems, row, "flow", Message("A total of a period names no flow."), Message("Fill in the column `flow`.")
        )
    for row in [row for row in rows if missing[row] and not amounts[row]]:
        what, cure = Message("A total of a period has no amount."), Message("Fill in the column `amount`.")
        table.problem(problems, row, "amount", what, cure)
    if not rows:
        what = Message("No row of {table} is a total of a period.", table=table.table.name)
        cure = Message("Give rows with `per: period`, as the commands of `factory` write them.")
        problems.append(Problem(table.table.name, what, cure, code="activity"))
    return rows
