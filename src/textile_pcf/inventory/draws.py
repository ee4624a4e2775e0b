"""Draws of the numbers behind one product: activity data and factors with drawn numbers, one product per draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.placed_amounts import PlacedAmounts
from textile_pcf.activity.repetition import repeat_product
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import InputError, UsageError
from textile_pcf.inventory.defaults import QUANTITY_KINDS, RuleDraws, RuleNumber, chosen_entry
from textile_pcf.inventory.draw_problems import (
    impossible_values,
    refuse_impossible,
    unknown_sources,
    unknown_suppliers,
    wrong_arrays,
)
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities, complete_quantities
from textile_pcf.inventory.supplier_factors import SupplierFactors
from textile_pcf.rules import QuantitySpec

CHUNK = 100_000  # exchanges and processes of one chunk of draws; bounds the memory


@dataclass(frozen=True, eq=False)
class ProductDraws:
    """Draws of the numbers behind one product.

    Attributes
    ----------
    activity : Activity
        Activity data of the product alone.
    exchanges : ndarray of intp, shape (exchanges of the product,)
        Exchanges of the product among those of the run.
    entries : mapping of (str, int) to ndarray of intp
        Entry of each chosen value of the rule, by kind and index, as the stated numbers choose it.
    values : mapping of Source to ndarray, shape (draws,)
    suppliers : mapping of int to ndarray, shape (draws,)
        Footprints of linked products of the run. [kg CO2e per unit of the supplier]
    count : int
        Number of draws.
    """

    activity: Activity
    exchanges: IndexArray
    entries: Mapping[tuple[str, int], IndexArray]
    values: Mapping[Source, FloatArray]
    suppliers: Mapping[int, FloatArray]
    count: int

    def chunks(self) -> Iterator[ProductDraws]:
        """Yield the draws in parts of bounded size."""
        size = max(1, CHUNK // max(1, len(self.activity.exchanges) + self.activity.processes.total))
        for first in range(0, self.count, size):
            chunk = slice(first, min(first + size, self.count))
            yield replace(
                self,
                values={source: drawn[chunk] for source, drawn in self.values.items()},
                suppliers={supplier: drawn[chunk] for supplier, drawn in self.suppliers.items()},
                count=chunk.stop - chunk.start,
            )

    def complete(self) -> tuple[Activity, Quantities]:
        """Return activity data with one product per draw, and their completed quantities.

        Raises
        ------
        InputError
            A draw gives a quantity that cannot be, such as a loss of 100 %.
        """
        numbers = {source: drawn for source, drawn in self.values.items() if isinstance(source, RuleNumber)}
        amounts = {source.row: drawn for source, drawn in self.values.items() if isinstance(source, ActivityRow)}
        activity = _with_drawn_rows(repeat_product(self.activity, 0, self.count), amounts)
        entries = {key: np.tile(entry, self.count) for key, entry in self.entries.items()}
        quantities = complete_quantities(activity, RuleDraws(numbers, entries))
        refuse_impossible(activity, quantities)
        return activity, quantities

    def matches(self, matches: FactorMatches) -> FactorMatches:
        """Return the matches of the exchanges of the product for all draws, from the matches of the run."""
        at = np.tile(self.exchanges, self.count)
        supplier = matches.supplier[at] if len(matches.supplier) else matches.supplier
        return replace(matches, pattern=matches.pattern[at], supplier=supplier)

    def factors(self, matches: FactorMatches, activity: Activity, links: SupplierFactors | None) -> FactorMatches:
        """Return matches with drawn factors, and with links to products of the run as factors.

        Parameters
        ----------
        matches : FactorMatches
            Matches of the draws.
        activity : Activity
            Activity data of the draws.
        links : SupplierFactors, optional
            Factors of links; None if the product takes no product of the run.
        """
        request, values, rows, removals = matches.request, matches.values, matches.factor_rows, matches.removals
        materials = np.full((len(values), 2), np.nan)
        units = np.zeros(len(values))
        supplier = np.full(len(values), -1)
        if links is not None:
            linked = np.flatnonzero(matches.supplier >= 0)
            number = links.number(activity.exchanges.flow[linked], matches.supplier[linked])
            request = request.copy()
            request[linked] = len(values) + number
            values, units = np.concatenate([values, links.values]), np.append(units, links.units)
            rows = np.concatenate([rows, np.full((len(links.values), 2), -1)])
            removals, materials = np.append(removals, links.removals), np.concatenate([materials, links.materials])
            supplier = np.append(supplier, links.supplier)
        used, position = np.unique(request, return_inverse=True)
        drawn, uptake = np.repeat(values[used][None], self.count, axis=0), np.repeat(removals[used][None], self.count, axis=0)
        for source, multiple in self.values.items():
            if isinstance(source, FactorRow):
                of_row = (rows[used] == (source.sheet, source.row)).all(axis=1)
                drawn[:, of_row] *= multiple[:, None, None]
                uptake[:, of_row] *= multiple[:, None]
        for product, footprint in self.suppliers.items():
            of = np.flatnonzero(supplier[used] == product)
            drawn[:, of] = 0.0
            drawn[:, of, 0] = footprint[:, None] * units[used[of]]
        return replace(
            matches,
            pattern=activity.exchange_products * len(used) + position.reshape(-1),
            request_of_pattern=np.arange(self.count * len(used)),
            values=drawn.reshape(-1, values.shape[1]),
            factor_rows=np.tile(rows[used], (self.count, 1)),
            removals=uptake.reshape(-1),
            materials=None if links is None else np.tile(materials[used], (self.count, 1)),
            match_index=np.tile(np.append(matches.match_index, np.zeros(len(rows), dtype=np.intp))[used], self.count),
            supplier=np.empty(0, dtype=np.intp),
            has_links=False,
        )


def _with_drawn_rows(activity: Activity, amounts: Mapping[int, FloatArray]) -> Activity:
    """Return one product, repeated, with a drawn amount of some rows in each."""
    if not amounts:
        return activity
    rows, products = np.array([*amounts], dtype=np.intp), np.arange(len(activity.names))
    placed = PlacedAmounts(activity, np.repeat(rows, len(products)), np.tile(products, len(rows)))
    return placed.with_amounts(np.concatenate([*amounts.values()]))


def product_draws(
    activity: Activity, product: int, values: Mapping[Source, FloatArray], suppliers: Mapping[str, FloatArray]
) -> ProductDraws:
    """Check draws of the numbers behind one product.

    Parameters
    ----------
    activity : Activity
        Activity data of a run, without problems.
    product : int
        Index of the product.
    values : mapping of Source to ndarray, shape (draws,)
    suppliers : mapping of str to ndarray, shape (draws,)
        Footprints of linked products of the run. [kg CO2e per unit of the supplier]

    Returns
    -------
    ProductDraws

    Raises
    ------
    UsageError
        Something is no number of the product, or draws are no finite numbers or not as many as others.
    InputError
        A draw is negative where that cannot be, or an output or all shares are zero.
    """
    arrays: dict[object, FloatArray] = {
        key: np.asarray(drawn, dtype=np.float64) for key, drawn in [*values.items(), *suppliers.items()]
    }
    count = max((drawn.size for drawn in arrays.values()), default=0)
    one = repeat_product(activity, product, 1)
    problems = [*wrong_arrays(one, arrays, count), *unknown_sources(one, values), *unknown_suppliers(activity, suppliers)]
    if problems:
        raise UsageError(problems)
    drawn_values = {source: arrays[source] for source in values}
    if problems := list(impossible_values(one, drawn_values)):
        raise InputError(problems)
    entries = chosen_entries(one, complete_quantities(one).properties)
    drawn_suppliers = {activity.products.index(name): arrays[name] for name in suppliers}
    exchanges = activity.structure.exchanges_by_product.of(product)
    return ProductDraws(one, exchanges, entries, drawn_values, drawn_suppliers, count)


def chosen_entries(activity: Activity, properties: FloatArray) -> dict[tuple[str, int], IndexArray]:
    """Return the entry of each chosen value of the rule, as stated numbers choose it, by kind and index of the quantity.

    Parameters
    ----------
    activity : Activity
    properties : ndarray, shape (property entries,)
        Completed properties. [canonical unit]
    """
    rules = activity.rules
    specs: tuple[QuantitySpec, ...] = (*rules.properties, *rules.losses, *rules.flows)
    return {
        (QUANTITY_KINDS[type(spec)], spec.index): chosen_entry(activity, properties, spec.default, spec.stage)
        for spec in specs
        if spec.default is not None and spec.default.by >= 0
    }
