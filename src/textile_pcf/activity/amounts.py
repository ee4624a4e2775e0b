"""Conversion of amounts to canonical units, and checks of their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, Rows
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

TOO_LARGE = "The amount is too large to calculate."


def canonical_amounts(amounts: FloatArray, rows: Rows) -> FloatArray:
    """Convert amounts to canonical units.

    Parameters
    ----------
    amounts : ndarray of float, shape (rows,)
        Amounts in the units of their rows; NaN where a cell is empty.
    rows : Rows

    Returns
    -------
    ndarray of float, shape (rows,)
        NaN where the cell is empty, infinity where the amount is too large. [canonical unit]
    """
    with np.errstate(divide="ignore", over="ignore"):
        if rows.has_inverse:
            return np.where(take(rows.patterns.inverse, rows.pattern), rows.factor / amounts, amounts * rows.factor)
        return _times_factor(amounts, rows)


def to_canonical(cells: ActivityColumns, rows: Rows) -> tuple[FloatArray, bool]:
    """Convert amounts to canonical units, and report whether all are valid.

    Parameters
    ----------
    cells : ActivityColumns
        With at least one row.
    rows : Rows

    Returns
    -------
    value : ndarray of float, shape (rows,)
        [canonical unit]
    valid : bool
        True if all are finite and non-negative.
    """
    amounts, (least, most) = cells.numbers["amount"], cells.extremes
    if least >= 0 and most * rows.largest_factor < np.inf and not rows.has_inverse:  # nothing can overflow
        return _times_factor(amounts, rows), True
    value = canonical_amounts(amounts, rows)
    return value, all_non_negative(value)


def _times_factor(amounts: FloatArray, rows: Rows) -> FloatArray:
    """Multiply in place of the factors: filling another array would take as long as multiplying."""
    value = take(rows.patterns.factor, rows.pattern)
    value *= amounts
    return value


def all_non_negative(value: FloatArray) -> bool:
    """Return whether all values are finite and non-negative; False if one is NaN, as comparisons with NaN are false."""
    least, most = value.item(value.argmin()), value.item(value.argmax())  # faster than `min` and `max` on short arrays
    return bool(least >= 0 and most < np.inf)


def all_valid(value: FloatArray, cells: ActivityColumns) -> bool:
    """Return whether all amounts are finite and non-negative, apart from empty cells.

    Parameters
    ----------
    value : ndarray of float, shape (rows,)
        Amounts in canonical units.
    cells : ActivityColumns

    Returns
    -------
    bool
    """
    if all_non_negative(value):
        return True
    empty_count = cells.empty_count
    return empty_count > 0 and bool(np.count_nonzero((value >= 0) & (value < np.inf)) == len(value) - empty_count)


def convert_amounts(cells: ActivityColumns, rules: RuleSet, rows: Rows) -> tuple[Rows, FloatArray, list[Problem]]:
    """Convert amounts to canonical units and check them.

    Parameters
    ----------
    cells : ActivityColumns
    rules : RuleSet
    rows : Rows

    Returns
    -------
    rows : Rows
        Rows whose amount is too large are marked as invalid.
    value : ndarray of float, shape (rows,)
        [canonical unit]
    problems : list of Problem
    """
    amounts = cells.numbers["amount"]
    value, valid = to_canonical(cells, rows)
    problems = list(check_outputs(cells, rows))
    if valid or all_valid(value, cells):
        return rows, value, problems
    cure = "Check the amount and its unit."
    too_large = np.isinf(value) & np.isfinite(amounts) & (rows.patterns.row_kind != RowKind.INVALID)[rows.pattern]
    problems += cells.problems_at(np.flatnonzero(too_large), TOO_LARGE, cure, "amount", "huge")
    rows = _mark_invalid(rows, too_large)
    return rows, value, [*problems, *_negative_amounts(cells, rules, rows, amounts < 0)]


def check_outputs(cells: ActivityColumns, rows: Rows) -> Iterator[Problem]:
    """Yield a problem for each output of a period that is zero.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows

    Yields
    ------
    Problem
    """
    if not rows.has_outputs:
        return
    outputs = rows.of_kind(RowKind.OUTPUT)
    zero = outputs[cells.numbers["amount"][outputs] == 0]
    what = "The output of the period is zero."
    yield from cells.problems_at(zero, what, "Write the output of the stage.", "amount", "zero-output")


def _mark_invalid(rows: Rows, invalid: BoolArray) -> Rows:
    """Give the rows where `invalid` is True a pattern of kind `INVALID`."""
    if not invalid.any():
        return rows
    patterns = rows.patterns
    names = RowPatterns.__dataclass_fields__
    columns = {name: np.append(getattr(patterns, name), getattr(patterns, name)[0]) for name in names}
    columns["row_kind"][-1], columns["first"][-1] = RowKind.INVALID, np.flatnonzero(invalid)[0]
    pattern = np.where(invalid, len(patterns.row_kind), rows.pattern)
    return replace(rows, pattern=pattern, patterns=RowPatterns(**columns))


def _negative_amounts(cells: ActivityColumns, rules: RuleSet, rows: Rows, negative: BoolArray) -> Iterator[Problem]:
    """Yield a problem for each negative amount of a quantity that cannot be negative."""
    patterns = rows.patterns
    any_sign = np.append(rule_arrays(rules).flow_any_sign, False)
    is_flow = patterns.row_kind == RowKind.FLOW
    allowed = (is_flow & any_sign[np.where(is_flow, patterns.index, -1)]) | (patterns.row_kind == RowKind.INVALID)
    is_loss = (patterns.row_kind == RowKind.LOSS)[rows.pattern]
    wrong = negative & ~allowed[rows.pattern]
    yield from cells.problems_at(
        np.flatnonzero(wrong & ~is_loss),
        "The amount is negative.",
        "Write what is used, as a positive number.",
        "amount",
        "negative",
    )
    what = Message("A loss is not negative: no mass appears in a stage.")
    cure = Message("Write what is lost as a positive number; what goes to co-products is `allocation` of the rule, no loss.")
    yield from cells.problems_at(np.flatnonzero(wrong & is_loss), what, cure, "amount", "negative")
