"""Amounts of exchanges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.engine.masses import Masses


def exchange_amounts(
    value: FloatArray, scale: FloatArray | None, process: IndexArray, masses: Masses, driver_rows: Sequence[IndexArray | slice]
) -> FloatArray:
    """Return the amount of each exchange: value × scale × masses. [canonical flow unit per product unit]

    Parameters
    ----------
    value : ndarray, shape (exchanges,)
        Amount per driver.
    scale : ndarray, shape (exchanges,), optional
        Product of the drivers that are not masses; None if there are no such drivers.
    process : ndarray, shape (exchanges,)
        Process of each exchange.
    masses : Masses
        Mass into and out of each process. [kg per product unit]
    driver_rows : sequence of three index arrays or slices
        The exchanges that output, input and loss of their process multiply; `slice(None)` for all of them.

    Returns
    -------
    ndarray, shape (exchanges,)
        [canonical flow unit per product unit]

    Examples
    --------
    >>> import numpy as np
    >>> masses = Masses(np.array([1.25]), np.array([1.0]))
    >>> none, all_rows = slice(0), slice(None)
    >>> exchange_amounts(np.array([2.0]), None, np.array([0]), masses, (none, none, all_rows))
    array([0.5])
    """
    amount = value if scale is None else value * scale
    for rows, name in zip(driver_rows, ("output", "input", "loss"), strict=True):
        index = process[rows]
        if len(index) == len(amount):
            mass = getattr(masses, name).take(index, mode="clip")
            mass *= amount
            amount = mass
        elif len(index):
            amount = amount.copy() if amount is value else amount
            amount[rows] *= getattr(masses, name)[index]
    return amount


def sum_by_process(
    amount: FloatArray, values: FloatArray, index: IndexArray, process: IndexArray, parts: Sequence[int], processes: int
) -> FloatArray:
    """Return the emissions of each process: the sum of amount × value over its exchanges. [kg CO2e per product unit]

    Parameters
    ----------
    amount : ndarray, shape (exchanges,)
        [canonical flow unit per product unit]
    values : ndarray, shape (rows, columns)
        [kg CO2e per canonical flow unit]
    index, process : ndarray of int, shape (exchanges,)
        Row of `values` and process of each exchange.
    parts : sequence of int
        Columns of `values` that are not all zero.
    processes : int
        Number of processes.

    Returns
    -------
    ndarray, shape (processes, columns)
        [kg CO2e per product unit]

    Examples
    --------
    >>> import numpy as np
    >>> sum_by_process(np.array([2.0, 3.0]), np.array([[0.5, 0.0]]), np.array([0, 0]), np.array([0, 0]), (0,), 1)
    array([[2.5, 0. ]])
    """
    total = np.zeros((values.shape[1], processes))
    for part in parts:
        weights = values[:, part].take(index.astype(np.intp, copy=False), mode="clip")
        weights *= amount
        total[part] = np.bincount(process, weights=weights, minlength=processes)
    return total.T
