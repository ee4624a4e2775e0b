"""Fuels in any unit of a bill: mass, volume and net energy of one fuel, by cited heating values and densities."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from textile_pcf.io.resources import data_root
from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.regions import fallback_regions
from textile_pcf.units import Unit, parse_unit

Dimensions = tuple[tuple[str, int], ...]
MASS, VOLUME, ENERGY = ((("mass", 1),), (("volume", 1),), (("energy", 1),))
PROPERTIES = ("net_heating_value", "density")
SUFFIXES = ("", "_energy", "_volume")
"""An item of a fuel is its name, alone or with one of these."""


@dataclass(frozen=True, slots=True)
class FuelProperty:
    """A cited heating value or density of a fuel.

    Attributes
    ----------
    fuel, region, name : str
        The fuel, where the value holds, and `net_heating_value` or `density`.
    value : float
        In `unit`.
    unit : Unit
        Energy per mass, energy per volume, or mass per volume.
    source, locator : str
        Place in the source.
    """

    fuel: str
    region: str
    name: str
    value: float
    unit: Unit
    source: str
    locator: str

    def text(self) -> Message:
        """Return value, place and source."""
        what = "{fuel} {region}: {name} {value} {unit} ({source}, {locator})"
        names = {"net_heating_value": Message("net heating value"), "density": Message("density")}
        value = f"{self.value:g}"
        fields = {"fuel": self.fuel, "region": self.region, "name": names[self.name], "value": value, "unit": self.unit.text}
        return Message(what, **fields, source=self.source, locator=self.locator)


@dataclass(frozen=True, slots=True)
class FuelConversion:
    """A conversion of amounts of a fuel.

    Attributes
    ----------
    factor : float
        Canonical units of the target in one canonical unit of the amount.
    text : str
        The values that it rests on, with their sources.
    """

    factor: float
    text: Message


@cache
def fuel_properties() -> dict[str, list[FuelProperty]]:
    """Return the cited heating values and densities by fuel, from `emission_factors/fuels.csv`.

    Examples
    --------
    >>> [(one.region, one.value, one.unit.text) for one in fuel_properties()["coke_oven_gas"]]
    [('CN', 17.3854, 'MJ/m3')]
    """
    found: dict[str, list[FuelProperty]] = {}
    with (data_root("emission_factors") / "fuels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["property"] not in PROPERTIES:
                continue
            names = {"fuel": row["fuel"], "region": row["region"], "name": row["property"]}
            cited = {"source": row["source"], "locator": row["locator"]}
            one = FuelProperty(**names, value=float(row["value"]), unit=parse_unit(row["unit"]), **cited)
            found.setdefault(row["fuel"], []).append(one)
    return found


@cache
def reference_enthalpy() -> float:
    """Return the enthalpy of water above which the heat of steam counts. [MJ/kg]

    Examples
    --------
    >>> round(reference_enthalpy(), 5)
    0.08374
    """
    with (data_root("emission_factors") / "fuels.csv").open(encoding="utf-8", newline="") as file:
        (row,) = (row for row in csv.DictReader(file) if row["property"] == "reference_enthalpy")
    return float(row["value"]) * parse_unit(row["unit"]).factor


@cache
def fuel_items() -> frozenset[str]:
    """Return the items of all fuels.

    Examples
    --------
    >>> "natural_gas_energy" in fuel_items(), "electricity" in fuel_items()
    (True, False)
    """
    return frozenset(f"{name}{suffix}" for name in fuel_properties() for suffix in SUFFIXES)


@lru_cache(maxsize=4096)
def fuel_of(item: str) -> str | None:
    """Return the fuel that an item of an emission factor is, None for other items.

    Parameters
    ----------
    item : str
        Item of a factor.

    Examples
    --------
    >>> fuel_of("natural_gas_energy"), fuel_of("diesel_volume"), fuel_of("electricity")
    ('natural_gas', 'diesel', None)
    """
    names = (item.removesuffix(suffix) for suffix in SUFFIXES if item.endswith(suffix))
    return next((name for name in names if name in fuel_properties()), None)


def sibling_items(item: str) -> list[str]:
    """Return the other items of the same fuel: by mass or volume, by energy, by litre.

    Examples
    --------
    >>> sibling_items("natural_gas"), sibling_items("steam")
    (['natural_gas_energy', 'natural_gas_volume'], [])
    """
    fuel = fuel_of(item)
    return [name for suffix in SUFFIXES if fuel and (name := f"{fuel}{suffix}") != item]


@lru_cache(maxsize=4096)
def convert_fuel(item: str, region: str, dimensions: Dimensions, target: Dimensions) -> FuelConversion | None:
    """Return the conversion between mass, volume and net energy of a fuel.

    Parameters
    ----------
    item : str
        Item of the fuel.
    region : str
        Region of the activity; wider regions are searched if it has no value. An empty region has none.
    dimensions, target : tuple of (name, power)
        What the amounts measure, and what they are converted to.

    Returns
    -------
    FuelConversion or None
        None where no heating value or density is cited.

    Examples
    --------
    >>> convert_fuel("natural_gas", "CN-ZJ", VOLUME, ENERGY).factor
    38.931
    >>> round(convert_fuel("diesel", "GB", VOLUME, ENERGY).factor)  # 0.830719 kg/L and 43 GJ/t
    35721
    >>> convert_fuel("diesel", "CN", VOLUME, MASS) is None
    True
    """
    fuel = fuel_of(item)
    if fuel is None or not region or dimensions == target or not {dimensions, target} <= {MASS, VOLUME, ENERGY}:
        return None
    known = list(_nearest(fuel, region))
    direct = _step(known, dimensions, target)
    if direct is not None:
        return FuelConversion(direct[0], direct[1].text())
    (between,) = {MASS, VOLUME, ENERGY} - {dimensions, target}
    first, second = _step(known, dimensions, between), _step(known, between, target)
    if first is None or second is None:
        return None
    texts = JoinedMessage([first[1].text(), second[1].text()], "; ", "；")
    return FuelConversion(first[0] * second[0], texts)


def _nearest(fuel: str, region: str) -> Iterator[FuelProperty]:
    """Yield the values of a fuel that hold for a region, one of each kind."""
    seen: set[Dimensions] = set()
    for place in fallback_regions(region):
        for one in fuel_properties()[fuel]:
            if one.region == place and one.unit.dimensions not in seen:
                seen.add(one.unit.dimensions)
                yield one


def _step(known: list[FuelProperty], start: Dimensions, target: Dimensions) -> tuple[float, FuelProperty] | None:
    """Return the factor from one measure to another by one value."""
    for one in known:
        above, below = _measures(one.unit)
        if (below, above) == (start, target):
            return one.value * one.unit.factor, one
        if (above, below) == (start, target):
            return 1.0 / (one.value * one.unit.factor), one
    return None


def _measures(unit: Unit) -> tuple[Dimensions, Dimensions]:
    """Return what a ratio measures above and below."""
    above = tuple((name, 1) for name, power in unit.dimensions if power > 0)
    return above, tuple((name, 1) for name, power in unit.dimensions if power < 0)
