"""Grouping of rows by combinations of codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns.categorical import Categorical
from textile_pcf.columns.codes import BLOCK, DENSE, SHORT, WIDE, dense_groups

TWO_BYTES = 1 << 15  # number of values of a non-negative int16
FEW = 64  # rows that Python groups faster than numpy, whose calls take longer than their work


def group_rows(*columns: NDArray[np.integer[Any]] | Categorical) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Group rows by the combination of their codes.

    Combinations are numbered with a lookup table; they are sorted only if far more combinations than rows are possible.

    Parameters
    ----------
    *columns : ndarray of int or Categorical, shape (rows,)
        Codes, -1 or more.

    Returns
    -------
    first : ndarray of intp, shape (groups,)
        First row of each group.
    group : ndarray of intp, shape (rows,)
        Group of each row.

    Examples
    --------
    >>> group_rows(np.array([0, 1, 0]), np.array([2, 2, 2]))
    (array([0, 1]), array([0, 1, 0]))
    """
    if len(columns[0]) <= FEW:
        return _group_few(columns)
    rows, span = len(columns[0]), 1
    digits: list[_Digit] = []
    for column in columns:
        if isinstance(column, Categorical):
            codes, low, size = column.codes, 0, len(column.categories)
        else:
            codes, low = column, int(column.min(initial=0))
            size = int(column.max(initial=0)) - low + 1
        if size <= 1:
            continue
        if span > 1 and span * size > max(DENSE, WIDE * rows):
            first, group = dense_groups(_key(digits, rows, span), span)
            digits, span = [_Digit(group, 0, len(first))], len(first)
        digits.append(_Digit(codes, low, size))
        span *= size
    return dense_groups(_key(digits, rows, span), span)


class _Digit(NamedTuple):
    """Codes from `low` to `low + size - 1`, as one digit of a key."""

    codes: NDArray[np.integer[Any]]
    low: int
    size: int


def _key(digits: Sequence[_Digit], rows: int, span: int) -> NDArray[np.integer[Any]]:
    """Return one number from 0 to `span` - 1 per combination of digits, block by block, so that it stays in the caches."""
    key: NDArray[np.integer[Any]] = np.zeros(rows, dtype=np.int32 if span < SHORT else np.int64)
    for start in range(0, rows, BLOCK):
        part = key[start : start + BLOCK]
        for codes, low, size in digits:
            part *= size
            part += codes[start : start + BLOCK].astype(key.dtype, copy=False)  # adding integers of another width is slow
            if low:
                part -= low
    return key


def _group_few(columns: Sequence[NDArray[np.integer[Any]] | Categorical]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Group few rows: the combinations in ascending order, as those of many rows."""
    codes = [(column.codes if isinstance(column, Categorical) else column).tolist() for column in columns]
    keys = list(zip(*codes, strict=True))
    first_row = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))  # the first row is written last
    numbers = {key: number for number, key in enumerate(sorted(first_row))}
    first = np.array([*map(first_row.__getitem__, numbers)], dtype=np.intp)
    return first, np.array([*map(numbers.__getitem__, keys)], dtype=np.intp)


def rows_by_code(codes: NDArray[np.integer[Any]]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Yield each code that occurs, ascending, with its rows, ascending.

    Parameters
    ----------
    codes : ndarray of int, shape (rows,)
        Codes, 0 or more.

    Examples
    --------
    >>> [(code, rows.tolist()) for code, rows in rows_by_code(np.array([2, 0, 2]))]
    [(0, [1]), (2, [0, 2])]
    """
    if not len(codes):
        return
    count = np.bincount(codes)
    narrow = codes.astype(np.int16) if len(count) < TWO_BYTES else codes  # numpy sorts two bytes by counting
    order = narrow.argsort(kind="stable")
    end = count.cumsum()
    for code in count.nonzero()[0].tolist():
        yield code, order[end[code] - count[code] : end[code]]


def equal_pairs(left: NDArray[np.integer[Any]], right: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return every pair of a row of `left` and a row of `right` that have the same code, in the order of `left`, then `right`.

    Parameters
    ----------
    left : ndarray of int, shape (n,)
    right : ndarray of int, shape (m,)
        Ascending.

    Returns
    -------
    ndarray of intp, shape (pairs,)
        Row of `left`.
    ndarray of intp, shape (pairs,)
        Row of `right`.

    Examples
    --------
    >>> equal_pairs(np.array([2, 1, 5]), np.array([1, 2, 2]))
    (array([0, 0, 1]), array([1, 2, 0]))
    """
    start, end = (np.searchsorted(right, left, side=side) for side in ("left", "right"))
    count = end - start
    of_left = np.repeat(np.arange(len(left)), count)
    return of_left, np.arange(len(of_left)) + (start - np.cumsum(count) + count)[of_left]


def duplicated_rows(*columns: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Return the rows whose combination of codes occurs more than once.

    Parameters
    ----------
    *columns : ndarray of int, shape (rows,)
        Codes, 0 or more.

    Returns
    -------
    ndarray of intp

    Examples
    --------
    >>> duplicated_rows(np.array([0, 1, 0, 1]), np.array([0, 0, 0, 1]))
    array([0, 2])
    """
    if not len(columns[0]):
        return np.empty(0, dtype=np.intp)
    key, span = np.asarray(columns[0], dtype=np.int64), int(columns[0].max()) + 1
    for column in columns[1:]:
        size = int(column.max()) + 1
        key = key * size + column
        span *= size
    group = key if span <= max(DENSE, WIDE * len(key)) else dense_groups(key, span)[1]
    occurs = np.zeros(int(group.max()) + 1, dtype=bool)
    occurs[group] = True
    if np.count_nonzero(occurs) == len(group):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((np.bincount(group) > 1)[group])
