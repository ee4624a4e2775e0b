"""Simulation: every draw is a whole recalculation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import FactorRow
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sources import NamedSource, is_varied, source_id
from textile_pcf.uncertainty_analysis.statistics import Statistics, statistics

PIECE = 1 << 17  # draws that are calculated together
BLOCK = 128  # products whose draws are one matrix product
BLOCK_ELEMENTS = 2_000_000


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
        varied = [source for source in self.evaluation.sources(product) if is_varied(source)]
        pieces = []
        for start, count in self._pieces():
            values = {source.id: self._multiples(source, start, count) for source in varied}
            pieces.append(self.evaluation.stages(product, values, count))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    def total_statistics(self) -> Statistics:
        """Return statistics of the footprint of every product, each of shape (products,). [kg CO2e per unit]"""
        products = len(self.evaluation.result.names)
        simple = self._factors_only()
        found = np.full((len(fields(Statistics)), products), np.nan)
        if len(simple):
            self._add_blocks(simple, found)
        for product in np.setdiff1d(np.arange(products), simple).tolist():
            found[:, product] = [value[0] for value in _columns(statistics(self.samples(product)[None]))]
        return Statistics(*found)

    def _factors_only(self) -> IndexArray:
        """Return the products of which nothing but factors varies and that take no other product."""
        evaluation = self.evaluation
        if evaluation.whole or evaluation.lines.has_links or self.draws > PIECE:
            return np.empty(0, dtype=np.intp)
        catalogue = Catalogue(evaluation)
        varied_amount = catalogue.squared[evaluation.lines.amount_key] > 0
        return np.setdiff1d(np.flatnonzero(~catalogue.individual), evaluation.lines.product[varied_amount])

    def _add_blocks(self, products: IndexArray, found: FloatArray) -> None:
        """Fill in the statistics of products of which only factors vary: weights times draws, a block at a time."""
        evaluation, lines = self.evaluation, self.evaluation.lines
        keys = [FactorRow(*row) for row in lines.factor_rows.tolist()]
        varied, rows = [], np.zeros(lines.count + 1, dtype=np.intp)
        for number, key in enumerate(keys, len(lines.codes)):
            spread = evaluation.spreads.factor(key.sheet, key.row)
            source = NamedSource(source_id(evaluation.result, key), "factor", key, 1.0, spread, True)
            if is_varied(source):
                varied.append(source)
                rows[number] = len(varied)
        multiples = np.stack([np.ones(self.draws), *(self._multiples(source, 0, self.draws) for source in varied)])
        size = max(1, min(BLOCK, BLOCK_ELEMENTS // self.draws))
        for first in range(0, len(products), size):
            block = products[first : first + size]
            weights = np.zeros((len(block), len(multiples)))
            for place, product in enumerate(block.tolist()):
                at = lines.of(product)
                weights[place] = np.bincount(rows[lines.factor_key[at]], weights=lines.value[at], minlength=len(multiples))
            weights *= evaluation.stated_scale[block, None]
            found[:, block] = np.stack(_columns(statistics(weights @ multiples)))


def _columns(found: Statistics) -> list[FloatArray]:
    return [getattr(found, field.name) for field in fields(Statistics)]
