"""Rows that say the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, Rows
from textile_pcf.columns import duplicated_rows, group_rows, take
from textile_pcf.errors import Problem

_SAME = ("product", "stage", "component", "flow", "item", "region", "year", "per")
_ONCE = ("product", "stage", "component", "flow")
_YEARS = "Give it once per fibre; of several years give the mean, weighted by what the stage gave in each."


def find_duplicates(cells: ActivityColumns, rows: Rows) -> Iterator[Problem]:
    """Equal rows; and second rows of what takes one row only: properties, losses, shares, stage rows."""
    forms, product = rows.patterns, cells.texts["product"].codes
    slots = group_rows(cells.texts["stage"].codes[forms.first], cells.texts["flow"].codes[forms.first])[1]
    several = duplicated_rows(product, take(slots, rows.pattern))  # only rows of a flow with several rows can be equal
    said = "The same row stands already"
    yield from _second(cells, several, _SAME, said, "Add the amounts up, or tell them apart by item, region or year.")
    told_once = np.isin(rows.patterns.row_kind, (RowKind.PROPERTY, RowKind.LOSS, RowKind.SHARE, RowKind.STAGE))
    once = several[told_once[rows.pattern[several]]]
    yield from _second(cells, once, _ONCE, "It is given already", "Give it once per fibre.", skip=_SAME)


def _second(
    cells: ActivityColumns, rows: NDArray[np.intp], columns: tuple[str, ...], said: str, cure: str, skip: tuple[str, ...] = ()
) -> Iterator[Problem]:
    if not len(rows):
        return
    again, first = _repeats(cells, rows, columns)
    if skip:
        same, _ = _repeats(cells, rows, skip)
        again = again & ~same
    for place in np.flatnonzero(again):
        row = int(rows[place])
        before = int(rows[first[place]])
        told = _YEARS if skip and cells.text("year", row) != cells.text("year", before) else cure
        yield from cells.problems_at([row], f"{said}, in {cells.table.location(before)}.", told, code="twice")


def _repeats(
    cells: ActivityColumns, rows: NDArray[np.intp], columns: tuple[str, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which rows repeat an earlier one in these columns, and the earlier one."""
    first, form = group_rows(*(cells.texts[column].codes[rows] for column in columns))
    return first[form] != np.arange(len(rows)), first[form]
