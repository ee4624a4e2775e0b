"""Numbers of a column, and which cells hold none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns.categorical import Categorical, factorize
from textile_pcf.columns.cells import LONG, LONGEST, OF_NUMBERS, PLAIN_NUMBER


def parse_numbers(values: Sequence[Any] | NDArray[Any]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Numbers of a column, NaN where the cell is empty, and which cells hold something that is no finite number.

    Examples
    --------
    >>> amounts, wrong = parse_numbers(["1.5", "", "abc", 2])
    >>> amounts
    array([1.5, nan, nan, 2. ])
    >>> wrong
    array([False, False,  True, False])
    """
    if isinstance(values, Categorical):
        floats, wrong = _parse_texts(list(values.categories))
        return floats[values.codes], wrong[values.codes]
    if isinstance(values, list) and set(map(type, values)) == {str}:
        return _parse_texts(values)
    array = np.asarray(_gaps_as_nan(values) if isinstance(values, list) else values)
    if array.dtype.kind in "fiu":
        floats = array.astype(np.float64, copy=False)
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.isfinite(np.add.reduce(floats))  # no sum of anything infinite or NaN is
        return floats, np.zeros(len(floats), dtype=bool) if finite else np.isinf(floats)
    column = factorize(list(values))  # a workbook's cells: numbers and texts
    floats, wrong = _parse_texts(list(column.categories))
    return floats[column.codes], wrong[column.codes]


def _gaps_as_nan(values: list[Any]) -> list[Any]:
    """NaN for what is empty, where all other cells are floats; else the cells as they are."""
    kinds = set(map(type, values))
    if kinds == {float, str} and {value for value in values if type(value) is str} == {""}:
        return [np.nan if value == "" else value for value in values]
    return values


def _parse_texts(texts: list[str]) -> tuple[FloatArray, BoolArray]:
    """Numbers in texts, and which texts are none: only plain digits, a point, signs and an exponent make a number."""
    if max(map(len, texts), default=0) > LONG or "\0" in "".join(texts):  # numpy would make all as long, and drop a last NUL
        found = np.array([_float(text) for text in texts], dtype=np.float64)
        return found, np.isnan(found) & (np.array(list(map(len, texts)), dtype=np.int64) > 0)
    array = np.array(texts or [""], dtype=np.str_)[: len(texts)]
    signs = array.view(np.uint32).reshape(len(array), array.itemsize // 4)
    plain = OF_NUMBERS.take(signs, mode="clip").all(axis=1)
    if not plain.all():
        array = np.where(plain, array, "")
    blank = array == ""
    try:
        floats = np.where(blank, "nan", array).astype(np.float64)
    except ValueError:
        floats = np.array([_float(text) for text in array.tolist()])
    floats[~np.isfinite(floats)] = np.nan
    return floats, np.isnan(floats) & ~(blank & plain)


def _float(text: str) -> float:
    """A number in plain digits, NaN where a text is none: `float` takes other digits, `1_000` and `nan` too."""
    try:
        number = float(text) if PLAIN_NUMBER.issuperset(text) and len(text) <= LONGEST else np.nan
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan
