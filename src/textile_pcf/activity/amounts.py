"""Amounts of rows in canonical units, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, Rows
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

HUGE = "The amount is beyond what can be counted."


def canonical_amounts(amounts: FloatArray, rows: Rows) -> FloatArray:
    """Amounts in canonical units, NaN where there is none."""
    with np.errstate(divide="ignore", over="ignore"):
        if rows.inverse:
            return np.where(take(rows.patterns.inverse, rows.pattern), rows.factor / amounts, amounts * rows.factor)
        return amounts * rows.factor


def to_canonical(amounts: FloatArray, rows: Rows) -> tuple[FloatArray, bool]:
    """Amounts in canonical units, and whether every one is told, finite, and none negative or nothing by its inverse.

    Where none can become too large, as is common, nothing need be guarded against that.
    """
    if not rows.inverse and _minimum(amounts) >= 0 and _maximum(amounts) * rows.most < np.inf:
        return amounts * rows.factor, True
    value = canonical_amounts(amounts, rows)
    return value, all_non_negative(value)


def all_non_negative(value: FloatArray) -> bool:
    """Whether every amount is told, finite, and none negative or nothing by its inverse: comparisons with NaN are false."""
    return _minimum(value) >= 0 and _maximum(value) < np.inf


def _minimum(value: FloatArray) -> float:
    """The least of numbers, NaN where one is; numpy finds its place faster than itself."""
    return float(value.item(value.argmin()))


def _maximum(value: FloatArray) -> float:
    return float(value.item(value.argmax()))


def all_valid(value: FloatArray, cells: ActivityColumns) -> bool:
    """The same of every amount that is told. Looks once where all are."""
    if all_non_negative(value):
        return True
    empty_count = cells.empty_count
    return empty_count > 0 and bool(np.count_nonzero((value >= 0) & (value < np.inf)) == len(value) - empty_count)


def check_amounts(cells: ActivityColumns, rules: RuleSet, rows: Rows) -> tuple[Rows, FloatArray, list[Problem]]:
    """Amounts of all rows; those that cannot be counted make their rows wrong."""
    amounts = cells.numbers["amount"]
    value = canonical_amounts(amounts, rows)
    problems = list(check_outputs(cells, rows))
    if all_valid(value, cells):
        return rows, value, problems
    cure = "Check the amount and its unit."
    too_big = np.isinf(value) & np.isfinite(amounts) & (rows.patterns.row_kind != RowKind.WRONG)[rows.pattern]
    problems += cells.problems_at(np.flatnonzero(too_big), HUGE, cure, "amount", "huge")
    rows = _mark_invalid(rows, too_big)
    return rows, value, [*problems, *_signs(cells, rules, rows, amounts < 0)]


def check_outputs(cells: ActivityColumns, rows: Rows) -> Iterator[Problem]:
    """Outputs of a period that are nothing."""
    if not rows.outputs:
        return
    outputs = rows.of_kind(RowKind.OUTPUT)
    nothing = outputs[cells.numbers["amount"][outputs] == 0]
    what = "The output of the period is zero."
    yield from cells.problems_at(nothing, what, "Write what the stage gave.", "amount", "zero-output")


def _mark_invalid(rows: Rows, wrong: BoolArray) -> Rows:
    """Some rows become wrong whatever their form."""
    if not wrong.any():
        return rows
    forms = rows.patterns
    columns = {name: np.append(getattr(forms, name), getattr(forms, name)[0]) for name in RowPatterns.__dataclass_fields__}
    columns["row_kind"][-1], columns["first"][-1] = RowKind.WRONG, np.flatnonzero(wrong)[0]
    return replace(rows, pattern=np.where(wrong, len(forms.row_kind), rows.pattern), patterns=RowPatterns(**columns))


def _signs(cells: ActivityColumns, rules: RuleSet, rows: Rows, negative: BoolArray) -> Iterator[Problem]:
    """Negative amounts where they make no sense."""
    forms = rows.patterns
    any_sign = np.append(rule_arrays(rules).flow_any_sign, False)
    is_flow = forms.row_kind == RowKind.FLOW
    allowed = (is_flow & any_sign[np.where(is_flow, forms.index, -1)]) | (forms.row_kind == RowKind.WRONG)
    told = np.flatnonzero(negative & ~allowed[rows.pattern])
    yield from cells.problems_at(
        told, "The amount is negative.", "Write what is used, as a positive number.", "amount", "negative"
    )
