"""Emissions of a site by formula: fuels by heating value and carbon content, methane of wastewater."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.errors import Problem
from textile_pcf.factors.gwp import gwp100
from textile_pcf.factory.inventory_rows import FUEL_CELLS, InventoryRows
from textile_pcf.factory.site_cells import kind_of
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.factory.vocabulary import constant, known_carrier
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.methods import METHODS, fuel_carbon_dioxide, wastewater_methane
from textile_pcf.units import Unit, UnitError, parse_unit, split_quantity

ENERGY, VOLUME, MASS = (parse_unit(unit).dimensions for unit in ("GJ", "m3", "kg"))
LIGHTEST, HEAVIEST = 400.0, 1200.0
"""Wide limits of the density of liquid fuels, to tell what cannot be; no result rests on them. [kg/m3]"""
REQUIRED_OF_WATER = ("cod_in", "cod_out", "mcf")


@dataclass(frozen=True, eq=False)
class Computed:
    """Emissions by formula. Arrays have the shape (rows,), texts belong to the same rows.

    Attributes
    ----------
    source : ndarray of intp
        Index of the source in `InventoryRows`.
    kg : ndarray of float
        [kg CO2e]
    formulas : list of str
        The formula with its numbers.
    """

    source: IndexArray
    kg: FloatArray
    formulas: list[str]


def parts_of_one(table: FactoryTable, column: str, problems: list[Problem]) -> FloatArray:
    """Return a column of parts of 1, such as `0.99` or `99 %`; NaN where empty, and after a problem.

    Parameters
    ----------
    table : FactoryTable
    column : str
    problems : list of Problem
        Problems are appended.
    """
    if not table.has(column):
        return np.full(table.rows, np.nan)
    values = table.quantities(column, "1", problems)
    for row in np.flatnonzero((values < 0) | (values > 1)).tolist():
        what = Message("{text!r} is no part of 1.", text=table.texts(column)[row][:60])
        table.problem(problems, row, column, what, Message("Write a number from 0 to 1, or percent with its sign: 99 %."))
    return np.where((values >= 0) & (values <= 1), values, np.nan)


def burnt_fuels(rows: InventoryRows, problems: list[Problem]) -> Computed:
    """Return the CO2 of fuels whose heating value is given: FC × NCV × CC × OF × 44/12.

    Parameters
    ----------
    rows : InventoryRows
    problems : list of Problem
        Problems are appended: one of the three values without the others, a unit of another kind, an implausible value.

    References
    ----------
    NDRC guideline for other industrial enterprises (accounting practice); IPCC 2006, Volume 2, equation 2.2.
    """
    utilities, table = rows.utilities, rows.utilities.table
    carbon = np.full(table.rows, np.nan)
    if table.has("carbon"):
        carbon = within_range(table, "carbon", table.quantities("carbon", "kg/GJ", problems), problems)
    oxidation = parts_of_one(table, "oxidation", problems)
    found, heating = [], []
    for source in rows.of_class("fuel").tolist():
        row = int(rows.row[source])
        given = [name for name in FUEL_CELLS if table.texts(name)[row]]
        if not given:
            continue
        for name in [name for name in FUEL_CELLS if name not in given]:
            what = Message("{given} is given, and {column!r} is empty.", given=given[0], column=name)
            cure = Message("Give `ncv`, `carbon` and `oxidation`, or none of them to take a factor.")
            table.problem(problems, row, name, what, cure)
        found.append(source)
        heating.append(_heating_value(rows, row, problems) if "ncv" in given else np.nan)
    source, ncv = np.array(found, dtype=np.intp), np.array(heating, dtype=np.float64)
    row = rows.row[source]
    _check_carbon(rows, row, carbon, problems)
    amount = utilities.amount[row]
    per_unit = np.asarray(fuel_carbon_dioxide(net_calorific_value=ncv, carbon_content=carbon[row], oxidation=oxidation[row]))
    units = [utilities.units[utilities.carrier[each]] for each in row.tolist()]
    columns = zip(amount.tolist(), units, ncv.tolist(), carbon[row].tolist(), oxidation[row].tolist(), strict=True)
    formulas = [f"{use:.10g} {unit} × {heat:.10g} GJ/{unit} × {part:.10g} kg C/GJ × {burnt:.10g} × 44/12"
                for use, unit, heat, part, burnt in columns]  # fmt: skip
    return Computed(source, amount * per_unit, formulas)


def _heating_value(rows: InventoryRows, row: int, problems: list[Problem]) -> float:
    """Return the net heating value of a row, NaN after a problem. [GJ per reported unit]"""
    utilities, table = rows.utilities, rows.utilities.table
    reported = utilities.units[utilities.carrier[row]]
    text = table.texts("ncv")[row]
    try:
        number, written = split_quantity(text)
        unit: Unit | None = parse_unit(written) if written else None
    except UnitError as error:
        table.problem(problems, row, "ncv", error.what, error.cure)
        return float("nan")
    wanted = parse_unit("GJ") / parse_unit(reported) if reported else None
    if wanted is None:  # the unit of the row is a problem of its own
        return float("nan")
    if unit is None or unit.dimensions != wanted.dimensions or not number > 0:
        what = Message("{text!r} is no heating value of what is counted in {unit}.", text=text[:60], unit=reported)
        cure = Message("Write it with its unit, such as 38.931 MJ/m3 or 23.204 GJ/t.")
        table.problem(problems, row, "ncv", what, cure)
        return float("nan")
    heat = number * unit.factor / wanted.factor
    ranges = _heat_of_fuels(utilities.carriers[utilities.carrier[row]], reported)
    if not any(low <= heat <= high for low, high in ranges):
        what = Message("No fuel has {text} of heat; they have {ranges} GJ/{unit}.", text=text[:60], unit=reported,
                       ranges=JoinedMessage([f"{low:g} – {high:g}" for low, high in ranges], " or ", " 或 "))  # fmt: skip
        table.problem(problems, row, "ncv", what, Message("Write it with its unit, such as 38.931 MJ/m3 or 23.204 GJ/t."))
        return float("nan")
    return heat


def _heat_of_fuels(carrier: str, reported: str) -> list[tuple[float, float]]:
    """Return the ranges of net heating values of fuels counted in a unit: of gases, liquids and solids. [GJ per unit]"""
    unit = parse_unit(reported)
    solid, gas = (METHODS[name].valid["net_calorific_value"] for name in ("fuel_carbon_dioxide", "gas_carbon_dioxide"))
    if unit.dimensions == MASS:
        return [(solid[0] * unit.factor / 1000, solid[1] * unit.factor / 1000)]
    if unit.dimensions != VOLUME:
        return [(0.0, np.inf)]
    ranges = [gas] if known_carrier(carrier).unit else [gas, (solid[0] * LIGHTEST, solid[1] * HEAVIEST)]
    return [(low * unit.factor / 1000, high * unit.factor / 1000) for low, high in ranges]


def _check_carbon(rows: InventoryRows, at: IndexArray, carbon: FloatArray, problems: list[Problem]) -> None:
    """Append a problem for each carbon content that no fuel has, such as t C/GJ written for kg C/GJ."""
    utilities, table = rows.utilities, rows.utilities.table
    for row in at.tolist():
        reported = utilities.units[utilities.carrier[row]]
        is_volume = bool(reported) and parse_unit(reported).dimensions == VOLUME
        method = METHODS["gas_carbon_dioxide" if is_volume else "fuel_carbon_dioxide"]
        low, high = (1000 * limit for limit in method.valid["carbon_content"])
        if not (carbon[row] < low or carbon[row] > high):
            continue
        what = Message(
            "No fuel has {value:g} kg of carbon per GJ; they have {low:g} to {high:g}.",
            value=float(carbon[row]),
            low=low,
            high=high,
        )
        table.problem(problems, row, "carbon", what, Message("Give it in kg C/GJ: 0.0153 t C/GJ is 15.3."))


def treated_water(rows: InventoryRows, gwp: str, problems: list[Problem]) -> Computed:
    """Return the methane of wastewater: ((W × (COD in − COD out) − S) × B0 × MCF − R) × GWP of biogenic methane.

    Parameters
    ----------
    rows : InventoryRows
    gwp : str
        Set of global warming potentials.
    problems : list of Problem
        Problems are appended: a value that is missing, a unit that is no volume, a result below zero.

    References
    ----------
    IPCC 2006, Volume 5, chapter 6, confirmed by the 2019 Refinement: B0 = 0.25 kg CH4/kg COD.
    """
    utilities, table, source = rows.utilities, rows.utilities.table, rows.of_class("wastewater")
    cells = {name: _column(table, name, unit, problems) for name, unit in
             {"cod_in": "mg/L", "cod_out": "mg/L", "removed": "kg", "recovered": "kg"}.items()}  # fmt: skip
    mcf = parts_of_one(table, "mcf", problems)
    row = rows.row[source]
    for each in row.tolist():
        _check_water(rows, each, problems)
    volume = (
        np.array([_cubic_metres(utilities.units[utilities.carrier[each]]) for each in row.tolist()]) * utilities.amount[row]
    )
    entered, left = cells["cod_in"][row], cells["cod_out"][row]
    removed, recovered = (np.nan_to_num(cells[name][row]) for name in ("removed", "recovered"))
    load, capacity = volume * (entered - left) / 1000, constant("methane_capacity")
    methane = np.asarray(wastewater_methane(
        oxygen_demand=load, sludge_removed=removed, methane_capacity=np.float64(capacity), methane_correction=mcf[row],
        methane_recovered=recovered))  # fmt: skip
    taken = (load - removed) * capacity * mcf[row] - recovered  # NaN where a cell is missing, which is a problem already
    for at in np.flatnonzero(np.isnan(methane) & ~np.isnan(taken)).tolist():
        what = Message("This wastewater gives {amount:.10g} kg of methane, less than none.", amount=float(taken[at]))
        cure = Message("Check `cod_in`, `cod_out`, `removed` and `recovered`: less is removed than comes in.")
        table.problem(problems, int(row[at]), "cod_in", what, cure)
    potential = gwp100("ch4_biogenic", gwp)
    columns = (volume, entered, left, removed, mcf[row], recovered)
    formulas = [f"(({water:.10g} m3 × ({high:.10g} − {low:.10g}) mg/L − {sludge:.10g} kg) × {capacity:g} × {part:.10g} − "
                f"{gas:.10g} kg) × {potential:g}"
                for water, high, low, sludge, part, gas in zip(*(each.tolist() for each in columns), strict=True)]  # fmt: skip
    return Computed(source, methane * potential, formulas)


def _column(table: FactoryTable, name: str, unit: str, problems: list[Problem]) -> FloatArray:
    """Return a column of numbers of at least 0 in a unit; NaN where empty."""
    if not table.has(name):
        return np.full(table.rows, np.nan)
    return within_range(table, name, table.quantities(name, unit, problems, low=0.0), problems)


def _cubic_metres(unit: str) -> float:
    """Return how many cubic metres are in one unit, NaN if it is no volume."""
    found = parse_unit(unit) if unit else None
    return found.factor if found is not None and found.dimensions == VOLUME else float("nan")


def _check_water(rows: InventoryRows, row: int, problems: list[Problem]) -> None:
    """Append the problems of a row of wastewater: what is missing, and a unit that is no volume."""
    utilities, table = rows.utilities, rows.utilities.table
    for name in REQUIRED_OF_WATER:
        if not table.texts(name)[row]:
            what = Message("The methane of wastewater needs {column!r}.", column=name)
            cure = Message("Fill it in, or write the class none if the water leaves untreated for a plant of others.")
            table.problem(problems, row, name, what, cure)
    unit = utilities.units[utilities.carrier[row]]
    if unit and np.isnan(_cubic_metres(unit)):
        what = Message(
            "Wastewater in {unit!r} measures {kind}, and its volume is needed.", unit=unit, kind=kind_of(parse_unit(unit))
        )
        table.problem(problems, row, "unit", what, Message("Give it in m3."))
