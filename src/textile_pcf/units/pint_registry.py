"""The registry of units: defined in `definitions.txt`, computed by pint, shipped as the table `compiled.txt`.

This is the only module that imports pint, and it does so only when a function needs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

Value = tuple[Fraction, dict[str, int]]
"""Exact factor to canonical units, and the power of each dimension."""
DEFINITIONS = Path(__file__).with_name("definitions.txt")
COMPILED = Path(__file__).with_name("compiled.txt")


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the pint registry of this library.

    It holds exactly the units of `definitions.txt`: no prefixes, exact fractions as factors, and energy, volume, money,
    counted things and kgCO2e as dimensions of their own. It is built on the first call and shared: use it, do not
    define units in it.

    Returns
    -------
    pint.UnitRegistry
        Registry with `non_int_type=Fraction`.

    Examples
    --------
    >>> ureg = registry()
    >>> ureg("kWh").to("MJ").magnitude
    Fraction(18, 5)
    >>> ureg("kgCO2e").is_compatible_with("kg")
    False
    """
    return _registry(DEFINITIONS.read_text(encoding="utf-8"))


def values_by_pint(definitions: str) -> dict[str, Value]:
    """Return the value of every unit of a definitions file, as pint computes it in exact fractions.

    Parameters
    ----------
    definitions : str
        Lines of a pint definitions file.

    Returns
    -------
    dict
        Values by name, alias and symbol; internal names, which hold an underscore, are left out.
    """
    ureg = _registry(definitions)
    return {name: _value(ureg, name) for name in ureg if "_" not in name}


def compile_table(definitions: str) -> str:
    """Return the table of all units of a definitions file: the hash of the definitions, then one line per unit.

    Parameters
    ----------
    definitions : str
        Lines of a pint definitions file.

    Returns
    -------
    str
        The content of `compiled.txt`.
    """
    rows = [
        f"{name} {factor} {' '.join(f'{k}:{v}' for k, v in powers.items())}"
        for name, (factor, powers) in values_by_pint(definitions).items()
    ]
    return "\n".join([_hash(definitions), *sorted(rows)]) + "\n"


@cache
def unit_values() -> Mapping[str, Value]:
    """Return the values of the library's units by name.

    They are read from `compiled.txt` if it was computed from the present `definitions.txt`, else computed by pint.
    """
    definitions = DEFINITIONS.read_text(encoding="utf-8")
    head, _, rows = COMPILED.read_text(encoding="utf-8").partition("\n")
    return dict(map(_parse_row, rows.splitlines())) if head == _hash(definitions) else values_by_pint(definitions)


class UnitNames(Mapping[str, Value]):
    """Values of all units that a rule or a factor table knows: the library's and its own.

    Parameters
    ----------
    own : mapping
        Value of each unit of its own, computed by pint on top of the units of the library.

    Attributes
    ----------
    own : dict
        The same.

    Notes
    -----
    Immutable and hashable, so that parsed texts can be cached; two are equal if their own units are.

    Examples
    --------
    >>> from textile_pcf.units import own_units
    >>> list(own_units({"bale": "217.7 kg"}).own)
    ['bale']
    """

    __slots__ = ("_hash", "_values", "own")

    def __init__(self, own: Mapping[str, Value]) -> None:
        self.own = dict(own)
        self._values = {**unit_values(), **self.own}
        self._hash = hash(tuple((name, factor) for name, (factor, _) in sorted(self.own.items())))

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnitNames) and self.own == other.own

    def __reduce__(self) -> tuple[type[UnitNames], tuple[dict[str, Value]]]:
        return UnitNames, (self.own,)


def values_on_top(definitions: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of further units, computed by pint on top of the units of the library.

    Parameters
    ----------
    definitions : mapping
        Name of each unit, and the amount of canonical units that it is.

    Returns
    -------
    dict
        Values by name. The registry of the library is not changed.
    """
    text = DEFINITIONS.read_text(encoding="utf-8")
    lines = [f"{name} = {_expression(value)}" for name, value in definitions.items()]
    ureg = _registry("\n".join([text, *lines]))
    return {name: _value(ureg, name) for name in definitions}


CANONICAL = {
    "greenhouse": "kgCO2e", "energy": "MJ", "mass": "kg", "volume": "m3", "length": "m", "time": "s", "piece": "piece",
    "pair": "pair", "set": "set", "wear": "wear", "sold": "sold", "cycle": "cycle", "money": "CNY",
}  # fmt: skip
"""The canonical unit of each dimension, in the order in which units are written."""


def _expression(value: Value) -> str:
    """Return a value as a pint expression; the factor as a quotient of integers, which pint divides exactly."""
    factor, powers = value
    units = "".join(f" * {CANONICAL[name]} ** {power}" for name, power in powers.items() if power)
    return f"{factor.numerator} / {factor.denominator}{units}"


def _registry(definitions: str) -> pint.UnitRegistry[Any]:
    lines = [bare for line in definitions.splitlines() if (bare := line.partition("#")[0].strip())]
    return _registry_class()(lines, non_int_type=Fraction, cache_folder=None, on_redefinition="raise")


@cache
def _registry_class() -> type[pint.UnitRegistry[Any]]:
    """Return a registry class whose exact factors leave arrays of floats arrays of floats."""
    import pint  # costs as much as numpy and pydantic together

    class Registry(pint.UnitRegistry[Any]):
        def convert(self, value: Any, src: Any, dst: Any, inplace: bool = False, **context: Any) -> Any:
            converted = super().convert(value, src, dst, False, **context)
            dtype = getattr(value, "dtype", None)
            return converted.astype(dtype) if dtype is not None and dtype.kind == "f" else converted

    return Registry


def _value(ureg: pint.UnitRegistry[Any], name: str) -> Value:
    from pint.util import UnitsContainer

    factor, root = ureg.get_root_units(UnitsContainer({name: 1}))
    powers: Any = root.dimensionality
    return Fraction(str(factor)), {str(dimension).strip("[]"): int(power) for dimension, power in powers.items()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _parse_row(row: str) -> tuple[str, Value]:
    name, factor, *powers = row.split()
    return name, (Fraction(factor), {dimension: int(power) for dimension, _, power in (one.partition(":") for one in powers)})
