"""The column `primary_data_share` of a factor table: what part of a supplier's footprint rests on primary data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factors.spreads import primary_share
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message


def primary_shares(texts: Sequence[str]) -> FloatArray:
    """Return the share of primary data of each row, shape (rows,); 0 where none is stated. [1]

    Examples
    --------
    >>> primary_shares(["0.6", "", "60 %"])
    array([0.6, 0. , 0.6])
    """
    values = {text: (primary_share(text) or 0.0) if text else 0.0 for text in dict.fromkeys(texts)}
    return np.array([values[text] for text in texts], dtype=np.float64)


def check_primary_shares(texts: Sequence[str], cells: Table) -> Iterator[Problem]:
    """Yield a problem for each share of primary data that is neither a part nor a percentage."""
    for row, text in enumerate(texts):
        if text and primary_share(text) is None:
            what = Message("The primary data share {text!r} is neither a part nor a percentage.", text=text[:60])
            cure = "Write a part such as 0.6, or a percentage such as 60 %."
            yield Problem(f"{cells.location(row, 'primary_data_share')} (primary_data_share)", what, cure, code="pds")
