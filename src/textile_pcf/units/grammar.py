"""Parse unit texts into an exact factor and powers of dimensions.

The unit names are those of `definitions.txt`, a pint definitions file, and those that a rule or a factor table defines itself.
The grammar reads what people write, without `eval`, and refuses what can be read in two ways:

- `kWh/kg`, `kgCO2e/(t*km)`, `kgCO2e/t/km`, `kWh per kg`, `m2 m² m^2 m**2 s⁻¹`, full-width signs, `100 m`, `万米`;
- a space, `·` or `-` between units multiplies and binds tighter than `/`: `kgCO2e/t·km` is per t·km; `*` after `/` is
  refused, because people mean both things by it;
- a bracket behind a unit repeats it under another name (`kWh（度）`, `m（米）`) and never multiplies: if it is another unit,
  the text is refused; a bracket behind `/` or `*` or a number groups, as in `kgCO2e/(t*km)`;
- capitals matter: `t` is a tonne, `Mt` a million tonnes, `m` a metre, `M` nothing.

`spelling` normalises signs, `advice` knows what to write instead of a name that is not a unit.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice

from textile_pcf.errors import InvalidValueError
from textile_pcf.messages.message import Message, sentences
from textile_pcf.suggest import DEEPEST, HIGHEST_POWER, LONGEST, MOST_ZEROS
from textile_pcf.units.advice import PLAIN_CURE, explain_name, similar_names
from textile_pcf.units.pint_registry import Value, unit_values
from textile_pcf.units.spelling import normalize, strange_sign

TENS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
"""Chinese multipliers before a unit, with their number of zeros."""
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?!\w))?)|([%‰]|[^\W\d_][^\W_]*)|(\*\*|[*^/()+-]))")


class UnitError(InvalidValueError):
    """A text that is not a unit.

    Parameters
    ----------
    what : str
        What is wrong with the text: a sentence.
    cure : str
        What to write instead.
    name, text, explanation, names
        See the attributes.

    Attributes
    ----------
    name : str
        The unknown name in `text`; empty if something else is wrong.
    text : str
        The whole unit text.
    explanation : str
        What the name is: a sentence, or the first part of the cure.
    names : mapping or None
        Known units, if a rule or a table defined some of its own.

    Examples
    --------
    >>> from textile_pcf.units import parse_unit
    >>> try:
    ...     parse_unit("kWk")
    ... except UnitError as error:
    ...     error.name
    'kWk'
    """

    def __init__(
        self,
        what: str,
        cure: str,
        name: str = "",
        text: str = "",
        explanation: str = "",
        names: Mapping[str, Value] | None = None,
    ) -> None:
        super().__init__(what, cure)
        self.name, self.text, self.explanation, self.names = name, text, explanation, names

    def cure_where(self, request: str, fits: Callable[[Value], bool]) -> str:
        """Return what to write if only units that satisfy `fits` are possible.

        Parameters
        ----------
        request : str
            A sentence that names the possible units.
        fits : callable
            Whether the value of a unit is possible.

        Returns
        -------
        str
            A sentence.
        """
        if not self.name:
            return self.cure
        if self.explanation:
            return sentences(self.explanation, request) if self.explanation.endswith(".") else self.cure
        return _suggestion(self.text, self.name, fits, self.names) or request


def parse(text: str, names: Mapping[str, Value] | None = None) -> Value:
    """Return the exact factor and the dimensions of a unit text.

    Parameters
    ----------
    text : str
        A unit, such as `kgCO2e/(t*km)`.
    names : mapping, optional
        Values of all known names; by default the units of the library.

    Raises
    ------
    UnitError
        Unknown or ambiguous unit, temperature, foreign currency, or a text that is not a unit at all.

    Examples
    --------
    >>> parse("kWh/t")
    (Fraction(9, 2500), {'energy': 1, 'mass': -1})
    """
    if not isinstance(text, str) or not text.strip():
        raise UnitError("The unit is empty.", "Write a unit, or 1 for a plain number.")
    if len(text) > LONGEST:
        raise UnitError(
            Message("A text of {count} characters ({text!r}...) is no unit.", count=len(text), text=text[:20]),
            "Write one such as kWh/kg.",
        )
    sign = strange_sign(text)
    if sign is not None:
        what = Message("The sign {sign!r} in {text!r} can be read in several ways.", sign=sign, text=text)
        raise UnitError(what, "Write the unit in plain letters and digits, such as kWh, m2 or kWh/kg.")
    parser = _Parser(text, _tokenize(text, names), names)
    factor, powers = parser.expression(0)
    if parser.tokens:
        raise _unreadable(text)
    if abs(powers.get("length", 0)) == 3:
        raise UnitError(Message("{text!r} is a length to the power of 3.", text=text), "Write m3 (or L) for a volume.")
    if any(abs(power) > HIGHEST_POWER for power in powers.values()):
        raise UnitError(
            Message("{text!r} has a power above {highest_power}.", text=text, highest_power=HIGHEST_POWER),
            "Write a unit such as kWh/kg or m2.",
        )
    if not Fraction(1, 10**MOST_ZEROS) <= factor <= 10**MOST_ZEROS:
        raise UnitError(
            Message("{text!r} is a unit of size 0, or beyond all measure.", text=text), "Write a unit such as kWh/kg."
        )
    return factor, powers


def multiply(left: Value, right: Value, sign: int = 1) -> Value:
    """Return the product of two values, or their quotient if `sign` is -1."""
    powers = dict(left[1])
    for name, power in right[1].items():
        powers[name] = powers.get(name, 0) + sign * power
    return left[0] * right[0] if sign > 0 else left[0] / right[0], powers


def power_of(value: Value, power: int) -> Value:
    """Return a value to an integer power."""
    return value[0] ** power, {name: each * power for name, each in value[1].items()}


def _tokenize(text: str, names: Mapping[str, Value] | None) -> deque[str]:
    """Split a unit text into numbers, names and signs in normal spelling."""
    normal = normalize(text)
    tokens, position = deque[str](), 0
    while position < len(normal):
        match = _TOKEN.match(normal, position)
        if match is None:
            sign = normal[position:].strip()[0]
            if "°" in normal:
                raise _unknown("°C", text, Message("{text!r} is not a known unit.", text=text), names)
            cure = Message("Leave out the {sign!r}, or write a unit such as kWh/kg.", sign=sign)
            raise UnitError(Message("{text!r} is not a known unit.", text=text), cure)
        tokens.append(next(group for group in match.groups() if group))
        position = match.end()
    return tokens


@dataclass
class _Parser:
    """Recursive descent over the tokens of one unit text; each method removes the tokens that it has read."""

    text: str
    tokens: deque[str]
    names: Mapping[str, Value] | None

    @property
    def known(self) -> Mapping[str, Value]:
        """Values of all known names."""
        return unit_values() if self.names is None else self.names

    def expression(self, depth: int) -> Value:
        """Read products that `*` and `/` join."""
        tokens = self.tokens
        if depth > DEEPEST:
            raise UnitError(Message("{text!r} has too many brackets.", text=self.text), "Write a unit such as kgCO2e/(t*km).")
        value, divided = self.product(depth, lambda part: part), False
        while tokens and tokens[0] in "*/":
            sign = tokens.popleft()
            if sign == "*" and divided:
                raise UnitError(
                    Message("{text!r} can be read in two ways.", text=self.text), "Use brackets: a/(b*c) or (a/b)*c."
                )
            divided = divided or sign == "/"
            combine = partial(multiply, value, sign=-1 if sign == "/" else 1)
            value = combine(self.product(depth, combine))
        return value

    def product(self, depth: int, combine: Callable[[Value], Value]) -> Value:
        """Read adjacent units: `100 m`, `t km`, `t-km`. A number is only possible in front.

        A bracket behind a unit must repeat that unit, the product, or all that was read before (`combine` of the product).
        """
        tokens = self.tokens
        first, all_tokens = tokens[0] if tokens else "", list(tokens)
        value = last = self.power(depth)
        while tokens and (tokens[0] in "-(" or _is_name(tokens[0])):
            before, sign = _read_text(all_tokens, tokens), tokens[0]
            if sign == "-":
                tokens.popleft()
                if not tokens or tokens[0][0].isdigit():
                    raise _unreadable(self.text)
            start = list(tokens)
            part = self.power(depth) if sign != "(" else self.bracket(depth, before)
            if (sign == "(" and not first[0].isdigit()) or (first == "(" and sign != "-"):
                if not any(_same(part, one) for one in (last, value, combine(value))):
                    raise _two_units(self.text, before, _read_text(start, tokens))
                continue  # the same unit under another name
            if sign != "-" and sign != "(" and start[0] != first and _same_dimensions(part, last):
                raise _two_units(self.text, before, _read_text(start, tokens))
            value, last, first = multiply(value, part), part, start[0]
        return value

    def bracket(self, depth: int, before: str) -> Value:
        """Read a bracket behind a unit; a remark such as `kWh (grid)` is refused."""
        try:
            return self.power(depth)
        except UnitError as error:
            if not error.name or error.explanation:
                raise
            cure = Message("Write {before!r} alone; a bracket may only repeat the same unit in another word.", before=before)
            raise UnitError(error.what, cure) from None

    def power(self, depth: int) -> Value:
        """Read a name, a number or a bracket, and its exponent."""
        tokens = self.tokens
        if not tokens:
            raise _unreadable(self.text)
        first = tokens.popleft()
        if _is_name(first):
            power = self.exponent(HIGHEST_POWER)
            cube = f"{first}{abs(power)}"  # m^3 is m3, a volume
            if cube in self.known:
                return power_of(self.known[cube], power // abs(power))
            return power_of(self.value(first), power)
        if first[0].isdigit():
            number = Fraction(first)
            if number == 0:
                raise UnitError(Message("{text!r} is a unit of size 0.", text=self.text), "Write a unit such as kWh/kg.")
            return power_of((number, {}), self.exponent(12 if first == "10" else HIGHEST_POWER))
        if first != "(":
            raise _unreadable(self.text)
        value = self.expression(depth + 1)
        if not tokens or tokens.popleft() != ")":
            raise UnitError(
                Message("{text!r} has a bracket that is not closed.", text=self.text), "Write a unit such as kgCO2e/(t*km)."
            )
        return power_of(value, self.exponent(HIGHEST_POWER))

    def exponent(self, highest: int) -> int:
        """Read an exponent; 1 if there is none."""
        tokens = self.tokens
        if not tokens or tokens[0] not in ("^", "**"):
            return 1
        tokens.popleft()
        sign = -1 if tokens and tokens[0] == "-" else 1
        if tokens and tokens[0] in "+-":
            tokens.popleft()
        digits = tokens.popleft() if tokens else ""
        if not re.fullmatch("[0-9]{1,3}", digits) or not 1 <= int(digits) <= highest or _is_fraction(tokens):
            what = Message("{text!r} has a power that is no whole number from 1 to {highest}.", text=self.text, highest=highest)
            raise UnitError(what, "Write a unit such as m2.")
        return sign * int(digits)

    def value(self, name: str) -> Value:
        """Return the value of a known name, of a power of it (`cm2`), or of either behind Chinese multipliers (`万米`)."""
        known = self.known
        if name in known:
            return known[name]
        if name[0] in TENS and len(name) > 1:
            factor, powers = self.value(name[1:])
            return factor * 10 ** TENS[name[0]], powers
        if name[-1] in "234" and not name[-2:-1].isdigit() and name[:-1] in known:
            return power_of(known[name[:-1]], int(name[-1]))
        what = Message("{text!r} is not a known unit.", text=name)
        if name != self.text.strip():
            what = Message("{name!r} in {text!r} is not a known unit.", name=name, text=self.text)
        raise _unknown(name, self.text, what, self.names)


def _same(left: Value, right: Value) -> bool:
    return left[0] == right[0] and _same_dimensions(left, right)


def _same_dimensions(left: Value, right: Value) -> bool:
    return {k: v for k, v in left[1].items() if v} == {k: v for k, v in right[1].items() if v}


def _read_text(tokens: list[str], remaining: deque[str]) -> str:
    """Return the tokens that were read since as a text."""
    return re.sub(r" ?(\*\*|[/*^()+-]) ?", r"\1", " ".join(tokens[: len(tokens) - len(remaining)]))


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token in ("%", "‰")


def _is_fraction(tokens: deque[str]) -> bool:
    """Whether `/` and a bare number follow, so that a power of 1/2 may be meant."""
    following = list(islice(tokens, 3))
    if len(following) < 2 or following[0] != "/" or not following[1][0].isdigit():
        return False
    return len(following) == 2 or not (following[2] == "(" or _is_name(following[2]))


def _two_units(text: str, first: str, other: str) -> UnitError:
    other = other[1:-1] if other.startswith("(") and other.endswith(")") else other
    what = Message("{text!r} names two units, {first!r} and {other!r}.", text=text, first=first, other=other)
    return UnitError(what, "Write one of them; a product is written with a sign, such as t*km.")


def _unreadable(text: str) -> UnitError:
    return UnitError(
        Message("{text!r} cannot be read as a unit.", text=text), "Write a unit such as kWh/kg, kgCO2e/(t*km) or 100 m."
    )


def _unknown(name: str, text: str, what: str, names: Mapping[str, Value] | None) -> UnitError:
    """Return the error of an unknown name: what it is, or which unit may be meant."""
    explanation = explain_name(name, normalize(text))
    if explanation is not None:
        cure = sentences(*explanation)
        return UnitError(what, cure, name, text, explanation[0] or explanation[1].removesuffix("."), names)
    return UnitError(what, _suggestion(text, name, None, names) or PLAIN_CURE, name, text, names=names)


def _suggestion(text: str, name: str, fits: Callable[[Value], bool] | None, names: Mapping[str, Value] | None) -> str:
    """Return a question for the unit that may be meant, or an empty text. Typing errors are tried only with `fits`."""
    normal = normalize(text)
    similar, corrected = _correct(normal, name, fits, names, 0)
    if not similar:
        return ""
    alone = corrected == _replace(normal, name, similar)
    return _question(similar, name) if alone else _question(corrected, normal)


def _correct(
    normal: str, name: str, fits: Callable[[Value], bool] | None, names: Mapping[str, Value] | None, depth: int
) -> tuple[str, str]:
    """Return the name that may be meant, and the text with it and with further unknown names corrected likewise."""
    for similar in similar_names(name, unit_values() if names is None else names, typing_errors=fits is not None):
        corrected = _replace(normal, name, similar)
        try:
            if fits is None or fits(parse(corrected, names)):
                return similar, corrected
        except UnitError as error:
            if error.name not in ("", name) and not error.explanation and depth < DEEPEST:
                other, again = _correct(corrected, error.name, fits, names, depth + 1)
                if other:
                    return similar, again
    return "", normal


def _replace(normal: str, name: str, similar: str) -> str:
    return re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", similar, normal, count=1)


def _question(similar: str, name: str) -> str:
    capitals = "Capitals matter in units." if similar.casefold() == name.casefold() else ""
    return sentences(Message("Did you mean {close!r}?", close=similar), capitals)
