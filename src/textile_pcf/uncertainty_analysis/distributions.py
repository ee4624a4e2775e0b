"""What is drawn in the place of a stated number, and the moments of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.uncertainty_analysis.keyed_draws import normal_quantiles, uniforms

MAX_EXPONENT = 700.0  # e to this power is a finite number
BELOW_ONE = 1.0 - 2.0**-52  # a part of 1 stays below 1 when it is rounded
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
            return _triangular(uniform, self.low, self.high)
        if self.gsd == 1.0:
            return np.ones(count)
        normal = normal_quantiles(uniform)
        if self.kind == "logit-normal":
            normal *= self.sigma / (1.0 - stated)
            np.clip(normal, -MAX_EXPONENT, MAX_EXPONENT, out=normal)
            drawn: FloatArray = 1.0 / (stated + (1.0 - stated) * np.exp(-normal))
            return np.minimum(drawn, BELOW_ONE / stated)
        normal *= self.sigma
        return np.exp(normal, out=normal)


def _triangular(uniform: FloatArray, low: float, high: float) -> FloatArray:
    """Return quantiles of the triangular distribution on [low, high] with the mode 1."""
    if high == low:
        return np.full(len(uniform), low)
    below = low + np.sqrt(uniform * (high - low) * (1.0 - low))
    above = high - np.sqrt((1.0 - uniform) * (high - low) * (high - 1.0))
    return np.where(uniform < (1.0 - low) / (high - low), below, above)
