"""Electricity of cutting and sewing."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, named


@named(
    output="kWh/piece",
    source=f"{ECOBALYSE}, after Mistra Future Fashion",
    locator="src/Data/Textile/Formula.elm, src/Data/Textile/MakingComplexity.elm; page Confection",
    valid={"sewing_time": (1, 240)},
    sewing_time="min/piece",
    electricity_per_minute="kWh/min",
)
def sewing_electricity(sewing_time: FloatArray, electricity_per_minute: FloatArray) -> FloatArray:
    """Electricity to make one garment from the standard minutes of its sewing. [kWh/piece]

    `electricity_per_minute` holds machine, light and pressing of a making-up plant: 0.029 kWh/min in the source. Classes there:
    5, 15, 30, 60, 120 min.

    Examples
    --------
    >>> round(float(sewing_electricity(sewing_time=15, electricity_per_minute=0.029)), 6)
    0.435
    """
    return sewing_time * electricity_per_minute
