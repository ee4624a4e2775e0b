"""Circular footprint formula, as the coefficient of each of its emission factors: a rule writes one flow per factor.

Material: (1-R1)·Ev + R1·(A·Erecycled + (1-A)·Ev·Qsin/Qp) + (1-A)·R2·(ErecyclingEoL - Ev*·Qsout/Qp);
energy: (1-B)·R3·(Eer - LHV·X·Ese); disposal: (1-R2-R3)·Ed.
"""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import EU_PEF, SHARE, named, not_negative

MATERIAL = "4.4.8.1; material part, as read on Ecobalyse's materials page"
REST = "4.4.8.1; energy and disposal part, not re-read in the Recommendation"
RANGES = {"recycled_content": SHARE, "allocation_factor": SHARE, "recycling_output_rate": SHARE, "quality_ratio": SHARE}


@named(
    output="1",
    source=EU_PEF,
    locator=MATERIAL,
    valid={"allocation_factor": SHARE, "quality_ratio": SHARE},
    allocation_factor="1",
    quality_ratio="1",
)
def cff_virgin_part(allocation_factor: FloatArray, quality_ratio: FloatArray) -> FloatArray:
    """Part of the virgin burden that 1 kg of recycled input carries: (1 - A)·Qsin/Qp. [1]

    The recycled part is A itself. A = 1 is the cut-off (recycled content) method.

    Examples
    --------
    >>> round(float(cff_virgin_part(allocation_factor=0.8, quality_ratio=0.5)), 12)
    0.1
    """
    return (1 - allocation_factor) * quality_ratio


@named(
    output="1",
    source=EU_PEF,
    locator=MATERIAL,
    valid={name: RANGES[name] for name in ("recycled_content", "allocation_factor", "quality_ratio")},
    recycled_content="1",
    allocation_factor="1",
    quality_ratio="1",
)
def cff_primary_part(recycled_content: FloatArray, allocation_factor: FloatArray, quality_ratio: FloatArray) -> FloatArray:
    """Coefficient of the virgin factor Ev for input with a recycled content R1: (1 - R1) + R1·(1 - A)·Qsin/Qp. [1]

    Examples
    --------
    >>> round(float(cff_primary_part(recycled_content=0.3, allocation_factor=0.5, quality_ratio=1)), 12)
    0.85
    """
    return 1 - recycled_content + recycled_content * (1 - allocation_factor) * quality_ratio


@named(
    output="1",
    source=EU_PEF,
    locator=MATERIAL,
    valid={name: RANGES[name] for name in ("recycled_content", "allocation_factor")},
    recycled_content="1",
    allocation_factor="1",
)
def cff_recycled_part(recycled_content: FloatArray, allocation_factor: FloatArray) -> FloatArray:
    """Coefficient of the factor of recycled material Erecycled: R1·A. [1]

    Examples
    --------
    >>> round(float(cff_recycled_part(recycled_content=0.3, allocation_factor=0.5)), 12)
    0.15
    """
    return recycled_content * allocation_factor


@named(
    output="1",
    source=EU_PEF,
    locator=MATERIAL,
    valid={name: RANGES[name] for name in ("recycling_output_rate", "allocation_factor")},
    recycling_output_rate="1",
    allocation_factor="1",
)
def cff_recycling_part(recycling_output_rate: FloatArray, allocation_factor: FloatArray) -> FloatArray:
    """Coefficient of the factor of recycling at end of life ErecyclingEoL: (1 - A)·R2. [1]

    Examples
    --------
    >>> round(float(cff_recycling_part(recycling_output_rate=0.169, allocation_factor=0.8)), 12)
    0.0338
    """
    return (1 - allocation_factor) * recycling_output_rate


@named(
    output="1",
    source=EU_PEF,
    locator=MATERIAL,
    valid={name: RANGES[name] for name in ("recycling_output_rate", "allocation_factor", "quality_ratio")},
    recycling_output_rate="1",
    allocation_factor="1",
    quality_ratio="1",
)
def cff_avoided_part(recycling_output_rate: FloatArray, allocation_factor: FloatArray, quality_ratio: FloatArray) -> FloatArray:
    """Coefficient of the virgin material avoided by recycling, Ev*, a credit: -(1 - A)·R2·Qsout/Qp. [1]

    Examples
    --------
    >>> round(float(cff_avoided_part(recycling_output_rate=0.169, allocation_factor=0.8, quality_ratio=0.5)), 12)
    -0.0169
    """
    return 0.0 - (1 - allocation_factor) * recycling_output_rate * quality_ratio


@named(
    output="1",
    source=EU_PEF,
    locator=REST,
    valid={"recycling_output_rate": SHARE, "energy_recovery_rate": SHARE},
    recycling_output_rate="1",
    energy_recovery_rate="1",
)
def cff_disposal_part(recycling_output_rate: FloatArray, energy_recovery_rate: FloatArray) -> FloatArray:
    """Coefficient of the disposal factor Ed: 1 - R2 - R3. [1]

    More than all recycled or burned has no meaning: the result is NaN.

    Examples
    --------
    >>> round(float(cff_disposal_part(recycling_output_rate=0.169, energy_recovery_rate=0.374)), 12)
    0.457
    """
    return not_negative(1 - recycling_output_rate - energy_recovery_rate, 1.0)


@named(
    output="1",
    source=EU_PEF,
    locator=REST,
    valid={"energy_recovery_rate": SHARE, "energy_allocation_factor": SHARE},
    energy_recovery_rate="1",
    energy_allocation_factor="1",
)
def cff_energy_part(energy_recovery_rate: FloatArray, energy_allocation_factor: FloatArray) -> FloatArray:
    """Coefficient of the factor of energy recovery Eer: (1 - B)·R3. [1]

    Examples
    --------
    >>> float(cff_energy_part(energy_recovery_rate=0.374, energy_allocation_factor=0))
    0.374
    """
    return (1 - energy_allocation_factor) * energy_recovery_rate


@named(
    output="MJ/kg",
    source=EU_PEF,
    locator=REST,
    valid={"energy_recovery_rate": SHARE, "energy_allocation_factor": SHARE, "efficiency": SHARE},
    energy_recovery_rate="1",
    energy_allocation_factor="1",
    lower_heating_value="MJ/kg",
    efficiency="1",
)
def cff_energy_credit(
    energy_recovery_rate: FloatArray,
    energy_allocation_factor: FloatArray,
    lower_heating_value: FloatArray,
    efficiency: FloatArray,
) -> FloatArray:
    """Energy avoided per kg at end of life, a credit: -(1 - B)·R3·LHV·X, once for heat and once for electricity. [MJ/kg]

    Examples
    --------
    >>> end = {"energy_recovery_rate": 0.374, "energy_allocation_factor": 0, "lower_heating_value": 16}
    >>> round(float(cff_energy_credit(efficiency=0.14, **end)), 6)
    -0.83776
    """
    return 0.0 - (1 - energy_allocation_factor) * energy_recovery_rate * lower_heating_value * efficiency
