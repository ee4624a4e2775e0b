"""Sums by index, plain and exactly rounded."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray, IntArray
from textile_pcf.columns import Categorical, group_rows


def sum_by(index: NDArray[np.integer[Any]], amounts: FloatArray, size: int) -> FloatArray:
    """Return the sum of the amounts of each index, in their order.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
    amounts : ndarray of float, shape (n,)
    size : int
        Number of sums.

    Examples
    --------
    >>> sum_by(np.array([1, 1, 0]), np.array([1.0, 2.0, 4.0]), 3).tolist()
    [4.0, 3.0, 0.0]
    """
    return np.asarray(np.bincount(index, weights=amounts, minlength=size), dtype=np.float64)


def exact_sums(index: NDArray[np.integer[Any]], amounts: FloatArray, size: int) -> list[float]:
    """Return the sum of the amounts of each index, rounded once: their order does not matter.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
    amounts : ndarray of float, shape (n,)
    size : int
        Number of sums.

    Examples
    --------
    >>> exact_sums(np.array([0, 0, 0]), np.array([1e16, 1.0, -1e16]), 2)
    [1.0, 0.0]
    """
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index, minlength=size)).tolist()
    values = amounts[order].tolist()
    return [math.fsum(values[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def groups_in_order(*columns: NDArray[np.integer[Any]] | Categorical) -> tuple[IntArray, IntArray]:
    """Group rows by the combination of their codes, and number the groups in the order of their first row.

    Parameters
    ----------
    *columns : ndarray of int or Categorical, shape (rows,)

    Returns
    -------
    first : ndarray of int, shape (groups,)
        First row of each group, ascending.
    group : ndarray of int, shape (rows,)

    Examples
    --------
    >>> groups_in_order(np.array([5, 2, 5]))
    (array([0, 1]), array([0, 1, 0]))
    """
    first, group = group_rows(*columns)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[group]
