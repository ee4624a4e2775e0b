"""Rows that repeat an earlier row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, Rows, without_process
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import duplicated_rows, group_rows, take
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message

_ROW_COLUMNS = ("product", "stage", "component", "flow", "item", "region", "year", "per")
_QUANTITY_COLUMNS = ("product", "stage", "component", "flow")
_YEARS = "Give it once per fibre; of several years give the mean, weighted by the output of the stage in each."


def find_duplicates(cells: ActivityColumns, rows: Rows, assigned_once: bool = False) -> Iterator[Problem]:
    """Yield a problem for each row that is equal to an earlier one, or gives a quantity a second time.

    Properties, losses, shares and stage rows may be given once per component.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    assigned_once : bool, optional
        Whether each row that is about a process gives another quantity: only quantities of other rows are looked at then, of
        which most products have one or two.

    Yields
    ------
    Problem
    """
    patterns, product = rows.patterns, cells.texts["product"].codes
    quantity = group_rows(cells.texts["stage"].codes[patterns.first], cells.texts["flow"].codes[patterns.first])[1]
    if assigned_once:
        may_repeat = np.isin(quantity, quantity[without_process(patterns)])
        among = rows.where(may_repeat)
        several = among[duplicated_rows(take(product, among), take(quantity, take(rows.pattern, among)))]
    else:
        several = duplicated_rows(product, take(quantity, rows.pattern))  # only rows of one flow can be equal
    what, cure = (
        "The same row was given before, in {location}.",
        "Add the amounts up, or distinguish them by item, region or year.",
    )
    yield from _repetitions(cells, several, _ROW_COLUMNS, what, cure)
    is_single = np.isin(patterns.row_kind, (RowKind.PROPERTY, RowKind.LOSS, RowKind.SHARE, RowKind.STAGE))
    single = several[is_single[rows.pattern[several]]]
    what, cure = "It is given already, in {location}.", "Give it once per fibre."
    yield from _repetitions(cells, single, _QUANTITY_COLUMNS, what, cure, skip=_ROW_COLUMNS)


def _repetitions(
    cells: ActivityColumns, rows: IndexArray, columns: tuple[str, ...], what: str, cure: str, skip: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Yield a problem for each row that repeats an earlier one in `columns`, but not in the columns `skip`."""
    if not len(rows):
        return
    repeated, first = _find_repeated(cells, rows, columns)
    if skip:
        equal, _ = _find_repeated(cells, rows, skip)
        repeated = repeated & ~equal
    for index in np.flatnonzero(repeated):
        row = int(rows[index])
        earlier = int(rows[first[index]])
        other_year = skip and cells.text("year", row) != cells.text("year", earlier)
        where = cells.table.location(earlier)
        yield from cells.problems_at([row], Message(what, location=where), _YEARS if other_year else cure, code="twice")


def _find_repeated(cells: ActivityColumns, rows: IndexArray, columns: tuple[str, ...]) -> tuple[BoolArray, IndexArray]:
    """Return which rows repeat an earlier one in `columns`, and the index of the earliest."""
    first, group = group_rows(*(cells.texts[column].codes[rows] for column in columns))
    return first[group] != np.arange(len(rows)), first[group]
