"""Units as Brightway's databases write them, and as this library does."""

from __future__ import annotations

from collections.abc import Mapping

from textile_pcf.units import UnitError, parse_unit

TO_BRIGHTWAY = {
    "kg": "kilogram", "g": "gram", "t": "ton", "kWh": "kilowatt hour", "MJ": "megajoule", "m3": "cubic meter", "L": "litre",
    "m2": "square meter", "m": "meter", "km": "kilometer", "t*km": "ton kilometer", "kg*km": "kilogram kilometer",
    "piece": "unit", "h": "hour",
}  # fmt: skip
"""Our text → the name that ecoinvent and bw2io use."""

_OTHERS = {
    "cubic metre": "m3", "square metre": "m2", "metre": "m", "kilometre": "km", "metric ton-kilometer": "t*km",
    "tonne": "t", "metric ton": "t", "item": "piece", "items": "piece", "liter": "L", "kWh": "kWh",
}  # fmt: skip
FROM_BRIGHTWAY = {theirs: ours for ours, theirs in TO_BRIGHTWAY.items()} | _OTHERS


def to_brightway(unit: str) -> str:
    """Brightway's name of a unit; our own text where it has none.

    Examples
    --------
    >>> to_brightway("kWh"), to_brightway("100 m")
    ('kilowatt hour', '100 m')
    """
    return TO_BRIGHTWAY.get(unit, unit)


def from_brightway(unit: str, known: Mapping[str, str] | None = None) -> str | None:
    """Our text for a unit of a Brightway database; None where it is no unit that is known.

    Parameters
    ----------
    unit : str
        As the activity has it.
    known : mapping, optional
        Further names: theirs → ours.

    Examples
    --------
    >>> [from_brightway(unit, {"rolls": "piece"}) for unit in ("kilowatt hour", "kg", "vehicle", "rolls")]
    ['kWh', 'kg', None, 'piece']
    """
    text = {**FROM_BRIGHTWAY, **(known or {})}.get(unit, unit)
    try:
        parse_unit(text)
    except UnitError:
        return None
    return text if text else None
