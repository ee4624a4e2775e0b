"""Under which set of global warming potentials the emissions of a result were calculated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textile_pcf import engine
from textile_pcf.arrays import FloatArray
from textile_pcf.columns import distinct_codes
from textile_pcf.factors.matcher import OTHER_SET
from textile_pcf.factors.values import has_gases
from textile_pcf.inventory.completeness import STATES_SHARE
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.messages.message import CodedMessage, Message
from textile_pcf.results.default_shares import gross_of_lines
from textile_pcf.rules.arrays import rule_arrays

if TYPE_CHECKING:
    from textile_pcf.factors import FactorTable
    from textile_pcf.inventory.inventory import Inventory

UNKNOWN = "unknown"
SAME = 0.05  # shares that differ by less are shown as one [%]


def gwp_sets(inventory: Inventory, factors: FactorTable, gwp: str) -> tuple[tuple[str, ...], FloatArray]:
    """Return the sets of global warming potentials of a result, and the share of gross emissions under each.

    A factor with gases is calculated under the set of the run; another keeps the set that its table states. Of products that
    take products of the run, the emissions of the suppliers count under their own sets.

    Parameters
    ----------
    inventory : Inventory
    factors : FactorTable
        The tables that the factors come from.
    gwp : str
        Set of the run.

    Returns
    -------
    sets : tuple of str
        The set of the run first, `unknown` last.
    shares : ndarray, shape (products, sets)
        Each row adds up to 1, or is 0 for a product without emissions. [1]
    """
    names = [name or UNKNOWN for name in _sets_of_factors(inventory, factors, gwp)]
    return _shares_by_set(inventory, names, gwp)


def _shares_by_set(inventory: Inventory, names: list[str], gwp: str) -> tuple[tuple[str, ...], FloatArray]:
    """Return the distinct sets of factors, and the share of the gross emissions under each, shape (products, sets)."""
    used = sorted(set(names) - {gwp, UNKNOWN})
    sets = (gwp, *used, UNKNOWN)
    code = np.array([sets.index(name) for name in names] or [0], dtype=np.intp)
    exchanges = np.flatnonzero((inventory.factor >= 0) & ~rule_arrays(inventory.activity.rules).flow_outside[inventory.flow])
    kilograms = gross_of_lines(inventory.amount, inventory.split_values, inventory.value_index)
    place = inventory.product[exchanges] * len(sets) + code[inventory.factor[exchanges]]
    count = len(inventory.products)
    weights = np.bincount(place, weights=kilograms[exchanges], minlength=count * len(sets))
    by_set: FloatArray = weights.reshape(count, -1).astype(np.float64)
    if np.any(inventory.supplier >= 0):
        by_set = engine.leontief(inventory.links, count)(by_set)
    total = by_set.sum(axis=1, keepdims=True)
    shares = np.divide(by_set, total, out=np.zeros_like(by_set, dtype=np.float64), where=total > 0)
    kept = [0, *(number for number in range(1, len(sets)) if shares[:, number].any())]
    return tuple(sets[number] for number in kept), shares[:, kept]


def _sets_of_factors(inventory: Inventory, factors: FactorTable, gwp: str) -> list[str]:
    """Return the set of each distinct factor; that of the run where it is computed from gases, "" where its table has none."""

    def find() -> list[str]:
        tables, rows = inventory.matches.factor_rows.T
        names = np.full(len(rows), gwp, dtype=object)
        for number in distinct_codes(tables[tables >= 0]).tolist():
            of_table = tables == number
            names[of_table] = _sets_of_table(factors, number, gwp)[rows[of_table]]
        return list(names.tolist())

    return inventory.matches.keep(f"GWP sets under {gwp}", find)


@lru_cache(maxsize=64)
def _sets_of_table(factors: FactorTable, number: int, gwp: str) -> NDArray[np.object_]:
    """Return the set of each row of a table; that of the run where it is computed from gases. Shape (rows,)."""
    table = factors.tables[number]
    return np.where(has_gases(table), gwp, np.array(table.texts["gwp"], dtype=object))


def named_sets(sets: tuple[str, ...], shares: FloatArray, language: str = "en") -> str:
    """Return a set alone where it holds for all emissions, else each set with its share.

    Parameters
    ----------
    sets : tuple of str
    shares : ndarray, shape (sets,)
        [1]
    language : str, optional
        `en` or `zh`.

    Examples
    --------
    >>> named_sets(("AR6", "unknown"), np.array([1.0, 0.0])), named_sets(("AR6", "unknown"), np.array([0.294, 0.706]))
    ('AR6', 'AR6 29.4 %, GWP set unknown 70.6 %')
    """
    titles = [fixed_text("gwp_unknown", language) if name == UNKNOWN else name for name in sets]
    parts = [(title, float(share)) for title, share in zip(titles, shares, strict=True) if share > 0]
    if len(parts) <= 1:
        return parts[0][0] if parts else titles[0]
    return ("，" if language == "zh" else ", ").join(f"{title} {share * 100:.3g} %" for title, share in parts)


def rests_on_other_sets(inventory: Inventory, factors: FactorTable, gwp: str) -> bool:
    """Return whether some factor was not made with the set of the run, and its table says so."""
    return inventory.matches.have(OTHER_SET) and not set(_sets_of_factors(inventory, factors, gwp)) <= {gwp, ""}


def gwp_warning(inventory: Inventory, factors: FactorTable, gwp: str) -> Message | None:
    """Return one sentence on emissions that were not calculated under the set of the run, or None if all were.

    Factors of tables that say nothing of a set, not even `unknown`, give no warning.
    """
    if not rests_on_other_sets(inventory, factors, gwp):
        return None
    names = [name or gwp for name in _sets_of_factors(inventory, factors, gwp)]
    _, shares = _shares_by_set(inventory, names, gwp)
    other = 1.0 - shares[shares.sum(axis=1) > 0, 0]
    if not len(other) or other.max() <= 1e-9:
        return None
    low, high = float(other.min()) * 100, float(other.max()) * 100
    if high - low < SAME:
        template = "{high:.3g} % of the gross emissions rest on factors that were not made with {gwp}."
        return CodedMessage(STATES_SHARE, template, high=high, gwp=gwp)
    template = "{low:.3g} % to {high:.3g} % of the gross emissions of a product rest on factors that were not made with {gwp}."
    return CodedMessage(STATES_SHARE, template, low=low, high=high, gwp=gwp)


def catalogue_gwp_warning(inventory: Inventory, factors: FactorTable, gwp: str) -> Message | None:
    """Return the warning of a catalogue: the same sentence whatever the shares, or None if one set holds for all."""
    return other_sets_text(gwp) if rests_on_other_sets(inventory, factors, gwp) else None


def other_sets_text(gwp: str) -> Message:
    """Return the warning of a catalogue of which some factor was not made with this set."""
    return Message("Part of the gross emissions rests on factors that were not made with {gwp}.", gwp=gwp)
