"""Columns of a table as small integers and floats: each distinct text is looked at once, never once per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column: `categories[codes]` gives it back."""

    codes: Codes
    categories: tuple[str, ...]


def text_of(value: Any) -> str:
    """Text of a cell: a whole number from a workbook without `.0`, nothing as the empty text.

    Examples
    --------
    >>> text_of(2024.0), text_of(None), text_of(" dyeing "), text_of(float("nan"))
    ('2024', '', 'dyeing', '')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def encode(values: Sequence[Any] | Coded) -> Coded:
    """Code a column of texts, in the order in which they first appear.

    Examples
    --------
    >>> encode(["dyeing", "weaving", "dyeing"])
    Coded(codes=array([0, 1, 0]), categories=('dyeing', 'weaving'))
    """
    if isinstance(values, Coded):
        return values
    raw: dict[Any, int] = dict.fromkeys(values, 0)
    texts: dict[str, int] = {}
    for value in raw:
        raw[value] = texts.setdefault(text_of(value), len(texts))
    codes = np.fromiter(map(raw.__getitem__, values), dtype=np.int64, count=len(values))
    return Coded(codes, tuple(texts))


def numbers(values: Sequence[Any] | NDArray[Any]) -> tuple[Array, NDArray[np.bool_]]:
    """Numbers of a column, NaN where the cell is empty, and which cells hold something that is no finite number.

    Examples
    --------
    >>> amounts, wrong = numbers(["1.5", "", "abc", 2])
    >>> amounts
    array([1.5, nan, nan, 2. ])
    >>> wrong
    array([False, False,  True, False])
    """
    array = np.asarray(values)
    if array.dtype.kind in "fiu":
        floats = array.astype(np.float64)
        return floats, np.isinf(floats)
    column = encode(list(values))
    blank = np.array([text == "" for text in column.categories])
    distinct = _floats(column.categories)
    floats = distinct[column.codes]
    return np.where(np.isfinite(floats), floats, np.nan), ~np.isfinite(floats) & ~blank[column.codes]


def _floats(texts: tuple[str, ...]) -> Array:
    try:
        return np.array([text or "nan" for text in texts], dtype=np.str_).astype(np.float64)
    except ValueError:
        return np.array([_float(text) for text in texts])


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def combine(*codes: Codes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Distinct combinations of codes: the first row of each, and each row's combination.

    Examples
    --------
    >>> combine(np.array([0, 1, 0]), np.array([2, 2, 2]))
    (array([0, 1]), array([0, 1, 0]))
    """
    key = np.zeros(len(codes[0]), dtype=np.int64)
    for column in codes:
        span = int(column.max(initial=0)) + 2
        if key.max(initial=0) > np.iinfo(np.int64).max // span - 1:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        key = key * span + (column + 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)
