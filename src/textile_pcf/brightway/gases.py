"""Recognise our gases among the elementary flows of a Brightway project, and the set of warming potentials of a method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textile_pcf.errors import Problem, UsageError
from textile_pcf.factors.gwp import SETS, UNKNOWN, gwp100
from textile_pcf.messages.message import Message

GASES = ("co2_fossil", "co2_land_use", "ch4_fossil", "ch4_biogenic", "n2o", "co2_biogenic", "co2_uptake")
BIOGENIC = ("co2_biogenic", "co2_uptake")
TOLERANCE = 0.005  # published warming potentials are rounded

_NAMES: tuple[tuple[str, str], ...] = (  # the first that fits; names of ecoinvent, EF and bw2io's small databases
    ("co2_land_use", r"carbon dioxide.*(soil or biomass stock|land (use|transformation)|land.use.change)\)?"),
    ("co2_uptake", r"carbon dioxide,? (in air|non-fossil, resource correction)"),
    ("co2_biogenic", r"carbon dioxide.*(non-fossil|biogenic)\)?"),
    ("co2_fossil", r"carbon dioxide(,? \(?fossil\)?)?"),
    ("ch4_biogenic", r"methane,? ?\(?(non-fossil|biogenic)\)?"),
    ("ch4_fossil", r"methane,? ?\(?fossil\)?"),
    ("n2o", r"dinitrogen (mon)?oxide|nitrous oxide"),
)


@dataclass(frozen=True)
class Gases:
    """Gases of an impact method.

    Attributes
    ----------
    gwp : str
        Set of global warming potentials; `unknown` if the method weighs the gases as none of ours does.
    flows : mapping
        Elementary flows by gas: id → kg of the gas per kg of the flow, -1 where the flow takes the gas out of the air.
    weights : mapping
        Global warming potential by gas; empty for an unknown set. [kg CO2e/kg]
    """

    gwp: str
    flows: Mapping[str, Mapping[int, float]]
    weights: Mapping[str, float]


def gas_of(name: str) -> str | None:
    """Return the gas of an elementary flow by its name; None if it is not known here or its origin is not stated.

    Examples
    --------
    >>> gas_of("Carbon dioxide, fossil"), gas_of("Methane, non-fossil"), gas_of("Carbon dioxide, in air"), gas_of("Methane")
    ('co2_fossil', 'ch4_biogenic', 'co2_uptake', None)
    >>> gas_of("carbon dioxide (land use change)"), gas_of("carbon dioxide (biogenic)"), gas_of("methane (biogenic)")
    ('co2_land_use', 'co2_biogenic', 'ch4_biogenic')
    """
    text = name.strip().lower()
    return next((gas for gas, pattern in _NAMES if re.fullmatch(pattern, text)), None)


def gases_of(brightway: Any, method: tuple[str, ...], gwp: str | None) -> Gases:
    """Return the gases that a method characterises.

    Parameters
    ----------
    brightway : module
        `bw2data` with the project open.
    method : tuple of str
        Name of the impact category.
    gwp : str, optional
        Set to use; it must fit the method all the same.

    Raises
    ------
    UsageError
        There is no such set, or the method weighs the gases otherwise.
    """
    flows: dict[str, dict[int, float]] = {}
    weights: dict[str, set[float]] = {}
    characterised = dict(_characterised(brightway, method))
    for node in _elementary_flows(brightway, characterised):
        gas, mass = _gas_of_flow(node, node.id in characterised)
        if gas is not None:
            flows.setdefault(gas, {})[node.id] = mass
            weights.setdefault(gas, set()).add(characterised.get(node.id, 0.0) * mass)
    gwp_set = _set_of(weights, gwp, method)
    if gwp_set == UNKNOWN:  # only what is left out of the value
        return Gases(UNKNOWN, {gas: flows.get(gas, {}) for gas in BIOGENIC}, {})
    return Gases(gwp_set, flows, {gas: _weight(gas, gwp_set) for gas in GASES if gas not in BIOGENIC})


def _gas_of_flow(node: Any, characterised: bool) -> tuple[str | None, float]:
    """Return the gas of an elementary flow, and its mass per kg of the flow: negative where it is taken out of the air."""
    gas, compartments = gas_of(node["name"]), str(node.get("categories") or "air").casefold()
    resource = node.get("type") == "natural resource" or "resource" in compartments
    if gas in ("co2_fossil", "co2_biogenic") and resource:
        gas = "co2_uptake"
    removed = gas == "co2_land_use" and (resource or ", to soil" in node["name"].lower())
    if gas not in BIOGENIC and not characterised and (removed or "air" not in compartments):
        return None, 0.0  # not counted by the method, such as methane to water
    return gas, -1.0 if removed else 1.0


def _characterised(brightway: Any, method: tuple[str, ...]) -> list[tuple[int, float]]:
    rows = []
    for flow, factor, *_ in brightway.Method(method).load():
        number = flow if isinstance(flow, int) else brightway.get_id(tuple(flow))
        rows.append((number, float(factor["amount"] if isinstance(factor, dict) else factor)))
    return rows


def _elementary_flows(brightway: Any, characterised: Mapping[int, float]) -> list[Any]:
    """All elementary flows of the databases that a method characterises flows of."""
    databases = _databases(brightway, characterised)
    node_types = ("emission", "natural resource", "economic", "social", "inventory indicator")
    return [node for database in databases for node in brightway.Database(database) if node.get("type") in node_types]


def _databases(brightway: Any, numbers: Iterable[int]) -> list[str]:
    """Names of the databases of nodes; nodes that were deleted since are passed over."""
    found: dict[str, None] = {}
    for number in numbers:
        try:
            found[brightway.get_node(id=number)["database"]] = None
        except brightway.errors.UnknownObject:
            continue
    return list(found)


def _weight(gas: str, gwp: str) -> float:
    return 1.0 if gas.startswith("co2") else gwp100(gas, gwp)


def _set_of(weights: Mapping[str, set[float]], gwp: str | None, method: tuple[str, ...]) -> str:
    """Return the set whose weights agree with those of the method. If several do, the name of the method decides."""
    stated = {gas: values for gas, values in weights.items() if gas not in BIOGENIC and values}
    if gwp is not None:
        _refuse_other_set(stated, gwp, method)
        return gwp if stated else UNKNOWN
    if not any(gas.startswith("ch4") for gas in stated):
        return UNKNOWN
    matching = [name for name in SETS if not _deviations(stated, name)]
    method_text = " ".join(method).upper()
    european = [name for name in matching if name.startswith("EF") and re.search(r"\bEF\b", method_text)]
    return next(iter(european or matching), UNKNOWN)


def _deviations(stated: Mapping[str, set[float]], gwp: str) -> dict[str, float]:
    """Weights of gases that are not those of a set, in the order of the gases."""
    return {
        gas: value
        for gas in GASES
        for value in sorted(stated.get(gas, ()))
        if abs(value - _weight(gas, gwp)) > TOLERANCE * _weight(gas, gwp)
    }


def _refuse_other_set(stated: Mapping[str, set[float]], gwp: str, method: tuple[str, ...]) -> None:
    """Refuse a set that is none of ours, or whose weights are not those of the method."""
    known = Message("Write one of {sets}.", sets=", ".join(SETS))
    if gwp not in SETS:
        raise UsageError([Problem("gwp", Message("{gwp!r} is not a GWP set.", gwp=gwp), known, code="gwp")])
    for gas, value in _deviations(stated, gwp).items():
        what = Message("The method {method} weighs {gas} with {value:g}, {gwp} with {expected:g}.",
                       method=", ".join(method), gas=gas, value=value, gwp=gwp, expected=_weight(gas, gwp))  # fmt: skip
        raise UsageError([Problem("gwp", what, "Leave gwp out, or choose another method.", code="gwp")])
