"""Numbers as decimal texts, rounded half to even, and days of validity."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

DIGITS = 700
"""Digits of the arithmetic: more than any float has."""


def decimal_text(value: float, decimals: int | None = 2, significant: int | None = None) -> str:
    """Return a number as a decimal text without exponent, rounded half to even on its shortest decimal.

    Parameters
    ----------
    value : float
        A finite number.
    decimals : int or None
        Number of decimals; None to keep all.
    significant : int or None
        Number of significant digits; takes the place of `decimals`.

    Examples
    --------
    >>> [decimal_text(value) for value in (35.8764, 0.125, 2.675, 3.0, -0.001)]
    ['35.88', '0.12', '2.68', '3.00', '0.00']
    >>> decimal_text(1234.5, significant=3), decimal_text(9.996, significant=3), decimal_text(1e-7, None)
    ('1230', '10.0', '0.0000001')

    References
    ----------
    GB/T 8170 rounds half to even, as secondary sources report it.
    """
    exact = Decimal(repr(float(value)))
    with localcontext() as context:
        context.prec, context.rounding = DIGITS, ROUND_HALF_EVEN
        if significant is not None:
            rounded = _significant(exact, significant)
        else:
            rounded = exact if decimals is None else exact.quantize(Decimal(1).scaleb(-decimals))
        text = f"{rounded:f}"
    return text.removeprefix("-") if not rounded else text


def _significant(exact: Decimal, digits: int) -> Decimal:
    """Round to significant digits; a carry into a new digit, as of 9.996, takes one from behind."""
    if not exact:
        return Decimal(0)
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1))
    return rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1))


def last_valid_day(issued: date, months: int) -> date:
    """Return the day before the same day some months later; the last of that month where it has no such day.

    Parameters
    ----------
    issued : date
        Day of issue.
    months : int
        Months of validity.

    Raises
    ------
    OverflowError
        The day is beyond the year 9999.

    Examples
    --------
    >>> str(last_valid_day(date(2025, 9, 1), 24)), str(last_valid_day(date(2024, 2, 29), 24))
    ('2027-08-31', '2026-02-28')
    """
    year, month = divmod(issued.year * 12 + issued.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("the year is beyond 9999")
    last = monthrange(year, month + 1)[1]
    if issued.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, issued.day) - timedelta(days=1)
