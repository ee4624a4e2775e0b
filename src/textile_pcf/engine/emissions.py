"""Amounts of exchanges, and sums by group."""

from __future__ import annotations

from collections.abc import Sequence

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.engine.masses import Masses


def exchange_amounts(
    value: FloatArray, scale: FloatArray | None, process: IndexArray, masses: Masses, driver_rows: Sequence[IndexArray | slice]
) -> FloatArray:
    """Amount of each row per product unit: value × drivers.

    Parameters
    ----------
    value : array, shape (rows,)
        Amount per driver.
    scale : array, shape (rows,), optional
        The drivers that are no masses, multiplied; none where there are no such drivers.
    place : array, shape (rows,)
        Place of the row's seat when all stages stand one after the other.
    multiplied : three of places, or slices
        The rows that output, input and loss of their stage multiply; `slice(None)` for all of them.

    Examples
    --------
    >>> masses = Masses(np.array([1.25]), np.array([1.0]))
    >>> none, every = slice(0), slice(None)
    >>> exchange_amounts(np.array([2.0]), None, np.array([0]), masses, (none, none, every))
    array([0.5])
    """
    amount = value if scale is None else value * scale
    for rows, name in zip(driver_rows, ("output", "input", "loss"), strict=True):
        where = process[rows]
        if len(where) == len(amount):
            every = getattr(masses, name).take(where, mode="clip")
            every *= amount
            amount = every
        elif len(where):
            amount = amount.copy() if amount is value else amount
            amount[rows] *= getattr(masses, name)[where]
    return amount
