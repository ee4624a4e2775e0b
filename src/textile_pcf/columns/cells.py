"""Text of a cell, and a cell as a message shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LONGEST_SHOWN = 80  # characters of a cell that a message shows
LONG, LONGEST = 40, 400  # characters of texts that are read at once, and of a number at all
PLAIN_NUMBER = frozenset("0123456789+-.eE")


OF_NUMBERS = np.array([chr(code) in PLAIN_NUMBER or code == 0 for code in range(129)])
"""Whether a sign stands in numbers, by its code; all beyond ASCII do not. 0 fills up shorter texts."""


def cell_text(value: Any) -> str:
    """Text of a cell: a whole number from a workbook without `.0`, nothing as the empty text.

    Examples
    --------
    >>> cell_text(2024.0), text_of(None), text_of(" dyeing "), text_of(float("nan"))
    ('2024', '', 'dyeing', '')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return _written(value, str).strip()


def quoted(value: Any) -> str:
    """A cell as a message shows it: a text in quotes, a number plainly, neither without end.

    Examples
    --------
    >>> quoted("1,5"), shown(np.float64("inf"))
    ("'1,5'", 'inf')
    """
    text = _written(value.item() if isinstance(value, np.generic) else value, repr)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _written(value: Any, written: Callable[[Any], str]) -> str:
    """Text of a value; of a whole number that Python refuses to write because of its length, the way it writes it."""
    try:
        return written(value)
    except ValueError:
        return hex(value)
