"""What suppliers say of their declared footprints: where these end, whether they hold uptake, what the declared unit weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.factors.table import COUNTED_GASES, DECLARED, HOLDS_NONE, HOLDS_UPTAKE, FactorSheet
from textile_pcf.suggest import nearest
from textile_pcf.units import Unit, UnitError, UnitNames, describe, parse_unit, split_quantity

BOUNDARIES = ("gate_to_gate", "cradle_to_gate", "cradle_to_customer", "cradle_to_grave")
CONVENTIONS = (HOLDS_NONE, HOLDS_UPTAKE)
SAME = 0.005  # a mass that says how heavy its own unit of mass is, relative
MASS = (("mass", 1),)
GREENHOUSE = (("greenhouse", 1),)
SAY = f"Write {' or '.join(CONVENTIONS)} in the column `biogenic`."
Say = Callable[[int, str, str, str], None]


def unsaid(table: FactorSheet, rows: Iterable[int]) -> list[str]:
    """Items among rows whose declared value may hold uptake: no gases are given, and the row does not say."""
    silent = [row for row in rows if table.texts["item"][row].startswith(DECLARED) and not table.texts["biogenic"][row]]
    given = [any(not np.isnan(table.numbers[gas][row]) for gas in COUNTED_GASES) for row in silent]
    return [table.texts["item"][row] for row, gases in zip(silent, given, strict=True) if not gases]


def check_declared(
    texts: Mapping[str, Sequence[str]],
    values: Mapping[str, FloatArray],
    units: Sequence[Unit],
    say: Say,
    names: UnitNames | None = None,
) -> None:
    """Tell what is wrong with the columns that only suppliers' footprints have."""
    gases = ~np.isnan(np.array([values[gas] for gas in COUNTED_GASES])).all(axis=0)
    for row, item in enumerate(texts["item"]):
        if texts["mass_per_unit"][row]:
            _check_mass(texts["mass_per_unit"][row], units[row], names, row, say)
        if item.startswith(DECLARED):
            _check_boundary(texts["boundary"][row], row, say)
            _check_biogenic(texts["biogenic"][row], {name: float(column[row]) for name, column in values.items()},
                            bool(gases[row]), row, say)  # fmt: skip
        elif texts["biogenic"][row]:
            what = "Only a declared footprint says in `biogenic` what its value holds."
            say(row, "biogenic", what, f"Leave it empty, or name the item {DECLARED}ID.")


def _check_boundary(told: str, row: int, say: Say) -> None:
    if told and told not in BOUNDARIES:
        close = nearest(told, BOUNDARIES)
        cure = f"Did you mean {close!r}?" if close else f"Write one of {', '.join(BOUNDARIES)}."
        say(row, "boundary", f"{told!r} is not a boundary of a declared footprint.", cure)


def _check_biogenic(told: str, row_values: Mapping[str, float], gases: bool, row: int, say: Say) -> None:
    """A value that holds uptake says how much; without its uptake none is below zero."""
    value, uptake = row_values["value"], row_values["co2_uptake"]
    if told and told not in CONVENTIONS:
        say(row, "biogenic", f"{told!r} is not a convention of biogenic CO2.", f"Write {' or '.join(CONVENTIONS)}.")
    elif told == HOLDS_UPTAKE and np.isnan(uptake):
        cure = f"Give the kg of CO2 in `co2_uptake`, or the value without it and {HOLDS_NONE}."
        say(row, "co2_uptake", "The value holds uptake of CO2, but the row does not say how much.", cure)
    elif told == HOLDS_UPTAKE and not gases and value + uptake - np.nan_to_num(row_values["co2_biogenic"]) < -SAME * uptake:
        what = f"The value {value:g} stays below zero without its uptake of {uptake:g} kg."
        say(row, "value", what, "Correct the value, `co2_uptake` or `co2_biogenic`.")
    elif told != HOLDS_UPTAKE and not gases and value < 0:
        cure = f"Write {HOLDS_UPTAKE} in `biogenic` and the kg of CO2 in `co2_uptake`, or give the value without it."
        say(row, "value", f"The declared footprint {value:g} is below zero, so it holds uptake of CO2.", cure)


def _check_mass(told: str, unit: Unit, names: UnitNames | None, row: int, say: Say) -> None:
    try:
        mass_of_unit(told, unit, names)
    except UnitError as error:
        say(row, "mass_per_unit", error.what, error.cure)


def mass_of_unit(told: str, unit: Unit, names: UnitNames | None = None) -> float:
    """Mass of what a factor counts. [kg per canonical unit of what it is per]

    Parameters
    ----------
    told : str
        Mass of one declared unit (`0.879 kg`; without a unit kg), or per something (`0.879 kg/L`).
    unit : Unit
        Of the factor.
    names : UnitNames, optional
        Known units, if the table defines some of its own.

    Raises
    ------
    UnitError
        It is no mass of this unit.

    Examples
    --------
    >>> mass_of_unit("0.879 kg", parse_unit("kgCO2e/L")), mass_of_unit("120 g", parse_unit("kgCO2e/m2"))
    (879.0, 0.12)
    """
    amount, text = split_quantity(told)
    mass = parse_unit(text or "kg", names)
    counted = tuple((name, -power) for name, power in unit.dimensions if name != "greenhouse")
    size = _declared_size(unit) if mass.dimensions == MASS else 1.0
    if mass.dimensions not in (MASS, _per(counted)):
        what = f"{told!r} is {describe(mass.dimensions)}, not the mass of one unit of {describe(counted)}."
        raise UnitError(what, "Write the mass of one declared unit, such as 0.879 kg.")
    if amount <= 0:
        raise UnitError(f"{told!r} is no mass.", "Write the mass of one declared unit, such as 0.879 kg.")
    if size is None:
        raise UnitError(f"One unit of {unit.text!r} cannot be told.", "Write mass per unit, such as 0.879 kg/L.")
    weight = amount * mass.factor / size
    if any(name == "mass" for name, _ in counted) and not (counted == MASS and abs(weight - 1) <= SAME):
        raise UnitError(f"{unit.text!r} counts mass already, and {told!r} is another.", "Correct it, or leave it empty.")
    return weight


def _per(counted: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """Dimensions of a mass per what is counted."""
    powers = {name: -power for name, power in counted}
    powers["mass"] = powers.get("mass", 0) + 1
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _declared_size(unit: Unit) -> float | None:
    """The declared unit, such as L of kgCO2e/L, in canonical units; None where its text does not say."""
    above, slash, _ = unit.text.replace(" per ", "/").partition("/")
    try:
        emitted = parse_unit(above.strip()) if slash else None
    except UnitError:
        return None
    return float(emitted.exact / unit.exact) if emitted and emitted.dimensions == GREENHOUSE else None
