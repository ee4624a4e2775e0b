"""CO2 of fuels from net calorific value, carbon content and oxidation."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.chemistry import CO2_PER_CARBON_IPCC
from textile_pcf.methods.registry import IPCC_2006, named

FORMULA = "Volume 2, chapter 1, box 1.1 and chapter 2, equation 2.2; the Chinese accounting guidelines write the same"


@named(
    output="kg/kg",
    source=IPCC_2006,
    locator=FORMULA,
    valid={"net_calorific_value": (5, 60), "carbon_content": (0.01, 0.04), "oxidation": (0.8, 1)},
    net_calorific_value="MJ/kg",
    carbon_content="kg/MJ",
    oxidation="1",
)
def fuel_carbon_dioxide(net_calorific_value: FloatArray, carbon_content: FloatArray, oxidation: FloatArray) -> FloatArray:
    """CO2 of burning 1 kg of a solid or liquid fuel: NCV·CC·OF·44/12. [kg CO2/kg]

    `carbon_content` in kg C per MJ of net calorific value (26.37 t C/TJ is 0.02637).

    Examples
    --------
    Bituminous coal of 23.204 MJ/kg, 26.18 t C/TJ, 93 % oxidised:

    >>> round(float(fuel_carbon_dioxide(net_calorific_value=23.204, carbon_content=0.02618, oxidation=0.93)), 5)
    2.07151
    """
    return net_calorific_value * carbon_content * oxidation * CO2_PER_CARBON_IPCC


@named(
    output="kg/m3",
    source=IPCC_2006,
    locator=FORMULA,
    valid={"net_calorific_value": (3, 120), "carbon_content": (0.005, 0.08), "oxidation": (0.8, 1)},
    net_calorific_value="MJ/m3",
    carbon_content="kg/MJ",
    oxidation="1",
)
def gas_carbon_dioxide(net_calorific_value: FloatArray, carbon_content: FloatArray, oxidation: FloatArray) -> FloatArray:
    """CO2 of burning 1 Nm3 of a gaseous fuel: NCV·CC·OF·44/12. [kg CO2/m3]

    Examples
    --------
    Natural gas of 38.931 MJ/Nm3, 15.3 t C/TJ, 99 % oxidised:

    >>> round(float(gas_carbon_dioxide(net_calorific_value=38.931, carbon_content=0.0153, oxidation=0.99)), 5)
    2.16219
    """
    return net_calorific_value * carbon_content * oxidation * CO2_PER_CARBON_IPCC
