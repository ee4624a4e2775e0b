"""Draws of products in which only factors and amounts of flows vary: sums of their lines, a block of products at a time.

Every draw of a product is a sum over its own terms in their own order. A matrix product would add them in an order that depends
on what stands beside the product, and so would the last bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.sources import source_id

BLOCK_ELEMENTS = 32_768
"""Draws of the products of a block, so that they stay in the cache."""
KEPT_ELEMENTS = 8_000_000
"""Draws of factors and numbers of the rule that are kept while the products that share them are calculated."""


class Terms(NamedTuple):
    """Lines of products, summed where their amounts and factors rest on the same numbers.

    Attributes
    ----------
    product : ndarray of intp, shape (products,)
        The products.
    starts : ndarray of intp, shape (products + 1,)
        First term of each product.
    value : ndarray, shape (terms,)
        [kg CO2e per unit]
    amount, factor : ndarray of intp, shape (terms,)
        Number that varies, by its index in the lines; their count if none does.
    """

    product: IndexArray
    starts: IndexArray
    value: FloatArray
    amount: IndexArray
    factor: IndexArray


@dataclass(frozen=True, eq=False)
class LineDraws:
    """Draws of footprints as sums of lines × multiple of the amount × multiple of the factor.

    Attributes
    ----------
    catalogue : Catalogue
        Spreads of the lines.
    draws, seed : int
    """

    catalogue: Catalogue
    draws: int
    seed: int

    def blocks(self, products: IndexArray) -> Iterator[tuple[IndexArray, FloatArray]]:
        """Yield blocks of products and their draws, shape (products of the block, draws). [kg CO2e per unit]

        Parameters
        ----------
        products : ndarray of intp, shape (products,)
            Products of which nothing but factors and amounts of flows varies and that take no other product, ascending.
        """
        terms = self._terms(products)
        size = max(1, BLOCK_ELEMENTS // self.draws)
        for first, last in self._spans(terms):
            row, shared = self._shared_draws(terms, first, last)
            for start in range(first, last, size):
                end = min(start + size, last)
                yield terms.product[start:end], self._sums(terms, start, end, row, shared)

    def _terms(self, products: IndexArray) -> Terms:
        lines, nothing = self.catalogue.evaluation.lines, self.catalogue.evaluation.lines.count
        place = np.full(len(lines.starts) - 1, -1)
        place[products] = np.arange(len(products))
        at = np.flatnonzero(place[lines.product] >= 0)
        varied = self.catalogue.squared > 0
        amount, factor = (np.where(varied[keys[at]], keys[at], nothing) for keys in (lines.amount_key, lines.factor_key))
        product = place[lines.product[at]]
        order = np.lexsort((factor, amount, product))
        product, amount, factor = product[order], amount[order], factor[order]
        begins = np.ones(len(order), dtype=bool)
        begins[1:] = (np.diff(product) != 0) | (np.diff(amount) != 0) | (np.diff(factor) != 0)
        value = np.bincount(np.cumsum(begins) - 1, weights=lines.value[at][order]).astype(np.float64)
        product, amount, factor = product[begins], amount[begins], factor[begins]
        value *= self.catalogue.evaluation.stated_scale[products][product]
        return Terms(products, np.searchsorted(product, np.arange(len(products) + 1)), value, amount, factor)

    @cached_property
    def _is_shared(self) -> IndexArray:
        """Whether each number is that of a factor or of the rule, shape (numbers + 1,); the last is none."""
        lines = self.catalogue.evaluation.lines
        shared = np.ones(lines.count + 1, dtype=bool)
        shared[: len(lines.codes)] = lines.codes < 0
        shared[-1] = False
        return shared

    def _spans(self, terms: Terms) -> Iterator[tuple[int, int]]:
        """Yield ranges of products whose shared draws are kept together."""
        first, count, limit = 0, len(terms.product), max(1, KEPT_ELEMENTS // self.draws)
        while first < count:
            last = count
            while last - first > 1 and len(self._shared_numbers(terms, first, last)) > limit:
                last = first + (last - first) // 2
            yield first, last
            first = last

    def _shared_numbers(self, terms: Terms, first: int, last: int) -> IndexArray:
        at = slice(int(terms.starts[first]), int(terms.starts[last]))
        used = np.zeros(len(self._is_shared), dtype=bool)
        used[terms.amount[at]] = used[terms.factor[at]] = True
        return np.flatnonzero(used & self._is_shared)

    def _shared_draws(self, terms: Terms, first: int, last: int) -> tuple[IndexArray, FloatArray]:
        """Return the row of each shared number, 0 for others, and the draws of each row; the first row is all 1."""
        numbers = self._shared_numbers(terms, first, last)
        row = np.zeros(len(self._is_shared), dtype=np.intp)
        row[numbers] = np.arange(1, len(numbers) + 1)
        return row, self._multiples(numbers)

    def _multiples(self, numbers: IndexArray) -> FloatArray:
        """Return draws of numbers as multiples of the stated values after a row of 1, shape (numbers + 1, draws)."""
        drawn = np.empty((len(numbers) + 1, self.draws))
        drawn[0] = 1.0
        for place, index in enumerate(numbers.tolist(), 1):
            drawn[place] = self._multiple(index)
        return drawn

    def _multiple(self, index: int) -> FloatArray:
        """Return draws of a number as multiples of the stated value, shape (draws,)."""
        name = source_id(self.catalogue.evaluation.result, self.catalogue.evaluation.lines.key(index))
        return self.catalogue.distributions[index].multiples(name, 1.0, self.seed, self.draws)

    def _sums(self, terms: Terms, start: int, end: int, row: IndexArray, shared: FloatArray) -> FloatArray:
        """Return the draws of some products, shape (products, draws): one term of each at a time."""
        starts, counts, none = terms.starts[start:end], np.diff(terms.starts[start : end + 1]), len(row) - 1
        at = np.minimum(starts + np.arange(counts.max(initial=0))[:, None], max(len(terms.value) - 1, 0))
        there = np.arange(len(at))[:, None] < counts  # shape (terms of a product, products), as are the next
        value = np.where(there, terms.value[at] if len(terms.value) else 0.0, 0.0)  # what is not there adds 0
        amount = np.where(there, terms.amount[at] if len(terms.value) else 0, none)
        factor = np.where(there, row[terms.factor[at]] if len(terms.value) else 0, 0)
        kept = row[amount]
        amount[kept > 0] = none
        has_kept, has_own = (np.count_nonzero(some, axis=1) > 0 for some in (kept, amount < none))
        has_one_factor = np.count_nonzero(factor != factor[:, :1], axis=1) == 0
        sums, term = np.zeros((end - start, self.draws)), np.empty((end - start, self.draws))
        own: dict[int, tuple[int, FloatArray]] = {}
        for place in range(len(at)):
            if has_one_factor[place]:  # no copy of its draws for each product
                np.multiply(shared[factor[place, 0]], value[place, :, None], out=term)
            else:
                shared.take(factor[place], axis=0, out=term, mode="clip")
                term *= value[place, :, None]
            if has_kept[place]:
                term *= shared[kept[place]]
            if has_own[place]:
                self._times_own_amounts(term, amount[place], own)
            sums += term
        return sums

    def _times_own_amounts(self, term: FloatArray, amount: IndexArray, own: dict[int, tuple[int, FloatArray]]) -> None:
        """Multiply terms by the amounts of rows of activity data.

        Each is drawn when its first term comes and kept until another comes for its product, as terms are in order of their
        amounts: so it is still in the cache when it is used.
        """
        for place in np.flatnonzero(amount < self.catalogue.evaluation.lines.count).tolist():
            index = int(amount[place])
            if place not in own or own[place][0] != index:
                own[place] = index, self._multiple(index)
            term[place] *= own[place][1]
