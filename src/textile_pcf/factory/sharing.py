"""Share amounts among rows in proportion to numbers, with sums that do not depend on the order. Arrays only."""

from __future__ import annotations

from itertools import pairwise
from math import fsum

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import equal_pairs

EXACT = 1e-9
"""Relative difference from which two sums that must be equal are a fault of the program."""


def sum_by_group(values: FloatArray, group: IndexArray, groups: int) -> FloatArray:
    """Return the sum of the values of each group, correctly rounded, so that the order of the values does not matter.

    Parameters
    ----------
    values : ndarray of float, shape (rows,)
        Finite numbers.
    group : ndarray of intp, shape (rows,)
        Group of each value.
    groups : int
        Number of groups.

    Returns
    -------
    ndarray of float, shape (groups,)
        0 for a group without values.

    Examples
    --------
    >>> sum_by_group(np.array([1e16, 1.0, -1e16, 2.0]), np.array([0, 0, 0, 1]), 3)
    array([1., 2., 0.])
    """
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(groups + 1)).tolist()
    ordered = values[order].tolist()
    sums = (fsum(ordered[start:end]) for start, end in pairwise(edges))
    return np.fromiter(sums, dtype=np.float64, count=groups)


def share_out(totals: FloatArray, numbers: FloatArray, group: IndexArray) -> FloatArray:
    """Share the total of each group among its rows in proportion to a number of each row.

    Parameters
    ----------
    totals : ndarray of float, shape (groups,)
        Amount to be shared.
    numbers : ndarray of float, shape (rows,)
        Non-negative numbers, such as weight times driver. Those of a group must not all be 0.
    group : ndarray of intp, shape (rows,)
        Group of each row.

    Returns
    -------
    ndarray of float, shape (rows,)
        ``total * number / sum of the numbers of the group``. [unit of the totals]

    Examples
    --------
    1,200 MWh for 400 t dyed and 100 t printed, of which a printed tonne takes twice as much:

    >>> share_out(np.array([1200.0]), np.array([1.0, 2.0]) * np.array([400.0, 100.0]), np.array([0, 0]))
    array([800., 400.])
    """
    sums = sum_by_group(numbers, group, len(totals))
    return np.asarray(totals[group] * (numbers / sums[group]), dtype=np.float64)


def rows_of_groups(wanted: IndexArray, group: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Return every pair of a wanted group and a row of it, such as all products of the processes of a plan.

    Parameters
    ----------
    wanted : ndarray of intp, shape (entries,)
        Group that each entry wants.
    group : ndarray of intp, shape (rows,)
        Group of each row.

    Returns
    -------
    entry : ndarray of intp, shape (pairs,)
        Entries in their order, each as often as its group has rows.
    row : ndarray of intp, shape (pairs,)
        Row of each pair, in the order of the rows.

    Examples
    --------
    >>> rows_of_groups(np.array([1, 0]), np.array([0, 1, 0, 1]))
    (array([0, 0, 1, 1]), array([1, 3, 0, 2]))
    """
    order = np.argsort(group, kind="stable")
    entry, place = equal_pairs(wanted, group[order])
    return entry, order[place]


def check_sums(parts: FloatArray, wholes: FloatArray, added: FloatArray, what: str) -> None:
    """Check that sums are equal that must be equal by construction.

    Parameters
    ----------
    parts, wholes : ndarray of float, shape (sums,)
        The sums of the parts, and what they must be.
    added : ndarray of float, shape (sums,)
        Sum of the magnitudes of what was added. Rounding is a part of it, also where the sum itself is next to nothing: a
        site that sells as much as it buys.
    what : str
        Name of the sums, for the message.

    Raises
    ------
    ArithmeticError
        They differ by more than `EXACT`, relative to what was added. It is a fault of the program, never of the input.

    Examples
    --------
    >>> check_sums(np.array([300.0]), np.array([300.0]), np.array([300.0]), "products + remainder = site")
    """
    wrong = ~(np.abs(parts - wholes) <= EXACT * added)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ArithmeticError(f"{what}: {float(parts[first])!r} is not {float(wholes[first])!r}")
