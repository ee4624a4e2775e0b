"""Text of a cell, as it is compared and as messages show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MAX_QUOTED = 80  # characters of a cell in a message
VECTOR_LENGTH = 40  # characters of the longest text that is parsed by numpy
MAX_NUMBER_LENGTH = 400  # characters of a number
NUMBER_CHARACTERS = frozenset("0123456789+-.eE")
IS_NUMBER_CODE = np.array([chr(code) in NUMBER_CHARACTERS or code == 0 for code in range(129)])
"""Whether a code point may occur in a number. Shape (129,); the last one stands for all others, 0 is numpy's padding."""
IS_NUMBER_BYTE = np.array([chr(code) in NUMBER_CHARACTERS for code in range(256)])
"""Whether a byte may occur in a number. Shape (256,)."""


def cell_text(value: Any) -> str:
    """Return the stripped text of a cell; whole numbers are written without `.0`, empty cells as `""`.

    Parameters
    ----------
    value : Any
        None and NaN are empty.

    Returns
    -------
    str

    Examples
    --------
    >>> cell_text(2024.0), cell_text(None), cell_text(" dyeing "), cell_text(float("nan"))
    ('2024', '', 'dyeing', '')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return _format(value, str).strip()


def quoted(value: Any) -> str:
    """Return a cell as messages show it: texts in quotes, long ones cut off.

    Parameters
    ----------
    value : Any

    Returns
    -------
    str

    Examples
    --------
    >>> quoted("1,5"), quoted(np.float64("inf"))
    ("'1,5'", 'inf')
    """
    text = _format(value.item() if isinstance(value, np.generic) else value, repr)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}..."


def _format(value: Any, formatter: Callable[[Any], str]) -> str:
    """Format a value; integers with more digits than Python converts are written in hexadecimal."""
    try:
        return formatter(value)
    except ValueError:
        return hex(value)
