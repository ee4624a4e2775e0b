"""The closed list of named methods. Each takes arrays in stated units and returns an intensity, never a mass.

A rule names a method in a property; its inputs bind to properties of the same names. NaN means that a value is
missing, and then the result is NaN too. Nothing is rounded unless the method says so.
"""

from textile_pcf.methods.agriculture import field_n2o_direct, field_n2o_leached, field_n2o_volatilised, urea_carbon_dioxide
from textile_pcf.methods.carbon import carbon_of_cellulose, conditioned_carbon
from textile_pcf.methods.combustion import fuel_carbon_dioxide, gas_carbon_dioxide
from textile_pcf.methods.end_of_life import (
    burned_carbon_dioxide,
    disposal_distance,
    disposal_share,
    landfill_carbon_dioxide,
    landfill_methane,
)
from textile_pcf.methods.heat import fuel_for_heat, heat_after_recovery, heat_delivered, steam_heat
from textile_pcf.methods.making import sewing_electricity
from textile_pcf.methods.printing import printed_area
from textile_pcf.methods.quality import pedigree_spread
from textile_pcf.methods.recycling import (
    cff_avoided_part,
    cff_disposal_part,
    cff_energy_credit,
    cff_energy_part,
    cff_primary_part,
    cff_recycled_part,
    cff_recycling_part,
    cff_virgin_part,
)
from textile_pcf.methods.registry import METHODS, Method
from textile_pcf.methods.spinning import melt_spinning_energy, ring_spinning_electricity, spinning_electricity
from textile_pcf.methods.transport import air_freight_distance, car_trip_distance, road_distance, sea_distance
from textile_pcf.methods.use import (
    drying_electricity,
    ironing_electricity,
    service_wears,
    use_cycles,
    washing_electricity,
    washing_water,
)
from textile_pcf.methods.wastewater import wastewater_methane, wastewater_n2o
from textile_pcf.methods.weaving import loom_electricity, weaving_electricity

__all__ = [
    "METHODS",
    "Method",
    "air_freight_distance",
    "burned_carbon_dioxide",
    "car_trip_distance",
    "carbon_of_cellulose",
    "cff_avoided_part",
    "cff_disposal_part",
    "cff_energy_credit",
    "cff_energy_part",
    "cff_primary_part",
    "cff_recycled_part",
    "cff_recycling_part",
    "cff_virgin_part",
    "conditioned_carbon",
    "disposal_distance",
    "disposal_share",
    "drying_electricity",
    "field_n2o_direct",
    "field_n2o_leached",
    "field_n2o_volatilised",
    "fuel_carbon_dioxide",
    "fuel_for_heat",
    "gas_carbon_dioxide",
    "heat_after_recovery",
    "heat_delivered",
    "ironing_electricity",
    "landfill_carbon_dioxide",
    "landfill_methane",
    "loom_electricity",
    "melt_spinning_energy",
    "pedigree_spread",
    "printed_area",
    "ring_spinning_electricity",
    "road_distance",
    "sea_distance",
    "service_wears",
    "sewing_electricity",
    "spinning_electricity",
    "steam_heat",
    "urea_carbon_dioxide",
    "use_cycles",
    "washing_electricity",
    "washing_water",
    "wastewater_methane",
    "wastewater_n2o",
    "weaving_electricity",
]
