"""Convert units between the names of Brightway databases and ours."""

from __future__ import annotations

from collections.abc import Mapping

from textile_pcf.units import UnitError, parse_unit

TO_BRIGHTWAY = {
    "kg": "kilogram", "g": "gram", "t": "ton", "kWh": "kilowatt hour", "MJ": "megajoule", "m3": "cubic meter", "L": "litre",
    "m2": "square meter", "m": "meter", "km": "kilometer", "t*km": "ton kilometer", "kg*km": "kilogram kilometer",
    "piece": "unit", "h": "hour",
}  # fmt: skip
"""Our text → the name that ecoinvent and bw2io use."""

_SYNONYMS = {
    "cubic metre": "m3", "square metre": "m2", "metre": "m", "kilometre": "km", "metric ton-kilometer": "t*km",
    "tonne": "t", "metric ton": "t", "item": "piece", "items": "piece", "liter": "L", "kWh": "kWh",
}  # fmt: skip
FROM_BRIGHTWAY = {theirs: ours for ours, theirs in TO_BRIGHTWAY.items()} | _SYNONYMS


def to_brightway(unit: str) -> str:
    """Return the name of a unit in Brightway, or our text if there is none.

    Examples
    --------
    >>> to_brightway("kWh"), to_brightway("100 m")
    ('kilowatt hour', '100 m')
    """
    return TO_BRIGHTWAY.get(unit, unit)


def from_brightway(unit: str, names: Mapping[str, str] | None = None) -> str | None:
    """Return our text for a unit of a Brightway database, or None if it is unknown.

    Parameters
    ----------
    unit : str
        Unit of the activity.
    names : mapping, optional
        Our units by further names.

    Examples
    --------
    >>> [from_brightway(unit, {"rolls": "piece"}) for unit in ("kilowatt hour", "kg", "vehicle", "rolls")]
    ['kWh', 'kg', None, 'piece']
    """
    text = {**FROM_BRIGHTWAY, **(names or {})}.get(unit, unit)
    try:
        parse_unit(text)
    except UnitError:
        return None
    return text if text else None
