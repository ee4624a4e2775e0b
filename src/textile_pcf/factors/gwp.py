"""Global warming potentials over 100 years by gas and set. [kg CO2e/kg]"""

from __future__ import annotations

import csv
from functools import cache

from textile_pcf.io.resources import data_root

SETS = ("AR4", "AR5", "AR6", "EF3.1")
UNKNOWN = "unknown"
_COLUMN = {"AR4": "ar4", "AR5": "ar5", "AR6": "ar6", "EF3.1": "ar6"}  # EF 3.1 characterises climate change with AR6 values


@cache
def _rows() -> dict[str, dict[str, str]]:
    with (data_root("emission_factors") / "gwp100.csv").open(encoding="utf-8", newline="") as file:
        return {row["gas"]: row for row in csv.DictReader(file)}


def gwp100(gas: str, gwp: str) -> float:
    """Return the global warming potential of a gas over 100 years. [kg CO2e/kg]

    Parameters
    ----------
    gas : str
        Id in `emission_factors/gwp100.csv`, such as `ch4_fossil`.
    gwp : str
        Set of global warming potentials: AR4, AR5, AR6 or EF3.1.

    Returns
    -------
    float
        The value of the report that the row of the gas cites.

    Examples
    --------
    >>> gwp100("ch4_fossil", "AR6"), gwp100("ch4_biogenic", "AR6"), gwp100("n2o", "AR5")
    (29.8, 27.0, 265.0)
    """
    return float(_rows()[gas][_COLUMN[gwp]])
