"""Hot spots: the fewest lines that make up 80 % of what a product emits and takes up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray

REACH = 0.8
"""Part of all absolute emissions that hot spots reach. [1]"""
TOLERANCE = 1e-12  # relative; a line that reaches 80 % but for rounding is the last


class Ranking(NamedTuple):
    """Lines by product and falling absolute emissions.

    Attributes
    ----------
    order : ndarray of int, shape (ranked lines,)
        Lines that emit or take up something inside the boundary.
    share, cumulative : ndarray, shape (ranked lines,)
        Part of all absolute emissions of the product: of the line, and of all lines up to it. [1]
    hot : ndarray of bool, shape (ranked lines,)
        Whether the line is a hot spot.
    """

    order: IndexArray
    share: FloatArray
    cumulative: FloatArray
    hot: BoolArray


def rank_lines(product: IndexArray, emissions: FloatArray, ties: IndexArray, products: int) -> Ranking:
    """Rank the lines of each product, and say which are hot spots.

    Parameters
    ----------
    product : ndarray of int, shape (lines,)
    emissions : ndarray, shape (lines,)
        0 for lines that do not count. [kg CO2e per product unit]
    ties : ndarray of int, shape (lines,)
        Order of lines that emit the same, so that the order of rows decides nothing.
    products : int
        Number of products.

    Examples
    --------
    >>> ranking = rank_lines(np.zeros(3, int), np.array([1.0, -6.0, 3.0]), np.arange(3), 1)
    >>> ranking.order, ranking.hot
    (array([1, 2, 0]), array([ True,  True, False]))
    """
    weight = np.abs(emissions)
    counted = np.flatnonzero(weight)
    order = counted[np.lexsort((ties[counted], -weight[counted], product[counted]))]
    total = np.bincount(product[counted], weights=weight[counted], minlength=products)[product[order]]
    share = weight[order] / total
    start = np.flatnonzero(np.diff(product[order], prepend=-1))
    running = np.cumsum(share)
    before = np.repeat(running[start] - share[start], np.diff(np.append(start, len(order))))
    cumulative = running - before
    hot = cumulative - share < REACH * (1 - TOLERANCE)
    return Ranking(order, share, cumulative, hot)
