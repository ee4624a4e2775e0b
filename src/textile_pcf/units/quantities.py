"""Convert between `pint.Quantity` of any registry and amounts with a unit text.

pint itself is not imported here: a quantity brings its registry, and `registry` gives the one of the library.
"""

from __future__ import annotations

from math import isclose
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError, wrong_type
from textile_pcf.messages.message import Message
from textile_pcf.units.grammar import UnitError
from textile_pcf.units.pint_registry import CANONICAL, registry
from textile_pcf.units.unit import Unit, parse_unit

RELATIVE = 1e-9  # two registries mean the same unit if their factors agree so far
_DIMENSIONS = (
    ("MJ", {"[mass]": 1, "[length]": 2, "[time]": -2}),
    ("kW", {"[mass]": 1, "[length]": 2, "[time]": -3}),
    ("m3", {"[length]": 3}),
    ("m2", {"[length]": 2}),
    ("kg", {"[mass]": 1}),
    ("m", {"[length]": 1}),
    ("s", {"[time]": 1}),
)
"""Unit that replaces an unknown one, by its dimensions in a registry where energy is mass times length2 per time2."""
_ELSEWHERE = {"m3": "m ** 3", "m2": "m ** 2"}
DEFINE = "Define it in the registry, such as ureg.define('kgCO2e = [greenhouse]'), or write as_quantity=True."


def is_quantity(cell: Any) -> bool:
    """Return whether a cell is a `pint.Quantity`, of whatever registry."""
    return hasattr(cell, "unit_items") and hasattr(cell, "magnitude") and hasattr(cell, "_REGISTRY")


def quantity_text(quantity: Any) -> str:
    """Return a quantity as a number with a unit text of this library, such as `2.0 kWh`.

    Parameters
    ----------
    quantity : pint.Quantity
        Of any registry. A unit keeps its name if it has the same size here; else the amount is converted by the
        quantity's own registry, so that a short ton never becomes a tonne.

    Returns
    -------
    str
        Digits that give the same float again, and a unit text; empty for NaN. A unit that this library does not have
        keeps its name, for the reader of the cell to refuse; so does an array.

    Examples
    --------
    >>> ureg = registry()
    >>> quantity_text(2 * ureg.kWh), quantity_text(0.5 * ureg("kWh/kg")), quantity_text(300 * ureg.gCO2e)
    ('2.0 kWh', '0.5 kWh/kg', '300.0 gCO2e')
    """
    magnitude, ureg = quantity.magnitude, quantity._REGISTRY
    if np.ndim(magnitude) or any(power != int(power) for _, power in quantity.unit_items()):
        return str(quantity)
    try:
        amount, above, below = float(magnitude), list[str](), list[str]()
    except (TypeError, ValueError, OverflowError):  # a text, a complex number, one beyond all floats
        return str(quantity)
    if np.isnan(amount):
        return ""
    for name, power in quantity.unit_items():
        factor, text = _unit_text(ureg, name, abs(int(power)))
        amount = amount * factor if power > 0 else amount / factor
        (above if power > 0 else below).append(text)
    divisor = f"/({'*'.join(below)})" if len(below) > 1 else "".join(f"/{text}" for text in below)
    if above:
        return f"{amount!r} {'*'.join(above)}{divisor}"
    return f"{amount!r}{divisor}" if below else f"{amount!r} kg/kg"


def _unit_text(ureg: Any, name: str, power: int) -> tuple[float, str]:
    """Return a unit of a registry, to a power, as a text of this library, and how many of it the unit is."""
    size = ureg.Quantity(1.0, name) ** power
    exponent = f"^{power}" if power > 1 else ""
    for text in dict.fromkeys((ureg.get_symbol(name), name)):
        try:
            unit = parse_unit(f"{text}{exponent}")
        except UnitError:
            continue
        target = _in_registry(unit, ureg)
        if target is not None and size.is_compatible_with(target) and _agree(size.to(target).magnitude, unit.factor):
            return 1.0, f"{text}{exponent}"
    for text, dimensions in _DIMENSIONS:
        if dict(size.dimensionality) == dimensions:
            return float(size.to(_ELSEWHERE.get(text, text)).magnitude), text
    return 1.0, f"{name}{exponent}"


def _agree(left: Any, right: float) -> bool:
    return isclose(float(left), right, rel_tol=RELATIVE)


def _in_registry(unit: Unit, ureg: Any) -> Any:
    """Return the canonical unit of a unit's dimensions in a registry; None if the registry does not have it."""
    product = ureg.Unit("")
    for dimension, power in unit.dimensions:
        text = CANONICAL[dimension]
        text = text if text in ureg else _ELSEWHERE.get(text, "1" if dimension == "piece" else text)
        if text != "1" and (text.split()[0] not in ureg or _is_angle(ureg, text)):
            return None
        product = product * ureg.Unit("" if text == "1" else text) ** power
    return product


def _is_angle(ureg: Any, text: str) -> bool:
    """Whether a name that we count means an angle in another registry: pint's `cycle` is 2 pi."""
    size = ureg.Quantity(1.0, text)
    return bool(size.dimensionless) and not _agree(size.to("").magnitude, 1.0)


def as_quantity(values: FloatArray, per: Unit, ureg: Any = True) -> Any:
    """Return emissions per some unit as quantities.

    Parameters
    ----------
    values : ndarray
        Of any shape. [kgCO2e per `per`]
    per : Unit
        Such as m2 or 100 m.
    ureg : pint.UnitRegistry or True
        Registry of the result; True means the one of this library.

    Returns
    -------
    pint.Quantity
        Of the same shape. The unit is `kgCO2e/` and the name of `per` if the registry has a unit of that name and size,
        else the canonical unit, into which the values are converted.

    Raises
    ------
    UsageError
        The registry has no unit kgCO2e, or none for the dimensions of `per`; something else than a registry.

    Examples
    --------
    >>> as_quantity(np.array([0.5, 1.5]), parse_unit("kg")).to("gCO2e/kg").magnitude
    array([ 500., 1500.])
    """
    if ureg is True:
        ureg = registry()
    if not hasattr(ureg, "Quantity") or not hasattr(ureg, "Unit"):
        raise wrong_type("as_quantity", ureg, "a pint registry", "Write as_quantity=True, or give a pint.UnitRegistry.")
    if "kgCO2e" not in ureg:
        raise UsageError([Problem("as_quantity", "The registry has no unit kgCO2e.", DEFINE, code="bad-registry")])
    target = _in_registry(per, ureg)
    if target is None:
        what = Message("The registry has no unit for {unit}.", unit=per.text)
        raise UsageError([Problem("as_quantity", what, "Define it in the registry, or use kg or m2.", code="bad-registry")])
    if per.text.isalpha() and per.text in ureg:
        named = ureg.Quantity(1.0, per.text)
        if named.is_compatible_with(target) and _agree(named.to(target).magnitude, per.factor):
            return ureg.Quantity(values, ureg.Unit("kgCO2e") / ureg.Unit(per.text))
    return ureg.Quantity(values / per.factor, ureg.Unit("kgCO2e") / target)
