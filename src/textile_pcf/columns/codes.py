"""Integer codes: runs of equal values, and dense renumbering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, Scalar

DENSE = 1 << 16  # key ranges up to this size always use a lookup table
SHORT = 1 << 31  # number of values of a non-negative int32
BLOCK = 1 << 16  # rows that are worked on at a time, so that temporary arrays stay in the caches
HEAD = 1 << 16  # rows that are marked first, as they hold most keys
WIDE = 8  # longer key ranges use a lookup table up to this many times the number of rows, else they are sorted


def run_starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return the index of the first element of each run of equal values.

    Parameters
    ----------
    values : ndarray, shape (n,)

    Returns
    -------
    ndarray of intp

    Examples
    --------
    >>> run_starts(np.array([7, 7, 3, 7]))
    array([0, 2, 3])
    """
    starts = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=starts[1:])
    return np.flatnonzero(starts)


def take(table: NDArray[Scalar], indices: NDArray[np.integer[Any]]) -> NDArray[Scalar]:
    """Return `table[indices]` without checking the indices.

    Narrow indices are widened first: numpy indexes ten times as slowly with integers of another width.

    Parameters
    ----------
    table : ndarray, shape (m, ...)
    indices : ndarray of int, shape (n,)
        From 0 to m - 1.

    Returns
    -------
    ndarray, shape (n, ...)

    Examples
    --------
    >>> take(np.array([10.0, 20.0]), np.array([1, 0, 1]))
    array([20., 10., 20.])
    """
    return table.take(indices.astype(np.intp, copy=False), mode="clip")


def distinct_codes(codes: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return the distinct codes, ascending, as `np.unique` does, which sorts and takes ten times as long for few.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        0 or more; the largest is about as large as what they are codes of.

    Returns
    -------
    ndarray of intp

    Examples
    --------
    >>> distinct_codes(np.array([3, 1, 3]))
    array([1, 3])
    """
    return np.bincount(codes).nonzero()[0]


def dense_groups(key: NDArray[np.integer[Any]], span: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Number the distinct keys in ascending order.

    Most keys occur in the first `HEAD` rows, so those are marked first, and then only rows with other keys.

    Parameters
    ----------
    key : ndarray of int, shape (rows,)
        From 0 to `span` - 1.
    span : int

    Returns
    -------
    first : ndarray of intp, shape (groups,)
        First row of each distinct key.
    group : ndarray of intp, shape (rows,)
        Number of the key of each row.

    Examples
    --------
    >>> dense_groups(np.array([5, 2, 5]), 6)
    (array([1, 0]), array([1, 0, 1]))
    """
    rows = len(key)
    if span > max(DENSE, WIDE * rows):
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        return first, group.reshape(-1).astype(np.intp, copy=False)
    occurs = np.zeros(span, dtype=bool)
    marked = np.arange(min(rows, HEAD))
    occurs[key[: len(marked)]] = True
    keys, group = _group_numbers(occurs, key)
    if rows > len(marked) and group.item(group.argmin()) < 0:
        late = np.flatnonzero(group < 0)
        occurs[key[late]] = True
        keys, group = _group_numbers(occurs, key)
        marked = np.append(marked, late)
    first = np.empty(len(keys), dtype=np.intp)
    first[group[marked[::-1]]] = marked[::-1]  # the first row of a key is written last
    return first, group


def _group_numbers(occurs: BoolArray, key: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the keys that occur, and the number of each row's key among them; -1 if it is not marked."""
    keys = np.flatnonzero(occurs)
    number, group = np.full(len(occurs), -1, dtype=np.intp), np.empty(len(key), dtype=np.intp)
    number[keys] = np.arange(len(keys))
    for start in range(0, len(key), BLOCK):  # a block is widened in the caches
        part = key[start : start + BLOCK].astype(np.intp, copy=False)
        number.take(part, out=group[start : start + BLOCK], mode="clip")
    return keys, group
