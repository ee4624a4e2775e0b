"""Which elementary flows of a Brightway project are which of our gases, and which set of warming potentials a method uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.factors.gwp import SETS, gwp100

GASES = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")
NOT_PRINTED = ("co2_biogenic", "co2_uptake")
AGREE = 0.005  # published warming potentials are rounded

_NAMES: tuple[tuple[str, str], ...] = (  # the first that fits; names of ecoinvent, EF and bw2io's small databases
    ("co2_land_use", r"carbon dioxide.*(soil or biomass stock|land (use|transformation)|land.use.change)"),
    ("co2_uptake", r"carbon dioxide,? (in air|non-fossil, resource correction)"),
    ("co2_biogenic", r"carbon dioxide.*(non-fossil|biogenic)"),
    ("co2_fossil", r"carbon dioxide(,? \(?fossil\)?)?"),
    ("ch4_biogenic", r"methane.*(non-fossil|biogenic)"),
    ("ch4_fossil", r"methane,? ?\(?fossil\)?"),
    ("n2o", r"(di)?nitrogen (mon)?oxide|nitrous oxide"),
)


@dataclass(frozen=True)
class Gases:
    """Flows of a project by gas, the set of warming potentials of a method, and what it gives each printed gas."""

    gwp: str
    flows: Mapping[str, tuple[int, ...]]
    weights: Mapping[str, float]


def gas_of(name: str) -> str | None:
    """Gas that an elementary flow is, by its name; None where it is none of ours or its origin is not said.

    Examples
    --------
    >>> gas_of("Carbon dioxide, fossil"), gas_of("Methane, non-fossil"), gas_of("Carbon dioxide, in air"), gas_of("Methane")
    ('co2_fossil', 'ch4_biogenic', 'co2_uptake', None)
    """
    text = name.strip().lower()
    return next((gas for gas, pattern in _NAMES if re.fullmatch(pattern, text)), None)


def gases_of(brightway: Any, method: tuple[str, ...], gwp: str | None) -> Gases | None:
    """Gases of the flows that a method characterises, where it weighs them as one of our sets does; else None.

    Parameters
    ----------
    gwp : str, optional
        The set to take; it must fit the method all the same.
    """
    flows: dict[str, list[int]] = {}
    weights: dict[str, set[float]] = {}
    characterised = dict(_characterised(brightway, method))
    for node in _elementary_flows(brightway, characterised):
        gas = gas_of(node["name"])
        if gas is None:
            continue
        flows.setdefault(gas, []).append(node.id)
        weights.setdefault(gas, set()).add(characterised.get(node.id, 0.0))
    found = _set_of(weights, gwp, method)
    if found is None:
        return None
    printed = {gas: _weight(gas, found) for gas in GASES if gas not in NOT_PRINTED}
    return Gases(found, {gas: tuple(ids) for gas, ids in flows.items()}, printed)


def _characterised(brightway: Any, method: tuple[str, ...]) -> list[tuple[int, float]]:
    rows = []
    for flow, factor, *_ in brightway.Method(method).load():
        number = flow if isinstance(flow, int) else brightway.get_id(tuple(flow))
        rows.append((number, float(factor["amount"] if isinstance(factor, dict) else factor)))
    return rows


def _elementary_flows(brightway: Any, characterised: Mapping[int, float]) -> list[Any]:
    """Every elementary flow of the databases that a method speaks of."""
    homes = dict.fromkeys(brightway.get_node(id=number)["database"] for number in characterised)
    kinds = ("emission", "natural resource", "economic", "social", "inventory indicator")
    return [node for home in homes for node in brightway.Database(home) if node.get("type") in kinds]


def _weight(gas: str, gwp: str) -> float:
    return 1.0 if gas.startswith("co2") else gwp100(gas, gwp)


def _set_of(weights: Mapping[str, set[float]], gwp: str | None, method: tuple[str, ...]) -> str | None:
    """The set that gives every gas the weight that the method gives it; where two do, the one the method's name speaks of."""
    told = {gas: found for gas, found in weights.items() if gas not in NOT_PRINTED and found}
    if not any(gas.startswith("ch4") for gas in told):
        return gwp if gwp in SETS and told else None
    fit = [
        name
        for name in ((gwp,) if gwp else SETS)
        if all(abs(value - _weight(gas, name)) <= AGREE * _weight(gas, name) for gas, found in told.items() for value in found)
    ]
    spoken = " ".join(method).upper()
    european = [name for name in fit if name.startswith("EF") and re.search(r"\bEF\b", spoken)]
    return next(iter(european or fit), None)
