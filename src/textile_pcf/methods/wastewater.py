"""Gases of wastewater treatment."""

from __future__ import annotations

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.chemistry import N2O_PER_NITROGEN_IPCC
from textile_pcf.methods.registry import IPCC_2019, SHARE, named, not_negative


@named(
    output="kg/kg",
    source=IPCC_2019,
    locator="Volume 5, chapter 6, equations 6.4 and 6.5, tables 6.3 and 6.8",
    valid={"methane_capacity": (0.2, 0.3), "methane_correction": SHARE},
    oxygen_demand="kg/kg",
    sludge_removed="kg/kg",
    methane_capacity="kg/kg",
    methane_correction="1",
    methane_recovered="kg/kg",
)
def wastewater_methane(
    oxygen_demand: FloatArray,
    sludge_removed: FloatArray,
    methane_capacity: FloatArray,
    methane_correction: FloatArray,
    methane_recovered: FloatArray,
) -> FloatArray:
    """CH4 of treating wastewater by its chemical oxygen demand: (COD - S)·Bo·MCF - R. [kg CH4/kg product]

    `oxygen_demand` and `sludge_removed` in kg COD per kg product; Bo 0.25 kg CH4/kg COD; MCF 0.03 well-run aerobic plant, 0.2
    shallow lagoon, 0.8 anaerobic reactor, 0.11 discharged untreated; `methane_recovered` is burnt or used. More COD in the
    sludge than in the water, and more CH4 recovered than formed, have no meaning: the result is NaN.

    Examples
    --------
    >>> water = {"oxygen_demand": 0.137, "sludge_removed": 0, "methane_capacity": 0.25, "methane_recovered": 0}
    >>> wastewater_methane(methane_correction=[0.03, 0.8], **water).round(7)
    array([0.0010275, 0.0274   ])
    """
    treated = not_negative(oxygen_demand - sludge_removed, oxygen_demand)
    formed = treated * methane_capacity * methane_correction
    return not_negative(formed - methane_recovered, formed)


@named(
    output="kg/kg",
    source=IPCC_2019,
    locator="Volume 5, chapter 6, equations 6.7 and 6.9, table 6.8a",
    valid={"emission_factor": (0.0001, 0.05)},
    nitrogen="kg/kg",
    emission_factor="kg/kg",
)
def wastewater_n2o(nitrogen: FloatArray, emission_factor: FloatArray) -> FloatArray:
    """N2O of nitrogen in wastewater: N·EF·44/28. [kg N2O/kg product]

    EF 0.016 kg N2O-N/kg N in an aerobic plant, 0.005 discharged to fresh water.

    Examples
    --------
    >>> (wastewater_n2o(nitrogen=1, emission_factor=[0.016, 0.005]) * 273).round(3)
    array([6.864, 2.145])
    """
    return nitrogen * emission_factor * N2O_PER_NITROGEN_IPCC
