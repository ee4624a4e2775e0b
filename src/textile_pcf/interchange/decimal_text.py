"""Numbers as PACT writes them: decimals in text, in plain notation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal

from textile_pcf.errors import InvalidValueError
from textile_pcf.messages.message import Message

DIGITS = 12
"""Significant digits where none are asked for."""
LONGEST = 100
"""Characters of a decimal that is read."""
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_EXACT = Context(prec=1000)


def decimal_text(value: float | Decimal, digits: int = DIGITS) -> str:
    """Return a number as plain text without exponent, rounded half to even.

    Parameters
    ----------
    value : float or Decimal
        A finite number; of a float the shortest decimal that reads back as the same float is taken.
    digits : int, optional
        Significant digits, 1 to 17.

    Examples
    --------
    >>> decimal_text(1e-7), decimal_text(0.1 + 0.2), decimal_text(1250.0), decimal_text(-0.0)
    ('0.0000001', '0.3', '1250', '0')
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return plain(Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(exact))


def plain(value: Decimal) -> str:
    """Return a decimal in plain notation, without zeros at the end and without a sign before 0."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text.strip("-") == "0" else text


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of decimals.

    Examples
    --------
    >>> exact_sum([Decimal("0.1"), Decimal("0.2")])
    Decimal('0.3')
    """
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return total


def quotient(numerator: Decimal, denominator: Decimal) -> float:
    """Return numerator ÷ denominator as the nearest float."""
    return float(numerator if denominator == 1 else _EXACT.divide(numerator, denominator))


def parse_decimal(text: object) -> Decimal:
    """Read a decimal: digits, with a sign or a point where wanted, and nothing more.

    Parameters
    ----------
    text : object
        The value as it stands in a record.

    Raises
    ------
    InvalidValueError
        It is no text, or no decimal.

    Examples
    --------
    >>> parse_decimal("-1.50"), parse_decimal("007")
    (Decimal('-1.50'), Decimal('7'))
    """
    if isinstance(text, str) and len(text) <= LONGEST and _DECIMAL.fullmatch(text):
        return Decimal(text)
    if isinstance(text, str) and len(text) > LONGEST:
        raise InvalidValueError(Message("This number has {count} characters.", count=len(text)), "Write at most 100.")
    cure = 'Write digits with a decimal point, in quotes: "1.25"; no exponent, unit, comma or blank.'
    if isinstance(text, str):
        raise InvalidValueError(Message("{text!r} is not a decimal.", text=text), cure)
    raise InvalidValueError("A decimal is a text here.", cure)


def half_unit(value: Decimal) -> Decimal:
    """Return half a unit in the last place of a printed number; 0 of a number that is 0.

    Examples
    --------
    >>> half_unit(Decimal("1.50")), half_unit(Decimal("12")), half_unit(Decimal("0.00"))
    (Decimal('0.005'), Decimal('0.5'), Decimal('0'))
    """
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1) if value else Decimal(0)
