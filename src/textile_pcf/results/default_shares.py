"""How much of the gross emissions rests on numbers of the rule, and on factors of shipped tables."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.row_patterns import rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.columns import take
from textile_pcf.factors import FactorTable
from textile_pcf.inventory.amount_sources import amounts_by_rule
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.results.contributions import SPLIT
from textile_pcf.rules import Default, RuleSet
from textile_pcf.rules.arrays import rule_arrays

GROSS = [place for place, name in enumerate(SPLIT) if name != "uptake"]


class Gross(NamedTuple):
    """Gross emissions of each product, uptake apart: all, those by numbers of the rule, those by factors of shipped tables.

    Of every line inside the boundary as much as it emits or saves. [kg CO2e per product unit]
    """

    total: FloatArray
    ruled: FloatArray
    generic: FloatArray

    def part(self, kilograms: FloatArray) -> FloatArray:
        """Return the part of the gross emissions that some of them are, 0 where there are none. [1]"""
        return np.divide(kilograms, self.total, out=np.zeros(len(self.total)), where=self.total > 0)


def may_rest_on_defaults(inventory: Inventory, factors: FactorTable) -> bool:
    """Whether an amount can be a number of the rule or a factor of a shipped table; gross emissions need no sum where not."""
    flows, matches = inventory.activity.exchanges, inventory.matches
    return len(flows.empty) > 0 or bool(_is_generic(matches, factors)[matches.request_of_pattern].any())


def default_shares(inventory: Inventory, factors: FactorTable) -> Gross:
    """Return the gross emissions of each product: those inside the boundary, as absolute values, without uptake."""
    activity, count = inventory.activity, len(inventory.products)
    kilograms = gross_of_lines(inventory.amount, inventory.split_values, inventory.value_index)
    outside = rule_arrays(activity.rules).flow_outside[activity.exchanges.patterns.flow]
    kilograms[rows_where(outside, activity.exchanges.pattern)] = 0.0
    ruled = np.flatnonzero(ruled_rows(activity, inventory.quantities))
    return sum_gross(kilograms, inventory.product, ruled, generic_lines(inventory.matches, factors), count)


def gross_of_lines(amount: FloatArray, values: FloatArray, index: IndexArray) -> FloatArray:
    """Return what each line emits or saves, without uptake: its amount times a row of the values, shape (lines,). [kg CO2e]"""
    kilograms = take(values[:, GROSS].sum(axis=1), index)
    np.abs(np.multiply(kilograms, amount, out=kilograms), out=kilograms)
    return kilograms


def sum_gross(kilograms: FloatArray, product: IndexArray, ruled: IndexArray, generic: IndexArray, products: int) -> Gross:
    """Return the gross emissions of products.

    Parameters
    ----------
    kilograms, product : ndarray, shape (lines,)
        What each line emits or saves, 0 outside the boundary, and its product.
    ruled, generic : ndarray of int
        Lines whose amount is a number of the rule, and lines whose factor is of a shipped table.
    products : int
        Number of products.
    """

    def total(lines: IndexArray) -> FloatArray:
        of, weights = product.take(lines), kilograms.take(lines)
        return np.bincount(of, weights=weights, minlength=products).astype(np.float64)

    gross = np.bincount(product, weights=kilograms, minlength=products).astype(np.float64)
    return Gross(gross, total(ruled), gross if len(generic) == len(kilograms) else total(generic))


def ruled_rows(activity: Activity, quantities: Quantities) -> BoolArray:
    """Flow rows whose amount is a number of the rule; a driver that is the amount itself is none."""
    if not len(activity.exchanges.empty):
        return np.zeros(len(quantities.entry), dtype=bool)
    ruled, patterns = amounts_by_rule(activity, quantities), activity.exchanges.patterns
    itself = _drivers(activity.rules)
    ruled[rows_where(itself[patterns.flow], activity.exchanges.pattern)] = False
    return ruled


@lru_cache(maxsize=32)
def _drivers(rules: RuleSet) -> BoolArray:
    """Which flows have a value that only says that they are their driver, and of none: False. Shape (flows + 1,)."""
    return np.array([*(_is_driver(spec.default) for spec in rules.flows), False], dtype=bool)


def _is_driver(default: Default | None) -> bool:
    """Whether a value only says that a flow is its driver: the one number of a rule that needs no source."""
    return default is not None and default.reference < 0 and default.by < 0 and not default.citations[0].source


def generic_lines(matches: FactorMatches, factors: FactorTable) -> IndexArray:
    """Return the exchanges whose factor is of a shipped table, and no supplier's; links have none."""
    return rows_where(_is_generic(matches, factors)[matches.request_of_pattern], matches.pattern)


def _is_generic(matches: FactorMatches, factors: FactorTable) -> BoolArray:
    """Whether the factor of each request is of a shipped table, and no supplier's."""
    shipped = np.array([*(table.shipped for table in factors.tables), False], dtype=bool)
    return np.asarray(shipped[matches.factor_rows[:, 0]] & ~matches.is_declared, dtype=bool)
