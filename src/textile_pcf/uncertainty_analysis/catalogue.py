"""Closed forms of all products of a result together: arrays, except where a loss, property, share or link varies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import ActivityRow, Source
from textile_pcf.uncertainty_analysis.closed_form import closed_form, moments
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.spreads import Spreads

BLOCK = 2_000
"""Products whose closed forms are computed together, so that their lines stay in the cache."""


class CatalogueForms(NamedTuple):
    """Closed forms of all products, arrays of shape (products,). [kg CO2e per unit; `gsd`: 1]"""

    mean: FloatArray
    sd: FloatArray
    gsd: FloatArray
    median: FloatArray
    p2_5: FloatArray
    p97_5: FloatArray


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Spreads of the lines of many products.

    Attributes
    ----------
    evaluation : Evaluation
    """

    evaluation: Evaluation

    @property
    def spreads(self) -> Spreads:
        """Distributions of the numbers."""
        return self.evaluation.spreads

    @cached_property
    def distributions(self) -> dict[int, Distribution]:
        """Distribution of each number behind lines that has one, by its index in the lines."""
        lines, activity = self.evaluation.lines, self.evaluation.result.inventory.activity
        candidates = self.spreads.candidate_rows
        rows = np.flatnonzero(lines.codes < 0) if candidates is None else np.flatnonzero(
            (lines.codes < 0) | candidates[np.maximum(lines.codes, 0)]
        )  # fmt: skip
        found: dict[int, Distribution] = {}
        for index in [*rows.tolist(), *range(len(lines.codes), lines.count)]:
            key = lines.key(index)
            stated = float(activity.value[key.row]) if isinstance(key, ActivityRow) else 1.0
            if (spread := self._of(key, stated)) is not None:
                found[index] = spread
        return found

    def _of(self, key: Source, stated: float) -> Distribution | None:
        return self.spreads.of(key, self.spreads.stated(key, stated))

    @cached_property
    def _arrays(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        count = self.evaluation.lines.count + 1  # the last is that of no number
        means, squared, declared = np.ones(count), np.zeros(count), np.zeros(count, dtype=bool)
        for index, spread in self.distributions.items():
            means[index], squared[index], declared[index] = spread.mean, spread.squared_variation, True
        return means, squared, declared

    @property
    def squared(self) -> FloatArray:
        """Squared coefficient of variation of each number of the lines, the last 0, shape (numbers + 1,). [1]"""
        return self._arrays[1]

    @cached_property
    def individual(self) -> BoolArray:
        """Whether a product may have a spread that is no factor's and no flow's, or takes products. Shape (products,)."""
        result = self.evaluation.result
        activity, individual = result.inventory.activity, np.zeros(len(result.names), dtype=bool)
        if self.spreads.rule_may_vary or self.evaluation.lines.has_links:
            return ~individual
        candidates = self.spreads.candidate_rows
        if candidates is not None:
            rows = activity.rows
            other = candidates & (rows.patterns.row_kind[rows.pattern] != RowKind.FLOW)
            individual[activity.columns.texts["product"].codes[other]] = True
        return individual

    def forms(self) -> CatalogueForms:
        """Return the closed forms of all products. [kg CO2e per unit]"""
        products = len(self.evaluation.result.names)
        mean, variance = np.zeros(products), np.zeros(products)
        for first in range(0, products, BLOCK):
            block = slice(first, min(first + BLOCK, products))
            mean[block], variance[block] = self._mean_and_variance(block)
        forms = np.stack(moments(mean, variance))
        for product in np.flatnonzero(self.individual).tolist():
            form = closed_form(self.evaluation, product)
            forms[:, product] = [getattr(form, name) for name in CatalogueForms._fields]
        return CatalogueForms(*forms)

    def _mean_and_variance(self, block: slice) -> tuple[FloatArray, FloatArray]:
        """Return the mean and the variance of the footprints of a range of products, each of shape (products,)."""
        lines, (means, _, declared) = self.evaluation.lines, self._arrays
        at = slice(int(lines.starts[block.start]), int(lines.starts[block.stop]))
        product, amount, factor = lines.product[at] - block.start, lines.amount_key[at], lines.factor_key[at]
        amounts_vary = bool(declared[: len(lines.codes)].any())  # else their means are 1, and they add nothing
        kilograms = (lines.value[at] * means[amount] if amounts_vary else lines.value[at]) * means[factor]
        kilograms *= self.evaluation.stated_scale[block][product]
        count = block.stop - block.start
        mean = np.bincount(product, weights=kilograms, minlength=count).astype(np.float64)
        variance = self._variance(kilograms, product, factor, count)
        if amounts_vary:
            variance = self._variance(kilograms, product, amount, count) + variance
        return mean, variance

    def _variance(self, kilograms: FloatArray, product: IndexArray, keys: IndexArray, products: int) -> FloatArray:
        """Return Σ b² c of the numbers of some lines, shape (products,)."""
        varied = np.flatnonzero(self.squared[keys] > 0)
        bits = len(product).bit_length()
        cell = product[varied].astype(np.int64) * self.evaluation.lines.count + keys[varied]
        if int(cell.max(initial=0)).bit_length() + bits < 63:  # number and place in one: values alone are sorted faster
            packed = cell << bits | varied
            packed.sort()
            cell, varied = packed >> bits, packed & ((1 << bits) - 1)
        else:
            order = np.argsort(cell, kind="stable")
            cell, varied = cell[order], varied[order]
        begins = np.ones(len(cell), dtype=bool)
        begins[1:] = cell[1:] != cell[:-1]
        derivative = np.bincount(np.cumsum(begins) - 1, weights=kilograms[varied])
        first = varied[begins]
        weights = derivative**2 * self.squared[keys[first]]
        return np.bincount(product[first], weights=weights, minlength=products).astype(np.float64)

    def declared_share(self) -> FloatArray:
        """Return the part of the gross emissions whose amount and factor both have a declared spread, shape (products,). [1]"""
        products = len(self.evaluation.result.names)
        shares = [self._declared_share(first, min(first + BLOCK, products)) for first in range(0, products, BLOCK)]
        return np.concatenate([np.empty(0), *shares])

    def _declared_share(self, first: int, last: int) -> FloatArray:
        """Return `declared_share` of a range of products, shape (last − first,). [1]"""
        lines, declared = self.evaluation.lines, self._arrays[2]
        at = slice(int(lines.starts[first]), int(lines.starts[last]))
        amounts = declared[lines.amount_key[at]] | lines.is_driver[at] | self.evaluation.declared_by_property[at]
        factors = declared[lines.factor_key[at]] | (lines.supplier[at] >= 0)
        gross, product = np.abs(lines.emissions[at]), lines.product[at] - first
        total = np.bincount(product, weights=gross, minlength=last - first)
        known = np.bincount(product, weights=gross * (amounts & factors), minlength=last - first)
        return np.divide(known, total, out=np.ones(last - first), where=total > 0)
