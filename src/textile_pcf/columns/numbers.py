"""Parsing of number columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns.arrow_strings import ArrowStrings
from textile_pcf.columns.categorical import Categorical, factorize
from textile_pcf.columns.cells import IS_NUMBER_BYTE, IS_NUMBER_CODE, MAX_NUMBER_LENGTH, NUMBER_CHARACTERS, VECTOR_LENGTH


def parse_numbers(values: Sequence[Any] | NDArray[Any]) -> tuple[FloatArray, BoolArray]:
    """Parse the cells of a number column.

    Parameters
    ----------
    values : sequence, ndarray or Categorical, shape (rows,)
        Numbers and texts.

    Returns
    -------
    numbers : ndarray of float, shape (rows,)
        NaN where the cell is empty or no number.
    invalid : ndarray of bool, shape (rows,)
        Whether the cell is neither empty nor a finite number.

    Notes
    -----
    Infinite floats stay in `numbers`, marked as invalid. A text such as `1e-400`, of which a float would make 0, is invalid.

    Examples
    --------
    >>> amounts, invalid = parse_numbers(["1.5", "", "abc", 2])
    >>> amounts
    array([1.5, nan, nan, 2. ])
    >>> invalid
    array([False, False,  True, False])
    """
    if isinstance(values, list):
        types = set(map(type, values))
        if types == {str}:
            return _parse_texts(values)
        array = np.asarray(_empty_to_nan(values) if types == {float, str} else values)
    elif isinstance(values, Categorical):
        floats, invalid = _parse_texts(list(values.categories))
        return floats[values.codes], invalid[values.codes]
    elif isinstance(values, ArrowStrings):
        return _parse_arrow(values)
    else:
        array = np.asarray(values)
    if array.dtype.kind in "fiu":
        floats = array.astype(np.float64, copy=False)
        return floats, np.isinf(floats)
    column = factorize(list(values))  # cells of a workbook: numbers and texts
    floats, invalid = _parse_texts(list(column.categories))
    return floats[column.codes], invalid[column.codes]


def _parse_arrow(texts: ArrowStrings) -> tuple[FloatArray, BoolArray]:
    """Parse texts by pyarrow if all of them are numbers or empty, as `_parse_texts` does, in a tenth of the time."""
    import pyarrow as pa
    from pyarrow import compute

    data, lengths = texts.bytes()
    empty = lengths == 0
    if IS_NUMBER_BYTE[data].all() and lengths.max(initial=0) <= VECTOR_LENGTH:
        cells = compute.if_else(pa.array(empty), None, texts.array) if empty.any() else texts.array
        try:
            floats = cells.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:  # not a number, or one that pyarrow does not know, such as +1
            return _parse_texts(list(texts))
        zeros = np.flatnonzero(floats == 0)
        too_small = bool(len(zeros)) and any(map(is_too_small, texts.array.take(pa.array(zeros)).unique().to_pylist()))
        if np.isfinite(floats).sum() == len(floats) - empty.sum() and not too_small:
            return np.array(floats), np.zeros(len(floats), dtype=bool)
    return _parse_texts(list(texts))


def _empty_to_nan(values: list[Any]) -> list[Any]:
    """Replace the texts among floats by NaN if all of them are empty; otherwise return the cells unchanged."""
    if {value for value in values if type(value) is str} == {""}:
        return [np.nan if value == "" else value for value in values]
    return values


def _parse_texts(texts: list[str]) -> tuple[FloatArray, BoolArray]:
    """Parse texts that consist of ASCII digits, a point, signs and an exponent; others are invalid."""
    longest = max(map(len, texts), default=0)
    if longest > VECTOR_LENGTH or "\0" in "".join(texts):  # numpy pads all to one length, and drops a final NUL
        floats = np.array([_float(text) for text in texts], dtype=np.float64)
        return floats, np.isnan(floats) & (np.array(list(map(len, texts)), dtype=np.int64) > 0)
    array = np.array(texts or [""], dtype=np.str_)[: len(texts)]
    code_points = array.view(np.uint32).reshape(len(array), array.itemsize // 4)
    is_number_text = IS_NUMBER_CODE.take(code_points, mode="clip").all(axis=1)
    if not is_number_text.all():
        array = np.where(is_number_text, array, "")
    blank = array == ""
    try:
        floats = np.where(blank, "nan", array).astype(np.float64)
    except ValueError:
        floats = np.array([_float(text) for text in array.tolist()])
    floats[~np.isfinite(floats)] = np.nan
    zeros = np.flatnonzero(floats == 0)
    too_small = [text for text in sorted(set(array[zeros].tolist())) if is_too_small(text)]
    if too_small:
        floats[zeros[np.isin(array[zeros], too_small)]] = np.nan
    return floats, np.isnan(floats) & ~(blank & is_number_text)


def _float(text: str) -> float:
    """Parse a number in ASCII digits, NaN for any other text: `float` also accepts other digits, `1_000` and `nan`."""
    try:
        number = float(text) if NUMBER_CHARACTERS.issuperset(text) and len(text) <= MAX_NUMBER_LENGTH else np.nan
    except ValueError:
        return np.nan
    return number if np.isfinite(number) and not (number == 0 and is_too_small(text)) else np.nan


def is_too_small(text: str) -> bool:
    """Return whether a text that `float` reads as 0 is no zero: it has another digit before its exponent.

    Examples
    --------
    >>> is_too_small("1e-400"), is_too_small("0.0e-400"), is_too_small("-0")
    (True, False, False)
    """
    return len(text) > 1 and text.lower().partition("e")[0].strip("+-.0") != ""
