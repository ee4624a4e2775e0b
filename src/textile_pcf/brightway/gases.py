"""Recognise our gases among the elementary flows of a Brightway project, and the set of warming potentials of a method."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.factors.gwp import SETS, gwp100

GASES = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")
BIOGENIC = ("co2_biogenic", "co2_uptake")
TOLERANCE = 0.005  # published warming potentials are rounded

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
    """Gases of an impact method.

    Attributes
    ----------
    gwp : str
        Set of global warming potentials.
    flows : mapping
        Ids of the elementary flows by gas.
    weights : mapping
        Global warming potential by gas. [kg CO2e/kg]
    """

    gwp: str
    flows: Mapping[str, tuple[int, ...]]
    weights: Mapping[str, float]


def gas_of(name: str) -> str | None:
    """Return the gas of an elementary flow by its name; None if it is not known here or its origin is not stated.

    Examples
    --------
    >>> gas_of("Carbon dioxide, fossil"), gas_of("Methane, non-fossil"), gas_of("Carbon dioxide, in air"), gas_of("Methane")
    ('co2_fossil', 'ch4_biogenic', 'co2_uptake', None)
    """
    text = name.strip().lower()
    return next((gas for gas, pattern in _NAMES if re.fullmatch(pattern, text)), None)


def gases_of(brightway: Any, method: tuple[str, ...], gwp: str | None) -> Gases | None:
    """Return the gases that a method characterises, or None if it weighs them as none of our sets does.

    Parameters
    ----------
    brightway : module
        `bw2data` with the project open.
    method : tuple of str
        Name of the impact category.
    gwp : str, optional
        Set to use; it must fit the method all the same.
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
    gwp_set = _set_of(weights, gwp, method)
    if gwp_set is None:
        return None
    weights_of_set = {gas: _weight(gas, gwp_set) for gas in GASES if gas not in BIOGENIC}
    return Gases(gwp_set, {gas: tuple(ids) for gas, ids in flows.items()}, weights_of_set)


def _characterised(brightway: Any, method: tuple[str, ...]) -> list[tuple[int, float]]:
    rows = []
    for flow, factor, *_ in brightway.Method(method).load():
        number = flow if isinstance(flow, int) else brightway.get_id(tuple(flow))
        rows.append((number, float(factor["amount"] if isinstance(factor, dict) else factor)))
    return rows


def _elementary_flows(brightway: Any, characterised: Mapping[int, float]) -> list[Any]:
    """All elementary flows of the databases that a method characterises flows of."""
    databases = dict.fromkeys(brightway.get_node(id=number)["database"] for number in characterised)
    node_types = ("emission", "natural resource", "economic", "social", "inventory indicator")
    return [node for database in databases for node in brightway.Database(database) if node.get("type") in node_types]


def _weight(gas: str, gwp: str) -> float:
    return 1.0 if gas.startswith("co2") else gwp100(gas, gwp)


def _set_of(weights: Mapping[str, set[float]], gwp: str | None, method: tuple[str, ...]) -> str | None:
    """Return the set whose weights agree with those of the method. If several do, the name of the method decides."""
    stated = {gas: values for gas, values in weights.items() if gas not in BIOGENIC and values}
    if not any(gas.startswith("ch4") for gas in stated):
        return gwp if gwp in SETS and stated else None
    matching = [
        name
        for name in ((gwp,) if gwp else SETS)
        if all(
            abs(value - _weight(gas, name)) <= TOLERANCE * _weight(gas, name)
            for gas, values in stated.items()
            for value in values
        )
    ]
    method_text = " ".join(method).upper()
    european = [name for name in matching if name.startswith("EF") and re.search(r"\bEF\b", method_text)]
    return next(iter(european or matching), None)
