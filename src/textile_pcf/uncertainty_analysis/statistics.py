"""Statistics of draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray

PROBABILITIES = (0.025, 0.5, 0.975)
COLUMNS = ("mean", "median", "sd", "gsd", "p2_5", "p97_5", "standard_error")


@dataclass(frozen=True, eq=False)
class Statistics:
    """Statistics of draws, each of shape (rows,). [unit of the draws; `gsd`: 1]

    Attributes
    ----------
    mean, median : ndarray
    sd : ndarray
        Standard deviation, with n − 1; NaN of a single draw.
    gsd : ndarray
        exp(standard deviation of ln|draws|); NaN where draws change sign or are zero.
    p2_5, p97_5 : ndarray
        Quantiles, linear between order statistics.
    standard_error : ndarray
        Of the mean: sd / √n.
    """

    mean: FloatArray
    median: FloatArray
    sd: FloatArray
    gsd: FloatArray
    p2_5: FloatArray
    p97_5: FloatArray
    standard_error: FloatArray


def quantiles(draws: FloatArray) -> FloatArray:
    """Return the quantiles 2.5, 50 and 97.5 % of each row, linear between order statistics, shape (3, rows).

    Examples
    --------
    >>> quantiles(np.array([[0.0, 10.0, 20.0, 30.0, 40.0]]))
    array([[ 1.],
           [20.],
           [39.]])
    """
    count = draws.shape[1]
    places = [probability * (count - 1) for probability in PROBABILITIES]
    ordered = np.sort(draws, axis=1)  # with vector instructions it takes less than a partition by six ranks
    found = []
    for place in places:
        low = math.floor(place)
        below, above = ordered[:, low], ordered[:, math.ceil(place)]
        found.append(below + (above - below) * (place - low))
    return np.stack(found)


def statistics(draws: FloatArray, with_gsd: bool = True) -> Statistics:
    """Return statistics of draws, one row each.

    Parameters
    ----------
    draws : ndarray, shape (rows, draws)
    with_gsd : bool, optional
        Whether to take logarithms; else `gsd` is NaN.

    Returns
    -------
    Statistics

    Examples
    --------
    >>> found = statistics(np.array([[1.0, 2.0, 3.0]]))
    >>> found.mean, found.sd, found.gsd.round(4)
    (array([2.]), array([1.]), array([1.7429]))
    """
    count = draws.shape[1]
    shifted = draws - draws[:, :1]  # so that equal draws have no spread
    shift = shifted.mean(axis=1)
    mean = draws[:, 0] + shift
    low, median, high = quantiles(draws)
    if count < 2:
        nothing = np.full(len(draws), np.nan)
        return Statistics(mean, median, nothing, nothing, low, high, nothing)
    shifted -= shift[:, None]
    sd = np.sqrt(np.einsum("ij,ij->i", shifted, shifted) / (count - 1))
    gsd = np.full(len(draws), np.nan)
    one_sign = (draws.min(axis=1) > 0) | (draws.max(axis=1) < 0) if with_gsd else np.zeros(len(draws), dtype=bool)
    gsd[one_sign] = np.exp(np.log(np.abs(draws[one_sign])).std(axis=1, ddof=1))
    return Statistics(mean, median, sd, gsd, low, high, sd / math.sqrt(count))
