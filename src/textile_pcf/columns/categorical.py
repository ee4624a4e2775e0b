"""Text columns as codes and categories: each distinct text is looked at once, never once per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import IntArray
from textile_pcf.columns.arrow_strings import ArrowStrings
from textile_pcf.columns.cells import cell_text
from textile_pcf.columns.codes import WIDE, dense_groups, run_starts


@dataclass(frozen=True, slots=True, eq=False)
class Categorical:
    """A text column: `categories[codes]` gives it back. IntArray are of 32 bits where a file keeps them so, else of 64.

    Where it is `ordered`, its categories are those that it has, in the order in which they first appear.
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
    """Code a column of texts, in the order in which they first appear.

    Examples
    --------
    >>> factorize(["dyeing", "weaving", "dyeing"])
    Coded(codes=array([0, 1, 0]), categories=('dyeing', 'weaving'))
    """
    if isinstance(values, Categorical):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        distinct, codes = _distinct_numbers(values)
        return replace(recode(codes, distinct.tolist()), ordered=True)
    raw: dict[Any, int] = dict.fromkeys(values, 0)
    texts: dict[str, int] = {}
    for value in raw:
        raw[value] = texts.setdefault(cell_text(value), len(texts))
    codes = np.fromiter(map(raw.__getitem__, values), dtype=np.int64, count=len(values))
    return Categorical(codes, tuple(texts), ordered=True)


def _distinct_numbers(values: NDArray[Any]) -> tuple[NDArray[Any], IntArray]:
    """Distinct numbers in the order in which they first appear, and the code of each row."""
    starts = run_starts(values)  # rows of a kind stand together
    seen = values[starts]
    whole = len(seen) and values.dtype.kind in "iu"
    low, high = (int(seen.min()), int(seen.max())) if whole else (0, 0)
    if whole and high - low < WIDE * len(seen):
        first, codes = dense_groups((seen - low).astype(np.intp), high - low + 1)
    else:
        _, first, codes = np.unique(seen, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    lengths = np.diff(np.append(starts, len(values)))
    return seen[first[order]], np.repeat(rank[codes.reshape(-1)], lengths)


def recode(codes: NDArray[np.integer[Any]], values: Sequence[Any]) -> Categorical:
    """A column that is coded already, its values as stripped texts: equal ones share a code.

    Examples
    --------
    >>> recode(np.array([2, 0, 1]), ["dyeing ", "weaving", "dyeing"])
    Coded(codes=array([0, 0, 1]), categories=('dyeing', 'weaving'))
    """
    stripped = tuple(values) if _bare(values) else tuple(map(cell_text, values))
    if len(set(stripped)) == len(stripped):
        return Categorical(codes if codes.dtype == np.int32 else codes.astype(np.int64, copy=False), stripped)
    texts: dict[str, int] = {}
    places = [texts.setdefault(text, len(texts)) for text in stripped]
    return Categorical(np.array(places, dtype=np.int64)[codes], tuple(texts))


def _bare(values: Sequence[Any]) -> bool:
    """Whether all are texts, none with anything that could be stripped: found out for all of them at once."""
    if set(map(type, values)) != {str}:
        return False
    joined = "".join(values)
    return joined.isascii() and joined.isprintable() and " " not in joined


def by_first_appearance(column: Categorical) -> Categorical:
    """The same column, its categories in the order in which they first appear, those that no row has left out.

    Examples
    --------
    >>> by_first_appearance(Categorical(np.array([2, 2, 0]), ("a", "b", "c")))
    Coded(codes=array([0, 0, 1]), categories=('c', 'a'))
    """
    if column.ordered:
        return column
    codes, count = column.codes, len(column.categories)
    starts = run_starts(codes)
    seen = codes[starts]
    if len(seen) == count and np.array_equal(seen, np.arange(count)):
        return replace(column, ordered=True)
    first = np.full(count, len(codes), dtype=np.int64)
    first[seen[::-1]] = starts[::-1]
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(codes)))]
    place = np.zeros(count, dtype=np.int64)
    place[order] = np.arange(len(order))
    told = column.categories
    return Categorical(
        place[codes], told.take(order) if isinstance(told, ArrowStrings) else tuple(told[code] for code in order), True
    )
