"""Emissions per unit of each factor: from its gases under the GWP set of the run, else the printed value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.factors.composition import SPLIT_SIZE, composed_values
from textile_pcf.factors.gwp import SETS, gwp100
from textile_pcf.factors.table import DECLARED_PARTS, HOLDS_NONE, HOLDS_UPTAKE, FactorSheet

SPLIT_AND_AIRCRAFT = ("fossil", "biogenic", "uptake", "land_use_change", "aircraft")


def has_gases(table: FactorSheet) -> NDArray[np.bool_]:
    """Return a mask of the rows that give the masses of their gases, shape (rows,)."""
    return table.with_gases


def only_co2(table: FactorSheet) -> NDArray[np.bool_]:
    """Return a mask of the rows without methane and nitrous oxide: one value under every GWP set, shape (rows,)."""
    others = np.array([table.numbers[gas] for gas in ("ch4_fossil", "ch4_biogenic", "n2o")])
    return np.asarray((np.nan_to_num(others) == 0).all(axis=0))


def has_parts(table: FactorSheet) -> NDArray[np.bool_]:
    """Return a mask of the rows whose supplier declares the parts of the value, shape (rows,)."""
    return np.asarray(~np.isnan(np.array([table.numbers[part] for part in DECLARED_PARTS])).all(axis=0))


def holds_uptake(table: FactorSheet) -> NDArray[np.bool_]:
    """Return a mask of the rows whose printed value includes biogenic CO2 and uptake, shape (rows,)."""
    return np.array([convention == HOLDS_UPTAKE for convention in table.texts["biogenic"]], dtype=bool)


def flag_rows(tables: Sequence[FactorSheet], rows: Iterable[Sequence[int]]) -> BoolArray:
    """Return which rows of the tables are among those given of each, so that a calculation sees at once whether it uses one.

    Parameters
    ----------
    tables : sequence of FactorSheet
    rows : iterable of sequence of int
        Rows of each table.

    Returns
    -------
    ndarray of bool, shape (tables + 1, rows of the largest + 1)
        The last of both, -1, stand for no factor: False.
    """
    flags = np.zeros((len(tables) + 1, max((table.size for table in tables), default=0) + 1), dtype=bool)
    for number, of_table in enumerate(rows):
        flags[number, of_table] = True
    return flags


def split_values(table: FactorSheet, gwp: str, biogenic: str) -> FloatArray:
    """Return the emissions per unit of each row, split as in `SPLIT_AND_AIRCRAFT`.

    Under `minus_one_plus_one` biogenic CO2 counts +1 and uptake -1; under `zero_zero` neither counts. Where a printed value
    includes them, they are subtracted first, so that they do not count as fossil. Parts that a supplier declares count as
    declared, the uptake under `minus_one_plus_one` only.

    Parameters
    ----------
    table : FactorSheet
        Table of emission factors.
    gwp : str
        Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
    biogenic : str
        Convention for biogenic CO2: `minus_one_plus_one` or `zero_zero`.

    Returns
    -------
    array, shape (rows, 5)
        Emissions per unit as printed. [kg CO2e per unit of the row]
    """
    gas = {name: np.nan_to_num(values) for name, values in table.numbers.items()}
    with_gases = has_gases(table)
    fossil = gas["co2_fossil"] + gas["ch4_fossil"] * gwp100("ch4_fossil", gwp) + gas["n2o"] * gwp100("n2o", gwp)
    weight = 1.0 if biogenic == "minus_one_plus_one" else 0.0
    biogenic_part = gas["ch4_biogenic"] * gwp100("ch4_biogenic", gwp) + weight * gas["co2_biogenic"]
    printed = np.where(holds_uptake(table), gas["value"] + gas["co2_uptake"] - gas["co2_biogenic"], gas["value"])
    columns = [
        np.where(with_gases, fossil, printed),
        biogenic_part,
        0.0 - weight * gas["co2_uptake"],
        gas["co2_land_use"],
        gas["co2_aircraft"],
    ]
    values = np.stack(columns, axis=1)
    declared = np.flatnonzero(has_parts(table))
    if len(declared):
        of_part = {name.removeprefix("declared_"): gas[name][declared] for name in DECLARED_PARTS}
        parts = [of_part["fossil"], of_part["biogenic"], weight * of_part["uptake"], of_part["land_use"], of_part["aircraft"]]
        values[declared] = np.stack(parts, axis=1)
    if table.composed:
        composed_values(table, values, other_values(table, gwp, biogenic))
    return values


def other_values(table: FactorSheet, gwp: str, biogenic: str) -> dict[int, FloatArray]:
    """Return the values of the other tables that composed rows refer to, by the identity of the table."""
    others = {id(term.sheet): term.sheet for one in table.composed for term in one.terms if term.sheet is not None}
    return {number: split_values(sheet, gwp, biogenic) for number, sheet in others.items()}


def removals_of(table: FactorSheet) -> FloatArray:
    """Return the CO2 that each row takes up, less the biogenic CO2 that it gives off, shape (rows,). [kg CO2 per unit]

    A supplier's declared uptake counts as it is; 0 where neither gases nor uptake are known.
    """
    given = {name: np.nan_to_num(table.numbers[name]) for name in ("co2_uptake", "co2_biogenic", "declared_uptake")}
    return np.asarray(given["co2_uptake"] - given["co2_biogenic"] - given["declared_uptake"])


def value_from_gases(table: FactorSheet) -> FloatArray:
    """Return the value that the gases of each row give under the row's own GWP set, shape (rows,).

    NaN without gases. NaN without a set too, unless the only gas is CO2, which counts 1 under every set.
    """
    computed = np.full(table.size, np.nan)
    with_gases, with_uptake = has_gases(table), holds_uptake(table)
    sets = np.where(only_co2(table) & ~np.isin(table.texts["gwp"], SETS), SETS[0], table.texts["gwp"])
    for gwp in SETS:
        of_set = with_gases & (sets == gwp)
        for convention, rows in ((HOLDS_NONE, of_set & ~with_uptake), (HOLDS_UPTAKE, of_set & with_uptake)):
            if rows.any():
                split = split_values(table, gwp, convention)[:, :SPLIT_SIZE]
                computed[rows] = split.sum(axis=1)[rows]
    return computed
