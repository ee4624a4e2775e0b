"""Checks of spreads and of data quality of the amounts of activity data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, Rows
from textile_pcf.arrays import BoolArray
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import MORE_THAN_ALL, MORE_THAN_ALL_CURE, rule_arrays

BOUNDS_CURE = "Correct the amount or the bounds; all three are in the unit of the row."


def bounds_problems(cells: ActivityColumns, rules: RuleSet, rows: Rows) -> Iterator[Problem]:
    """Yield a problem for each bound that the quantity of its row cannot have.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    rows : Rows

    Yields
    ------
    Problem
    """
    if "low" not in cells.numbers or "high" not in cells.numbers:
        return
    arrays, patterns = rule_arrays(rules), rows.patterns
    kind, index = patterns.row_kind[rows.pattern], patterns.index[rows.pattern]
    low, high = cells.numbers["low"] * rows.factor, cells.numbers["high"] * rows.factor
    is_loss, is_flow = kind == RowKind.LOSS, kind == RowKind.FLOW
    on_input = np.append(arrays.loss_basis == "input", False)[np.where(is_loss, index, -1)]
    any_sign = np.append(arrays.flow_any_sign, False)[np.where(is_flow, index, -1)]
    beyond: BoolArray = is_loss & ((low < 0) | (on_input & (high >= 1)))
    what, cure = (
        "The bounds of the loss are outside its range.",
        ("A loss on the input is 0 % or more and below 100 %; other losses are not negative."),
    )
    yield from cells.problems_at(np.flatnonzero(beyond), what, cure, "low", "bounds")
    is_part = np.append(arrays.property_is_part, False)[np.where(kind == RowKind.PROPERTY, index, -1)]
    above = np.flatnonzero(is_part & (high > 1))
    yield from cells.problems_at(above, MORE_THAN_ALL, MORE_THAN_ALL_CURE, "high", "bounds")
    negative = (low < 0) & ~is_loss & ~any_sign & (kind != RowKind.INVALID)
    zero_output = (kind == RowKind.OUTPUT) & (low == 0)
    wrong = np.flatnonzero(negative | zero_output)
    yield from cells.problems_at(wrong, "The lower bound is below what the quantity can be.", BOUNDS_CURE, "low", "bounds")
