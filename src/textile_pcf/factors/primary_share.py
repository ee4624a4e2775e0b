"""The column `primary_data_share` of a factor table: what part of a supplier's footprint rests on primary data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message


def part_of_one(text: str) -> float:
    """Return a part that is written as a number of 0 to 1 or as a percentage; NaN if it is neither. [1]

    Examples
    --------
    >>> part_of_one("0.6"), part_of_one("60 %"), part_of_one("60")
    (0.6, 0.6, nan)
    """
    number = text.strip().replace("％", "%")
    percent = number.endswith("%")
    try:
        value = float(number.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        return math.nan
    return value if 0 <= value <= 1 else math.nan


def primary_shares(texts: Sequence[str]) -> FloatArray:
    """Return the share of primary data of each row, shape (rows,); 0 where none is stated. [1]"""
    values = {text: part_of_one(text) if text else 0.0 for text in dict.fromkeys(texts)}
    return np.nan_to_num(np.array([values[text] for text in texts], dtype=np.float64))


def check_primary_shares(texts: Sequence[str], cells: Table) -> Iterator[Problem]:
    """Yield a problem for each share of primary data that is neither a part nor a percentage."""
    for row, text in enumerate(texts):
        if text and math.isnan(part_of_one(text)):
            what = Message("{text!r} is no share of primary data.", text=text[:60])
            cure = "Write a part such as 0.6, or a percentage such as 60 %."
            yield Problem(f"{cells.location(row, 'primary_data_share')} (primary_data_share)", what, cure, code="pds")
