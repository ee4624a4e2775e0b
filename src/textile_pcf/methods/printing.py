"""Printed area."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, SHARE, named


@named(
    output="m2/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Formula.elm",
    valid={"grammage": (20, 1000), "print_coverage": SHARE},
    grammage="g/m2",
    print_coverage="1",
)
def printed_area(grammage: FloatArray, print_coverage: FloatArray) -> FloatArray:
    """Area printed on 1 kg of fabric. [m2/kg]

    `print_coverage` is the printed part of one side, 0 to 1.

    Examples
    --------
    >>> float(printed_area(grammage=200, print_coverage=0.2))
    1.0
    """
    return print_coverage * 1000 / grammage
