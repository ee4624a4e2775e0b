"""A route split over its modes, and the part of a shopping trip: kilometres, to be driven by the mass or the piece carried."""

from __future__ import annotations

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.methods.registry import ECOBALYSE, SHARE, named

PAGE = "documentation-transverse/transport.md; src/Data/Transport.elm"


def _land_share(land_distance: FloatArray, sea_distance: FloatArray, road_share: FloatArray) -> FloatArray:
    """Part of the ground freight that goes by land all the way: all of it where there is no sea leg, none where no road."""
    unknown = 0 * (land_distance + sea_distance)  # NaN if either is missing
    return np.where(sea_distance == 0, 1.0, np.where(land_distance == 0, 0.0, road_share)) + unknown


@named(
    output="km",
    source=ECOBALYSE,
    locator=PAGE,
    valid={"road_share": SHARE, "air_share": SHARE},
    land_distance="km",
    sea_distance="km",
    road_share="1",
    air_share="1",
    longest_feeder="km",
)
def road_distance(
    land_distance: FloatArray,
    sea_distance: FloatArray,
    road_share: FloatArray,
    air_share: FloatArray,
    longest_feeder: FloatArray,
) -> FloatArray:
    """Kilometres by lorry of 1 t on a mixed route: overland, and to and from ports and airports. [km]

    `road_share` is the part of the ground freight that goes overland (1 up to 500 km of `land_distance`, 0.9 up to 1000, 0.5 up
    to 2000, 0.25 up to 3000, then 0 in the source). What goes by sea or air is fed by road over half the land distance, at most
    `longest_feeder` (1000 km).

    Examples
    --------
    4000 km overland, or 18000 km by sea, 10 % by air: nothing overland, 1000 km of feeder for all of it.

    >>> route = {"sea_distance": 18000, "longest_feeder": 1000}
    >>> road_distance(land_distance=[4000, 800], road_share=[0, 0.9], air_share=[0.1, 0], **route)
    array([1000.,  760.])
    """
    land = _land_share(land_distance, sea_distance, road_share)
    feeder = np.minimum(longest_feeder, land_distance / 2)
    return (1 - air_share) * (land * land_distance + (1 - land) * feeder) + air_share * feeder


@named(
    output="km",
    source=ECOBALYSE,
    locator=PAGE,
    valid={"road_share": SHARE, "air_share": SHARE},
    land_distance="km",
    sea_distance="km",
    road_share="1",
    air_share="1",
)
def sea_distance(
    land_distance: FloatArray, sea_distance: FloatArray, road_share: FloatArray, air_share: FloatArray
) -> FloatArray:
    """Kilometres by ship of 1 t on a mixed route. [km]

    Examples
    --------
    >>> sea_distance(land_distance=[4000, 800], sea_distance=18000, road_share=[0, 0.9], air_share=[0.1, 0]).round(6)
    array([16200.,  1800.])
    """
    return (1 - air_share) * (1 - _land_share(land_distance, sea_distance, road_share)) * sea_distance


@named(
    output="km",
    source=ECOBALYSE,
    locator=PAGE,
    valid={"air_share": SHARE},
    air_distance="km",
    air_share="1",
)
def air_freight_distance(air_distance: FloatArray, air_share: FloatArray) -> FloatArray:
    """Kilometres by aircraft of 1 t on a mixed route; the distance may be unknown where nothing flies. [km]

    Examples
    --------
    >>> air_freight_distance(air_distance=[10000, np.nan], air_share=[0.1, 0])
    array([1000.,    0.])
    """
    return np.where(air_share == 0, 0.0, air_share * air_distance)


@named(
    output="km/piece",
    source="Ecobalyse, page Etape 8 - Fin de vie (MTES-MCT/ecobalyse)",
    locator="etape-8-fin-de-vie.md: car 1 km x volume of the product / 0.2 m3",
    valid={"volume": (0, 0.2)},
    volume="m3/piece",
    boot_volume="m3",
    trip_distance="km",
)
def car_trip_distance(volume: FloatArray, boot_volume: FloatArray, trip_distance: FloatArray) -> FloatArray:
    """Kilometres of a car trip that one garment stands for: by the part of the boot it fills. [km/piece]

    Examples
    --------
    A T-shirt of 1.8 L in a boot of 0.2 m3, 1 km:

    >>> round(float(car_trip_distance(volume=0.0018, boot_volume=0.2, trip_distance=1)), 6)
    0.009
    """
    return volume / boot_volume * trip_distance
