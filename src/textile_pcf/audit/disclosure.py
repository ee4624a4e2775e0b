"""What published sums give away of masked factors: linear equations, and whether they determine one of the unknowns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.headline import includes_removals
from textile_pcf.rules.arrays import rule_arrays

RANK = 1e-13
"""Singular values below this part of the largest are rounding; sums are published with all their digits. [1]"""
FREE = 1e-6
"""An unknown that varies by less than this among all solutions is determined. [1]"""
COUNTED_APART = len(SPLIT) + 1
"""Part of removals that the total does not count."""
REMOVALS = [SPLIT.index("biogenic"), SPLIT.index("uptake")]


class Unknowns(NamedTuple):
    """Parts of masked factors that a reader does not know.

    Attributes
    ----------
    line : ndarray, shape (terms,)
        Line of each term.
    column : ndarray, shape (terms,)
        Unknown of each term: a part of a masked row.
    part : ndarray, shape (terms,)
        Part of the emissions: index of fossil, biogenic, uptake, land use change; 4 is aircraft, 5 removals.
    amount : ndarray, shape (terms,)
        Amount of the line. [unit per product unit]
    row : ndarray, shape (unknowns,)
        Masked row of each unknown; parts of one row belong together.
    """

    line: IndexArray
    column: IndexArray
    part: IndexArray
    amount: FloatArray
    row: IndexArray


def unknowns(result: Footprint, row: IndexArray) -> Unknowns:
    """Return the unknowns of a result: each part that is not zero of each masked row, aircraft included.

    Removals are a part of their own where the total does not count them: the other headline figure shows them.

    Parameters
    ----------
    result : Footprint
    row : ndarray, shape (lines,)
        Masked row of each line; -1 if it is not masked.
    """
    inventory = result.inventory
    values = inventory.split_values[inventory.value_index]
    removals = np.where(includes_removals(result), 0.0, inventory.removals_by_line)
    line, part = np.nonzero((row >= 0)[:, None] & (np.column_stack([values, removals]) != 0))
    keys, column = np.unique(np.stack([row[line], part], axis=1), axis=0, return_inverse=True)
    terms = Unknowns(line, column.reshape(-1), part, inventory.amount[line], keys[:, 0])
    return _with_balances(result, terms)


def _with_balances(result: Footprint, terms: Unknowns) -> Unknowns:
    """Add the terms of balances of biogenic carbon: their uptake is less by what masked lines carry."""
    inventory = result.inventory
    if inventory.balance is None:
        return terms
    carrying, part = (REMOVALS, SPLIT.index("uptake")) if includes_removals(result) else ([COUNTED_APART], COUNTED_APART)
    balance = np.full(len(result.products), -1, dtype=np.intp)
    rows = inventory.balance.rows[~np.isnan(inventory.balance.leaves)]
    balance[inventory.product[rows]] = rows
    balanced = rule_arrays(inventory.activity.rules).flow_balanced[inventory.flow[terms.line]]
    carried = balanced & np.isin(terms.part, carrying) & (balance[inventory.product[terms.line]] >= 0)
    of_balance = balance[inventory.product[terms.line[carried]]]
    return Unknowns(
        np.concatenate([terms.line, of_balance]),
        np.concatenate([terms.column, terms.column[carried]]),
        np.concatenate([terms.part, np.full(len(of_balance), part)]),
        np.concatenate([terms.amount, -terms.amount[carried]]),
        terms.row,
    )


def equation(terms: Unknowns, lines: BoolArray, parts: Sequence[int]) -> FloatArray:
    """Return the coefficients of a published sum over some lines and parts, shape (unknowns,)."""
    chosen = lines[terms.line] & np.isin(terms.part, parts)
    sums = np.bincount(terms.column[chosen], weights=terms.amount[chosen], minlength=len(terms.row))
    return np.asarray(sums, dtype=np.float64)


def determined(equations: FloatArray, row: IndexArray) -> BoolArray:
    """Return which masked rows the equations determine: one of their parts, or their sum; shape (rows,).

    Parameters
    ----------
    equations : ndarray, shape (equations, columns)
        Coefficients; further columns than `row` are unknowns of other kinds.
    row : ndarray, shape (unknowns,)
        Masked row of each of the first columns.

    Examples
    --------
    >>> two_in_one_sum = np.array([[2.0, 3.0]])
    >>> determined(two_in_one_sum, np.array([0, 1])).tolist()
    [False, False]
    >>> determined(np.vstack([two_in_one_sum, [1.0, 4.0]]), np.array([0, 1])).tolist()
    [True, True]
    """
    rows = int(row.max(initial=-1)) + 1
    found = np.zeros(rows, dtype=bool)
    equations = equations[np.abs(equations).any(axis=1)]
    if not len(equations) or not rows:
        return found
    size = np.abs(equations).max(axis=0)
    used = np.flatnonzero(size)
    scaled = equations[:, used] / size[used]
    scaled /= np.abs(scaled).max(axis=1, keepdims=True)
    _, singular, basis = np.linalg.svd(np.linalg.qr(scaled, mode="r"))
    free = basis[np.count_nonzero(singular > RANK * singular[0]) :]  # solutions of the homogeneous equations
    for number in range(rows):
        own = np.flatnonzero((used < len(row)) & np.isin(used, np.flatnonzero(row == number)))
        tests = [free[:, column] for column in own]
        if len(own) > 1:
            weight = 1 / size[used[own]]
            tests.append(free[:, own] @ (weight / np.abs(weight).max()))
        found[number] = any(np.abs(test).max(initial=0.0) < FREE for test in tests)
    return found
