"""Variances of sums of lines that each rest on a number with a spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.uncertainty_analysis.distributions import Distribution


class Moments(NamedTuple):
    """Spreads of numbers, arrays of shape (numbers + 1,): the last is that of no number.

    Attributes
    ----------
    means : ndarray
        Means as multiples of the stated values. [1]
    squared : ndarray
        Squared coefficients of variation. [1]
    declared : ndarray of bool
        Whether each number has a spread.
    """

    means: FloatArray
    squared: FloatArray
    declared: BoolArray

    @classmethod
    def of(cls, distributions: Mapping[int, Distribution], count: int) -> Moments:
        """Return the moments of `count` numbers, some of which have a distribution, by index."""
        found = cls(np.ones(count + 1), np.zeros(count + 1), np.zeros(count + 1, dtype=bool))
        for index, spread in distributions.items():
            found.means[index], found.squared[index], found.declared[index] = spread.mean, spread.squared_variation, True
        return found


def variance_of_lines(
    kilograms: FloatArray, product: IndexArray, keys: IndexArray, squared: FloatArray, products: int
) -> FloatArray:
    """Return Σ b² c of the numbers of some lines: b is the sum of a product's lines with that number.

    Parameters
    ----------
    kilograms, product, keys : ndarray, shape (lines,)
        Emissions, product, ascending, and number of each line. [kg CO2e per product unit]
    squared : ndarray, shape (numbers + 1,)
        Squared coefficient of variation of each number; the last, reached by the index -1, is that of no number. [1]
    products : int

    Returns
    -------
    ndarray, shape (products,)
        [(kg CO2e per product unit)²]
    """
    variation = squared[keys]
    if np.count_nonzero(variation > 0) < len(keys):
        varied = np.flatnonzero(variation > 0)
        kilograms, variation, product, keys = kilograms[varied], variation[varied], product[varied], keys[varied]
    cell, order = _sort(product.astype(np.int64, copy=False) * len(squared) + keys)
    derivative, variation = kilograms[order], variation[order]
    begins = np.ones(len(cell), dtype=bool)
    begins[1:] = cell[1:] != cell[:-1]
    if len(starts := np.flatnonzero(begins)) < len(cell):
        derivative = np.bincount(np.cumsum(begins), weights=derivative)[1:].astype(np.float64)
        product, variation = product[starts], variation[starts]  # products stand in order, also when their lines are sorted
    return np.bincount(product, weights=derivative**2 * variation, minlength=products).astype(np.float64)


def _sort(cell: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Return numbers in order, and where each was; equal ones stay in their order."""
    bits = len(cell).bit_length()
    if int(cell.max(initial=0)).bit_length() + bits < 63:  # number and place in one: values alone are sorted faster
        packed = cell << bits | np.arange(len(cell))
        packed.sort()
        return packed >> bits, packed & ((1 << bits) - 1)
    order = np.argsort(cell, kind="stable").astype(np.int64, copy=False)
    return cell[order], order
