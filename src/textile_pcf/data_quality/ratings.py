"""Ratings of data: PEF's data quality rating of the hot spots, and PACT's three ratings of the factors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.data_quality.hot_spots import Ranking
from textile_pcf.data_quality.lines import QualityLines

WORST = 5.0
LEVELS = ((1.5, "excellent"), (2.0, "very good"), (3.0, "good"), (4.0, "fair"))
PASSES = 1000  # a chain of so many products; products that take one another come closer in each
CLOSE = 1e-12  # of a score; a mean that reaches a limit but for rounding is within it


class Ratings(NamedTuple):
    """Ratings of all products.

    Attributes
    ----------
    pef : ndarray, shape (products, 4)
        TeR, GeR, TiR and P: means over the rated hot spots by absolute emissions; NaN if none is rated.
    rated_share : ndarray, shape (products,)
        Part of absolute emissions of the hot spots that is rated; NaN without hot spots. [1]
    if_unrated_5 : ndarray, shape (products,)
        DQR with 5 for every score that is not known; NaN without hot spots.
    lines : ndarray, shape (lines, 4)
        Scores of each line: the worse of amount and factor.
    pact : ndarray, shape (products, 3)
        Means of the factors' scores of technology, geography and time by absolute emissions, of all lines that have them;
        NaN for none.
    coverage : ndarray, shape (products,)
        Part of all absolute emissions whose factor has all three. [1]
    """

    pef: FloatArray
    rated_share: FloatArray
    if_unrated_5: FloatArray
    lines: FloatArray
    pact: FloatArray
    coverage: FloatArray

    @property
    def dqr(self) -> FloatArray:
        """Data quality rating: mean of the four, shape (products,); NaN if nothing is rated."""
        return np.asarray(self.pef.mean(axis=1))


def rate(lines: QualityLines, ranking: Ranking, products: int) -> Ratings:
    """Rate all products; a line that takes a product of the run has the scores of that product.

    Parameters
    ----------
    lines : QualityLines
    ranking : Ranking
        Lines of each product by falling absolute emissions.
    products : int
        Number of products.
    """
    pact, coverage = rate_factors(lines, products)
    ratings = Ratings(*_rate(lines, lines.factor, ranking, products), pact, coverage)
    linked = np.flatnonzero(lines.supplier >= 0)
    if not len(linked):
        return ratings
    factor = lines.factor.copy()
    for _ in range(PASSES):
        factor[linked] = ratings.pef[lines.supplier[linked]]
        before, ratings = ratings, Ratings(*_rate(lines, factor, ranking, products), pact, coverage)
        if _are_close(before.pef, ratings.pef):
            break
    return ratings


def rate_factors(lines: QualityLines, products: int) -> tuple[FloatArray, FloatArray]:
    """Rate the factors of all products as PACT does; a line that takes a product of the run has the scores of that product.

    Parameters
    ----------
    lines : QualityLines
    products : int
        Number of products.

    Returns
    -------
    tuple of ndarray
        `pact` and `coverage` of `Ratings`.
    """
    ratings, coverage = _pact(lines, lines.factor[:, :3], products)
    linked = np.flatnonzero(lines.supplier >= 0)
    if not len(linked):
        return ratings, coverage
    factor = lines.factor[:, :3].copy()
    for _ in range(PASSES):
        factor[linked] = ratings[lines.supplier[linked]]
        before, (ratings, coverage) = ratings, _pact(lines, factor, products)
        if _are_close(before, ratings):
            break
    return ratings, coverage


def _are_close(before: FloatArray, after: FloatArray) -> bool:
    return np.allclose(before, after, rtol=0, atol=CLOSE, equal_nan=True)


def _rate(
    lines: QualityLines, factor: FloatArray, ranking: Ranking, products: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Rate all products as PEF does, with given scores of factors of shape (lines, 4): `pef` to `lines` of `Ratings`."""
    scores = np.fmax(lines.amount, factor)
    hot = ranking.order[ranking.hot]
    weight, product = np.abs(lines.emissions[hot]), lines.product[hot]
    rated = ~np.isnan(scores[hot]).any(axis=1)
    pef = _means(scores[hot][rated], product[rated], weight[rated], products)
    of_hot = _sums(np.ones(len(hot)), product, weight, products)
    worst = np.where(np.isnan(scores[hot]), WORST, scores[hot]).mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        rated_share = _sums(np.where(rated, 1.0, 0.0), product, weight, products) / of_hot
    if_unrated = _means(worst, product, weight, products)[:, 0]
    return pef, rated_share, if_unrated, scores


def _pact(lines: QualityLines, factor: FloatArray, products: int) -> tuple[FloatArray, FloatArray]:
    weight = np.abs(lines.emissions)
    columns = []
    for column in factor.T:
        known = np.flatnonzero(~np.isnan(column))
        columns.append(_means(column[known][:, None], lines.product[known], weight[known], products)[:, 0])
    complete = np.where(np.isnan(factor).any(axis=1), 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        coverage = _sums(complete, lines.product, weight, products) / _sums(
            np.ones(len(weight)), lines.product, weight, products
        )
    return np.stack(columns, axis=1), coverage


def _sums(values: FloatArray, product: IndexArray, weight: FloatArray, products: int) -> FloatArray:
    return np.bincount(product, weights=values * weight, minlength=products).astype(np.float64)


def _means(values: FloatArray, product: IndexArray, weight: FloatArray, products: int) -> FloatArray:
    """Return weighted means by product, shape (products, columns); NaN where there is no weight."""
    total = _sums(np.ones(len(weight)), product, weight, products)
    sums = np.stack([_sums(column, product, weight, products) for column in values.T], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total[:, None] > 0, sums / total[:, None], np.nan)


def level_of(dqr: float) -> str | None:
    """Return the level of a data quality rating; None if there is none.

    Parameters
    ----------
    dqr : float
        From 1 (best) to 5; NaN for none.

    Examples
    --------
    >>> level_of(1.5), level_of(3.0000000000000004), level_of(4.5), level_of(float("nan"))
    ('excellent', 'good', 'poor', None)
    """
    if np.isnan(dqr):
        return None
    return next((name for limit, name in LEVELS if dqr <= limit + CLOSE), "poor")
