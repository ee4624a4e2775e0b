"""Dense renumbering of integer codes: first rows, runs, places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, Scalar

DENSE = 1 << 16  # combinations that are counted in a table even where there are fewer rows
SHORT = 1 << 31  # combinations that 32 bits can count
HEAD = 1 << 16  # rows that are looked at first for what all of them say
WIDE = 8  # as many times the rows may there be combinations to be counted in a table, not sorted


def run_starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Where runs of equal values begin.

    Examples
    --------
    >>> run_starts(np.array([7, 7, 3, 7]))
    array([0, 2, 3])
    """
    starts = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=starts[1:])
    return np.flatnonzero(starts)


def take(table: NDArray[Scalar], places: NDArray[np.integer[Any]]) -> NDArray[Scalar]:
    """`table[places]`, fast, for places that are known to lie inside and not to be negative.

    numpy takes by indices of another width ten times as slowly as it widens them.
    """
    return table.take(places.astype(np.intp, copy=False), mode="clip")


def dense_groups(key: NDArray[np.integer[Any]], span: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First row of each distinct key below `span`, in the order of the keys, and each row's place among them.

    What rows say is mostly said by the first of them already: only the others are marked one by one.
    """
    rows = len(key)
    if span > max(DENSE, WIDE * rows):
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return first, place.reshape(-1).astype(np.intp, copy=False)
    key = key.astype(np.intp, copy=False)
    seen = np.zeros(span, dtype=bool)
    marked = np.arange(min(rows, HEAD))
    seen[key[: len(marked)]] = True
    there, place = _group_numbers(seen, key)
    if rows > len(marked) and place.item(place.argmin()) < 0:
        late = np.flatnonzero(place < 0)
        seen[key[late]] = True
        there, place = _group_numbers(seen, key)
        marked = np.append(marked, late)
    first = np.empty(len(there), dtype=np.intp)
    first[place[marked[::-1]]] = marked[::-1]  # the first row of a key is written last
    return first, place.astype(np.intp)


def _group_numbers(seen: BoolArray, key: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.integer[Any]]]:
    """Keys that were seen, and the place of each row's key among them; -1 where it was not."""
    there = np.flatnonzero(seen)
    place = np.full(len(seen), -1, dtype=np.int32)
    place[there] = np.arange(len(there))
    return there, take(place, key)
