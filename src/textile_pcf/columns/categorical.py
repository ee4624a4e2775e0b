"""Categorical text columns: codes and categories, as in pandas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf._frozen import quick_init
from textile_pcf.arrays import IntArray
from textile_pcf.columns.arrow_strings import ArrowStrings
from textile_pcf.columns.cells import cell_text
from textile_pcf.columns.codes import WIDE, dense_groups, run_starts


@quick_init
@dataclass(frozen=True, eq=False)
class Categorical:
    """Text column stored as codes and categories: the text of a row is `categories[codes[row]]`.

    Attributes
    ----------
    codes : ndarray of int32 or int64, shape (rows,)
        Category of each row; 32 bits if the file stores 32 bits.
    categories : tuple of str or ArrowStrings
        Distinct texts.
    ordered : bool
        Whether all categories occur, and in the order of their first row.
    """

    codes: IntArray
    categories: tuple[str, ...] | ArrowStrings
    ordered: bool = field(default=False, repr=False)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Categorical | list | tuple) else NotImplemented

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.categories[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        return map(tuple(self.categories).__getitem__, self.codes.tolist())


def factorize(values: Sequence[Any] | Categorical) -> Categorical:
    """Encode a column as a categorical, with categories in the order of their first row.

    Parameters
    ----------
    values : sequence, ndarray or Categorical, shape (rows,)
        Cells, converted by `cell_text`. A categorical is returned unchanged.

    Returns
    -------
    Categorical

    Examples
    --------
    >>> factorize(["dyeing", "weaving", "dyeing"])
    Categorical(codes=array([0, 1, 0]), categories=('dyeing', 'weaving'))
    """
    if isinstance(values, Categorical):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        distinct, codes = _distinct_numbers(values)
        return replace(recode(codes, distinct.tolist()), ordered=True)
    raw = defaultdict[Any, int](count().__next__)
    codes = np.fromiter(map(raw.__getitem__, values), dtype=np.int64, count=len(values))
    is_text = set(map(type, raw)) == {str}
    stripped = list(map(str.strip if is_text else cell_text, raw))
    if is_text and stripped == list(raw):
        return Categorical(codes, tuple(stripped), ordered=True)
    texts = dict(zip(dict.fromkeys(stripped), count(), strict=False))
    return Categorical(np.array([*map(texts.__getitem__, stripped)], dtype=np.int64)[codes], tuple(texts), ordered=True)


def _distinct_numbers(values: NDArray[Any]) -> tuple[NDArray[Any], IntArray]:
    """Return the distinct numbers in the order of their first row, and the code of each row."""
    starts = run_starts(values)  # equal rows are often consecutive
    heads = values[starts]
    is_integer = len(heads) and values.dtype.kind in "iu"
    low, high = (int(heads.min()), int(heads.max())) if is_integer else (0, 0)
    if is_integer and high - low < WIDE * len(heads):
        first, codes = dense_groups((heads - low).astype(np.intp), high - low + 1)
    else:
        _, first, codes = np.unique(heads, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    lengths = np.diff(np.append(starts, len(values)))
    return heads[first[order]], np.repeat(rank[codes.reshape(-1)], lengths)


def recode(codes: NDArray[np.integer[Any]], values: Sequence[Any]) -> Categorical:
    """Build a categorical from codes and category values, merging values with the same text.

    Parameters
    ----------
    codes : ndarray of int, shape (rows,)
        Index into `values`.
    values : sequence
        Categories, converted by `cell_text`.

    Returns
    -------
    Categorical

    Examples
    --------
    >>> recode(np.array([2, 0, 1]), ["dyeing ", "weaving", "dyeing"])
    Categorical(codes=array([0, 0, 1]), categories=('dyeing', 'weaving'))
    """
    stripped = tuple(values) if _need_no_strip(values) else tuple(map(cell_text, values))
    if len(set(stripped)) == len(stripped):
        return Categorical(codes if codes.dtype == np.int32 else codes.astype(np.int64, copy=False), stripped)
    texts: dict[str, int] = {}
    new_codes = [texts.setdefault(text, len(texts)) for text in stripped]
    return Categorical(np.array(new_codes, dtype=np.int64)[codes], tuple(texts))


def _need_no_strip(values: Sequence[Any]) -> bool:
    """Return whether all values are strings of printable ASCII without spaces."""
    if set(map(type, values)) != {str}:
        return False
    joined = "".join(values)
    return joined.isascii() and joined.isprintable() and " " not in joined


def by_first_appearance(column: Categorical) -> Categorical:
    """Reorder the categories by their first row, and drop those that do not occur.

    Parameters
    ----------
    column : Categorical

    Returns
    -------
    Categorical
        With the same texts and `ordered` True.

    Examples
    --------
    >>> by_first_appearance(Categorical(np.array([2, 2, 0]), ("a", "b", "c")))
    Categorical(codes=array([0, 0, 1]), categories=('c', 'a'))
    """
    if column.ordered:
        return column
    codes, count = column.codes, len(column.categories)
    starts = run_starts(codes)
    heads = codes[starts]
    if len(heads) == count and np.array_equal(heads, np.arange(count)):
        return replace(column, ordered=True)
    first = np.full(count, len(codes), dtype=np.int64)
    first[heads[::-1]] = starts[::-1]
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(codes)))]
    new_code = np.zeros(count, dtype=np.int64)
    new_code[order] = np.arange(len(order))
    old = column.categories
    categories = old.take(order) if isinstance(old, ArrowStrings) else tuple(old[code] for code in order)
    return Categorical(new_code[codes], categories, True)
