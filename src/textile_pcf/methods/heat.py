"""Heat at one of three boundaries: energy of the fuel, output of the boiler, delivered to the machine.

boiler output = fuel · boiler efficiency; delivered = boiler output · distribution efficiency. Mixing them shifts the heat of
dyeing by a quarter, so each method says which it takes and which it gives.
"""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import named, not_negative

CHINA = "Chinese guidelines for greenhouse gas accounting of enterprises, purchased heat (practice; text not read)"
DEFINITION = "Definition of boiler and distribution efficiency"
EFFICIENCIES = {"boiler_efficiency": (0.4, 1.0), "distribution_efficiency": (0.4, 1.0)}


@named(
    output="MJ/kg",
    source=CHINA,
    locator="heat of steam: mass x (enthalpy - 83.74 kJ/kg)",
    valid={"steam_enthalpy": (2.5, 3.6), "reference_enthalpy": (0, 0.7)},
    steam_enthalpy="MJ/kg",
    reference_enthalpy="MJ/kg",
)
def steam_heat(steam_enthalpy: FloatArray, reference_enthalpy: FloatArray) -> FloatArray:
    """Heat in 1 kg of steam, at the point where its enthalpy holds: h - h0. [MJ/kg steam, boiler output or delivered]

    `reference_enthalpy` is that of water at 20 °C (0.08374) in Chinese practice, or of the condensate that comes back.
    Steam with less heat than that has no meaning: the result is NaN.

    Examples
    --------
    Saturated steam at 0.8 MPa, 2.7684 MJ/kg:

    >>> round(float(steam_heat(steam_enthalpy=2.7684, reference_enthalpy=0.08374)), 5)
    2.68466
    """
    return not_negative(steam_enthalpy - reference_enthalpy, steam_enthalpy)


@named(
    output="MJ/kg",
    source=DEFINITION,
    locator="fuel = delivered / (boiler efficiency x distribution efficiency)",
    valid=EFFICIENCIES,
    heat="MJ/kg",
    boiler_efficiency="1",
    distribution_efficiency="1",
)
def fuel_for_heat(heat: FloatArray, boiler_efficiency: FloatArray, distribution_efficiency: FloatArray) -> FloatArray:
    """Fuel energy (net) burnt for heat delivered to the machine. [MJ fuel/kg product]

    Write 1 for a loss that the figure at hand has behind it already: distribution 1 for heat metered at the boiler, both 1 for
    a directly fired machine.

    Examples
    --------
    2.76 MJ of steam at 78 %:

    >>> round(float(fuel_for_heat(heat=2.76, boiler_efficiency=0.78, distribution_efficiency=1)), 2)
    3.54
    """
    return heat / (boiler_efficiency * distribution_efficiency)


@named(
    output="MJ/kg",
    source=DEFINITION,
    locator="delivered = fuel x boiler efficiency x distribution efficiency",
    valid=EFFICIENCIES,
    fuel="MJ/kg",
    boiler_efficiency="1",
    distribution_efficiency="1",
)
def heat_delivered(fuel: FloatArray, boiler_efficiency: FloatArray, distribution_efficiency: FloatArray) -> FloatArray:
    """Heat delivered to the machine by fuel burnt (net). [MJ heat/kg product]

    Examples
    --------
    >>> round(float(heat_delivered(fuel=10, boiler_efficiency=0.8, distribution_efficiency=0.9)), 6)
    7.2
    """
    return fuel * boiler_efficiency * distribution_efficiency


@named(
    output="MJ/kg",
    source="Heat recovered inside the boundary lowers what is bought; no credit",
    locator="bought = demand - recovered",
    valid={"recovered_heat": (0, 100)},
    heat="MJ/kg",
    recovered_heat="MJ/kg",
)
def heat_after_recovery(heat: FloatArray, recovered_heat: FloatArray) -> FloatArray:
    """Heat still to be bought or raised when some is recovered from exhaust or effluent. [MJ/kg, same boundary as the inputs]

    The power of its fans and pumps is an electricity flow. More recovered than needed has no meaning: the result is NaN.

    Examples
    --------
    >>> heat_after_recovery(heat=[24.3, 2], recovered_heat=[5, 3]).round(6)
    array([19.3,  nan])
    """
    return not_negative(heat - recovered_heat, heat)
