"""Gases of the field, per kg of crop."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.chemistry import CO2_PER_CARBON_IPCC, N2O_PER_NITROGEN_IPCC
from textile_pcf.methods.registry import IPCC_2019, SHARE, named


@named(
    output="kg/kg",
    source=IPCC_2019,
    locator="Volume 4, chapter 11, equation 11.1, table 11.1 (figures as in a public VM0042 implementation)",
    valid={"emission_factor": (0.001, 0.03)},
    nitrogen="kg/kg",
    emission_factor="kg/kg",
)
def field_n2o_direct(nitrogen: FloatArray, emission_factor: FloatArray) -> FloatArray:
    """N2O emitted by the field directly from nitrogen applied: N·EF1·44/28. [kg N2O/kg crop]

    `nitrogen` in kg N per kg crop; `emission_factor` in kg N2O-N per kg N: 0.010 on average, 0.016 synthetic in wet climates,
    0.005 in dry ones.

    Examples
    --------
    Per kg N, at 273 kg CO2e per kg N2O:

    >>> (field_n2o_direct(nitrogen=1, emission_factor=[0.005, 0.016]) * 273).round(3)
    array([2.145, 6.864])
    """
    return nitrogen * emission_factor * N2O_PER_NITROGEN_IPCC


@named(
    output="kg/kg",
    source=IPCC_2019,
    locator="Volume 4, chapter 11, equation 11.9, table 11.3",
    valid={"synthetic_fraction": SHARE, "organic_fraction": SHARE, "emission_factor": (0.001, 0.05)},
    synthetic_nitrogen="kg/kg",
    organic_nitrogen="kg/kg",
    synthetic_fraction="1",
    organic_fraction="1",
    emission_factor="kg/kg",
)
def field_n2o_volatilised(
    synthetic_nitrogen: FloatArray,
    organic_nitrogen: FloatArray,
    synthetic_fraction: FloatArray,
    organic_fraction: FloatArray,
    emission_factor: FloatArray,
) -> FloatArray:
    """N2O from nitrogen that volatilises and comes down again: (Nsyn·FracGASF + Norg·FracGASM)·EF4·44/28. [kg N2O/kg crop]

    FracGASF 0.11, FracGASM 0.21; EF4 0.014 in wet climates, 0.005 in dry ones.

    Examples
    --------
    >>> lost = {"synthetic_fraction": 0.11, "organic_fraction": 0.21, "emission_factor": 0.014}
    >>> round(float(field_n2o_volatilised(synthetic_nitrogen=1, organic_nitrogen=0, **lost) * 273), 3)
    0.661
    """
    volatilised = synthetic_nitrogen * synthetic_fraction + organic_nitrogen * organic_fraction
    return volatilised * emission_factor * N2O_PER_NITROGEN_IPCC


@named(
    output="kg/kg",
    source=IPCC_2019,
    locator="Volume 4, chapter 11, equation 11.10, table 11.3",
    valid={"leached_fraction": SHARE, "emission_factor": (0.0005, 0.025)},
    nitrogen="kg/kg",
    leached_fraction="1",
    emission_factor="kg/kg",
)
def field_n2o_leached(nitrogen: FloatArray, leached_fraction: FloatArray, emission_factor: FloatArray) -> FloatArray:
    """N2O from nitrogen leached or run off: N·FracLEACH·EF5·44/28. [kg N2O/kg crop]

    FracLEACH 0.24 in wet climates or with irrigation, else 0; EF5 0.011.

    Examples
    --------
    >>> round(float(field_n2o_leached(nitrogen=1, leached_fraction=0.24, emission_factor=0.011) * 273), 3)
    1.133
    """
    return nitrogen * leached_fraction * emission_factor * N2O_PER_NITROGEN_IPCC


@named(
    output="kg/kg",
    source="2006 IPCC Guidelines for National Greenhouse Gas Inventories",
    locator="Volume 4, chapter 11, equation 11.13",
    valid={"carbon_content": SHARE},
    urea="kg/kg",
    carbon_content="kg/kg",
)
def urea_carbon_dioxide(urea: FloatArray, carbon_content: FloatArray) -> FloatArray:
    """CO2 of urea spread on the field: urea·EF·44/12. [kg CO2/kg crop]

    `carbon_content` is 0.20 kg C per kg urea.

    Examples
    --------
    >>> round(float(urea_carbon_dioxide(urea=1, carbon_content=0.20)), 4)
    0.7333
    """
    return urea * carbon_content * CO2_PER_CARBON_IPCC
