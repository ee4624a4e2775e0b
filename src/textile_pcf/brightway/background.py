"""Use the activities of a Brightway database as emission factors, scored with one factorisation and one transposed solve."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from textile_pcf.arrays import FloatArray
from textile_pcf.brightway.chosen import Select, SelectedActivity, select_activities
from textile_pcf.brightway.gases import BIOGENIC, GASES, Gases, gases_of
from textile_pcf.brightway.packages import open_project
from textile_pcf.brightway.solved import ActivityScores, score_activities
from textile_pcf.brightway.units import from_brightway
from textile_pcf.errors import FactorError, Problem, UsageError, warn_caller, wrong_type
from textile_pcf.factors import FactorTable, TableDocument, check_table
from textile_pcf.factors.gwp import UNKNOWN
from textile_pcf.io.read_table import read_table
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean

SINGLE = 1e-6
"""What single precision leaves of a value, generously."""


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
    """Score activities of a Brightway database by an impact method and return them as emission factors.

    All activities are scored by one transposed solve. If the method weighs methane and nitrous oxide as one of our sets of
    global warming potentials does, that set is recorded and the factors state their gases: they split and follow the set of
    the run. The effect of other gases is added to `co2_fossil` as CO2e and stated in the notes. Biogenic CO2 and uptake are
    never in the value. Other methods give the value alone, with `gwp: unknown`.

    A factor is per unit of the product of an activity, or per unit treated if the activity takes its product in (production
    -1). Products that are nodes of their own are followed.

    Parameters
    ----------
    project, database : str
        Existing project and database.
    method : tuple of str
        Name of an impact category of the project, in kg CO2e.
    select : optional
        `{item: code or name}` names the items. A list of codes or names, or a function of an activity, selects activities; None
        takes every process. Items without a name are made from the name of the activity and, if needed, product and code.
    gwp : str, optional
        Set of the method, if its characterisation factors do not show it.
    kind, year : optional
        Kind and year of all factors; a year that is not stated counts as the oldest.
    units : mapping, optional
        Our units by names of the database that are unknown.
    licence : str, optional
        Licence of the database, recorded in the table.
    redistributable : bool
        True only if the licence allows single values to be passed on; otherwise exports refuse them.
    burden_free : collection of str, optional
        Items whose factor may be 0 because nothing in their life cycle is characterised, such as waste free of burdens. Any
        other such item is refused.

    Returns
    -------
    FactorTable
        One table, named after the database.

    Raises
    ------
    UsageError
        There is no such project, database or method, or Brightway is not installed.
    FactorError
        Units are unknown, activities are not found or do not make one product, or nothing in their life cycle is characterised.

    Warns
    -----
    PcfWarning
        Factors of which biogenic CO2 and uptake do not count under -1/+1, because they hold no gases.
    """
    method = _checked_arguments(method, licence, redistributable)
    with open_project(project) as brightway:
        _check_exists(database, brightway.databases, "database")
        _check_exists(method, brightway.methods, "method")
        _refuse_other_units(method, brightway.methods[method].get("unit"))
        activities = select_activities(brightway.Database(database), select)
        rows_units = _units(activities, units or {})
        gases = gases_of(brightway, method, gwp)
        scores = score_activities(brightway, activities, method, gases)
        free = [burden_free] if isinstance(burden_free, str) else burden_free
        _refuse_uncharacterised(activities, scores, free, method)
        alike = {"year": str(year), "kind": kind, "redistributable": "true" if redistributable else "false"}
        rows = [row | alike for row in _rows(activities, rows_units, scores, gases, method)]
    _warn_without_gases(rows, scores, method)
    document = TableDocument(
        title={"en": f"{database}, scored by {', '.join(method)}"},
        licence=licence or "not stated; taken as not to be passed on",
        redistributable=redistributable,
    )
    import pandas as pd

    cells = read_table(pd.DataFrame(rows).fillna(""), error=FactorError, known_columns=None)
    return FactorTable((check_table(database, cells, document),))


def _checked_arguments(method: Any, licence: Any, redistributable: Any) -> tuple[str, ...]:
    """Return the name of the method as Brightway has it; refuse arguments of other types."""
    if not isinstance(redistributable, bool):
        raise wrong_type("redistributable", redistributable, "True or False", "Give True only if the licence allows it.")
    if licence is not None and not isinstance(licence, str):
        raise wrong_type("licence", licence, "a text", "Write the name of the licence.")
    if isinstance(method, list | tuple) and all(isinstance(part, str) for part in method):
        return tuple(method)
    raise wrong_type(
        "method", method, "the name of a method", "Give its parts, such as ('IPCC 2021', 'climate change', 'GWP 100a')."
    )


def _refuse_other_units(method: tuple[str, ...], unit: Any) -> None:
    """Refuse a method that is stated to be in another unit than kg CO2e."""
    text = "".join(unicodedata.normalize("NFKC", str(unit or "")).casefold().split())  # CO₂ is CO2
    if not text or (text.startswith(("kg", "kilogram")) and "co2" in text):
        return
    what = Message("The method {method} is in {unit}, not in kg CO2e.", method=", ".join(method), unit=str(unit)[:80])
    raise UsageError([Problem("method", what, "Choose a method in kg CO2e.", code="method-unit")])


def _check_exists(name: Any, existing: Any, object_type: str) -> None:
    """Raise UsageError if a database or method is not in the project."""
    if name in existing:
        return
    names = [" / ".join(entry) if isinstance(entry, tuple) else str(entry) for entry in existing]
    text = " / ".join(name) if isinstance(name, tuple) else str(name)
    cure = did_you_mean(text, names, Message("There are: {known}.", known=", ".join(sorted(names)[:10]) or "none"))
    raise UsageError(
        [
            Problem(
                f"{object_type} {text!r}",
                Message("There is no such {object_type} in this project.", object_type=object_type),
                cure,
                code=f"no-{object_type}",
            )
        ]
    )


def _units(activities: list[SelectedActivity], known: Mapping[str, str]) -> list[str]:
    units = [from_brightway(activity.unit, known) for activity in activities]
    problems = [
        Problem(
            f"{activity.node['database']} ({activity.node['name']})",
            Message("The unit {unit!r} is not known.", unit=known.get(activity.unit, activity.unit)),
            "Define it with units={...}, or leave the activity out with select.",
            code="bad-unit",
        )
        for unit, activity in zip(units, activities, strict=True)
        if unit is None
    ]
    if problems:
        raise FactorError(problems)
    return [unit or "" for unit in units]


def _refuse_uncharacterised(
    activities: list[SelectedActivity], scores: ActivityScores, burden_free: Collection[str], method: tuple[str, ...]
) -> None:
    """Refuse factors that are 0 only because the method characterises none of the flows."""
    problems = [
        Problem(
            f"{activity.node['database']} ({activity.node['name']})",
            Message(
                "The method {method} characterises no flow in the life cycle of {item!r}: the factor would be 0.",
                method=", ".join(method),
                item=activity.item,
            ),
            Message(
                "Link its exchanges in Brightway, choose another method, or set burden_free=[{item!r}] if 0 is meant.",
                item=activity.item,
            ),
            code="nothing-characterised",
        )
        for activity, uncharacterised in zip(activities, scores.uncharacterised, strict=True)
        if uncharacterised and activity.item not in burden_free
    ]
    if problems:
        raise FactorError(problems)


# -- rows -----------------------------------------------------------------------------------------------------------


def _rows(
    activities: list[SelectedActivity],
    units: list[str],
    scores: ActivityScores,
    gases: Gases,
    method: tuple[str, ...],
) -> Iterator[dict[str, Any]]:
    """Yield the cells of each factor that differ from row to row."""
    for number, activity in enumerate(activities):
        unit, node = units[number], activity.node
        row: dict[str, Any] = {
            "item": activity.item, "value": float(scores.score[number] - scores.unprinted[number]),
            "region": activity.region,
            "unit": f"kgCO2e/({unit})" if "*" in unit or " " in unit else f"kgCO2e/{unit}",
            "source": f"Brightway database {node['database']}", "locator": f"code {node['code']}; method {', '.join(method)}",
            "name_en": " | ".join(filter(None, (node["name"], activity.reference))),
            "gwp": gases.gwp,
        }  # fmt: skip
        known = gases.gwp != UNKNOWN
        row |= _gas_columns(row["value"], scores.gases[number], gases) if known else _biogenic_note(scores.unprinted[number])
        notes = (_treatment_note(activity), _location_note(activity), row.get("notes", ""))
        yield row | {"notes": " ".join(filter(None, notes))}


def _warn_without_gases(rows: list[dict[str, Any]], scores: ActivityScores, method: tuple[str, ...]) -> None:
    """Warn of factors without gases that have biogenic CO2 or uptake: results under -1/+1 lack it."""
    biogenic = (scores.gases[:, [GASES.index(gas) for gas in BIOGENIC]] != 0).any(axis=1).tolist()
    items = [row["item"] for row, has_some in zip(rows, biogenic, strict=True) if has_some and "co2_fossil" not in row]
    if items:
        text = (
            "{count} factors by {method} state no gases, so no biogenic CO2 and no uptake of them counts under -1/+1: {items}."
        )
        warn_caller([Message(text, count=len(items), method=", ".join(method), items=", ".join(items[:10]))])


def _treatment_note(activity: SelectedActivity) -> str:
    return (
        ""
        if activity.amount > 0
        else Message(
            "The activity takes its product in (production {amount:g}): the factor is of treating it.", amount=activity.amount
        )
    )


def _location_note(activity: SelectedActivity) -> str:
    location = activity.location
    return "" if location in ("", activity.region) else Message("The location is {location}.", location=location)


def _biogenic_note(biogenic: float) -> dict[str, Any]:
    """Note of what the method counts of biogenic CO2 and uptake, which is not in the value."""
    note = Message("The method adds {biogenic:.4g} kgCO2e of biogenic CO2 and uptake, which is left out.", biogenic=biogenic)
    return {"notes": note} if biogenic else {}


def _gas_columns(value: float, masses: FloatArray, gases: Gases) -> dict[str, Any]:
    """Return the gases of a row, with the effect of all others added to fossil CO2; only a note if that is below zero."""
    by_gas = dict(zip(GASES, map(float, masses), strict=True))
    explained = sum(by_gas[gas] * weight for gas, weight in gases.weights.items())
    rest, size = value - explained, max(abs(value), abs(explained))
    if abs(rest) <= 1e-9 * size:
        rest = 0.0
    removed = _move_negatives(by_gas, gases.weights)
    by_gas["co2_fossil"] += rest
    if abs(rest) <= SINGLE * size:  # the method keeps 29.8 in single precision: no gas, and no CO2 below zero
        rest = 0.0
        if -SINGLE * size <= by_gas["co2_fossil"] < 0:
            by_gas["co2_fossil"] = 0.0
    if by_gas["co2_fossil"] < 0:
        return {"notes": "Gases are not listed: some of them would be negative."}
    notes = [
        Message("Other gases add {rest:.4g} kgCO2e, which is included in co2_fossil.", rest=rest) if rest else "",
        Message("Gases below zero, such as carbon that the soil takes up, are {removed:.4g} kgCO2e and included in co2_fossil.",
                removed=removed) if removed else "",
    ]  # fmt: skip
    return {**by_gas, "notes": " ".join(filter(None, notes))}


def _move_negatives(by_gas: dict[str, float], weights: Mapping[str, float]) -> float:
    """Leave no gas but fossil CO2 below zero, and return what it takes over. [kg CO2e]

    Biogenic CO2 and uptake have opposite signs in a total, so that one below zero is the other.
    """
    net = by_gas["co2_biogenic"], by_gas["co2_uptake"]
    by_gas["co2_biogenic"], by_gas["co2_uptake"] = (max(one, 0.0) + max(-other, 0.0) for one, other in (net, net[::-1]))
    removed = 0.0
    for gas, weight in weights.items():
        if gas != "co2_fossil" and by_gas[gas] < 0:
            removed, by_gas[gas] = removed + by_gas[gas] * weight, 0.0
    by_gas["co2_fossil"] += removed
    return removed
