"""Footprints under other numbers: sums of lines where numbers enter linearly, whole recalculations where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf import engine
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.draw_sources import FactorRow, stated_factors
from textile_pcf.inventory.draws import product_draws
from textile_pcf.inventory.product_mass import product_units_of
from textile_pcf.recalculation import recalculate
from textile_pcf.results import Footprint
from textile_pcf.uncertainty_analysis.composed import composed_draws, with_printed_rows
from textile_pcf.uncertainty_analysis.declared import declared_by_property
from textile_pcf.uncertainty_analysis.lines import Lines, result_lines
from textile_pcf.uncertainty_analysis.sources import NamedSource, distinct, product_sources
from textile_pcf.uncertainty_analysis.spreads import Spreads

Values = Mapping[str, FloatArray]
"""Draws of sources by id, as multiples of the stated value, each of shape (draws,)."""
MOST_KEPT = 1000  # products whose sources are kept: some 20 kB each under a shipped rule
SOLVED_AT_ONCE = 4_000_000  # elements of the matrices of links that are solved together


@dataclass(frozen=True, eq=False)
class _Parts:
    """Stages of one product without the products that it takes, and what it takes of each.

    Attributes
    ----------
    own : ndarray, shape (stages, draws) or (stages, 1)
        [kg CO2e per product unit]
    taken : mapping of int to ndarray, shape (stages, draws) or (stages, 1)
        [supplier units per product unit]
    """

    own: FloatArray
    taken: Mapping[int, FloatArray]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Footprints of a result under other numbers.

    Attributes
    ----------
    result : Footprint
    spreads : Spreads
        Distributions of its numbers.
    unit : str or None
        Unit of the products in which footprints are given; None for the declared one.
    whole : bool
        Whether every product is recalculated whole, also where sums of lines would do; for tests.
    """

    result: Footprint
    spreads: Spreads
    unit: str | None = None
    whole: bool = False

    @cached_property
    def lines(self) -> Lines:
        """Lines of the result, each with one printed row as its factor."""
        return with_printed_rows(result_lines(self.result.inventory), self.spreads.factor_inputs)

    @cached_property
    def declared_by_property(self) -> BoolArray:
        """Whether each line takes its amount from a property with declared spreads, shape (lines,)."""
        return declared_by_property(self.result.inventory, self.spreads)[self.lines.exchange]

    @cached_property
    def inside(self) -> IndexArray:
        """Stages inside the boundary."""
        return np.flatnonzero([not stage.outside for stage in self.result.stages])

    @cached_property
    def _own(self) -> dict[int, list[NamedSource]]:
        return {}

    def own_sources(self, product: int) -> list[NamedSource]:
        """Return the sources of a product, without those of products that it takes."""
        if product not in self._own:
            if len(self._own) >= MOST_KEPT:
                self._own.clear()
            self._own[product] = product_sources(self.result, product, self.spreads)
        return self._own[product]

    def sources(self, product: int) -> list[NamedSource]:
        """Return the sources of a product and of those that it takes."""
        return distinct([source for member in self.members(product) for source in self.own_sources(member)])

    def suppliers(self, product: int) -> list[int]:
        """Return the products of the run that a product takes."""
        if not self.lines.has_links:
            return []
        of = self.lines.supplier[self.lines.of(product)]
        suppliers: list[int] = np.unique(of[of >= 0]).tolist()
        return suppliers

    def members(self, product: int) -> list[int]:
        """Return a product and all products behind it, the product first."""
        found = [product]
        for member in found:
            found += [supplier for supplier in self.suppliers(member) if supplier not in found]
        return found

    def declared_lines(self, product: int) -> tuple[BoolArray, BoolArray]:
        """Return whether amount and factor of each line of a product have a declared spread, each of shape (lines,).

        The driver itself counts as declared, and so does a link in place of a factor.

        Parameters
        ----------
        product : int
            Index of the product.
        """
        lines, at = self.lines, self.lines.of(product)
        declared = np.zeros(lines.count + 1, dtype=bool)
        for source in self.own_sources(product):
            if source.distribution is not None and source.key in lines.key_index:
                declared[lines.key_index[source.key]] = True
        amounts = declared[lines.amount_key[at]] | lines.is_driver[at] | self.declared_by_property[at]
        return amounts, declared[lines.factor_key[at]] | (lines.supplier[at] >= 0)

    # -- values ---------------------------------------------------------------------------------------------------

    def stages(self, product: int, values: Values, count: int) -> FloatArray:
        """Return the emissions of a product by stage inside the boundary, shape (stages, draws). [kg CO2e per unit]

        Parameters
        ----------
        product : int
        values : mapping of str to ndarray, shape (count,)
            Multiples of the stated values, by id; what is not named stays as stated.
        count : int
            Number of draws.
        """
        members = self.members(product)
        parts = {member: self._parts(member, values, count) for member in members}
        first = parts[product]
        stages = np.broadcast_to(first.own, (len(first.own), count)).copy()
        if first.taken:
            totals = _solve(members, parts, count)
            for supplier, taken in first.taken.items():
                stages += taken * totals[members.index(supplier)]
        if self.unit is not None:
            stages *= self._scale(product, values)
        return stages

    def totals(self, product: int, values: Values, count: int) -> FloatArray:
        """Return the footprint of a product, shape (draws,). [kg CO2e per unit]"""
        total: FloatArray = self.stages(product, values, count).sum(axis=0)
        return total

    @cached_property
    def stated_scale(self) -> FloatArray:
        """Product units in one unit, by the stated numbers, shape (products,)."""
        return self.result.scale(self.unit)

    def _scale(self, product: int, values: Values) -> FloatArray:
        """Return product units in one unit under draws, shape (draws,) or (1,)."""
        keys = {
            source.key: source.stated * values[source.id]
            for source in self.own_sources(product)
            if source.id in values and not source.linear
        }
        if not keys:
            return self.stated_scale[product : product + 1]
        scales = []
        for chunk in product_draws(self.result.run.activity, product, keys, {}).chunks():
            activity, quantities = chunk.complete()
            measures = product_units_of(activity, quantities.properties)
            scales.append(measures.product_units(measures.parse(str(self.unit))))
        return np.concatenate(scales)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _parts(self, product: int, values: Values, count: int) -> _Parts:
        own = [source for source in self.own_sources(product) if source.id in values]
        if own and (self.whole or not all(source.linear for source in own)):
            return self._recalculated(product, own, values, count)
        index = self.lines.key_index
        return self.add_up(product, {index[each.key]: values[each.id] for each in own if each.key in index})

    def add_up(self, product: int, drawn: Mapping[int, FloatArray]) -> _Parts:
        """Return stages as sums of lines × multiple of the amount × multiple of the factor.

        Parameters
        ----------
        product : int
        drawn : mapping of int to ndarray, shape (draws,)
            Multiples of the numbers that vary, by their index in the lines.
        """
        lines, at = self.lines, self.lines.of(product)
        column = {key: place for place, key in enumerate(drawn, 1)}
        amount = np.array([column.get(key, 0) for key in lines.amount_key[at].tolist()], dtype=np.intp)
        factor = np.array([column.get(key, 0) for key in lines.factor_key[at].tolist()], dtype=np.intp)
        supplier, stage = lines.supplier[at], np.searchsorted(self.inside, lines.stage[at])
        grouped = np.stack([supplier, stage, amount, factor])
        cells, cell = np.unique(grouped, axis=1, return_inverse=True)
        sums = np.bincount(cell.reshape(-1), weights=lines.value[at], minlength=cells.shape[1])
        count = max((len(array) for array in drawn.values()), default=1)
        multiples = [np.ones(1), *drawn.values()]
        own, taken = np.zeros((len(self.inside), count)), dict[int, FloatArray]()
        for (of, place, rows, factors), value in zip(cells.T.tolist(), sums.tolist(), strict=True):
            if of >= 0 and of not in taken:
                taken[of] = np.zeros((len(self.inside), count))
            target = own if of < 0 else taken[of]
            target[place] += _product(value, multiples[rows], multiples[factors])
        return _Parts(own, taken)

    def _recalculated(self, product: int, own: list[NamedSource], values: Values, count: int) -> _Parts:
        """Return stages by whole recalculations; what is taken of each supplier as the change by one kg CO2e of it."""
        run, name = self.result.run, self.result.products[product]
        drawn = {
            source.key: values[source.id] * (1.0 if isinstance(source.key, FactorRow) else source.stated) for source in own
        }
        drawn = composed_draws(self.spreads.factor_inputs, stated_factors(self.result.inventory, product), drawn)
        suppliers = self.suppliers(product)
        names = [self.result.products[supplier] for supplier in suppliers]
        zero = dict.fromkeys(names, np.zeros(count))
        stages = recalculate(run, name, drawn, zero).T[self.inside]
        taken = {
            supplier: recalculate(run, name, drawn, {**zero, text: np.ones(count)}).T[self.inside] - stages
            for supplier, text in zip(suppliers, names, strict=True)
        }
        return _Parts(stages, taken)


def _product(value: float, amount: FloatArray, factor: FloatArray) -> FloatArray:
    """Return value × multiple of the amount × multiple of the factor; an array of one element multiplies the value."""
    if len(amount) == 1 or len(factor) == 1:
        longer, shorter = (amount, factor) if len(factor) == 1 else (factor, amount)
        return longer * (value * float(shorter[0]))
    product = amount * factor
    product *= value
    return product


def _solve(members: list[int], parts: Mapping[int, _Parts], count: int) -> FloatArray:
    """Return totals of linked products, shape (members, draws)."""
    own = np.stack([np.broadcast_to(parts[member].own.sum(axis=0), (count,)) for member in members])
    links = [
        (user, members.index(supplier), taken.sum(axis=0))
        for user, member in enumerate(members)
        for supplier, taken in parts[member].taken.items()
    ]
    if all(len(amount) == 1 or np.ptp(amount) == 0 for _, _, amount in links):
        users = np.array([user for user, _, _ in links], dtype=np.intp)
        suppliers = np.array([supplier for _, supplier, _ in links], dtype=np.intp)
        return engine.solve_links(own, users, suppliers, np.array([float(amount[0]) for _, _, amount in links]))
    totals = np.empty_like(own)
    size = max(1, SOLVED_AT_ONCE // len(members) ** 2)
    for first in range(0, count, size):
        chunk = slice(first, min(first + size, count))
        matrix = np.broadcast_to(np.eye(len(members)), (chunk.stop - first, len(members), len(members))).copy()
        for user, supplier, amount in links:
            matrix[:, user, supplier] -= amount if len(amount) == 1 else amount[chunk]
        totals[:, chunk] = np.linalg.solve(matrix, own[:, chunk].T[..., None])[..., 0].T
    return totals
