"""End of life of 1 kg of product: incineration, landfill, transport."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.chemistry import CH4_PER_CARBON_IPCC, CO2_PER_CARBON
from textile_pcf.methods.registry import IPCC_2006, SHARE, named

ECOBALYSE_END = "Ecobalyse, page Etape 8 - Fin de vie and its precalculation script (MTES-MCT/ecobalyse)"
WASTE = "Volume 5, chapter 3, equations 3.2, 3.3 and 3.6, for the whole potential of the waste"


@named(
    output="kg/kg",
    source="Stoichiometry with IUPAC atomic masses",
    locator="C + O2 = CO2",
    valid={"carbon_content": SHARE, "oxidation": SHARE},
    carbon_content="kg/kg",
    oxidation="1",
)
def burned_carbon_dioxide(carbon_content: FloatArray, oxidation: FloatArray) -> FloatArray:
    """CO2 when 1 kg of material with this carbon content burns. [kg CO2/kg]

    Call it for fossil and for biogenic carbon separately. The same figure is the CO2 that a plant took up for its carbon.

    Examples
    --------
    Polyester, polyamide 6 and cellulose:

    >>> burned_carbon_dioxide(carbon_content=[0.62502, 0.63685, 0.44446], oxidation=1).round(3)
    array([2.29 , 2.333, 1.629])
    """
    return carbon_content * oxidation * CO2_PER_CARBON


@named(
    output="kg/kg",
    source=IPCC_2006,
    locator=WASTE,
    valid=dict.fromkeys(
        ("degradable_carbon", "degraded_fraction", "methane_correction", "methane_fraction", "recovery", "oxidation"), SHARE
    ),
    degradable_carbon="kg/kg",
    degraded_fraction="1",
    methane_correction="1",
    methane_fraction="1",
    recovery="1",
    oxidation="1",
)
def landfill_methane(
    degradable_carbon: FloatArray,
    degraded_fraction: FloatArray,
    methane_correction: FloatArray,
    methane_fraction: FloatArray,
    recovery: FloatArray,
    oxidation: FloatArray,
) -> FloatArray:
    """CH4 that 1 kg of landfilled material gives off in all time: DOC·DOCf·MCF·F·16/12·(1 - R)·(1 - OX). [kg CH4/kg]

    Examples
    --------
    Textiles in a managed anaerobic landfill: DOC 0.24, DOCf 0.5, MCF 1, F 0.5, nothing recovered or oxidised.

    >>> landfill = {"degraded_fraction": 0.5, "methane_correction": 1, "methane_fraction": 0.5, "recovery": 0, "oxidation": 0}
    >>> round(float(landfill_methane(degradable_carbon=0.24, **landfill)), 6)
    0.08
    """
    formed = degradable_carbon * degraded_fraction * methane_correction * methane_fraction * CH4_PER_CARBON_IPCC
    return formed * (1 - recovery) * (1 - oxidation)


@named(
    output="kg/kg",
    source=IPCC_2006,
    locator=f"{WASTE}; the carbon that does not leave as CH4",
    valid=dict.fromkeys(
        ("degradable_carbon", "degraded_fraction", "methane_correction", "methane_fraction", "recovery", "oxidation"), SHARE
    ),
    degradable_carbon="kg/kg",
    degraded_fraction="1",
    methane_correction="1",
    methane_fraction="1",
    recovery="1",
    oxidation="1",
)
def landfill_carbon_dioxide(
    degradable_carbon: FloatArray,
    degraded_fraction: FloatArray,
    methane_correction: FloatArray,
    methane_fraction: FloatArray,
    recovery: FloatArray,
    oxidation: FloatArray,
) -> FloatArray:
    """Biogenic CO2 that 1 kg of landfilled material gives off in all time, recovered and oxidised CH4 burnt. [kg CO2/kg]

    The carbon that degrades and does not leave as CH4; what does not degrade stays in the ground.

    Examples
    --------
    >>> landfill = {"degraded_fraction": 0.5, "methane_correction": 1, "methane_fraction": 0.5, "recovery": 0, "oxidation": 0}
    >>> round(float(landfill_carbon_dioxide(degradable_carbon=0.24, **landfill)), 6)
    0.219843
    """
    as_methane = methane_correction * methane_fraction * (1 - recovery) * (1 - oxidation)
    return degradable_carbon * degraded_fraction * (1 - as_methane) * CO2_PER_CARBON


@named(
    output="1",
    source=ECOBALYSE_END,
    locator="shares of collected, recycled, burned and landfilled products",
    valid={"recycled_share": SHARE, "stream_share": SHARE},
    recycled_share="1",
    stream_share="1",
)
def disposal_share(recycled_share: FloatArray, stream_share: FloatArray) -> FloatArray:
    """Part of the products that takes one way of disposal, when the rest after recycling is split. [1]

    Examples
    --------
    16.9 % recycled; of the rest 45 % burned and 55 % landfilled:

    >>> disposal_share(recycled_share=0.169, stream_share=[0.45, 0.55]).round(3)
    array([0.374, 0.457])
    """
    return (1 - recycled_share) * stream_share


@named(
    output="km",
    source=ECOBALYSE_END,
    locator="distances of household waste, sorting, recycling, incineration",
    valid=dict.fromkeys(("collected_share", "recycled_share"), SHARE),
    collected_share="1",
    recycled_share="1",
    household_distance="km",
    sorting_distance="km",
    recycling_distance="km",
    incineration_distance="km",
)
def disposal_distance(
    collected_share: FloatArray,
    recycled_share: FloatArray,
    household_distance: FloatArray,
    sorting_distance: FloatArray,
    recycling_distance: FloatArray,
    incineration_distance: FloatArray,
) -> FloatArray:
    """Kilometres by lorry of 1 t of products at end of life. [km]

    What is collected apart goes to sorting, from there to recycling or, the rest of it, to incineration; all else is household
    waste.

    Notes
    -----
    The source's script takes 3.6 % for the part sorted and then burned where its page has 2.6 % (19.5 - 16.9), and gets 67.48.

    Examples
    --------
    >>> ways = {"household_distance": 30, "sorting_distance": 130, "recycling_distance": 100, "incineration_distance": 30}
    >>> round(float(disposal_distance(collected_share=0.195, recycled_share=0.169, **ways)), 6)
    67.18
    """
    return (
        (1 - collected_share) * household_distance
        + collected_share * sorting_distance
        + recycled_share * recycling_distance
        + (collected_share - recycled_share) * incineration_distance
    )
