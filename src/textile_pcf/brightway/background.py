"""Activities of a Brightway database as emission factors: one factorisation, one transposed solve for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.chosen import Chosen, Select, chosen
from textile_pcf.brightway.gases import GASES, Gases, gases_of
from textile_pcf.brightway.packages import opened
from textile_pcf.brightway.solved import Scored, scored
from textile_pcf.brightway.units import from_brightway
from textile_pcf.errors import FactorError, Problem, UsageError
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.io.read_table import read_table
from textile_pcf.suggest import nearest

WORLD = "GLO"


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
    burden_free: Collection[str] = (),
) -> FactorTable:
    """Emission factors from a database of a Brightway project, scored by one of its methods.

    All chosen activities are scored by one transposed solve. Where the method weighs methane and nitrous oxide as one of our
    sets of global warming potentials does, that set is recorded and the factors carry their gases, so that they split and
    follow the run's set; what other gases add stands under `co2_fossil` as CO2e and in the notes. Biogenic CO2 and uptake are
    never in the value. Other methods give the value alone, with `gwp: unknown`.

    A factor is of one unit of what an activity makes, or of treating one unit where the activity takes its product in
    (production -1). Products that are nodes of their own are followed.

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
    burden_free : collection of str, optional
        Items whose factor may be 0, because nothing in their life cycle is characterised, such as waste that comes free of
        burdens. Any other such item is refused.

    Returns
    -------
    FactorTable
        One table, named after the database.

    Raises
    ------
    UsageError
        No such project, database or method, or Brightway is not installed.
    FactorError
        Units that are not known, activities that are not found or do not make one product, items of which nothing is
        characterised.
    """
    with opened(project) as brightway:
        _there(database, brightway.databases, "database")
        _there(method, brightway.methods, "method")
        these = chosen(brightway.Database(database), select)
        rows_units = _units(these, units or {})
        gases = gases_of(brightway, method, gwp)
        told = scored(brightway, these, method, gases)
        _refuse_nothing(these, told, burden_free, method)
        rows = list(_rows(these, rows_units, told, gases, method, kind, str(year), redistributable))
    document = TableDocument(
        title={"en": f"{database}, scored by {', '.join(method)}"},
        licence=licence or "not stated; taken as not to be passed on",
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


def _units(these: list[Chosen], known: Mapping[str, str]) -> list[str]:
    units = [from_brightway(one.unit, known) for one in these]
    problems = [
        Problem(
            f"{one.node['database']} ({one.node['name']})",
            f"The unit {one.unit!r} is not known.",
            "Say what it is with units={...}, or leave the activity out with select.",
            code="bad-unit",
        )
        for unit, one in zip(units, these, strict=True)
        if unit is None
    ]
    if problems:
        raise FactorError(problems)
    return [unit or "" for unit in units]


def _refuse_nothing(these: list[Chosen], told: Scored, burden_free: Collection[str], method: tuple[str, ...]) -> None:
    """Refuse factors of 0 that say only that the method knows none of the flows."""
    problems = [
        Problem(
            f"{one.node['database']} ({one.node['name']})",
            f"The method {', '.join(method)} characterises no flow in the life cycle of {one.item!r}: the factor would be 0.",
            f"Link its exchanges in Brightway, choose another method, or say burden_free=[{one.item!r}] where 0 is meant.",
            code="nothing-characterised",
        )
        for one, nothing in zip(these, told.nothing, strict=True)
        if nothing and one.item not in burden_free
    ]
    if problems:
        raise FactorError(problems)


# -- rows -----------------------------------------------------------------------------------------------------------


def _rows(
    these: list[Chosen],
    units: list[str],
    told: Scored,
    gases: Gases | None,
    method: tuple[str, ...],
    kind: str,
    year: str,
    redistributable: bool,
) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(these):
        unit, node = units[number], one.node
        row: dict[str, Any] = {
            "item": one.item, "value": float(told.score[number] - told.unprinted[number]),
            "region": node.get("location") or one.product.get("location") or WORLD,
            "unit": f"kgCO2e/({unit})" if "*" in unit or " " in unit else f"kgCO2e/{unit}", "year": year, "kind": kind,
            "source": f"Brightway database {node['database']}", "locator": f"code {node['code']}; method {', '.join(method)}",
            "name_en": " | ".join(filter(None, (node["name"], one.reference))),
            "gwp": gases.gwp if gases else "unknown", "redistributable": "true" if redistributable else "false",
        }  # fmt: skip
        row |= _gas_columns(row["value"], told.gases[number], gases) if gases else {}
        yield row | {"notes": " ".join(filter(None, (_treated(one), row.get("notes", ""))))}


def _treated(one: Chosen) -> str:
    return "" if one.made > 0 else f"The activity takes its product in (production {one.made:g}): the factor is of treating it."


def _gas_columns(value: float, told: FloatArray, gases: Gases) -> dict[str, Any]:
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
