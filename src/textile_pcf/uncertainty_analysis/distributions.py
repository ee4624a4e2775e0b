"""What is drawn in the place of a stated number, and the moments of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.uncertainty_analysis.keyed_draws import normal_quantiles, uniforms

MAX_EXPONENT = 700.0  # e to this power is a finite number
BELOW_ONE = 1.0 - 2.0**-52  # a part of 1 stays below 1 when it is rounded
Spread = float | FloatArray
"""Parameter of a distribution, or of many, shape (numbers, 1)."""
Kind = Literal["lognormal", "logit-normal", "share", "triangular"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Distribution of a number about its stated value.

    Attributes
    ----------
    kind : str
        `lognormal`, `logit-normal`, `share` (lognormal, then all shares of the product divided by their sum) or `triangular`.
    declared : str
        What it rests on: `gsd`, `range`, `pedigree` or `assumed`.
    gsd : float
        Geometric standard deviation; NaN if triangular. [1]
    low, high : float
        Bounds as multiples of the stated value; NaN unless triangular. [1]
    """

    kind: Kind
    declared: str
    gsd: float = math.nan
    low: float = math.nan
    high: float = math.nan

    @property
    def varies(self) -> bool:
        """Whether the spread is above zero."""
        return self.high > self.low if math.isnan(self.gsd) else self.gsd > 1

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm. [1]"""
        return math.log(self.gsd)

    @property
    def mean(self) -> float:
        """Mean as a multiple of the stated value; logit-normal numbers and shares are taken at the value. [1]

        Examples
        --------
        >>> round(Distribution("lognormal", "gsd", 1.2).mean, 6)
        1.016759
        >>> round(Distribution("triangular", "range", low=0.8, high=1.5).mean, 6)
        1.1
        """
        if self.kind == "triangular":
            return (self.low + 1.0 + self.high) / 3.0
        return math.exp(self.sigma**2 / 2) if self.kind == "lognormal" else 1.0

    @property
    def squared_variation(self) -> float:
        """Variance ÷ square of the mean, of first order for logit-normal numbers and shares. [1]

        Examples
        --------
        >>> round(Distribution("lognormal", "gsd", 1.2).squared_variation, 6)
        0.0338
        """
        if self.kind == "triangular":
            low, high = self.low, self.high
            variance = (low**2 + 1 + high**2 - low - high - low * high) / 18
            return variance / self.mean**2 if self.mean else 0.0
        return math.expm1(self.sigma**2) if self.kind == "lognormal" else self.sigma**2

    def multiples(self, source: str, stated: float, seed: int, count: int, start: int = 0) -> FloatArray:
        """Return draws as multiples of the stated value.

        Parameters
        ----------
        source : str
            Id of the source.
        stated : float
            Stated value, in the canonical unit of its quantity.
        seed, count, start : int
            See `keyed_draws.uniforms`.

        Returns
        -------
        ndarray, shape (count,)

        Examples
        --------
        >>> loss = Distribution("logit-normal", "gsd", 3.0).multiples("rule:R|dyeing.loss", 0.6, 0, 1000) * 0.6
        >>> bool((loss > 0).all() and (loss < 1).all())
        True
        """
        uniform = uniforms(source, seed, count, start)
        if self.kind == "triangular":
            return np.full(count, self.low) if self.high == self.low else _triangular(uniform, self.low, self.high)
        if self.gsd == 1.0:
            return np.ones(count)
        normal = normal_quantiles(uniform)
        return _logit_normal(normal, self.sigma, stated) if self.kind == "logit-normal" else _lognormal(normal, self.sigma)


def multiples_together(distributions: Sequence[Distribution], stated: FloatArray, uniform: FloatArray) -> FloatArray:
    """Return draws of many numbers as multiples of their stated values, as `Distribution.multiples` gives those of one.

    Parameters
    ----------
    distributions : sequence of Distribution
        All of them vary.
    stated : ndarray, shape (numbers,)
        Stated values, each in the canonical unit of its quantity.
    uniform : ndarray, shape (numbers, draws)
        Uniform draws of each number.

    Returns
    -------
    ndarray, shape (numbers, draws)
    """
    drawn = np.empty_like(uniform)
    is_triangular = np.array([one.kind == "triangular" for one in distributions], dtype=bool)
    is_part = np.array([one.kind == "logit-normal" for one in distributions], dtype=bool)

    def parameters(name: str, numbers: IndexArray) -> FloatArray:
        return np.array([getattr(distributions[number], name) for number in numbers.tolist()], dtype=np.float64)[:, None]

    triangular, parts, others = (np.flatnonzero(which) for which in (is_triangular, is_part, ~(is_triangular | is_part)))
    drawn[triangular] = _triangular(uniform[triangular], parameters("low", triangular), parameters("high", triangular))
    for numbers in (parts, others):
        normal = normal_quantiles(uniform[numbers].reshape(-1)).reshape(len(numbers), uniform.shape[1])
        sigma = parameters("sigma", numbers)
        is_one = numbers is parts
        drawn[numbers] = _logit_normal(normal, sigma, stated[numbers][:, None]) if is_one else _lognormal(normal, sigma)
    return drawn


def _lognormal(normal: FloatArray, sigma: Spread) -> FloatArray:
    """Return multiples from standard normal draws, in their place."""
    normal *= sigma
    return np.exp(normal, out=normal)


def _logit_normal(normal: FloatArray, sigma: Spread, stated: Spread) -> FloatArray:
    """Return multiples of parts of 1 from standard normal draws, in their place."""
    normal *= sigma / (1.0 - stated)
    np.clip(normal, -MAX_EXPONENT, MAX_EXPONENT, out=normal)
    drawn: FloatArray = 1.0 / (stated + (1.0 - stated) * np.exp(-normal))
    return np.minimum(drawn, BELOW_ONE / stated)


def _triangular(uniform: FloatArray, low: Spread, high: Spread) -> FloatArray:
    """Return quantiles of the triangular distribution on [low, high] with the mode 1; low is below high."""
    below = low + np.sqrt(uniform * (high - low) * (1.0 - low))
    above = high - np.sqrt((1.0 - uniform) * (high - low) * (high - 1.0))
    return np.where(uniform < (1.0 - low) / (high - low), below, above)
