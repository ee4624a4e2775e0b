"""The grammar of units as people write them: text to an exact factor and powers of dimensions.

The names stand in `units.txt`, a pint definitions file. What pint computes from it, in exact fractions, is shipped beside it in
`units.compiled.txt` and used as long as it was computed from that very file; else pint is asked.
What people write is read by the small grammar below, never by `eval`:

- `kWh/kg`, `kgCO2e/(t*km)`, `kgCO2e/t/km`, `kWh per kg`, `m2 m² m^2 m**2 s⁻¹`, full-width signs, `100 m`, `万米`;
- a space, `·` or `-` between units multiplies and binds tighter than `/`: `kgCO2e/t·km` is per t·km; `*` after `/` is
  refused, because people mean both things by it;
- capitals matter: `t` is a tonne, `Mt` a million, `m` a metre, `M` nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from textile_pcf.errors import RefusedError

LONGEST, DEEPEST, HIGHEST_POWER, MOST_ZEROS = 64, 4, 4, 30  # limits of a text that is a unit and not an attack
_TENS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
FULL_WIDTH: dict[int, str | int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FULL_WIDTH |= {0x3000: 0x20, 0x2212: 0x2D}  # also the wide space and the minus sign
_SIGNS = str.maketrans({"×": "*", "÷": "/", "⁄": "/", "∕": "/", "−": "-", **dict.fromkeys("·⋅∙•・‧", " ")})
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?!\w))?)|([%‰]|[^\W\d_][^\W_]*)|(\*\*|[*^/()+-]))")
_CO2 = re.compile(
    r"(?<![A-Za-z])(kg|g|mg|t|kt|Mt|ton|tonne|千克|公斤|克|吨)[\s*-]*(?:CO2|二氧化碳)"
    r"(?:[\s-]*(?:equivalents?|equiv|eq|e|E|当量)(?![A-Za-z]))?"
)

Value = tuple[Fraction, dict[str, int]]
"""Exact factor to canonical units, and the power of each dimension."""


class UnitError(RefusedError):
    """A text that is no unit."""


def read(text: str) -> Value:
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


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known name most like a text: the same but for capitals first, then the closest spelling; None if none is.

    Examples
    --------
    >>> nearest("Elektricity", ["steam", "electricity"]), nearest("kwh", ["kW", "kWh"]), nearest("xyz", ["steam"])
    ('electricity', 'kWh', None)
    """
    lowered: dict[str, str] = {}
    for name in known:
        if name == text:
            return name
        lowered.setdefault(name.casefold(), name)
    wanted = text[:LONGEST].strip().casefold()
    found = [wanted] if wanted in lowered else get_close_matches(wanted, lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def by_pint(definitions: str) -> dict[str, Value]:
    """Every unit of a definitions file, in exact fractions of the canonical ones, as pint computes it."""
    import pint  # only when the definitions changed: it costs as much as numpy and pydantic together
    from pint.util import UnitsContainer

    lines = [bare for line in definitions.splitlines() if (bare := line.partition("#")[0].strip())]
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(
        lines, non_int_type=Fraction, cache_folder=None, on_redefinition="raise"
    )
    values: dict[str, Value] = {}
    for name in (name for name in registry if "_" not in name):
        factor, root = registry.get_root_units(UnitsContainer({name: 1}))
        powers: Any = root.dimensionality
        values[name] = Fraction(str(factor)), {str(dimension).strip("[]"): int(power) for dimension, power in powers.items()}
    return values


def compiled(definitions: str) -> str:
    """The definitions as pint computes them, a line per unit, headed by the hash of what they were computed from."""
    told = [
        f"{name} {factor} {' '.join(f'{k}:{v}' for k, v in powers.items())}"
        for name, (factor, powers) in by_pint(definitions).items()
    ]
    return "\n".join([_hash(definitions), *sorted(told)]) + "\n"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _units() -> Mapping[str, Value]:
    """Units by name: as pint computed them for this very definitions file, else computed now."""
    home = Path(__file__)
    definitions = home.with_name("units.txt").read_text(encoding="utf-8")
    head, _, rows = home.with_name("units.compiled.txt").read_text(encoding="utf-8").partition("\n")
    return dict(map(_unit, rows.splitlines())) if head == _hash(definitions) else by_pint(definitions)


def _unit(row: str) -> tuple[str, Value]:
    name, factor, *powers = row.split()
    return name, (Fraction(factor), {dimension: int(power) for dimension, _, power in (one.partition(":") for one in powers)})


def _tokens(text: str) -> deque[str]:
    """Numbers, names and signs of a unit text, in one plain spelling."""
    plain = re.sub("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    plain = unicodedata.normalize("NFKC", plain.translate(_SIGNS)).translate(_SIGNS)
    plain = re.sub(r"%\s*\(?o\.?w\.?f\.?\)?", "%", plain)  # on weight of fibre: the flow's unit says of what
    plain = re.sub(r"(?<=[^\W\d])\.(?=[^\W\d])", " ", _CO2.sub(r"\1CO2e", plain))
    plain = re.sub(r"\bper\b|每", "/", plain).strip()
    tokens, position = deque[str](), 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None:
            sign = plain[position:].strip()[0]
            cure = _advice("°C") if "°" in plain else f"Leave out the {sign!r}, or write a unit such as kWh/kg."
            raise UnitError(f"{text!r} is not a known unit.", cure)
        tokens.append(next(group for group in match.groups() if group))
        position = match.end()
    return tokens


def _expression(tokens: deque[str], text: str, depth: int) -> Value:
    if depth > DEEPEST:
        raise UnitError(f"{text!r} has too many brackets.", "Write a unit such as kgCO2e/(t*km).")
    value, divided = _product(tokens, text, depth), False
    while tokens and tokens[0] in "*/":
        sign = tokens.popleft()
        if sign == "*" and divided:
            raise UnitError(f"{text!r} can be read in two ways.", "Use brackets: a/(b*c) or (a/b)*c.")
        divided = divided or sign == "/"
        value = times(value, _product(tokens, text, depth), -1 if sign == "/" else 1)
    return value


def _product(tokens: deque[str], text: str, depth: int) -> Value:
    """Units side by side: `100 m`, `t km`, `t-km`. A number stands in front of them only."""
    value = _power(tokens, text, depth)
    while tokens and (tokens[0] in "-(" or _is_word(tokens[0])):
        if tokens[0] == "-":
            tokens.popleft()
            if not tokens or tokens[0][0].isdigit():
                raise _unreadable(text)
        value = times(value, _power(tokens, text, depth))
    return value


def _power(tokens: deque[str], text: str, depth: int) -> Value:
    if not tokens:
        raise _unreadable(text)
    first = tokens.popleft()
    if _is_word(first):
        power = _exponent(tokens, text, HIGHEST_POWER)
        cube = f"{first}{abs(power)}"  # m^3 is m3, a volume
        if cube in _units():
            return raised(_units()[cube], power // abs(power))
        return raised(_named(first, text), power)
    if first[0].isdigit():
        number = Fraction(first)
        if number == 0:
            raise UnitError(f"{text!r} is a unit of size 0.", "Write a unit such as kWh/kg.")
        return raised((number, {}), _exponent(tokens, text, 12 if first == "10" else HIGHEST_POWER))
    if first != "(":
        raise _unreadable(text)
    value = _expression(tokens, text, depth + 1)
    if not tokens or tokens.popleft() != ")":
        raise UnitError(f"{text!r} has a bracket that is not closed.", "Write a unit such as kgCO2e/(t*km).")
    return raised(value, _exponent(tokens, text, HIGHEST_POWER))


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
    if not re.fullmatch("[0-9]{1,3}", digits) or not 1 <= int(digits) <= highest:
        what = f"{text!r} has a power that is no whole number from 1 to {highest}."
        raise UnitError(what, "Write a unit such as m2.")
    return sign * int(digits)


def _named(word: str, text: str) -> Value:
    """The value of one word: a name of `units.txt`, a square (`cm2`), or Chinese tens before either (`万米`)."""
    if word in _units():
        return _units()[word]
    if word[0] in _TENS and len(word) > 1:
        factor, powers = _named(word[1:], text)
        return factor * 10 ** _TENS[word[0]], powers
    if word[-1] in "234" and word[:-1] in _units():
        return raised(_units()[word[:-1]], int(word[-1]))
    whole = f" in {text!r}" if word != text.strip() else ""
    raise UnitError(f"{word!r}{whole} is not a known unit.", _advice(word))


def _advice(word: str) -> str:
    if word in {"°C", "C", "°F", "F", "K", "degC", "degree", "degrees", "celsius", "kelvin", "摄氏度", "℃"}:
        return "Temperatures are not units of this library: give the heat in MJ, kWh or kg of steam."
    if word in {"USD", "EUR", "GBP", "JPY", "HKD", "INR", "TRY", "BDT", "VND", "美元", "欧元", "日元"}:
        return "Money is counted in CNY (元) only: convert it first, the library knows no exchange rates."
    if word in {"month", "months", "月", "个月"}:
        return "A month has no fixed length: write days (d), or give the total of a year."
    if word in {"CO2", "CO2e", "CO2eq", "支", "T", "Tt", "N"}:
        known = {"支": "公支 (Nm) or 英支 (Ne)", "T": "t for tonnes, or tex", "Tt": "tex", "N": "Nm for a yarn count"}
        return f"Write {known.get(word, 'kgCO2e, gCO2e or tCO2e')}."
    near = nearest(word, sorted(_units(), key=lambda name: (len(name), name)))
    if near is None:
        return "Write a unit such as kg, kWh, MJ, m3, m2, t*km, piece, % or kWh/kg."
    return f"Did you mean {near!r}?" + (" Capitals matter in units." if near.casefold() == word.casefold() else "")


def _unreadable(text: str) -> UnitError:
    return UnitError(f"{text!r} cannot be read as a unit.", "Write a unit such as kWh/kg, kgCO2e/(t*km) or 100 m.")


def times(left: Value, right: Value, sign: int = 1) -> Value:
    """Product of two values; their quotient when `sign` is -1."""
    powers = dict(left[1])
    for name, power in right[1].items():
        powers[name] = powers.get(name, 0) + sign * power
    return left[0] * right[0] if sign > 0 else left[0] / right[0], powers


def raised(value: Value, power: int) -> Value:
    """Power of a value."""
    return value[0] ** power, {name: each * power for name, each in value[1].items()}
