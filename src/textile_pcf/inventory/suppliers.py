"""Products that products of a run take and that are calculated elsewhere: in another partition of the same catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import ArrowStrings
from textile_pcf.factors import SPLIT_AND_AIRCRAFT
from textile_pcf.rules import RuleSet
from textile_pcf.units import Unit


@dataclass(frozen=True, eq=False)
class Suppliers:
    """Figures of products that are calculated elsewhere, per product unit.

    Attributes
    ----------
    names : tuple of str or ArrowStrings
        The products.
    footprint : ndarray, shape (suppliers, 5)
        Fossil, biogenic, uptake, land use change and aircraft. [kg CO2e per product unit]
    removals : ndarray, shape (suppliers,)
        Net uptake of CO2, whatever the convention. [kg CO2 per product unit]
    balanced_removals : ndarray, shape (suppliers,)
        Net uptake of CO2 as the balance of biogenic carbon adds it up; `removals` but for rounding. [kg CO2 per product unit]
    content : ndarray, shape (suppliers,)
        Biogenic carbon; NaN where it is not known. [kg C/kg]
    mass : ndarray, shape (suppliers,)
        Mass of one product unit. [kg]
    units : ndarray, shape (suppliers, units)
        Product units in one of each unit of `link_units`; NaN where that is not known.
    absent : mapping of str to str
        Names of which there is no product → the nearest name, or "".
    rejected : frozenset of str
        Products that are rejected, so that what takes them is too. Of some the units are known, but no figures.
    """

    names: tuple[str, ...] | ArrowStrings
    footprint: FloatArray
    removals: FloatArray
    balanced_removals: FloatArray
    content: FloatArray
    mass: FloatArray
    units: FloatArray
    absent: Mapping[str, str] = field(default_factory=dict)
    rejected: frozenset[str] = frozenset()

    @classmethod
    def unsolved(cls, names: Sequence[str], rules: RuleSet) -> Suppliers:
        """Return suppliers before they are solved: without emissions, one product unit per unit of a flow.

        Parameters
        ----------
        names : sequence of str
        rules : RuleSet
        """
        count, nothing = len(names), np.zeros(len(names))
        factors = np.array([unit.factor for unit in link_units(rules)[0]])
        kept = names if isinstance(names, ArrowStrings) else tuple(names)
        return cls(
            kept, np.zeros((count, len(SPLIT_AND_AIRCRAFT))), nothing, nothing, np.full(count, np.nan), np.ones(count),
            np.broadcast_to(factors, (count, len(factors))),
        )  # fmt: skip


@lru_cache(maxsize=32)
def link_units(rules: RuleSet) -> tuple[tuple[Unit, ...], IndexArray]:
    """Return the distinct units of the flows of a rule, and which of them each flow has, shape (flows,)."""
    units: dict[tuple[object, float], Unit] = {}
    for spec in rules.flows:
        units.setdefault((spec.unit.dimensions, spec.unit.factor), spec.unit)
    keys = list(units)
    column = [keys.index((spec.unit.dimensions, spec.unit.factor)) for spec in rules.flows]
    return tuple(units.values()), np.array(column, dtype=np.intp)
