"""Array types used in all packages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
FARTHEST = 1e-100
"""Smallest ratio of a number to its bound, or of the bound to the number. [1]"""
FAR, FAR_CURE = "A bound is too far from its number to calculate with.", "Correct the number or its bounds."
"""What is said of the numbers of `far_bounds`."""
LARGEST = 1e140
"""Emissions from which nothing is calculated: their squares, of which variances are made, would not fit. [kg CO2e]"""
ROUNDING = 1e-12
"""Part of a sum's terms below which only rounding is left of it."""
Scalar = TypeVar("Scalar", bound=np.generic)


def or_none(value: float) -> float | None:
    """Return a number as JSON and tables hold it: None where it is not known.

    Parameters
    ----------
    value : float
        NaN where it is not known.

    Examples
    --------
    >>> or_none(np.float64(1.5)), or_none(np.nan)
    (1.5, None)
    """
    return None if np.isnan(value) else float(value)


def part_of_total(value: float | FloatArray, total: float | FloatArray) -> FloatArray:
    """Return values as parts of a total; NaN where the total is not above zero. [1]

    A total is not either where it is only what rounding leaves of credits that balance emissions, as of 0.1 + 0.2 - 0.3.

    Parameters
    ----------
    value, total : float or ndarray
        Of shapes that go together. [kg CO2e]

    Examples
    --------
    >>> part_of_total(np.array([1.0, 0.3, 0.3]), np.array([4.0, -4.0, 0.1 + 0.2 - 0.3])).tolist()
    [0.25, nan, nan]
    """
    values, totals = np.broadcast_arrays(np.asarray(value, dtype=np.float64), np.asarray(total, dtype=np.float64))
    parts: FloatArray = np.full(values.shape, np.nan)
    np.divide(values, totals, out=parts, where=totals > ROUNDING * np.abs(values))
    return parts


def is_calculable(emissions: FloatArray) -> bool:
    """Return whether all emissions are known and below `LARGEST`.

    Parameters
    ----------
    emissions : ndarray of float
        [kg CO2e]

    Examples
    --------
    >>> is_calculable(np.array([1.0, -2.0])), is_calculable(np.array([1.0, -1e160])), is_calculable(np.array([np.nan]))
    (True, False, False)
    """
    return bool(emissions.max(initial=0.0) < LARGEST) and bool(emissions.min(initial=0.0) > -LARGEST)


@lru_cache(maxsize=64, typed=True)
def repeated(value: float, count: int) -> NDArray[Any]:
    """Return an array that holds one value, which cannot be written to: it is one number in memory.

    Parameters
    ----------
    value : float
    count : int

    Examples
    --------
    >>> repeated(-1, 3)
    array([-1, -1, -1])
    """
    return np.broadcast_to(np.float64(value) if isinstance(value, float) else np.intp(value), count)


def far_bounds(value: FloatArray, low: FloatArray, high: FloatArray) -> BoolArray:
    """Return where a bound is so far from its number that no variance can be calculated; False where one is missing.

    Parameters
    ----------
    value, low, high : ndarray of float
        Numbers and their bounds in one unit; NaN where there is none.

    Examples
    --------
    >>> far_bounds(np.array([10.0, 10.0, 0.0]), np.zeros(3), np.array([12.0, 1e300, 5.0])).tolist()
    [False, True, False]
    """
    number, far = np.abs(value), np.zeros(np.shape(value), dtype=bool)
    for bound in (np.abs(low), np.abs(high)):
        far |= (bound * FARTHEST > number) | ((bound != 0) & (number * FARTHEST > bound))
    found: BoolArray = far & (number != 0)
    return found


def read_only(array: FloatArray) -> FloatArray:
    """Mark an array as not writeable.

    Parameters
    ----------
    array : ndarray of float

    Returns
    -------
    ndarray of float
        The same array.

    Examples
    --------
    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    array.setflags(write=False)
    return array
