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
        lines, products = self.evaluation.lines, len(self.evaluation.result.names)
        means, squared, _ = self._arrays
        kilograms = lines.value * means[lines.amount_key] * means[lines.factor_key]
        kilograms *= self.evaluation.stated_scale[lines.product]
        mean = np.bincount(lines.product, weights=kilograms, minlength=products).astype(np.float64)
        variance = np.zeros(products)
        for keys in (lines.amount_key, lines.factor_key):
            varied = np.flatnonzero(squared[keys] > 0)
            variance += self._variance(kilograms, keys, varied, products)
        forms = np.stack(moments(mean, variance))
        for product in np.flatnonzero(self.individual).tolist():
            form = closed_form(self.evaluation, product)
            forms[:, product] = [getattr(form, name) for name in CatalogueForms._fields]
        return CatalogueForms(*forms)

    def _variance(self, kilograms: FloatArray, keys: IndexArray, varied: IndexArray, products: int) -> FloatArray:
        """Return Σ b² c of the numbers of some lines, shape (products,)."""
        lines = self.evaluation.lines
        cells, cell = np.unique(lines.product[varied].astype(np.int64) * lines.count + keys[varied], return_inverse=True)
        derivative = np.bincount(cell.reshape(-1), weights=kilograms[varied], minlength=len(cells))
        product, key = np.divmod(cells, max(lines.count, 1))
        return np.bincount(product, weights=derivative**2 * self.squared[key], minlength=products).astype(np.float64)

    def declared_share(self) -> FloatArray:
        """Return the part of the gross emissions whose amount and factor both have a declared spread, shape (products,). [1]"""
        lines, declared, products = self.evaluation.lines, self._arrays[2], len(self.evaluation.result.names)
        amounts = declared[lines.amount_key] | lines.is_driver | self.evaluation.declared_by_property
        factors = declared[lines.factor_key] | (lines.supplier >= 0)
        gross = np.abs(lines.emissions)
        total = np.bincount(lines.product, weights=gross, minlength=products)
        known = np.bincount(lines.product, weights=gross * (amounts & factors), minlength=products)
        return np.divide(known, total, out=np.ones(products), where=total > 0)
