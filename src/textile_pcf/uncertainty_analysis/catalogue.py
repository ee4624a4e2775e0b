"""Closed forms of all products of a result together: arrays, except where a loss, property, share or link varies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.inventory.draw_sources import ActivityRow
from textile_pcf.uncertainty_analysis.closed_form import closed_form, moments
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.joint_forms import JointProducts
from textile_pcf.uncertainty_analysis.line_variances import Moments, variance_of_lines
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
    def _of_factors(self) -> dict[int, Distribution]:
        """Distribution of each factor of the lines that has one, by its index among them."""
        found = (self.spreads.factor(*place) for place in self.evaluation.lines.factor_rows.tolist())
        return {index: spread for index, spread in enumerate(found) if spread is not None}

    @cached_property
    def _of_amounts(self) -> dict[int, Distribution]:
        """Distribution of each number behind amounts that has one, by its index in the codes of the lines.

        Most catalogues have none: then the numbers behind amounts are not looked for at all.
        """
        candidates = self.spreads.candidate_rows
        if candidates is None and not self.spreads.flow_may_vary:
            return {}
        lines, activity = self.evaluation.lines, self.evaluation.result.inventory.activity
        may_vary = lines.codes < 0
        if candidates is not None:
            may_vary |= candidates[np.maximum(lines.codes, 0)]
        found: dict[int, Distribution] = {}
        for index in np.flatnonzero(may_vary).tolist():
            key = lines.key(index)
            stated = float(activity.value[key.row]) if isinstance(key, ActivityRow) else 1.0
            if (spread := self.spreads.of(key, self.spreads.stated_value(key, stated))) is not None:
                found[index] = spread
        return found

    @cached_property
    def distributions(self) -> dict[int, Distribution]:
        """Distribution of each number behind lines that has one, by its index in the lines."""
        first = len(self.evaluation.lines.codes)
        return self._of_amounts | {first + index: spread for index, spread in self._of_factors.items()}

    @cached_property
    def factors(self) -> Moments:
        """Spreads of the factors of the lines."""
        return Moments.of(self._of_factors, len(self.evaluation.lines.factor_rows))

    @cached_property
    def amounts(self) -> Moments | None:
        """Spreads of the numbers behind amounts; None if none has one."""
        return Moments.of(self._of_amounts, len(self.evaluation.lines.codes)) if self._of_amounts else None

    @cached_property
    def squared(self) -> FloatArray:
        """Squared coefficient of variation of each number of the lines, the last 0, shape (numbers + 1,). [1]"""
        return Moments.of(self.distributions, self.evaluation.lines.count).squared

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
        alone, done, mean, variance = self._not_sums_of_lines()
        for first in range(0, products, BLOCK):
            block = slice(first, min(first + BLOCK, products))
            if not done[block].all():
                sums = self._mean_and_variance(block)
                for found, of_lines in zip((mean, variance), sums, strict=True):
                    found[block] = np.where(done[block], found[block], of_lines)
        forms = np.stack(moments(mean, variance))
        for product in np.flatnonzero(alone).tolist():
            form = closed_form(self.evaluation, product)
            forms[:, product] = [getattr(form, name) for name in CatalogueForms._fields]
        return CatalogueForms(*forms)

    def _not_sums_of_lines(self) -> tuple[BoolArray, BoolArray, FloatArray, FloatArray]:
        """Return which products are calculated by themselves, which together with others, and means and variances of these.

        Products that take others, that have many spreads of their own, or of which a point cannot be calculated are left to
        themselves; so are all with a supply table or in another unit.
        """
        alone = self.individual
        none = alone, np.zeros(len(alone), dtype=bool), np.zeros(len(alone)), np.zeros(len(alone))
        if not alone.any() or not self.has_joint_products:
            return none
        joint = self.joint
        if not joint.varied.any():
            return self._linked, *none[1:]
        mean, variance = joint.mean_and_variance()
        done = joint.together & np.isfinite(mean) & np.isfinite(variance)
        return self._linked | joint.varied & ~done, done, mean, variance

    @property
    def has_joint_products(self) -> bool:
        """Whether products that take no other can be calculated together: without supply table, in product units."""
        evaluation = self.evaluation
        return evaluation.unit is None and evaluation.result.run.supply is None and not evaluation.whole

    @cached_property
    def joint(self) -> JointProducts:
        """Products that are calculated together. There are such products."""
        return JointProducts(self.evaluation, self.factors, self.amounts, ~self._linked)

    @cached_property
    def _linked(self) -> BoolArray:
        """Whether each product takes other products of the run, shape (products,)."""
        lines, linked = self.evaluation.lines, np.zeros(len(self.evaluation.result.names), dtype=bool)
        if lines.has_links:
            linked[lines.product[lines.supplier >= 0]] = True
        return linked

    def _mean_and_variance(self, block: slice) -> tuple[FloatArray, FloatArray]:
        """Return the mean and the variance of the footprints of a range of products, each of shape (products,)."""
        lines, factors, amounts = self.evaluation.lines, self.factors, self.amounts
        at = slice(int(lines.starts[block.start]), int(lines.starts[block.stop]))
        product, factor = lines.product[at] - block.start, lines.factor[at]
        if amounts is None:  # their means are 1, and they add nothing
            kilograms = lines.value[at] * factors.means[factor]
        else:
            amount = lines.amount_key[at]
            kilograms = lines.value[at] * amounts.means[amount] * factors.means[factor]
        if self.evaluation.unit is not None:
            kilograms *= self.evaluation.stated_scale[block][product]
        count = block.stop - block.start
        mean = np.bincount(product, weights=kilograms, minlength=count).astype(np.float64)
        variance = variance_of_lines(kilograms, product, factor, factors.squared, count)
        if amounts is not None:
            variance = variance_of_lines(kilograms, product, amount, amounts.squared, count) + variance
        return mean, variance

    def declared_share(self) -> FloatArray:
        """Return the part of the gross emissions whose amount and factor both have a declared spread, shape (products,). [1]"""
        products = len(self.evaluation.result.names)
        shares = [self._declared_share(first, min(first + BLOCK, products)) for first in range(0, products, BLOCK)]
        return np.concatenate([np.empty(0), *shares])

    @cached_property
    def _declared_amounts(self) -> BoolArray | None:
        """Whether the amount of each line has a declared spread, shape (lines,); None if none has."""
        lines = self.evaluation.lines
        declared = lines.is_driver | self.evaluation.declared_by_property
        if self.amounts is not None:
            declared |= self.amounts.declared[lines.amount_key]
        return declared if declared.any() else None

    def _declared_share(self, first: int, last: int) -> FloatArray:
        """Return `declared_share` of a range of products, shape (last − first,). [1]"""
        lines, known = self.evaluation.lines, np.zeros(last - first)
        at = slice(int(lines.starts[first]), int(lines.starts[last]))
        gross, product = np.abs(lines.emissions[at]), lines.product[at] - first
        if self._declared_amounts is not None:
            factors = self.factors.declared[lines.factor[at]]
            if lines.has_links:
                factors |= lines.supplier[at] >= 0
            declared = self._declared_amounts[at] & factors
            known = np.bincount(product, weights=gross * declared, minlength=last - first).astype(np.float64)
        total = np.bincount(product, weights=gross, minlength=last - first)
        return np.divide(known, total, out=np.ones(last - first), where=total > 0)
