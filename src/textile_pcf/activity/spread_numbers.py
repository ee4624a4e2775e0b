"""Checks of the columns `gsd`, `low`, `high` and `dq_*`, without knowledge of what their rows are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.arrays import FAR, FAR_CURE, BoolArray, FloatArray, far_bounds
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message

if TYPE_CHECKING:
    from textile_pcf.activity.columns import ActivityColumns

MAX_GSD = 20.0


def quality_problems(cells: ActivityColumns, columns: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each rating outside 1 (best) to 5 (worst), and mark its row in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns
    columns : sequence of str
        Columns of ratings.

    Yields
    ------
    Problem
    """
    for column in columns:
        rows = np.flatnonzero((cells.numbers[column] < 1) | (cells.numbers[column] > 5))
        cells.invalid[rows] = True
        what = Message("{column} is outside 1 to 5.", column=column)
        yield from cells.problems_at(rows, what, "1 is best, 5 is worst.", column, "dq")


def spread_problems(cells: ActivityColumns) -> Iterator[Problem]:
    """Yield a problem for each spread that cannot be, and mark its row in `cells.invalid`.

    Parameters
    ----------
    cells : ActivityColumns

    Yields
    ------
    Problem
    """
    amount, none = cells.numbers["amount"], np.full(cells.rows, np.nan)
    gsd, low, high = (cells.numbers.get(name, none) for name in ("gsd", "low", "high"))
    has_bound, alone = ~np.isnan(low) | ~np.isnan(high), np.isnan(low) != np.isnan(high)
    has_spread = has_bound | ~np.isnan(gsd)
    valid = ~cells.invalid

    def problems(wrong: BoolArray, what: str, cure: str, column: str, code: str) -> Iterator[Problem]:
        rows = np.flatnonzero(wrong & valid)
        cells.invalid[rows] = True
        yield from cells.problems_at(rows, what, cure, column, code)

    cure = "1 means no spread, 1.1 about ten percent."
    yield from problems((gsd < 1) | (gsd > MAX_GSD), "`gsd` is not between 1 and 20.", cure, "gsd", "gsd")
    cure = "Give one of them: a geometric standard deviation, or two bounds."
    yield from problems(~np.isnan(gsd) & has_bound, "`gsd` is given together with `low` or `high`.", cure, "gsd", "gsd")
    yield from problems(alone, "One of `low` and `high` is missing.", "Give both bounds, or none.", "low", "bounds")
    cure = "Correct the amount or the bounds; all three are in the unit of the row."
    what = "The amount is outside its bounds."
    yield from problems(_outside(amount, low, high), what, cure, "amount", "bounds")
    yield from problems(far_bounds(amount, low, high), FAR, FAR_CURE, "amount", "bounds")
    what, cure = "There is a spread but no amount.", "Give the amount too, or leave gsd, low and high empty."
    yield from problems(has_spread & np.isnan(amount), what, cure, "amount", "spread-without-amount")


def _outside(amount: FloatArray, low: FloatArray, high: FloatArray) -> BoolArray:
    outside: BoolArray = (amount < low) | (amount > high) | (low > high)
    return outside
