"""How sure the difference of two products is: both are drawn with the same draws of every number they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis import Uncertainty, uncertainty
from textile_pcf.uncertainty_analysis.sources import is_varied


@dataclass(frozen=True, eq=False)
class DrawnDifferences:
    """Statistics of the drawn differences b − a of pairs, arrays of shape (pairs,).

    Attributes
    ----------
    draws, seed : int
        Number of draws, and the seed of all of them.
    probability_a_lower : ndarray
        Part of the draws in which a is below b; draws in which both are equal count half. [1]
    mean, p2_5, p97_5 : ndarray
        Of the difference. [kg CO2e per unit]
    shared_sources : tuple of tuple of str
        Ids of the numbers with a spread that both products rest on.
    """

    draws: int
    seed: int
    probability_a_lower: FloatArray
    mean: FloatArray
    p2_5: FloatArray
    p97_5: FloatArray
    shared_sources: tuple[tuple[str, ...], ...]

    def columns(self) -> dict[str, FloatArray]:
        """Return the statistics by name."""
        return {
            "probability_a_lower": self.probability_a_lower,
            "difference_mean": self.mean,
            "difference_p2_5": self.p2_5,
            "difference_p97_5": self.p97_5,
        }

    def record(self, pair: int) -> dict[str, Any]:
        """Return the statistics of a pair as texts, numbers and lists."""
        numbers = {name: float(values[pair]) for name, values in self.columns().items()}
        return {**numbers, "shared_sources": list(self.shared_sources[pair])}


def drawn_differences(
    results: tuple[Footprint, Footprint], pairs: Sequence[tuple[str, str]], unit: str | None, draws: int, seed: int
) -> DrawnDifferences:
    """Draw both products of each pair with the same draws of every source.

    Parameters
    ----------
    results : tuple of Footprint
        Result of the first and of the second product of each pair.
    pairs : sequence of (str, str)
    unit : str or None
        Unit of the footprints; None for the product units.
    draws, seed : int
        Number of draws, and the seed of all of them.

    Raises
    ------
    UsageError
        The number of draws is not between 1 and 10,000,000.
    """
    a, b = (uncertainty(result, draws, seed, unit) for result in results)
    rows, shared = [], []
    for one, two in pairs:
        first, second = a.samples(one), b.samples(two)
        difference = second - first
        lower = float(np.mean(difference > 0) + 0.5 * np.mean(difference == 0))
        low, high = np.percentile(difference, (2.5, 97.5))
        rows.append((lower, float(difference.mean()), float(low), float(high)))
        shared.append(tuple(sorted(_varied(a, one) & _varied(b, two))))
    probability, mean, p2_5, p97_5 = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return DrawnDifferences(draws, seed, probability, mean, p2_5, p97_5, tuple(shared))


def _varied(analysis: Uncertainty, product: str) -> set[str]:
    """Return the ids of the numbers with a spread behind a product."""
    sources = analysis.evaluation.sources(analysis.result.place(product))
    return {source.id for source in sources if is_varied(source)}
