"""Sums by index."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray


def sum_by(index: NDArray[np.integer[Any]], amounts: FloatArray, size: int) -> FloatArray:
    """Return the sum of the amounts of each index, in their order.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
    amounts : ndarray of float, shape (n,)
    size : int
        Number of sums.

    Examples
    --------
    >>> sum_by(np.array([1, 1, 0]), np.array([1.0, 2.0, 4.0]), 3).tolist()
    [4.0, 3.0, 0.0]
    """
    return np.asarray(np.bincount(index, weights=amounts, minlength=size), dtype=np.float64)
