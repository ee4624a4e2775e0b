"""The grammar of units as people write them: text to an exact factor and powers of dimensions.

The names stand in `units.txt`, a pint definitions file. What pint computes from it, in exact fractions, is shipped beside it in
`units.compiled.txt` and used as long as it was computed from that very file; else pint is asked.
What people write is read by the small grammar below, never by `eval`:

- `kWh/kg`, `kgCO2e/(t*km)`, `kgCO2e/t/km`, `kWh per kg`, `m2 m² m^2 m**2 s⁻¹`, full-width signs, `100 m`, `万米`;
- a space, `·` or `-` between units multiplies and binds tighter than `/`: `kgCO2e/t·km` is per t·km; `*` after `/` is
  refused, because people mean both things by it;
- a bracket behind a unit says it in another word (`kWh（度）`, `m（米）`) and never multiplies: where it is another unit, the
  text is refused; a bracket behind `/` or `*` or a number groups, as in `kgCO2e/(t*km)`;
- capitals matter: `t` is a tonne, `Mt` a million, `m` a metre, `M` nothing.

How signs are spelt is in `unit_spelling`, what to write instead of a word that is no unit in `unit_advice`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import islice

from textile_pcf.errors import InvalidValueError
from textile_pcf.suggest import DEEPEST, HIGHEST_POWER, LONGEST, MOST_ZEROS
from textile_pcf.units.advice import PLAIN_CURE, explained, perhaps_meant
from textile_pcf.units.registry import Value, unit_values
from textile_pcf.units.spelling import plain_text, strange_sign

_TENS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}


_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?!\w))?)|([%‰]|[^\W\d_][^\W_]*)|(\*\*|[*^/()+-]))")


class UnitError(InvalidValueError):
    """A text that is no unit.

    `word` is what is not known in the `text`, empty where something else is wrong. `explanation` says what it is: a sentence,
    or a part of the cure that cannot do without its end.
    """

    def __init__(self, what: str, cure: str, word: str = "", text: str = "", explanation: str = "") -> None:
        super().__init__(what, cure)
        self.word, self.text, self.explanation = word, text, explanation

    def cure_where(self, wanted: str, fits: Callable[[Value], bool]) -> str:
        """What to write where only some units fit; `wanted` is a sentence that names these."""
        if not self.word:
            return self.cure
        if self.explanation:
            return f"{self.explanation} {wanted}" if self.explanation.endswith(".") else self.cure
        return _meant(self.text, self.word, fits) or wanted


def parse(text: str) -> Value:
    """The exact factor and dimensions of a unit text.

    Raises
    ------
    UnitError
        Unknown or ambiguous unit, temperature, foreign currency, or a text that is no unit at all.
    """
    if not isinstance(text, str) or not text.strip():
        raise UnitError("The unit is empty.", "Write a unit, or 1 for a plain number.")
    if len(text) > LONGEST:
        raise UnitError(f"A text of {len(text)} characters ({text[:20]!r}...) is no unit.", "Write one such as kWh/kg.")
    sign = strange_sign(text)
    if sign is not None:
        what = f"The sign {sign!r} in {text!r} can be read in several ways."
        raise UnitError(what, "Write the unit in plain letters and digits, such as kWh, m2 or kWh/kg.")
    tokens = _tokens(text)
    factor, powers = _expression(tokens, text, 0)
    if tokens:
        raise _unreadable(text)
    if abs(powers.get("length", 0)) == 3:
        raise UnitError(f"{text!r} is a length to the power of 3.", "Write m3 (or L) for a volume.")
    if any(abs(power) > HIGHEST_POWER for power in powers.values()):
        raise UnitError(f"{text!r} has a power above {HIGHEST_POWER}.", "Write a unit such as kWh/kg or m2.")
    if not Fraction(1, 10**MOST_ZEROS) <= factor <= 10**MOST_ZEROS:
        raise UnitError(f"{text!r} is a unit of size 0, or beyond all measure.", "Write a unit such as kWh/kg.")
    return factor, powers


def _tokens(text: str) -> deque[str]:
    """Numbers, names and signs of a unit text, in one plain spelling."""
    plain = plain_text(text)
    tokens, position = deque[str](), 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None:
            sign = plain[position:].strip()[0]
            if "°" in plain:
                raise _unknown("°C", text, f"{text!r} is not a known unit.")
            cure = f"Leave out the {sign!r}, or write a unit such as kWh/kg."
            raise UnitError(f"{text!r} is not a known unit.", cure)
        tokens.append(next(group for group in match.groups() if group))
        position = match.end()
    return tokens


def _expression(tokens: deque[str], text: str, depth: int) -> Value:
    if depth > DEEPEST:
        raise UnitError(f"{text!r} has too many brackets.", "Write a unit such as kgCO2e/(t*km).")
    value, divided = _product(tokens, text, depth, lambda part: part), False
    while tokens and tokens[0] in "*/":
        sign = tokens.popleft()
        if sign == "*" and divided:
            raise UnitError(f"{text!r} can be read in two ways.", "Use brackets: a/(b*c) or (a/b)*c.")
        divided = divided or sign == "/"
        whole = partial(multiply, value, sign=-1 if sign == "/" else 1)
        value = whole(_product(tokens, text, depth, whole))
    return value


def _product(tokens: deque[str], text: str, depth: int, whole: Callable[[Value], Value]) -> Value:
    """Units side by side: `100 m`, `t km`, `t-km`. A number stands in front of them only.

    A bracket behind a unit says once more what that unit is, or the product, or the `whole` text up to here.
    """
    first, left = tokens[0] if tokens else "", list(tokens)
    value = last = _power(tokens, text, depth)
    while tokens and (tokens[0] in "-(" or _is_word(tokens[0])):
        before, sign = _spelt(left, tokens), tokens[0]
        if sign == "-":
            tokens.popleft()
            if not tokens or tokens[0][0].isdigit():
                raise _unreadable(text)
        start = list(tokens)
        part = _power(tokens, text, depth) if sign != "(" else _bracket(tokens, text, depth, before)
        if (sign == "(" and not first[0].isdigit()) or (first == "(" and sign != "-"):
            if not any(_same(part, one) for one in (last, value, whole(value))):
                raise _two_units(text, before, _spelt(start, tokens))
            continue  # the same unit in another word
        if sign != "-" and sign != "(" and start[0] != first and _same_dimensions(part, last):
            raise _two_units(text, before, _spelt(start, tokens))
        value, last, first = multiply(value, part), part, start[0]
    return value


def _bracket(tokens: deque[str], text: str, depth: int, before: str) -> Value:
    """What stands in a bracket behind a unit; a remark such as `kWh (grid)` is none."""
    try:
        return _power(tokens, text, depth)
    except UnitError as error:
        if not error.word or error.explanation:
            raise
        cure = f"Write {before!r} alone; a bracket may only say the same unit in another word."
        raise UnitError(error.what, cure) from None


def _same(left: Value, right: Value) -> bool:
    """Whether two values are one unit."""
    return left[0] == right[0] and _same_dimensions(left, right)


def _same_dimensions(left: Value, right: Value) -> bool:
    return {k: v for k, v in left[1].items() if v} == {k: v for k, v in right[1].items() if v}


def _spelt(before: list[str], left: deque[str]) -> str:
    """The tokens read since, as a text."""
    return re.sub(r" ?(\*\*|[/*^()+-]) ?", r"\1", " ".join(before[: len(before) - len(left)]))


def _two_units(text: str, first: str, other: str) -> UnitError:
    other = other[1:-1] if other.startswith("(") and other.endswith(")") else other
    what = f"{text!r} names two units, {first!r} and {other!r}."
    return UnitError(what, "Write one of them; a product is written with a sign, such as t*km.")


def _power(tokens: deque[str], text: str, depth: int) -> Value:
    if not tokens:
        raise _unreadable(text)
    first = tokens.popleft()
    if _is_word(first):
        power = _exponent(tokens, text, HIGHEST_POWER)
        cube = f"{first}{abs(power)}"  # m^3 is m3, a volume
        if cube in unit_values():
            return power_of(unit_values()[cube], power // abs(power))
        return power_of(_named(first, text), power)
    if first[0].isdigit():
        number = Fraction(first)
        if number == 0:
            raise UnitError(f"{text!r} is a unit of size 0.", "Write a unit such as kWh/kg.")
        return power_of((number, {}), _exponent(tokens, text, 12 if first == "10" else HIGHEST_POWER))
    if first != "(":
        raise _unreadable(text)
    value = _expression(tokens, text, depth + 1)
    if not tokens or tokens.popleft() != ")":
        raise UnitError(f"{text!r} has a bracket that is not closed.", "Write a unit such as kgCO2e/(t*km).")
    return power_of(value, _exponent(tokens, text, HIGHEST_POWER))


def _is_word(part: str) -> bool:
    return part[0].isalpha() or part in "%‰"


def _exponent(tokens: deque[str], text: str, highest: int) -> int:
    if not tokens or tokens[0] not in ("^", "**"):
        return 1
    tokens.popleft()
    sign = -1 if tokens and tokens[0] == "-" else 1
    if tokens and tokens[0] in "+-":
        tokens.popleft()
    digits = tokens.popleft() if tokens else ""
    if not re.fullmatch("[0-9]{1,3}", digits) or not 1 <= int(digits) <= highest or _is_fraction(tokens):
        what = f"{text!r} has a power that is no whole number from 1 to {highest}."
        raise UnitError(what, "Write a unit such as m2.")
    return sign * int(digits)


def _is_fraction(tokens: deque[str]) -> bool:
    """Whether a bare number follows behind `/`: then a power of 1/2 is perhaps meant."""
    behind = list(islice(tokens, 3))
    if len(behind) < 2 or behind[0] != "/" or not behind[1][0].isdigit():
        return False
    return len(behind) == 2 or not (behind[2] == "(" or _is_word(behind[2]))


def _named(word: str, text: str) -> Value:
    """The value of one word: a name of `units.txt`, a square (`cm2`), or Chinese tens before either (`万米`)."""
    if word in unit_values():
        return unit_values()[word]
    if word[0] in _TENS and len(word) > 1:
        factor, powers = _named(word[1:], text)
        return factor * 10 ** _TENS[word[0]], powers
    if word[-1] in "234" and not word[-2:-1].isdigit() and word[:-1] in unit_values():
        return power_of(unit_values()[word[:-1]], int(word[-1]))
    whole = f" in {text!r}" if word != text.strip() else ""
    raise _unknown(word, text, f"{word!r}{whole} is not a known unit.")


def _unknown(word: str, text: str, what: str) -> UnitError:
    """The error of a word that is no unit: what it is, or what was perhaps meant."""
    told = explained(word, plain_text(text))
    if told is not None:
        return UnitError(what, " ".join(filter(None, told)), word, text, told[0] or told[1].removesuffix("."))
    return UnitError(what, _meant(text, word, None) or PLAIN_CURE, word, text)


def _meant(text: str, word: str, fits: Callable[[Value], bool] | None) -> str:
    """A question for the unit that was perhaps meant; empty where none is. Slips are only looked for among units that fit."""
    name, whole = _repaired(plain_text(text), word, fits, 0)
    if not name:
        return ""
    alone = whole == _replaced(plain_text(text), word, name)
    return _question(name, word) if alone else _question(whole, plain_text(text))


def _repaired(plain: str, word: str, fits: Callable[[Value], bool] | None, depth: int) -> tuple[str, str]:
    """The name that a word perhaps means, and the whole text with it and with the same done to other words."""
    for name in perhaps_meant(word, unit_values(), slips=fits is not None):
        whole = _replaced(plain, word, name)
        try:
            if fits is None or fits(parse(whole)):
                return name, whole
        except UnitError as error:
            if error.word not in ("", word) and not error.explanation and depth < DEEPEST:
                other, again = _repaired(whole, error.word, fits, depth + 1)
                if other:
                    return name, again
    return "", plain


def _replaced(plain: str, word: str, name: str) -> str:
    return re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", name, plain, count=1)


def _question(name: str, word: str) -> str:
    return f"Did you mean {name!r}?" + (" Capitals matter in units." if name.casefold() == word.casefold() else "")


def _unreadable(text: str) -> UnitError:
    return UnitError(f"{text!r} cannot be read as a unit.", "Write a unit such as kWh/kg, kgCO2e/(t*km) or 100 m.")


def multiply(left: Value, right: Value, sign: int = 1) -> Value:
    """Product of two values; their quotient when `sign` is -1."""
    powers = dict(left[1])
    for name, power in right[1].items():
        powers[name] = powers.get(name, 0) + sign * power
    return left[0] * right[0] if sign > 0 else left[0] / right[0], powers


def power_of(value: Value, power: int) -> Value:
    """Power of a value."""
    return value[0] ** power, {name: each * power for name, each in value[1].items()}
