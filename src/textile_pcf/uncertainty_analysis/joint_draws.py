"""Draws of many products at once whose properties, losses, shares or outputs vary.

Products that take no other product do not depend on one another. A block of them is calculated again with one draw, or a few
draws, of each: as many calculations as there are draws, however many products, and each of arrays that are worth a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.indexing import ranges
from textile_pcf.activity.repetition import take_products
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import ActivityRow, Source
from textile_pcf.inventory.draws import chosen_entries
from textile_pcf.inventory.masses import process_masses
from textile_pcf.inventory.quantities import complete_quantities
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.distributions import Distribution, multiples_together
from textile_pcf.uncertainty_analysis.joint_forms import (
    JointProducts,
    exchange_amounts,
    impossible_products,
    uptake_of_products,
)
from textile_pcf.uncertainty_analysis.keyed_draws import as_uniforms, keyed_generator
from textile_pcf.uncertainty_analysis.nonlinear_numbers import MovedNumbers
from textile_pcf.uncertainty_analysis.sources import source_id

ROUND = 2_000
"""Draws of products that are calculated together: some 100,000 exchanges under a shipped rule, which stay in the cache."""
MOST_TOTALS = 2_000_000
"""Draws of the products of a block, all of which are held until their quantiles are known."""
MOST_DRAWN = 2_000_000
"""Draws of the numbers of a block that are held at a time."""


class DrawnNumber(NamedTuple):
    """A number that is drawn: its id, its distribution, and its stated value in the canonical unit (1 of a factor)."""

    id: str
    distribution: Distribution
    stated: float


class _Drawn(NamedTuple):
    """The numbers of a block, and where the draws of a round stand that multiply what rests on them.

    A draw stands at number × copies + copy; behind the last number stand those of none, which are 1.

    Attributes
    ----------
    numbers : list of DrawnNumber
        Distinct numbers.
    moved : ndarray of intp, shape (moved numbers of all copies,)
        Draw of each number that does not enter linearly.
    amount, factor : ndarray of intp, shape (lines of all copies,)
        Draws of the amount and the factor of each line.
    """

    numbers: list[DrawnNumber]
    moved: IndexArray
    amount: IndexArray
    factor: IndexArray


@dataclass(frozen=True, eq=False)
class JointDraws:
    """Draws of footprints of products that take no other product, calculated together.

    Attributes
    ----------
    catalogue : Catalogue
        Without a supply table, and in product units.
    draws, seed : int
    """

    catalogue: Catalogue
    draws: int
    seed: int

    @cached_property
    def joint(self) -> JointProducts:
        """The products, with what their lines emit."""
        return self.catalogue.joint

    @cached_property
    def products(self) -> IndexArray:
        """Products that are drawn together, ascending: this depends on the product alone.

        The carbon of the others is that of inputs, which may be drawn; or a number of them may be below zero, which is refused
        where the product is drawn by itself.
        """
        joint = self.joint
        return np.flatnonzero(joint.varied & joint.unlinked & ~joint.carbon_from_inputs & ~self._may_be_negative)

    @cached_property
    def _may_be_negative(self) -> BoolArray:
        """Whether an amount of each product has a range that begins at zero or below, shape (products,)."""
        lines, numbers = self.catalogue.evaluation.lines, self.joint.all_numbers
        found = np.zeros(len(self.joint.varied), dtype=bool)
        low = np.array([self.moved_number(row).distribution.low for row in numbers.row.tolist()])
        found[numbers.product[low <= 0]] = True
        amounts = self.catalogue.distributions.items()
        below = np.zeros(lines.count + 1, dtype=bool)
        below[[index for index, spread in amounts if index < len(lines.codes) and spread.low <= 0]] = True
        found[lines.product[below[lines.amount_key]]] = True
        return found

    @cached_property
    def place_by_product(self) -> IndexArray:
        """Place of each exchange among all exchanges by product, shape (exchanges,)."""
        elements = self.joint.inventory.activity.structure.exchanges_by_product.elements
        place = np.empty(len(elements), dtype=np.intp)
        place[elements] = np.arange(len(elements))
        return place

    @cached_property
    def place_in_balance(self) -> IndexArray:
        """Index of each exchange among those that balance biogenic carbon, -1 for others, shape (exchanges,)."""
        balance, place = self.joint.inventory.balance, np.full(len(self.joint.inventory.amount), -1)
        if balance is not None:
            place[balance.rows] = np.arange(len(balance.rows))
        return place

    @cached_property
    def _of_rule(self) -> list[DrawnNumber]:
        result = self.catalogue.evaluation.result
        return [
            DrawnNumber(source_id(result, number), spread, stated)
            for number, (stated, spread) in self.joint.rule_spreads.items()
        ]

    def moved_number(self, row: int) -> DrawnNumber:
        """Return a number of `NonlinearNumbers.row`."""
        if row < 0:
            return self._of_rule[-1 - row]
        evaluation = self.catalogue.evaluation
        stated, source = float(evaluation.result.inventory.activity.value[row]), ActivityRow(row)
        spread = evaluation.spreads.of(source, stated)
        assert spread is not None
        return DrawnNumber(source_id(evaluation.result, source), spread, stated)

    def line_number(self, index: int) -> DrawnNumber:
        """Return a number of the lines by its index."""
        key: Source = self.catalogue.evaluation.lines.key(index)
        return DrawnNumber(source_id(self.catalogue.evaluation.result, key), self.catalogue.distributions[index], 1.0)

    def blocks(self) -> Iterator[tuple[IndexArray, FloatArray]]:
        """Yield products and their draws, shape (products of the block, draws). [kg CO2e per product unit]

        A product of which one draw cannot be calculated is left out: drawn by itself, it says why.
        """
        size = max(1, min(ROUND, MOST_TOTALS // self.draws))
        for first in range(0, len(self.products), size):
            products = self.products[first : first + size]
            rounds = -(-self.draws // max(1, ROUND // len(products)))
            totals = _Block(self, products, -(-self.draws // rounds)).totals()
            can_be = np.isfinite(totals).all(axis=1)
            yield products[can_be], totals if can_be.all() else totals[can_be]


@dataclass(frozen=True, eq=False)
class _Block:
    """Products that are drawn together, each as often as there are draws in a round.

    Attributes
    ----------
    parent : JointDraws
    products : ndarray of intp, shape (products,)
    copies : int
        Draws of each product in a round.
    """

    parent: JointDraws
    products: IndexArray
    copies: int

    @cached_property
    def _taken(self) -> tuple[Activity, IndexArray]:
        """Activity data with a product per copy, and the exchange of the result of each exchange."""
        return take_products(self.parent.joint.inventory.activity, np.repeat(self.products, self.copies))

    # -- numbers --------------------------------------------------------------------------------------------------

    @cached_property
    def _moved(self) -> MovedNumbers:
        """The numbers of each copy."""
        activity, numbers = self._taken[0], self.parent.joint.all_numbers
        place = np.full(len(self.parent.joint.varied), -1)
        place[self.products] = np.arange(len(self.products))
        own = np.flatnonzero(place[numbers.product] >= 0)
        copies = numbers.those(np.repeat(own, self.copies))
        product = np.repeat(place[numbers.product[own]] * self.copies, self.copies) + np.tile(np.arange(self.copies), len(own))
        entries = chosen_entries(activity, complete_quantities(activity, is_complete=True).properties)
        return MovedNumbers(activity, copies._replace(product=product), self.parent.joint.rule_spreads, entries)

    @cached_property
    def _drawn(self) -> _Drawn:
        moved, lines, at = self._moved.numbers, self.parent.catalogue.evaluation.lines, self._lines[0]
        rows, number = np.unique(moved.row, return_inverse=True)
        varied = np.flatnonzero(self.parent.catalogue.squared > 0)
        used = np.zeros(lines.count + 1, dtype=bool)
        used[lines.amount_key[at]] = used[lines.factor_key[at]] = True
        keys = varied[used[varied]]
        place = np.full(lines.count + 1, len(rows) + len(keys))
        place[keys] = len(rows) + np.arange(len(keys))
        numbers = [self.parent.moved_number(row) for row in rows.tolist()] + [
            self.parent.line_number(key) for key in keys.tolist()
        ]
        amount, factor = (place[key[at]] * self.copies + self._lines[2] for key in (lines.amount_key, lines.factor_key))
        return _Drawn(numbers, number.reshape(-1) * self.copies + moved.product % self.copies, amount, factor)

    def _rounds(self) -> Iterator[FloatArray]:
        """Yield the draws of the numbers in each round, shape ((numbers + 1) × copies,)."""
        numbers, rounds = self._drawn.numbers, -(-self.parent.draws // self.copies)
        generators = [keyed_generator(number.id, self.parent.seed) for number in numbers]
        distributions, stated = [number.distribution for number in numbers], np.array([number.stated for number in numbers])
        together = max(1, MOST_DRAWN // (len(numbers) + 1) // self.copies)
        for first in range(0, rounds, together):
            count = min(together, rounds - first)
            words = np.array([generator.random_raw(count * self.copies) for generator in generators], dtype=np.uint64)
            drawn = np.ones((len(numbers) + 1, count, self.copies))
            if len(numbers):
                multiples = multiples_together(distributions, stated, as_uniforms(words))
                drawn[:-1] = multiples.reshape(len(numbers), count, self.copies)
            for one in np.ascontiguousarray(drawn.transpose(1, 0, 2)):
                yield one.reshape(-1)

    # -- lines ----------------------------------------------------------------------------------------------------

    @cached_property
    def _lines(self) -> tuple[IndexArray, IndexArray, IndexArray]:
        """Lines of the result, copy by copy of each product; the exchange of each among those of the copies; and its copy."""
        lines, structure = self.parent.catalogue.evaluation.lines, self.parent.joint.inventory.activity.structure
        taken = np.repeat(self.products, self.copies)
        first, count = lines.starts[taken], lines.starts[taken + 1] - lines.starts[taken]
        at, product = ranges(first, count), np.repeat(np.arange(len(taken)), count)
        starts = structure.exchanges_by_product.starts
        exchanges = starts[taken + 1] - starts[taken]
        begins = np.cumsum(exchanges) - exchanges - starts[taken]
        return at, self.parent.place_by_product[lines.exchange[at]] + begins[product], product % self.copies

    def totals(self) -> FloatArray:
        """Return the draws of all products, shape (products, draws); NaN where one cannot be. [kg CO2e per product unit]"""
        place_of, (at, exchange, _) = self._drawn, self._lines
        emissions = self.parent.joint.stated_emissions[at]
        product = self._taken[0].exchange_products[exchange]
        found = np.empty((len(self.products), -(-self.parent.draws // self.copies) * self.copies))
        for place, drawn in enumerate(self._rounds()):
            amount, uptake = self._amounts(drawn[place_of.moved])
            kilograms = amount[exchange] * emissions * drawn[place_of.amount] * drawn[place_of.factor]
            total = np.bincount(product, weights=kilograms, minlength=len(uptake)) + uptake
            found[:, place * self.copies : (place + 1) * self.copies] = total.reshape(len(self.products), -1)
        return found[:, : self.parent.draws]

    @cached_property
    def _balanced(self) -> tuple[IndexArray, FloatArray]:
        """Exchanges of the copies that balance, and the emissions of the uptake of each. [kg CO2e per kg CO2]"""
        place = self.parent.place_in_balance[self._taken[1]]
        rows = np.flatnonzero(place >= 0)
        return rows, self.parent.joint.uptake_of_balance[place[rows]]

    def _amounts(self, multiples: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return amounts of exchanges and emissions of the uptake of products; NaN where a product cannot be.

        Parameters
        ----------
        multiples : ndarray, shape (numbers of all copies,)
        """
        activity, draws = self._moved.at(multiples)
        quantities = complete_quantities(activity, draws, is_complete=True)
        masses = process_masses(activity, quantities)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            amount = exchange_amounts(activity, quantities, masses)
            uptake = np.zeros(len(activity.names))
            if self.parent.joint.inventory.balance is not None:
                uptake = uptake_of_products(activity, quantities, masses, *self._balanced)
        uptake[impossible_products(activity, quantities)] = np.nan
        return amount, uptake
