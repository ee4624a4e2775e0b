"""Simulation: every draw is a whole recalculation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import ActivityRow
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.joint_draws import JointDraws
from textile_pcf.uncertainty_analysis.line_draws import KEPT_ELEMENTS, LineDraws
from textile_pcf.uncertainty_analysis.sources import NamedSource, is_varied, source_id
from textile_pcf.uncertainty_analysis.statistics import Statistics, statistics

PIECE = 1 << 17  # draws that are calculated together


@dataclass(frozen=True, eq=False)
class Simulation:
    """Draws of the footprints of a result.

    Attributes
    ----------
    evaluation : Evaluation
    draws, seed : int
    """

    evaluation: Evaluation
    draws: int
    seed: int

    def _pieces(self) -> Iterator[tuple[int, int]]:
        for start in range(0, self.draws, PIECE):
            yield start, min(PIECE, self.draws - start)

    def _multiples(self, source: NamedSource, start: int, count: int) -> FloatArray:
        assert source.distribution is not None
        return source.distribution.multiples(source.id, source.stated, self.seed, count, start)

    def samples(self, product: int) -> FloatArray:
        """Return the draws of one product, shape (draws,). [kg CO2e per unit]"""
        total: FloatArray = self.stage_samples(product).sum(axis=0)
        return total

    def stage_samples(self, product: int) -> FloatArray:
        """Return the draws of one product by stage inside the boundary, shape (stages, draws). [kg CO2e per unit]"""
        if not self.evaluation.whole and not self._catalogue.individual[product]:
            pieces = [self._line_samples(product, start, count) for start, count in self._pieces()]
            return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)
        varied = [source for source in self.evaluation.sources(product) if is_varied(source)]
        pieces = []
        for start, count in self._pieces():
            values = {source.id: self._multiples(source, start, count) for source in varied}
            pieces.append(self.evaluation.stages(product, values, count))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self.evaluation)

    @cached_property
    def _kept(self) -> dict[int, FloatArray]:
        """Draws of factors and numbers of the rule, which many products share."""
        return {}

    def _line_samples(self, product: int, start: int, count: int) -> FloatArray:
        """Return the draws of a product in which only amounts of flows and factors vary, shape (stages, draws)."""
        lines, at = self.evaluation.lines, self.evaluation.lines.of(product)
        keys = np.unique(np.concatenate([lines.amount_key[at], lines.factor_key[at]]))
        varied = keys[self._catalogue.squared[keys] > 0]
        drawn = {key: self._key_multiples(key, start, count) for key in varied.tolist()}
        own = self.evaluation.add_up(product, drawn).own
        stages: FloatArray = np.broadcast_to(own, (len(own), count)) * self.evaluation.stated_scale[product]
        return stages

    def _key_multiples(self, index: int, start: int, count: int) -> FloatArray:
        if index in self._kept:
            return self._kept[index]
        key, spread = self.evaluation.lines.key(index), self._catalogue.distributions[index]
        name = source_id(self.evaluation.result, key)
        drawn = spread.multiples(name, 1.0, self.seed, count, start)
        if count == self.draws and len(self._kept) * count < KEPT_ELEMENTS and not isinstance(key, ActivityRow):
            self._kept[index] = drawn
        return drawn

    def total_statistics(self, with_gsd: bool = True) -> Statistics:
        """Return statistics of the footprint of every product, each of shape (products,). [kg CO2e per unit]"""
        products = len(self.evaluation.result.names)
        simple = self._sums_of_lines()
        found = np.full((len(fields(Statistics)), products), np.nan)
        for block, draws in LineDraws(self._catalogue, self.draws, self.seed).blocks(simple):
            found[:, block] = np.stack(_columns(statistics(draws, with_gsd)))
        for block, draws in self._drawn_together():
            found[:, block] = np.stack(_columns(statistics(draws, with_gsd)))
        for product in np.flatnonzero(np.isnan(found[0])).tolist():
            found[:, product] = [value[0] for value in _columns(statistics(self.samples(product)[None], with_gsd))]
        return Statistics(*found)

    def _drawn_together(self) -> Iterator[tuple[IndexArray, FloatArray]]:
        """Yield blocks of products whose losses, properties, shares or outputs vary, and their draws."""
        catalogue = self._catalogue
        if catalogue.has_joint_products and catalogue.individual.any() and self.draws <= PIECE:
            yield from JointDraws(catalogue, self.draws, self.seed).blocks()

    def _sums_of_lines(self) -> IndexArray:
        """Return the products in which only factors and amounts of flows vary and that take no other product."""
        if self.evaluation.whole or self.evaluation.lines.has_links or self.draws > PIECE:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(~self._catalogue.individual)


def _columns(found: Statistics) -> list[FloatArray]:
    return [getattr(found, field.name) for field in fields(Statistics)]
