"""Mean and spread of footprints without draws, of first order about the mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import ROUNDING, FloatArray
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sensitivities import total_and_derivatives
from textile_pcf.uncertainty_analysis.sources import NamedSource, is_varied

QUANTILE = 1.959964


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """Closed form of the footprint of one product.

    Attributes
    ----------
    mean, sd, gsd, median, p2_5, p97_5 : float
        Matched by a lognormal; a normal without `gsd` where the mean is not above zero, or is only what rounding leaves of
        credits that balance emissions. [kg CO2e per unit; `gsd`: 1]
    sources : list of NamedSource
        Sources that vary.
    variance : ndarray, shape (sources,)
        Part of each in the variance. [(kg CO2e per unit)²]
    """

    mean: float
    sd: float
    gsd: float
    median: float
    p2_5: float
    p97_5: float
    sources: list[NamedSource]
    variance: FloatArray


def moments(mean: FloatArray, variance: FloatArray) -> tuple[FloatArray, ...]:
    """Return mean, sd, gsd, median and the quantiles 2.5 and 97.5 % of the lognormal with a mean and a variance.

    Parameters
    ----------
    mean, variance : ndarray
        Of one shape.

    Returns
    -------
    tuple of ndarray
        Of that shape; `gsd` is NaN and the quantiles are those of a normal where the mean is not above zero but for rounding.

    References
    ----------
    JCGM 100:2008 (GUM), 5.1.2, equation 10: variance of first order.

    Examples
    --------
    >>> [round(float(value), 4) for value in moments(np.array(1.0), np.array(0.04))]
    [1.0, 0.2, 1.219, 0.9806, 0.6651, 1.4456]
    """
    sd = np.sqrt(variance)
    positive = mean > ROUNDING * sd
    squared = np.divide(variance, mean**2, out=np.zeros_like(variance), where=positive & (mean**2 > 0))
    width = np.sqrt(np.log1p(squared))
    median = np.where(positive, mean * np.exp(-(width**2) / 2), mean)
    low = np.where(positive, median * np.exp(-QUANTILE * width), mean - QUANTILE * sd)
    high = np.where(positive, median * np.exp(QUANTILE * width), mean + QUANTILE * sd)
    return mean, sd, np.where(positive, np.exp(width), np.nan), median, low, high


def closed_form(evaluation: Evaluation, product: int) -> ClosedForm:
    """Return the closed form of the footprint of one product. [kg CO2e per unit]

    With every varying source at its mean, variance = Σ (∂T/∂ln x)² c with the squared coefficient of variation
    c of each source.
    """
    varied = [source for source in evaluation.sources(product) if is_varied(source)]
    total, derivative = mean_derivatives(evaluation, product, varied)
    squared = np.array([source.distribution.squared_variation for source in varied if source.distribution is not None])
    variance = derivative**2 * squared if varied else np.zeros(0)
    mean, sd, gsd, median, low, high = map(float, moments(np.array(total), np.array(variance.sum())))
    return ClosedForm(mean, sd, gsd, median, low, high, varied, variance)


def mean_derivatives(evaluation: Evaluation, product: int, varied: list[NamedSource]) -> tuple[float, FloatArray]:
    """Return the footprint with every source at its mean, and ∂ total / ∂ ln value of each at that point.

    Sums of lines where all enter linearly, else central differences of fourth order.
    """
    base = {source.id: source.distribution.mean for source in varied if source.distribution is not None}
    if evaluation.suppliers(product) or not all(source.linear for source in varied):
        return total_and_derivatives(evaluation, product, varied, base)
    lines, at = evaluation.lines, evaluation.lines.of(product)
    places = [lines.key_index.get(source.key, -1) for source in varied]
    means = np.ones(lines.count + 1)
    for place, source in zip(places, varied, strict=True):
        means[place] = base[source.id] if place >= 0 else 1.0
    amount, factor = lines.amount_key[at], lines.factor_key[at]
    kilograms = lines.value[at] * means[amount] * means[factor] * evaluation.stated_scale[product]
    sums = np.zeros(len(means))
    for keys in (amount, factor):
        sums += np.bincount(np.where(keys < 0, lines.count, keys), weights=kilograms, minlength=len(sums))
    sums[-1] = 0.0
    return float(kilograms.sum()), sums[places]
