"""Carriers: from the unit of a row to the unit and flow in which its carrier is reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem
from textile_pcf.factors.fuels import reference_enthalpy
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.factory.vocabulary import carrier_id, known_carrier
from textile_pcf.messages.message import Message
from textile_pcf.methods import steam_heat
from textile_pcf.units import Unit, convert, parse_unit

ENERGY, MASS = parse_unit("GJ").dimensions, parse_unit("t").dimensions


@dataclass(frozen=True, eq=False)
class ReportedUnits:
    """The carrier of each row of a table, and how its amounts are reported: amount × `factors` [`units`].

    Attributes
    ----------
    carriers : list of str, shape (rows,)
        Ids of the carriers.
    units, flows : list of str, shape (rows,)
        Unit and default flow in which each row is reported.
    factors : ndarray, shape (rows,)
        Reported units in one unit of the row; NaN where a problem was found.
    """

    carriers: list[str]
    units: list[str]
    flows: list[str]
    factors: FloatArray


def steam_gigajoules(enthalpy: float) -> float:
    """Return the heat of one tonne of steam above water at 20 °C. [GJ/t]

    Parameters
    ----------
    enthalpy : float
        Enthalpy of the steam. [kJ/kg]

    References
    ----------
    Accounting practice of the Chinese guidelines: mass × (enthalpy − 83.74 kJ/kg); see `emission_factors/fuels.csv`.

    Examples
    --------
    >>> steam_gigajoules(2783.74)
    2.7
    """
    reference = np.float64(reference_enthalpy() * 1000)
    return float(steam_heat(steam_enthalpy=np.float64(enthalpy), reference_enthalpy=reference)) / 1000


def reported_units(table: FactoryTable, problems: list[Problem]) -> ReportedUnits:
    """Interpret the columns `carrier`, `unit` and `enthalpy` of a table.

    Parameters
    ----------
    table : FactoryTable
        A table with the columns `carrier` and `unit`, such as `meters` or `utilities`.
    problems : list of Problem
        Problems are appended: an unknown unit, a unit of another kind, an enthalpy that is not plausible or not for steam.

    Returns
    -------
    ReportedUnits

    Notes
    -----
    Steam in units of energy is heat in GJ; steam by mass with its enthalpy (`steam_gigajoules`) too; steam by mass alone stays
    steam in t. All rows of a carrier are reported in one kind of unit; a row of another kind is a problem. A carrier that is
    not in `columns.yaml` is reported in the unit of its first row, and its flow is its own name.

    Examples
    --------
    >>> from textile_pcf.factory.tables import read_factory_table
    >>> rows = [{"meter": "S1", "carrier": "蒸汽", "unit": "t", "enthalpy": 2783.74, "reading": "interval"}]
    >>> reported = reported_units(read_factory_table("meters", rows), [])
    >>> reported.carriers, reported.units, reported.flows, reported.factors.tolist()
    (['steam'], ['GJ'], ['heat'], [2.7])
    """
    carriers = [carrier_id(text) for text in table.texts("carrier")]
    enthalpies = within_range(table, "enthalpy", table.quantities("enthalpy", "kJ/kg", problems), problems)
    texts, units, flows = table.texts("unit"), [""] * table.rows, [""] * table.rows
    factors = np.full(table.rows, np.nan)
    first: dict[str, tuple[str, int]] = {}
    for row, carrier in enumerate(carriers):
        unit = table.unit(row, problems) if carrier and texts[row] else None
        if unit is None:
            continue
        if (reported := _unit_flow_factor(table, row, carrier, unit, float(enthalpies[row]), problems)) is None:
            continue
        units[row], flows[row], factors[row] = reported
        text, other = first.setdefault(carrier, (units[row], row))
        if units[row] == text:
            continue
        same = None if known_carrier(carrier).unit else convert(parse_unit(units[row]), parse_unit(text))
        if same is None or same.inverse:
            factors[row] = np.nan
            what = "{carrier!r} is reported in {unit} here and in {other} at {where}."
            what_text = Message(what, carrier=carrier, unit=units[row], other=text, where=table.location(other))
            cure = Message(
                "Give all rows of a carrier in one kind of unit; steam by mass with the enthalpy of each row, or of none."
            )
            table.problem(problems, row, "unit", what_text, cure)
        else:
            factors[row], units[row] = factors[row] * same.factor, text
    return ReportedUnits(carriers, units, flows, factors)


def _unit_flow_factor(
    table: FactoryTable, row: int, carrier: str, unit: Unit, enthalpy: float, problems: list[Problem]
) -> tuple[str, str, float] | None:
    """Return unit, flow and factor of one row, or None after a problem."""
    known, has_enthalpy = known_carrier(carrier), not np.isnan(enthalpy)
    if has_enthalpy and (carrier != "steam" or unit.dimensions != MASS):
        what = Message(
            "An enthalpy turns tonnes of steam into heat; here are {unit} of {carrier!r}.", unit=unit.text, carrier=carrier
        )
        table.problem(problems, row, "enthalpy", what, Message("Leave it empty."))
        return None
    if has_enthalpy:
        per_tonne = steam_gigajoules(enthalpy)
        if not per_tonne > 0:
            what = Message("An enthalpy of {value:g} kJ/kg is no more than that of cold water.", value=enthalpy)
            table.problem(problems, row, "enthalpy", what, Message("Give the enthalpy of the steam, about 2700 to 3400 kJ/kg."))
            return None
        return "GJ", "heat", float(unit.exact / parse_unit("t").exact) * per_tonne
    if not known.unit:
        return unit.text, known.flow, 1.0
    targets = {"GJ": "heat", known.unit: known.flow} if carrier == "steam" else {known.unit: known.flow}
    for target, flow in targets.items():
        conversion = convert(unit, parse_unit(target))
        if conversion is not None and not conversion.inverse:
            return target, flow, conversion.factor
    what = Message("{carrier!r} cannot be measured in {unit!r}.", carrier=carrier, unit=unit.text)
    table.problem(
        problems, row, "unit", what, Message("Give it in {unit}, or in a unit of the same kind.", unit=" or ".join(targets))
    )
    return None
