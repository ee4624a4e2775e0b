"""Activities of a Brightway database as emission factors: one factorisation, one transposed solve for all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.brightway.gases import GASES, NOT_PRINTED, Gases, gases_of
from textile_pcf.brightway.packages import opened, package
from textile_pcf.brightway.units import from_brightway
from textile_pcf.columns import Array
from textile_pcf.errors import FactorError, Problem, UsageError
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.tables import read_table
from textile_pcf.units import nearest

Select = Mapping[str, Any] | Iterable[str] | Callable[[Any], bool] | None
WORLD = "GLO"


@dataclass(frozen=True)
class Scored:
    """Scores per unit of each chosen activity and its gases, shape (activities, gases). [kg CO2e; kg per unit]"""

    score: Array
    gases: Array
    unprinted: Array


def factors_from_brightway(
    project: str,
    database: str,
    method: tuple[str, ...],
    select: Select = None,
    *,
    gwp: str | None = None,
    kind: str = "life_cycle",
    year: int | str = "",
    units: Mapping[str, str] | None = None,
    licence: str | None = None,
    redistributable: bool = False,
) -> FactorTable:
    """Emission factors from a database of a Brightway project, scored by one of its methods.

    All chosen activities are scored by one transposed solve. Where the method weighs methane and nitrous oxide as one of our
    sets of global warming potentials does, that set is recorded and the factors carry their gases, so that they split and
    follow the run's set; what other gases add stands under `co2_fossil` as CO2e and in the notes. Biogenic CO2 and uptake are
    never in the value. Other methods give the value alone, with `gwp: unknown`.

    Parameters
    ----------
    project, database : str
        Both must exist.
    method : tuple of str
        Name of an impact category of the project, in kg CO2e.
    select : optional
        `{item: code or name}` names the items; a list of codes or names, or a function of an activity, chooses; none takes
        every process. Items that are not named are made from the activity's name and, where needed, product and code.
    gwp : str, optional
        The set the method uses, where it cannot be told from its characterisation factors.
    kind, year : optional
        What the factors are, for all of them; a year that is not stated counts as the oldest.
    units : mapping, optional
        Unit names of the database that are not known: theirs → ours.
    licence : str, optional
        Of the database; it goes into the table.
    redistributable : bool
        Say True only where the licence lets you pass single values on; else exports refuse them.

    Returns
    -------
    FactorTable
        One table, named after the database.

    Raises
    ------
    UsageError
        No such project, database or method, or Brightway is not installed.
    FactorError
        Units that are not known, activities that are not found, products without a score.
    """
    with opened(project) as brightway:
        _there(database, brightway.databases, "database")
        _there(method, brightway.methods, "method")
        chosen = _chosen(brightway, database, select)
        rows_units = _units(chosen, units or {})
        gases = gases_of(brightway, method, gwp)
        scored = _scored(brightway, [node for _, node in chosen], method, gases)
        rows = list(_rows(chosen, rows_units, scored, gases, method, kind, str(year), redistributable))
    told = licence or "not stated; taken as not to be passed on"
    document = TableDocument(
        title={"en": f"{database}, scored by {', '.join(method)}"},
        licence=told,
        redistributable=redistributable,
    )
    import pandas as pd

    cells = read_table(pd.DataFrame(rows).fillna(""), error=FactorError, known_columns=None)
    return FactorTable((check_table(database, cells, document),))


def _there(name: Any, known: Any, what: str) -> None:
    if name in known:
        return
    texts = [" / ".join(entry) if isinstance(entry, tuple) else str(entry) for entry in known]
    told = " / ".join(name) if isinstance(name, tuple) else str(name)
    close = nearest(told, texts)
    cure = f"Did you mean {close!r}?" if close else f"There are: {', '.join(sorted(texts)[:10]) or 'none'}."
    raise UsageError([Problem(f"{what} {told!r}", f"There is no such {what} in this project.", cure, code=f"no-{what}")])


# -- which activities -----------------------------------------------------------------------------------------------


def _chosen(brightway: Any, database: str, select: Select) -> list[tuple[str, Any]]:
    """Items with their activities."""
    nodes = [node for node in brightway.Database(database) if node.get("type", "process").startswith("process")]
    if callable(select):
        return _named([node for node in nodes if select(node)])
    if select is None:
        return _named(nodes)
    wanted = select if isinstance(select, Mapping) else {text: text for text in select}
    found, problems = [], []
    for item, text in wanted.items():
        these = [node for node in nodes if node["code"] == text] or [node for node in nodes if node["name"] == text]
        if len(these) == 1:
            found.append((str(item), these[0]))
            continue
        close = nearest(str(text), [node["name"] for node in nodes])
        many = f"{len(these)} activities have this name." if these else "There is no activity with this code or name."
        codes = ", ".join(node["code"] for node in these[:5])
        cure = f"Give a code: {codes}." if these else f"Did you mean {close!r}?" if close else "Give a code of the database."
        problems.append(Problem(f"{database} ({text})", many, cure, code="no-activity"))
    if problems:
        raise FactorError(problems)
    return found if isinstance(select, Mapping) else _named([node for _, node in found])


def _named(nodes: list[Any]) -> list[tuple[str, Any]]:
    """Items made of names; product and code are added where two would be the same."""
    items = [_slug(node["name"]) for node in nodes]
    for field in ("reference product", "code"):
        keys = [(item, node.get("location")) for item, node in zip(items, nodes, strict=True)]
        twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        items = [
            f"{item}_{_slug(node.get(field) or '')}".rstrip("_") if key in twice else item
            for item, key, node in zip(items, keys, nodes, strict=True)
        ]
    return list(zip(items, nodes, strict=True))


def _slug(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_")


def _units(chosen: list[tuple[str, Any]], known: Mapping[str, str]) -> list[str]:
    units = [from_brightway(str(node.get("unit") or ""), known) for _, node in chosen]
    problems = [
        Problem(
            f"{node['database']} ({node['name']})",
            f"The unit {node.get('unit')!r} is not known.",
            "Say what it is with units={...}, or leave the activity out with select.",
            code="bad-unit",
        )
        for unit, (_, node) in zip(units, chosen, strict=True)
        if unit is None
    ]
    if problems:
        raise FactorError(problems)
    return [unit or "" for unit in units]


# -- their scores ---------------------------------------------------------------------------------------------------


def _scored(brightway: Any, nodes: list[Any], method: tuple[str, ...], gases: Gases | None) -> Scored:
    """Score and gases of one unit of each activity's product: columns of one transposed solve."""
    from scipy.sparse.linalg import splu

    if not nodes:
        raise UsageError([Problem("select", "No activity is chosen.", "Choose at least one.", code="no-activity")])
    demand, packages, remapping = brightway.prepare_lca_inputs({nodes[0]: 1.0}, method=method)
    lca = package("bw2calc").LCA(demand, data_objs=packages, remapping_dicts=remapping)
    lca.load_lci_data()
    lca.load_lcia_data()
    weights = np.asarray(lca.characterization_matrix.sum(axis=0)).ravel()
    columns = _flow_columns(lca, weights, gases)
    right = lca.biosphere_matrix.T @ columns
    solved = splu(lca.technosphere_matrix.T.tocsc()).solve(np.ascontiguousarray(right))
    rows = lca.dicts.product
    told = solved[[rows[node.id] for node in nodes]]
    return Scored(score=told[:, 0], gases=told[:, 2:], unprinted=told[:, 1])


def _flow_columns(lca: Any, weights: Array, gases: Gases | None) -> Array:
    """Per elementary flow: its weight, its weight where it is never printed, and its mass of each gas."""
    columns = np.zeros((len(weights), 2 + len(GASES)))
    columns[:, 0] = weights
    rows = lca.dicts.biosphere
    for gas, ids in (gases.flows if gases else {}).items():
        places = [rows[number] for number in ids if number in rows]
        columns[places, 2 + GASES.index(gas)] = 1.0
        if gas in NOT_PRINTED:
            columns[places, 1] = weights[places]
    return columns


# -- rows -----------------------------------------------------------------------------------------------------------


def _rows(
    chosen: list[tuple[str, Any]],
    units: list[str],
    scored: Scored,
    gases: Gases | None,
    method: tuple[str, ...],
    kind: str,
    year: str,
    redistributable: bool,
) -> Iterator[dict[str, Any]]:
    for number, (item, node) in enumerate(chosen):
        unit = units[number]
        row: dict[str, Any] = {
            "item": item, "value": float(scored.score[number] - scored.unprinted[number]),
            "region": node.get("location") or WORLD,
            "unit": f"kgCO2e/({unit})" if "*" in unit or " " in unit else f"kgCO2e/{unit}", "year": year, "kind": kind,
            "source": f"Brightway database {node['database']}", "locator": f"code {node['code']}; method {', '.join(method)}",
            "name_en": " | ".join(filter(None, (node["name"], node.get("reference product")))),
            "gwp": gases.gwp if gases else "unknown", "redistributable": "true" if redistributable else "false",
        }  # fmt: skip
        yield row | (_gas_columns(row["value"], scored.gases[number], gases) if gases else {})


def _gas_columns(value: float, told: Array, gases: Gases) -> dict[str, Any]:
    """Gases of a row, the effect of all others with the fossil CO2; none where that cannot be told in positive masses."""
    mass = dict(zip(GASES, map(float, told), strict=True))
    explained = sum(mass[gas] * weight for gas, weight in gases.weights.items())
    rest = value - explained
    if abs(rest) <= 1e-9 * max(abs(value), abs(explained)):
        rest = 0.0
    mass["co2_fossil"] += rest
    if min(mass.values()) < 0:
        return {"notes": "Gases are not told: some of them would be negative."}
    note = f"Other gases add {rest:.4g} kgCO2e, which stands under co2_fossil." if rest else ""
    return {**mass, "notes": note}
