"""How much of the gross emissions rests on numbers of the rule, and on factors of shipped tables."""

from __future__ import annotations

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.arrays import BoolArray
from textile_pcf.columns import take
from textile_pcf.factors import DECLARED, FactorTable
from textile_pcf.inventory.matching import FactorMatches
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.results import SPLIT, Emitted, Gross
from textile_pcf.results.data_origins import told_by
from textile_pcf.rules import Default
from textile_pcf.rules.arrays import rule_arrays

GROSS = [place for place, name in enumerate(SPLIT) if name != "uptake"]


def default_shares(
    activity: Activity, quantities: Quantities, matched: FactorMatches, emitted: Emitted, factors: FactorTable
) -> Gross:
    """Gross emissions of each product inside the boundary: of every line as much as it emits or saves, uptake apart."""
    kilograms = np.abs(emitted.amount * take(emitted.factor_values[:, GROSS].sum(axis=1), emitted.factor))
    outside = rule_arrays(activity.rules).flow_outside
    if outside.any():
        kilograms[outside[activity.exchanges.flow]] = 0.0
    product, count = activity.exchange_products, len(activity.names)

    def summed(rows: BoolArray) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.bincount(product, weights=kilograms * rows, minlength=count).astype(np.float64)

    every = np.bincount(product, weights=kilograms, minlength=count).astype(np.float64)
    return Gross(every, summed(ruled_rows(activity, quantities)), summed(_generic_rows(matched, factors)))


def ruled_rows(activity: Activity, quantities: Quantities) -> BoolArray:
    """Flow rows whose amount is a number of the rule; a driver that is the amount itself is none."""
    _, ruled, _ = told_by(activity, quantities)
    itself = np.array([_is_driver(spec.default) for spec in activity.rules.flows], dtype=bool)
    return ruled & ~itself[activity.exchanges.flow] if itself.any() else ruled


def _is_driver(default: Default | None) -> bool:
    """Whether a value only says that a flow is its driver: the one number of a rule that needs no source."""
    return default is not None and default.reference < 0 and default.by < 0 and not default.citations[0].source


def _generic_rows(matched: FactorMatches, factors: FactorTable) -> BoolArray:
    """Flow rows whose factor is of a shipped table, and no supplier's; links have none."""
    shipped = np.array([*(table.shipped for table in factors.tables), False], dtype=bool)
    declared = np.array([request.item.startswith(DECLARED) for request in matched.requests], dtype=bool)
    return take(shipped[matched.factor_rows[:, 0]] & ~declared, matched.request)
