"""Electricity to weave fabric, by its geometry or by loom tables."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, named


@named(
    output="kWh/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Fabric.elm, src/Data/Textile/Formula.elm",
    valid={"crimp": (1, 1.2)},
    yarn_count="Nm",
    crimp="1",
    energy_per_pick_metre="kWh/m",
)
def weaving_electricity(yarn_count: FloatArray, crimp: FloatArray, energy_per_pick_metre: FloatArray) -> FloatArray:
    """Electricity to weave 1 kg of fabric from the metres of weft inserted. [kWh/kg fabric]

    Half of the yarn is weft: 1 kg holds yarn_count·1000/2 metres of it, of which 1/crimp are picks. Grammage cancels out.
    Valid for plain shuttleless weaving with equal warp and weft, crimp 1 to 1.2.

    Examples
    --------
    >>> round(float(weaving_electricity(yarn_count=40, crimp=1.08, energy_per_pick_metre=0.0003145)), 3)
    5.824
    """
    return yarn_count * 1000 / (2 * crimp) * energy_per_pick_metre


@named(
    output="kWh/kg",
    source="Carbonfact Open Source LCA Database for Footwear and Apparel v1.1.0 (CC BY-SA 4.0), weaving inventory",
    locator="weaving/inventory-brightway.xlsx, air-jet at 45 to 370 dtex; the power between the points is derived here",
    valid={"yarn_count": (27, 222.3)},
    yarn_count="Nm",
    coarser_count="Nm",
    coarser_electricity="kWh/kg",
    finer_count="Nm",
    finer_electricity="kWh/kg",
)
def loom_electricity(
    yarn_count: FloatArray,
    coarser_count: FloatArray,
    coarser_electricity: FloatArray,
    finer_count: FloatArray,
    finer_electricity: FloatArray,
) -> FloatArray:
    """Electricity to weave 1 kg of fabric, between two points of a loom table, along a power of the count. [kWh/kg fabric]

    Air-jet: 30.3 kWh/kg at 45 dtex, 11.9 at 120, 7.48 at 200, 5.31 at 300, 4.51 at 370 (Nm = 10000 / dtex). Beyond the two
    points the value at that end holds.

    Examples
    --------
    >>> table = {"coarser_count": 50, "coarser_electricity": 7.48, "finer_count": 10000 / 120, "finer_electricity": 11.9}
    >>> loom_electricity(yarn_count=[40, 50, 65, 100], **table).round(3)
    array([ 7.48 ,  7.48 ,  9.494, 11.9  ])
    """
    count = np.clip(yarn_count, coarser_count, finer_count)
    power = np.log(finer_electricity / coarser_electricity) / np.log(finer_count / coarser_count)
    return coarser_electricity * np.exp(power * np.log(count / coarser_count))
