"""Units as the oracle knows them: text → (canonical units in one of it, dimensions)."""

from __future__ import annotations

import re
from functools import cache

_ATOMS: dict[str, tuple[float, str, int]] = {
    "kg": (1, "kg", 1), "g": (1e-3, "kg", 1), "t": (1000, "kg", 1), "mg": (1e-6, "kg", 1),
    "MJ": (1, "MJ", 1), "kWh": (3.6, "MJ", 1), "MWh": (3600, "MJ", 1), "GJ": (1000, "MJ", 1),
    "kJ": (1e-3, "MJ", 1), "TJ": (1e6, "MJ", 1),
    "m3": (1, "m3", 1), "L": (1e-3, "m3", 1), "m": (1, "m", 1), "km": (1000, "m", 1), "cm": (0.01, "m", 1),
    "m2": (1, "m", 2), "h": (3600, "s", 1), "min": (60, "s", 1), "s": (1, "s", 1), "kgCO2e": (1, "kgCO2e", 1),
    "gCO2e": (1e-3, "kgCO2e", 1), "piece": (1, "piece", 1), "cycle": (1, "cycle", 1), "wear": (1, "wear", 1),
    "1": (1, "", 0), "%": (0.01, "", 0), "": (1, "", 0),
    "Nm3": (1, "m3", 1), "万米": (10000, "m", 1), "万件": (10000, "piece", 1),
}  # fmt: skip


_WHOLE: dict[str, tuple[float, dict[str, int]]] = {
    "Nm": (1000.0, {"m": 1, "kg": -1}), "dtex": (1e-7, {"kg": 1, "m": -1}), "tex": (1e-6, {"kg": 1, "m": -1}),
    "gsm": (1e-3, {"kg": 1, "m": -2}), "kW": (1e-3, {"MJ": 1, "s": -1}),
}  # fmt: skip


Dimensions = dict[str, int]


Own = dict[str, tuple[float, Dimensions]]


def own_units(definitions: dict[str, str]) -> Own:
    """Units that a rule defines itself, each by those above it."""
    own: Own = {}
    for name, text in definitions.items():
        own[name] = unit(text, own)
    return own


def unit(text: str, own: Own | None = None) -> tuple[float, Dimensions]:
    """`kWh/kg`, `kgCO2e/(t*km)`, `100 m`: factor and dimensions."""
    return _known(text) if not own else _unit(text, own)


@cache
def _known(text: str) -> tuple[float, Dimensions]:
    return _unit(text, {})


def _unit(text: str, own: Own) -> tuple[float, Dimensions]:
    if text in _WHOLE:
        return _WHOLE[text]
    above, *below = text.replace("^", "").replace("tkm", "t*km").split("/")
    factor, dimensions = 1.0, dict[str, int]()
    for part, sign in [(above, 1), *((piece, -1) for piece in below)]:
        for atom in re.split(r"[*·]", part.strip().strip("()")):
            many = re.fullmatch(r"([\d.]+)\s+(\S+)", atom.strip())
            number, name = (float(many[1]), many[2]) if many else (1.0, atom.strip())
            if name in own:
                scale, powers = own[name]
            else:
                scale, dimension, power = _ATOMS[name]
                powers = {dimension: power} if dimension else {}
            factor *= (number * scale) ** sign
            for dimension, power in powers.items():
                dimensions[dimension] = dimensions.get(dimension, 0) + power * sign
    return factor, {name: power for name, power in dimensions.items() if power}


def product_of(*parts: tuple[float, Dimensions], over: tuple[float, Dimensions] | None = None) -> tuple[float, Dimensions]:
    """Units multiplied, and divided by one."""
    factor, dimensions = 1.0, dict[str, int]()
    for (scale, powers), sign in [*((part, 1) for part in parts), *([(over, -1)] if over else [])]:
        factor *= scale**sign
        for name, power in powers.items():
            dimensions[name] = dimensions.get(name, 0) + sign * power
    return factor, {name: power for name, power in dimensions.items() if power}
