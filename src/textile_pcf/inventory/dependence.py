"""What depends on a property: only the amounts of some flows, or masses and more."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from textile_pcf.inventory.product_mass import MASS_PROPERTIES
from textile_pcf.rules import QuantitySpec, RuleSet
from textile_pcf.rules.compile_balance import COMPOSITION, CONTENT


class Dependents(NamedTuple):
    """What depends on a property, itself included: indices of properties and of flows."""

    properties: frozenset[int]
    flows: frozenset[int]


@lru_cache(maxsize=32)
def dependents_of_properties(rules: RuleSet) -> tuple[Dependents | None, ...]:
    """Return the properties, and the flows by their amounts, that depend on each property; None where more does.

    More than amounts of flows depend on what gives the mass of the product, a loss, an allocation, or carbon that is balanced.
    Which entry of a chosen value applies is not looked at: other numbers do not choose another one.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    tuple of Dependents or None, shape (properties,)

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.2")
    >>> dependents = dependents_of_properties(rules)
    >>> heat = next(spec for spec in rules.properties if spec.id == "heat_demand")
    >>> sorted(rules.flows[index].id for index in dependents[heat.index].flows)
    ['fuel_supply', 'heat']
    >>> dependents[rules.product_property("grammage").index] is None
    True
    """
    more = _more_than_flows(rules)
    found: list[Dependents | None] = []
    for spec in rules.properties:
        known = _dependent_properties(rules, spec.index)
        flows = frozenset(
            flow.index
            for flow in rules.flows
            if known & {driver for driver in flow.drivers if isinstance(driver, int)} or _taken_from(flow) in known
        )
        found.append(None if known & more else Dependents(frozenset(known), flows))
    return tuple(found)


def _more_than_flows(rules: RuleSet) -> set[int]:
    """Return the properties on which masses, losses, allocations or the carbon of the product rest."""
    named = [rules.product_property(name) for name in (*MASS_PROPERTIES, CONTENT)]
    more = {spec.index for spec in named if spec is not None}
    kind, index = rules.names.get(COMPOSITION, {}).get(CONTENT, ("", -1))
    if kind == "property":
        more.add(index)
    more |= {_taken_from(spec) for spec in rules.losses}
    for stage in rules.stages:
        if (spec := stage.allocation) is not None:
            more |= {spec.share, *spec.masses, *spec.prices, spec.price}
    return more - {-1}


def _dependent_properties(rules: RuleSet, index: int) -> set[int]:
    """Return a property and all that are computed or taken from it."""
    known, before = {index}, 0
    while len(known) > before:
        before = len(known)
        known |= {spec.index for spec in rules.properties if known & set(spec.inputs.values()) or _taken_from(spec) in known}
    return known


def _taken_from(spec: QuantitySpec) -> int:
    """Return the property whose value a quantity takes where none is given; -1 if there is none."""
    return -1 if spec.default is None else spec.default.reference
