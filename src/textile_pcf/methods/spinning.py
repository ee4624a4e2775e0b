"""Electricity and heat to make yarn."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, named

TEX_OF_NM = 1000.0  # tex = 1000 / Nm, by definition of both
CARBONFACT_SPINNING = "Carbonfact Open Source LCA Database for Footwear and Apparel v1.1.0 (CC BY-SA 4.0), spinning methodology"


@named(
    output="kWh/kg",
    source=ECOBALYSE,
    locator="src/Data/Textile/Material/Spinning.elm",
    valid={"yarn_count": (10, 170)},
    yarn_count="Nm",
    reference_count="Nm",
    coefficient="kWh/kg",
)
def spinning_electricity(yarn_count: FloatArray, reference_count: FloatArray, coefficient: FloatArray) -> FloatArray:
    """Electricity to spin 1 kg of yarn, proportional to its metric count. [kWh/kg yarn]

    `coefficient` is the electricity at `reference_count` (4 ring, 2 open-end at Nm 50). Valid for staple yarn of Nm 10 to 170;
    melt-spun filament does not depend on its count: see `melt_spinning_energy`.

    Examples
    --------
    >>> float(spinning_electricity(yarn_count=40, reference_count=50, coefficient=4))
    3.2
    """
    return yarn_count / reference_count * coefficient


@named(
    output="kWh/kg",
    source=f"{CARBONFACT_SPINNING}; power laws fitted there to Koç and Kaplan 2007",
    locator="ring-spun/lci.md, 4.4.1 and 4.4.2",
    valid={"yarn_count": (27, 83.4)},
    yarn_count="Nm",
    coefficient="kWh/kg",
    exponent="1",
    coarsest_count="Nm",
    finest_count="Nm",
)
def ring_spinning_electricity(
    yarn_count: FloatArray, coefficient: FloatArray, exponent: FloatArray, coarsest_count: FloatArray, finest_count: FloatArray
) -> FloatArray:
    """Electricity to ring-spin 1 kg of yarn, a power of its fineness in tex. [kWh/kg yarn]

    `coefficient` is the electricity at 1 tex, `exponent` how fast it falls with tex: 136.84 and 1.274 combed for knitting,
    175.31 and 1.297 combed for weaving, 136.50 and 1.283 carded for knitting, 167.68 and 1.288 carded for weaving. Outside
    `coarsest_count` to `finest_count` (12 to 37 tex in the source) the value at that end holds.

    Notes
    -----
    The curve that the same source recommends for all cotton, 977.3·dtex^-1.132, gives 13.1 kWh/kg at 45 dtex, not the 19.5
    printed next to it, so it is not offered.

    Examples
    --------
    >>> law = {"coefficient": 136.84, "exponent": 1.274, "coarsest_count": 27, "finest_count": 83.4}
    >>> ring_spinning_electricity(yarn_count=[50, 200], **law).round(3)
    array([3.011, 5.778])
    """
    count = np.clip(yarn_count, coarsest_count, finest_count)
    return coefficient * (count / TEX_OF_NM) ** exponent


@named(
    output="kWh/kg",
    source=f"{CARBONFACT_SPINNING}, after Van der Velden et al. 2014, table 4",
    locator="melt-spinning, factors by polymer",
    valid={"polymer_factor": (0.5, 2)},
    polyester_energy="kWh/kg",
    polymer_factor="1",
)
def melt_spinning_energy(polyester_energy: FloatArray, polymer_factor: FloatArray) -> FloatArray:
    """Electricity or heat to melt-spin 1 kg of filament; it does not depend on the count. [kWh/kg filament]

    `polyester_energy` is that of polyester (POY 0.30, FDY 0.80 kWh/kg electricity; 6.20 MJ/kg heat); `polymer_factor` is 1 for
    polyester, 1.14 polyamide, 1.17 acrylic, 1.34 elastane, 0.80 acetate. Stated for 80 to 500 dtex.

    Examples
    --------
    >>> round(float(melt_spinning_energy(polyester_energy=0.8, polymer_factor=1.14)), 6)
    0.912
    """
    return polyester_energy * polymer_factor
