"""Wearing, washing, drying, ironing: what one cycle takes, and how many there are."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, SHARE, named

CARBONFACT_USE = "Carbonfact Open Source LCA Database for Footwear and Apparel v1.1.0 (CC BY-SA 4.0), use phase"
LAUNDRY = "use-phase/methodology/Use_Phase_Laundry_Methodology.pdf"


@named(
    output="cycle",
    source=ECOBALYSE,
    locator="src/Data/Textile/Formula.elm; page Etape 7 - Utilisation",
    valid={"quality": (0.67, 1.45), "reparability": (1, 1.15)},
    wears="wear",
    wears_per_cycle="wear/cycle",
    quality="1",
    reparability="1",
)
def use_cycles(wears: FloatArray, wears_per_cycle: FloatArray, quality: FloatArray, reparability: FloatArray) -> FloatArray:
    """Care cycles in the service life of a garment: whole cycles, halves rounded up. [cycle]

    `quality` and `reparability` multiply the wears (1 = as the category says).

    Examples
    --------
    >>> use_cycles(wears=[45, 45], wears_per_cycle=[1, 2], quality=[0.9, 1], reparability=[1.15, 1])
    array([47., 23.])
    """
    return np.floor(wears * quality * reparability / np.maximum(1, wears_per_cycle) + 0.5)


@named(
    output="wear",
    source="PEFCR Apparel and Footwear, duration of service with durability and repairability multipliers, as read in "
    "shoeinfonet.com/node/6977 (version 2.0)",
    locator="duration of service",
    valid={"quality": (0.67, 1.45), "reparability": (1, 1.15)},
    reference_wears="wear",
    quality="1",
    reparability="1",
)
def service_wears(reference_wears: FloatArray, quality: FloatArray, reparability: FloatArray) -> FloatArray:
    """Wears in the service life of a garment, by which its footprint is divided per wear. [wear]

    Examples
    --------
    >>> round(float(service_wears(reference_wears=45, quality=0.9, reparability=1.15)), 6)
    46.575
    """
    return reference_wears * quality * reparability


@named(
    output="kWh/(kg*cycle)",
    source=CARBONFACT_USE,
    locator=LAUNDRY,
    valid={"load": (0.5, 12)},
    programme_electricity="kWh/cycle",
    load="kg",
)
def washing_electricity(programme_electricity: FloatArray, load: FloatArray) -> FloatArray:
    """Electricity to wash 1 kg once: that of the programme over its load. [kWh/kg, per wash]

    Per cycle and load, not by temperature: the 60 °C programme of the source takes 1.3 kWh with 5.44 kg, less per kg than the
    40 °C one with 2.97 kg (0.8 kWh).

    Examples
    --------
    >>> washing_electricity(programme_electricity=[0.8, 1.3], load=[2.97, 5.44]).round(3)
    array([0.269, 0.239])
    """
    return programme_electricity / load


@named(
    output="m3/(kg*cycle)",
    source=CARBONFACT_USE,
    locator=LAUNDRY,
    valid={"load": (0.5, 12)},
    programme_water="m3/cycle",
    load="kg",
)
def washing_water(programme_water: FloatArray, load: FloatArray) -> FloatArray:
    """Water to wash 1 kg once: that of the programme over its load. [m3/kg, per wash]

    Examples
    --------
    60 L for 2.97 kg:

    >>> round(float(washing_water(programme_water=0.060, load=2.97)), 5)
    0.0202
    """
    return programme_water / load


@named(
    output="kWh/(kg*cycle)",
    source=CARBONFACT_USE,
    locator=LAUNDRY,
    valid={"load": (0.5, 12), "drying_share": SHARE},
    programme_electricity="kWh/cycle",
    load="kg",
    drying_share="1",
)
def drying_electricity(programme_electricity: FloatArray, load: FloatArray, drying_share: FloatArray) -> FloatArray:
    """Electricity to tumble-dry, per kg washed, when a share of the washes is dried by machine. [kWh/kg, per wash]

    Examples
    --------
    1.99 kWh for 8 kg, 30 % of the washes:

    >>> round(float(drying_electricity(programme_electricity=1.99, load=8, drying_share=0.3)), 6)
    0.074625
    """
    return drying_share * programme_electricity / load


@named(
    output="kWh/(piece*cycle)",
    source=ECOBALYSE,
    locator="public/data/textile/products.json; page Etape 7 - Utilisation",
    valid={"ironing_time": (0, 0.5), "ironing_share": SHARE},
    ironing_time="h/(piece*cycle)",
    ironing_power="kW",
    ironing_share="1",
)
def ironing_electricity(ironing_time: FloatArray, ironing_power: FloatArray, ironing_share: FloatArray) -> FloatArray:
    """Electricity to iron one garment, per wash, when a share of the washes is ironed. [kWh/piece, per wash]

    Examples
    --------
    A skirt: 0.075 h at 1.5 kW after 18 % of the washes.

    >>> round(float(ironing_electricity(ironing_time=0.075, ironing_power=1.5, ironing_share=0.18)), 6)
    0.02025
    """
    return ironing_time * ironing_power * ironing_share
