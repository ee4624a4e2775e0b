"""Array types used in all packages."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


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
