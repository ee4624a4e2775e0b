"""Types of the arrays that everything is made of."""

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
    """Return the same array, marked as not writeable."""
    array.setflags(write=False)
    return array
