"""Amounts of rows in canonical units, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from textile_pcf.activity.columns import Cells
from textile_pcf.activity.row_patterns import Forms, Kind, Rows
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import picked
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import layout

HUGE = "The amount is beyond what can be counted."


def canonical(amounts: FloatArray, rows: Rows) -> FloatArray:
    """Amounts in canonical units, NaN where there is none."""
    with np.errstate(divide="ignore", over="ignore"):
        if rows.inverse:
            return np.where(picked(rows.forms.inverse, rows.form), rows.factor / amounts, amounts * rows.factor)
        return amounts * rows.factor


def counted(amounts: FloatArray, rows: Rows) -> tuple[FloatArray, bool]:
    """Amounts in canonical units, and whether every one is told, finite, and none negative or nothing by its inverse.

    Where none can become too large, as is common, nothing need be guarded against that.
    """
    if not rows.inverse and _least(amounts) >= 0 and _most(amounts) * rows.most < np.inf:
        return amounts * rows.factor, True
    value = canonical(amounts, rows)
    return value, all_told(value)


def all_told(value: FloatArray) -> bool:
    """Whether every amount is told, finite, and none negative or nothing by its inverse: comparisons with NaN are false."""
    return _least(value) >= 0 and _most(value) < np.inf


def _least(value: FloatArray) -> float:
    """The least of numbers, NaN where one is; numpy finds its place faster than itself."""
    return float(value.item(value.argmin()))


def _most(value: FloatArray) -> float:
    return float(value.item(value.argmax()))


def sound(value: FloatArray, cells: Cells) -> bool:
    """The same of every amount that is told. Looks once where all are."""
    if all_told(value):
        return True
    empties = cells.empties
    return empties > 0 and bool(np.count_nonzero((value >= 0) & (value < np.inf)) == len(value) - empties)


def checked(cells: Cells, rules: RuleSet, rows: Rows) -> tuple[Rows, FloatArray, list[Problem]]:
    """Amounts of all rows; those that cannot be counted make their rows wrong."""
    amounts = cells.numbers["amount"]
    value = canonical(amounts, rows)
    problems = list(no_output(cells, rows))
    if sound(value, cells):
        return rows, value, problems
    cure = "Check the amount and its unit."
    too_big = np.isinf(value) & np.isfinite(amounts) & (rows.forms.kind != Kind.WRONG)[rows.form]
    problems += cells.problems_at(np.flatnonzero(too_big), HUGE, cure, "amount", "huge")
    rows = _with_wrong(rows, too_big)
    return rows, value, [*problems, *_signs(cells, rules, rows, amounts < 0)]


def no_output(cells: Cells, rows: Rows) -> Iterator[Problem]:
    """Outputs of a period that are nothing."""
    if not rows.outputs:
        return
    outputs = rows.of_kind(Kind.OUTPUT)
    nothing = outputs[cells.numbers["amount"][outputs] == 0]
    what = "The output of the period is zero."
    yield from cells.problems_at(nothing, what, "Write what the stage gave.", "amount", "zero-output")


def _with_wrong(rows: Rows, wrong: BoolArray) -> Rows:
    """Some rows become wrong whatever their form."""
    if not wrong.any():
        return rows
    forms = rows.forms
    columns = {name: np.append(getattr(forms, name), getattr(forms, name)[0]) for name in Forms.__dataclass_fields__}
    columns["kind"][-1], columns["first"][-1] = Kind.WRONG, np.flatnonzero(wrong)[0]
    return replace(rows, form=np.where(wrong, len(forms.kind), rows.form), forms=Forms(**columns))


def _signs(cells: Cells, rules: RuleSet, rows: Rows, negative: BoolArray) -> Iterator[Problem]:
    """Negative amounts where they make no sense."""
    forms = rows.forms
    any_sign = np.append(layout(rules).flow_any_sign, False)
    is_flow = forms.kind == Kind.FLOW
    allowed = (is_flow & any_sign[np.where(is_flow, forms.index, -1)]) | (forms.kind == Kind.WRONG)
    told = np.flatnonzero(negative & ~allowed[rows.form])
    yield from cells.problems_at(
        told, "The amount is negative.", "Write what is used, as a positive number.", "amount", "negative"
    )
