"""Units as people write them, and conversions between them.

Canonical units: kg, MJ, m3, m, s, piece, pair, set, wear, sold, cycle, CNY and kgCO2e, each a dimension of its own: energy is
not mass x length2 / time2, a cubic metre is no product of lengths, and `kgCO2e/kg` does not cancel. The names are
in `definitions.txt`, the grammar is in `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from textile_pcf.messages.message import JoinedMessage, Message
from textile_pcf.units.grammar import UnitError, multiply, parse
from textile_pcf.units.number_text import split_number
from textile_pcf.units.pint_registry import CANONICAL, UnitNames, Value
from textile_pcf.units.spelling import normalize

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLURALS = {"piece": "pieces", "pair": "pairs", "set": "sets", "wear": "wears", "cycle": "cycles"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: amount x `factor` is the amount in canonical units.

    Attributes
    ----------
    text : str
        As written.
    factor : float
        Canonical units in one of this unit, correctly rounded.
    dimensions : tuple of (name, power)
        Sorted, without zeros; `()` is a plain number. Names: mass, energy, volume, length, time, piece, pair, set,
        wear, sold, cycle, money, greenhouse. An area is `("length", 2)`, transport work `(("length", 1), ("mass", 1))`.
    exact : Fraction
        The factor before rounding, so that products and conversions stay exact.

    Examples
    --------
    >>> parse_unit("kWh") / parse_unit("kg")
    Unit(text='kWh/kg', factor=3.6, dimensions=(('energy', 1), ('mass', -1)))
    """

    text: str
    factor: float
    dimensions: tuple[tuple[str, int], ...]
    exact: Fraction = field(default=Fraction(0), repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.exact:
            object.__setattr__(self, "exact", Fraction(str(self.factor)))

    def __mul__(self, other: Unit) -> Unit:
        if "1" in (self.text, other.text):
            return other if self.text == "1" else self
        return _unit(f"{_bracketed(self.text)}*{_bracketed(other.text)}", multiply(_value(self), _value(other)))

    def __truediv__(self, other: Unit) -> Unit:
        if other.text == "1":
            return self
        return _unit(f"{self.text}/{_bracketed(other.text)}", multiply(_value(self), _value(other), -1))


@dataclass(frozen=True, slots=True)
class Conversion:
    """A conversion between units: amount x `factor`, or `factor` / amount if `inverse` (dtex to Nm).

    Attributes
    ----------
    factor : float
        Units of the target in one unit.
    inverse : bool
        Whether the amount is a divisor.

    Examples
    --------
    >>> Conversion(1000.0).apply(np.array([2.0])), Conversion(10000.0, inverse=True).apply(np.array([100.0]))
    (array([2000.]), array([100.]))
    """

    factor: float
    inverse: bool = False

    def apply(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return converted amounts, of the same shape. The inverse of 0 is infinite; the caller must refuse it.

        Parameters
        ----------
        amounts : ndarray of float
            Amounts in the unit.

        Returns
        -------
        ndarray of float
            Amounts in the target, of the same shape.
        """
        if not self.inverse:
            return amounts if self.factor == 1.0 else amounts * self.factor
        with np.errstate(divide="ignore"):
            return np.asarray(self.factor / amounts, dtype=np.float64)


@lru_cache(maxsize=4096)
def parse_unit(text: str, names: UnitNames | None = None) -> Unit:
    """Return the unit that a text means, with its factor to canonical units and its dimensions.

    Parameters
    ----------
    text : str
        A unit, such as `kWh/kg`.
    names : UnitNames, optional
        Known units, if a rule or a factor table defines some of its own (`own_units`).

    Returns
    -------
    Unit
        Texts that were parsed before are answered from a cache.

    Raises
    ------
    UnitError
        Unknown or ambiguous unit, temperature, foreign currency, or a text that is no unit at all.

    Examples
    --------
    >>> parse_unit("kgCO2e/(t*km)")
    Unit(text='kgCO2e/(t*km)', factor=1e-06, dimensions=(('greenhouse', 1), ('length', -1), ('mass', -1)))
    >>> parse_unit("kWh/百米").factor
    0.036
    >>> parse_unit("kwh")
    Traceback (most recent call last):
    textile_pcf.units.grammar.UnitError: 'kwh' is not a known unit. Did you mean 'kWh'? Capitals matter in units.
    """
    return _unit(text, parse(text, names))


def cure_where(error: UnitError, request: str, fits: Callable[[Unit], bool]) -> str:
    """Return what to write instead of a text that is not a unit, if only some units are possible.

    Parameters
    ----------
    error : UnitError
        What is wrong with the text.
    request : str
        A sentence that names the possible units.
    fits : callable
        Whether a unit is possible.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> def energy(unit):
    ...     return unit.dimensions == (("energy", 1),)
    >>> for text in ("kWk", "kgs", "gallon"):
    ...     try:
    ...         unit = parse_unit(text)
    ...     except UnitError as error:
    ...         print(cure_where(error, "Give it in MJ.", energy))
    Did you mean 'kWh'?
    Give it in MJ.
    A gallon is 3.78541 L in the United States and 4.54609 L in Britain. Give it in MJ.
    """
    return error.cure_where(request, lambda value: fits(_unit("", value)))


def split_quantity(text: str) -> tuple[float, str]:
    """Return the number and the unit text of a quantity.

    Parameters
    ----------
    text : str
        A number with or without a unit behind it, such as `2 kWh`.

    Returns
    -------
    float
        The number.
    str
        The unit text; empty without a unit.

    Raises
    ------
    UnitError
        No number in front, an ambiguous comma in it, something else than a number, or not finite.

    Examples
    --------
    >>> split_quantity("2 kWh"), split_quantity("2"), split_quantity("1.5%"), split_quantity("5/kg")
    ((2.0, 'kWh'), (2.0, ''), (1.5, '%'), (5.0, '1/kg'))
    """
    amount, unit = split_number(text)
    return amount, f"1{unit}" if unit.startswith("/") else unit


@lru_cache(maxsize=4096)
def convert(unit: Unit, target: Unit) -> Conversion | None:
    """Return the conversion of amounts in `unit` to amounts in `target`; None if they measure different things.

    Yarn counts convert between mass per length (dtex, denier) and length per mass (Nm, Ne).

    Parameters
    ----------
    unit : Unit
        Unit of the amounts.
    target : Unit
        Unit to convert to.

    Returns
    -------
    Conversion or None
        None if there is no conversion.

    Examples
    --------
    >>> convert(parse_unit("g"), parse_unit("kg"))
    Conversion(factor=0.001, inverse=False)
    >>> convert(parse_unit("dtex"), parse_unit("Nm"))
    Conversion(factor=10000.0, inverse=True)
    >>> convert(parse_unit("kWh"), parse_unit("kg")) is None
    True
    """
    if unit.dimensions == target.dimensions:
        return Conversion(float(unit.exact / target.exact))
    yarn = {(("length", -1), ("mass", 1)), (("length", 1), ("mass", -1))}
    if {unit.dimensions, target.dimensions} == yarn:
        return Conversion(float(1 / (unit.exact * target.exact)), inverse=True)
    return None


def counted_dimensions(unit: Unit) -> tuple[tuple[str, int], ...] | None:
    """Return the dimensions of what stands before the first `/` of a unit.

    Parameters
    ----------
    unit : Unit
        A unit, such as a ratio of like units.

    Returns
    -------
    tuple of (str, int), or None
        As in `Unit.dimensions`; None without a `/`, or where its upper part is a unit of a rule's own.

    Examples
    --------
    Grams per kilogram and millilitres per litre are plain numbers both, and count different things.

    >>> counted_dimensions(parse_unit("g/kg")), counted_dimensions(parse_unit("mL per L")), counted_dimensions(parse_unit("%"))
    ((('mass', 1),), (('volume', 1),), None)
    """
    above, slash, _ = normalize(unit.text).partition("/")
    try:
        return parse_unit(above.strip()).dimensions if slash else None
    except UnitError:  # a unit of the rule's own
        return None


def describe(dimensions: tuple[tuple[str, int], ...]) -> Message:
    """Return what a unit measures, as text for messages.

    Parameters
    ----------
    dimensions : tuple of (name, power)
        As in `Unit.dimensions`.

    Returns
    -------
    str
        Words such as "energy per mass".

    Examples
    --------
    >>> [describe(parse_unit(text).dimensions) for text in ("kWh/kg", "g/m2", "t*km", "%", "kgCO2e/kWh")]
    ['energy per mass', 'mass per area', 'mass times length', 'a plain number', 'greenhouse effect per energy']
    """

    def product(sign: int) -> Message:
        factors = [
            Message("area") if (name, power * sign) == ("length", 2)
            else _powered(
                Message("greenhouse effect" if name == "greenhouse" else _PLURALS.get(name, name) if sign > 0 else name),
                abs(power),
            )
            for name, power in _in_order(dimensions) if power * sign > 0
        ]  # fmt: skip
        return JoinedMessage(factors, " times ", "×")

    above, below = product(1), product(-1)
    if not below:
        return above or Message("a plain number")
    return Message("{above} per {below}", above=above or Message("a number"), below=below)


def _powered(name: Message, power: int) -> Message:
    return Message("{name} to the power of {power}", name=name, power=power) if power > 1 else name


def canonical_text(dimensions: tuple[tuple[str, int], ...]) -> str:
    """Return the text of the canonical unit of some dimensions.

    Parameters
    ----------
    dimensions : tuple of (name, power)
        As in `Unit.dimensions`.

    Returns
    -------
    str
        Unit text that `parse_unit` reads.

    Examples
    --------
    >>> [canonical_text(parse_unit(text).dimensions) for text in ("kWh/lb", "tkm", "%", "gCO2e/tkm", "1/piece")]
    ['MJ/kg', 'kg*m', '1', 'kgCO2e/(kg*m)', '1/piece']
    """

    def part(sign: int) -> list[str]:
        powers = [(CANONICAL[name], power * sign) for name, power in _in_order(dimensions) if power * sign > 0]
        return [unit if power == 1 else f"{unit}{'^' * (unit == 'm3')}{power}" for unit, power in powers]

    above, below = part(1), part(-1)
    divisor = f"({'*'.join(below)})" if len(below) > 1 else "".join(below)
    return ("*".join(above) or "1") + (f"/{divisor}" if divisor else "")


def _in_order(dimensions: tuple[tuple[str, int], ...]) -> list[tuple[str, int]]:
    return sorted(dimensions, key=lambda dimension: list(CANONICAL).index(dimension[0]))


def _bracketed(text: str) -> str:
    simple = re.fullmatch(r"[\w%‰²³. ]+", text) and not re.search(r"\bper\b|每", text)
    return text if simple else f"({text})"


def _value(unit: Unit) -> Value:
    return unit.exact, dict(unit.dimensions)


def _unit(text: str, value: Value) -> Unit:
    dimensions = tuple(sorted((name, power) for name, power in value[1].items() if power))
    return Unit(text, float(value[0]), dimensions, value[0])
