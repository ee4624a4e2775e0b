"""What one unit of a factor counts: computed from its gases under the run's GWP set, else as printed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textile_pcf.arrays import FloatArray
from textile_pcf.factors.gwp import SETS, gwp100
from textile_pcf.factors.table import COUNTED_GASES, HOLDS_NONE, HOLDS_UPTAKE, FactorSheet

SPLIT_AND_AIRCRAFT = ("fossil", "biogenic", "uptake", "land_use_change", "aircraft")
SPLIT_SIZE = 4  # the first four add up to the total; aircraft is part of fossil and only reported


def has_gases(table: FactorSheet) -> NDArray[np.bool_]:
    """Rows that say which gases their value is made of."""
    return np.asarray(~np.isnan(np.array([table.numbers[gas] for gas in COUNTED_GASES])).all(axis=0))


def holds_uptake(table: FactorSheet) -> NDArray[np.bool_]:
    """Rows whose printed value says that biogenic CO2 and uptake are inside."""
    return np.array([told == HOLDS_UPTAKE for told in table.texts["biogenic"]], dtype=bool)


def split_values(table: FactorSheet, gwp: str, biogenic: str) -> FloatArray:
    """Emissions per unit of each row, shape (rows, PARTS). [kg CO2e per the row's unit as printed]

    Under `minus_one_plus_one` biogenic CO2 counts +1 and uptake -1; under `zero_zero` neither counts. A printed value that
    holds them is freed of them first, so that none of them counts as fossil.
    """
    gas = {name: np.nan_to_num(values) for name, values in table.numbers.items()}
    given = has_gases(table)
    fossil = gas["co2_fossil"] + gas["ch4_fossil"] * gwp100("ch4_fossil", gwp) + gas["n2o"] * gwp100("n2o", gwp)
    counts = 1.0 if biogenic == "minus_one_plus_one" else 0.0
    biogenic_part = gas["ch4_biogenic"] * gwp100("ch4_biogenic", gwp) + counts * gas["co2_biogenic"]
    printed = np.where(holds_uptake(table), gas["value"] + gas["co2_uptake"] - gas["co2_biogenic"], gas["value"])
    columns = [
        np.where(given, fossil, printed),
        biogenic_part,
        0.0 - counts * gas["co2_uptake"],
        gas["co2_land_use"],
        gas["co2_aircraft"],
    ]
    return np.stack(columns, axis=1)


def printed_by_gases(table: FactorSheet) -> FloatArray:
    """The value that the gases of each row give under its own GWP set; NaN where that cannot be said."""
    computed = np.full(table.size, np.nan)
    given, held = has_gases(table), holds_uptake(table)
    for gwp in SETS:
        of_set = given & (np.array(table.texts["gwp"]) == gwp)
        for convention, rows in ((HOLDS_NONE, of_set & ~held), (HOLDS_UPTAKE, of_set & held)):
            if rows.any():
                split = split_values(table, gwp, convention)[:, :SPLIT_SIZE]
                computed[rows] = split.sum(axis=1)[rows]
    return computed
