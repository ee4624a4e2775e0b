"""Declared footprints of suppliers: their boundary, their convention for biogenic CO2 and the mass of the declared unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.factors.table import COUNTED_GASES, DECLARED, DECLARED_PARTS, GASES, HOLDS_NONE, HOLDS_UPTAKE, FactorSheet
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import Unit, UnitError, UnitNames, describe, parse_unit, split_quantity

BOUNDARIES = ("gate_to_gate", "cradle_to_gate", "cradle_to_customer", "cradle_to_grave")
CONVENTIONS = (HOLDS_NONE, HOLDS_UPTAKE)
TOLERANCE = 0.005  # relative, of a mass per unit of mass that must be 1
MASS = (("mass", 1),)
GREENHOUSE = (("greenhouse", 1),)
CONVENTION_CURE = Message(
    "Write {conventions} in the column `biogenic`.", conventions=JoinedMessage(CONVENTIONS, " or ", " 或 ")
)


class Report(Protocol):
    """Add a problem: row, column, what is wrong, cure, code."""

    def __call__(self, row: int, column: str, what: str, cure: str, code: str = "", /) -> None:
        """Add it."""


def items_without_convention(table: FactorSheet, rows: Iterable[int]) -> list[str]:
    """Return the items of declared footprints that give neither gases, nor parts, nor whether their value includes uptake."""
    undeclared = [row for row in rows if table.texts["item"][row].startswith(DECLARED) and not table.texts["biogenic"][row]]
    known = (*COUNTED_GASES, *DECLARED_PARTS)
    divided = [any(not np.isnan(table.numbers[name][row]) for name in known) for row in undeclared]
    return [table.texts["item"][row] for row, parts in zip(undeclared, divided, strict=True) if not parts]


def check_declared(
    texts: Mapping[str, Sequence[str]],
    values: Mapping[str, FloatArray],
    units: Sequence[Unit],
    report: Report,
    names: UnitNames | None = None,
) -> None:
    """Check the columns that only declared footprints have.

    Parameters
    ----------
    texts : mapping of str to sequence of str
        Text columns.
    values : mapping of str to array, shape (rows,)
        Number columns; NaN where a cell is empty.
    units : sequence of Unit, one per row
        Unit of the value.
    report : callable
        Receives each problem: row, column, what is wrong, cure.
    """
    gases = ~np.isnan(np.array([values[gas] for gas in COUNTED_GASES])).all(axis=0)
    parts = ~np.isnan(np.array([values[part] for part in DECLARED_PARTS])).all(axis=0)
    if parts.any():
        _check_parts(texts, values, parts, report)
    right: set[tuple[str, str]] = set()
    for row, item in enumerate(texts["item"]):
        mass = texts["mass_per_unit"][row], units[row].text
        if mass[0] and mass not in right and _check_mass(mass[0], units[row], names, row, report):
            right.add(mass)
        if item.startswith(DECLARED):
            _check_boundary(texts["boundary"][row], row, report)
            if not parts[row]:
                row_values = {name: float(column[row]) for name, column in values.items()}
                _check_biogenic(texts["biogenic"][row], row_values, bool(gases[row]), row, report)
        elif texts["biogenic"][row]:
            what = "Only a declared footprint states in `biogenic` what its value includes."
            report(row, "biogenic", what, Message("Leave it empty, or name the item {prefix}ID.", prefix=DECLARED))


def _check_parts(
    texts: Mapping[str, Sequence[str]], values: Mapping[str, FloatArray], given: BoolArray, report: Report
) -> None:
    """Check the parts of footprints: a supplier's, without gases, no uptake above 0, and a sum that is the value."""
    fossil, biogenic, land_use, uptake, aircraft = (np.nan_to_num(values[part]) for part in DECLARED_PARTS)
    value, total = values["value"], fossil + biogenic + land_use
    declared = np.array([item.startswith(DECLARED) for item in texts["item"]], dtype=bool)
    gases = ~np.isnan(np.array([values[gas] for gas in GASES])).all(axis=0)
    cure: str = Message("Give its gases, or name the item {prefix}ID.", prefix=DECLARED)
    for row in np.flatnonzero(given & ~declared):
        report(int(row), "declared_fossil", "Only a declared footprint has parts that its supplier declares.", cure)
    given = given & declared
    for row in np.flatnonzero(given & gases):
        what = "The row gives gases and declared parts."
        report(int(row), "declared_fossil", what, "Give one of the two; they would count twice.")
    for row in np.flatnonzero(given & np.array([text != "" for text in texts["biogenic"]], dtype=bool)):
        what = "The value of a footprint with declared parts holds no uptake; `biogenic` says so again."
        report(int(row), "biogenic", what, "Leave it empty and give the uptake in `declared_uptake`.")
    for row in np.flatnonzero(given & (uptake > 0)):
        report(int(row), "declared_uptake", "The declared uptake is above 0.", "Write uptake as a negative number.")
    for row in np.flatnonzero(given & (aircraft > np.maximum(fossil + TOLERANCE * np.abs(fossil), 0))):
        cure = "`declared_aircraft` is a part of `declared_fossil`, which holds it already."
        report(int(row), "declared_aircraft", "The aircraft's emissions are more than all fossil emissions.", cure)
    for row in np.flatnonzero(given & (np.abs(total - value) > TOLERANCE * np.maximum(np.abs(total), np.abs(value)))):
        what = Message(
            "The value {value:g} is not the sum of its declared parts: {total:g}.", value=value[row], total=total[row]
        )
        report(int(row), "value", what, "Correct the parts or the value; the uptake is in neither.")


def _check_boundary(boundary: str, row: int, report: Report) -> None:
    if boundary and boundary not in BOUNDARIES:
        cure = did_you_mean(boundary, BOUNDARIES, Message("Write one of {boundaries}.", boundaries=", ".join(BOUNDARIES)))
        report(row, "boundary", Message("{boundary!r} is not a boundary of a declared footprint.", boundary=boundary), cure)


def _check_biogenic(convention: str, row_values: Mapping[str, float], has_gases: bool, row: int, report: Report) -> None:
    """Check that a value which includes uptake states it, and that no value is negative without its uptake."""
    value, uptake = row_values["value"], row_values["co2_uptake"]
    if convention and convention not in CONVENTIONS:
        report(
            row,
            "biogenic",
            Message("{convention!r} is not a convention of biogenic CO2.", convention=convention),
            Message("Write {conventions}.", conventions=JoinedMessage(CONVENTIONS, " or ", " 或 ")),
        )
    elif convention == HOLDS_UPTAKE and np.isnan(uptake):
        cure = Message("Give the kg of CO2 in `co2_uptake`, or the value without it and {holds_none}.", holds_none=HOLDS_NONE)
        report(row, "co2_uptake", "The value includes uptake of CO2, but the row does not state how much.", cure)
    elif (
        convention == HOLDS_UPTAKE
        and not has_gases
        and value + uptake - np.nan_to_num(row_values["co2_biogenic"]) < -TOLERANCE * uptake
    ):
        what = Message("The value {value:g} stays below zero without its uptake of {uptake:g} kg.", value=value, uptake=uptake)
        report(row, "value", what, "Correct the value, `co2_uptake` or `co2_biogenic`.")
    elif convention != HOLDS_UPTAKE and not has_gases and value < 0:
        cure = Message(
            "Write {holds_uptake} in `biogenic` and the kg of CO2 in `co2_uptake`, or give the value without it.",
            holds_uptake=HOLDS_UPTAKE,
        )
        report(
            row,
            "value",
            Message("The declared footprint {value:g} is below zero, so it includes uptake of CO2.", value=value),
            cure,
        )


def _check_mass(text: str, unit: Unit, names: UnitNames | None, row: int, report: Report) -> bool:
    """Whether a mass is one of the unit; else it is reported."""
    try:
        mass_of_unit(text, unit, names)
    except UnitError as error:
        report(row, "mass_per_unit", error.what, error.cure)
        return False
    return True


def mass_of_unit(text: str, unit: Unit, names: UnitNames | None = None) -> float:
    """Return the mass of what a factor is per. [kg per canonical unit]

    Parameters
    ----------
    text : str
        Mass of one declared unit (`0.879 kg`; kg where no unit is written), or a density (`0.879 kg/L`).
    unit : Unit
        Unit of the factor, such as kgCO2e/L.

    Returns
    -------
    float
        Mass per canonical unit of what the factor is per. [kg]

    Raises
    ------
    UnitError
        The text is not a mass of this unit.

    Examples
    --------
    >>> mass_of_unit("0.879 kg", parse_unit("kgCO2e/L")), mass_of_unit("120 g", parse_unit("kgCO2e/m2"))
    (879.0, 0.12)
    """
    amount, unit_text = split_quantity(text)
    mass = parse_unit(unit_text or "kg", names)
    counted = tuple((name, -power) for name, power in unit.dimensions if name != "greenhouse")
    size = _declared_size(unit) if mass.dimensions == MASS else 1.0
    if mass.dimensions not in (MASS, _mass_per(counted)):
        what = Message(
            "{text!r} is {quantity}, not the mass of one unit of {counted}.",
            text=text,
            quantity=describe(mass.dimensions),
            counted=describe(counted),
        )
        raise UnitError(what, "Write the mass of one declared unit, such as 0.879 kg.")
    if amount <= 0:
        raise UnitError(Message("{text!r} is no mass.", text=text), "Write the mass of one declared unit, such as 0.879 kg.")
    if size is None:
        raise UnitError(
            Message("The mass of one {text!r} is not known.", text=unit.text), "Write mass per unit, such as 0.879 kg/L."
        )
    weight = amount * mass.factor / size
    if any(name == "mass" for name, _ in counted) and not (counted == MASS and abs(weight - 1) <= TOLERANCE):
        raise UnitError(
            Message("{unit!r} counts mass already, and {mass!r} is another.", unit=unit.text, mass=text),
            "Correct it, or leave it empty.",
        )
    return weight


def _mass_per(counted: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """Return the dimensions of a mass per what is counted."""
    powers = {name: -power for name, power in counted}
    powers["mass"] = powers.get("mass", 0) + 1
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _declared_size(unit: Unit) -> float | None:
    """Return the size of the declared unit, such as L in kgCO2e/L, in canonical units; None where its text is no fraction."""
    numerator, slash, _ = unit.text.replace(" per ", "/").partition("/")
    try:
        emission_unit = parse_unit(numerator.strip()) if slash else None
    except UnitError:
        return None
    return float(emission_unit.exact / unit.exact) if emission_unit and emission_unit.dimensions == GREENHOUSE else None
