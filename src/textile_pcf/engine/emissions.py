"""Amounts of exchanges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.engine.masses import Masses

FEW = 1000  # exchanges; selecting those with a value is not faster than adding up all of so few


def exchange_amounts(
    value: FloatArray,
    scale: FloatArray | None,
    process: IndexArray,
    masses: Masses,
    others: IndexArray,
    driven: Sequence[IndexArray],
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
    others : ndarray of intp, shape (others,)
        Exchanges that are not driven by the mass output of their process alone; all others are.
    driven : sequence of three ndarray of intp
        Which of these are driven by the output, the input and the loss of their process, as indices into `others`.

    Returns
    -------
    ndarray, shape (exchanges,)
        [canonical flow unit per product unit]

    Examples
    --------
    >>> import numpy as np
    >>> masses = Masses(np.array([1.25]), np.array([1.0]))
    >>> none, the_first = np.array([], dtype=int), np.array([0])
    >>> exchange_amounts(np.array([2.0, 2.0]), None, np.array([0, 0]), masses, np.array([1]), (none, none, the_first))
    array([2. , 0.5])
    """
    unmultiplied = value if scale is None else value * scale
    amount = masses.output.take(process, mode="clip")
    amount *= unmultiplied
    if len(others):
        part, of_process = unmultiplied.take(others), process.take(others)
        for rows, name in zip(driven, ("output", "input", "loss"), strict=True):
            if len(rows):
                part[rows] *= getattr(masses, name).take(of_process.take(rows))
        amount[others] = part
    return amount


def sum_by_process(
    amount: FloatArray, values: FloatArray, index: IndexArray, process: IndexArray, parts: Sequence[int], processes: int
) -> FloatArray:
    """Return the emissions of each process: the sum of amount × value over its exchanges. [kg CO2e per product unit]

    Nearly all exchanges have a value in the first column, few in the others. There, only exchanges with a value are added up,
    which gives the same bits in a third of the time.

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
    total, index = np.empty((values.shape[1], processes)), index.astype(np.intp, copy=False)
    total[[part for part in range(len(total)) if part not in parts]] = 0.0
    for number, part in enumerate(parts):
        of_part = values[:, part]
        if number and len(index) > FEW and np.isfinite(total[parts[0]].sum()):  # else 0 times an amount may be NaN
            lines = (of_part != 0.0).take(index, mode="clip").nonzero()[0]
            place, weights = process.take(lines), of_part.take(index.take(lines))
            weights *= amount.take(lines)
        else:
            place, weights = process, of_part.take(index, mode="clip")
            weights *= amount
        total[part] = np.bincount(place, weights=weights, minlength=processes)
    return total.T
