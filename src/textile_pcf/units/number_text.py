"""Read numbers as people write them in cells: full-width digits, `0.002万`, `21。54`, `1,234.5`.

A text is read if it has one meaning. A date, a fraction sign, a calculation, a range or digits of another script is
refused with a sentence that says what it is: `float` and Unicode normalisation would take some of them for another number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.columns import is_too_small, parse_numbers
from textile_pcf.messages.message import Message
from textile_pcf.units.grammar import UnitError
from textile_pcf.units.spelling import FULL_WIDTH

LONGEST = 400  # characters of a number: no float has more digits before its point
SHOWN = 60
_TENS = {"十": 1, "百": 2, "千": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}
_TIMES = re.compile(r"(?=[百千万萬亿億]|十[万萬亿億])[十百千]?[万萬]?[亿億]?")
_POINT = re.compile(r"(?<=[0-9])[。｡](?=[0-9])")
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*)", re.DOTALL)
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)(?![0-9.,])")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    r"[0-9]{2,4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号號]?)?)?|[0-9]{1,2}月(?:[0-9]{1,2}[日号號]?)?"
    r"|[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,3}[日号號])?"
    r"|[0-9]{4}[-/][0-9]{1,2}(?:[-/][0-9]{1,2})?(?:[ T][0-9:.]+)?|[0-9]{1,4}\.[0-9]{1,2}\.[0-9]{1,4}"
    r"|[0-9]{1,2}[-/][0-9]{1,2}(?:[-/][0-9]{2,4})?"
    rf"|[0-9]{{1,4}}[-/ ]?{_MONTH}\.?(?:[-/, ]+[0-9]{{2,4}})?|{_MONTH}\.?[-/ ]*[0-9]{{1,4}}(?:[-/, ]+[0-9]{{2,4}})?"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]m)?|[0-9]{1,2}[时時点][0-9]{1,2}分?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[-~–—±至到]\s*[.0-9]")
_CALCULATION = re.compile(r"[×xX*·⋅∙⁄/÷+^]\s*[.0-9]")
_TEN = re.compile(r"[×xX*·⋅∙]\s*10\s*(?:\^|\*\*)?\s*([+-]?[0-9]{0,3})\s*$")
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_YEAR = re.compile(r"([12][0-9]{3})(?:\.0+)?\s*(?:年度?)?")


class NumberError(UnitError):
    """A text that is not a number but something known, such as a date."""


def split_number(text: str) -> tuple[float, str]:
    """Return the number in front of a text, and the rest, which is a unit or empty.

    Parameters
    ----------
    text : str
        The content of a cell.

    Returns
    -------
    tuple of (float, str)
        The number and the unit text.

    Raises
    ------
    NumberError
        The text is something else: a date, a fraction, a calculation, a range, digits of another script, or a number so
        small that a float would be 0.
    UnitError
        No number in front, an ambiguous comma, two ways to read it, or not finite.

    Examples
    --------
    >>> split_number("２１．５４"), split_number("0.002万"), split_number("0.5万米"), split_number("1,234.5 kg")
    ((21.54, ''), (20.0, ''), (0.5, '万米'), (1234.5, 'kg'))
    >>> split_number("3月2日")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    textile_pcf.units.number_text.NumberError: '3月2日' is a date or a time, not a number. Excel makes a date of 3-2 ...
    """
    shown = repr(text[:SHOWN])
    if len(text) > LONGEST:
        raise UnitError(Message("{shown} does not start with a number.", shown=shown), "Write a quantity such as 2 kWh.")
    plain = _POINT.sub(".", text.translate(FULL_WIDTH).strip())
    _refuse_others(plain, shown)
    plain = _GROUPED.sub(lambda match: match[0].replace(",", ""), plain, count=1) if "," in plain else plain
    match = _NUMBER.match(plain)
    if re.match(r"[+-]?[\d.]*,", plain):
        raise UnitError(
            Message("{shown} has a comma in its number.", shown=shown), "Write 1234.5, without thousands separators."
        )
    if match is None:
        raise UnitError(Message("{shown} does not start with a number.", shown=shown), "Write a quantity such as 2 kWh.")
    digits, unit = match[1], match[2].strip()
    if re.match(r"[\w.]*,", unit) or unit[:1].isdigit() or unit[:1] in ("_", "."):
        cure = "Write 1500 kg, without spaces in the number; a unit such as 100 m belongs in its own column."
        raise UnitError(Message("{shown} can be read in two ways.", shown=shown), cure)
    if unit[:1] and not (unit[0].isalpha() or unit[0] in "%‰/(¥￥$€°℃℉"):
        raise UnitError(Message("{shown} is not a number with a unit.", shown=shown), "Write a quantity such as 2 kWh.")
    if float(digits) == 0 and is_too_small(digits):
        cure = "The smallest number that can be calculated is about 1e-307. Check its exponent; write 0 if nothing is meant."
        raise NumberError(Message("{shown} is too small a number.", shown=shown), cure)
    tens = sum(_TENS[sign] for sign in unit) if _TIMES.fullmatch(unit) else 0
    amount = scale(float(digits), tens)
    if not isfinite(amount):
        raise UnitError(Message("{shown} is not a finite number.", shown=shown), "Write a quantity such as 2 kWh.")
    return amount, "" if tens else unit


def times_more(unit: str, other: str) -> int:
    """Return the number of zeros in the Chinese multiplier before a unit; 0 if it is not the other unit with a multiplier.

    Parameters
    ----------
    unit, other : str
        Unit texts.

    Examples
    --------
    >>> times_more("万kWh", "kWh"), times_more("kWh", "kWh"), times_more("kWh", "MJ")
    (4, 0, 0)
    """
    tens = unit.removesuffix(other)
    return sum(_TENS[sign] for sign in tens) if tens != unit and _TIMES.fullmatch(tens) else 0


def parse_office_numbers(values: Sequence[Any]) -> tuple[FloatArray, BoolArray]:
    """Return the numbers of a column, and which cells are invalid; also read numbers as offices write them.

    Parameters
    ----------
    values : sequence
        Cells. Ordinary numbers are read by `columns.parse_numbers`, each other distinct text once.

    Returns
    -------
    floats : ndarray, shape (rows,)
        NaN for empty and invalid cells.
    invalid : ndarray of bool, shape (rows,)
        Cells that are not a finite number.
    """
    floats, invalid = parse_numbers(values)
    amounts: dict[str, float | None] = {}
    for row in np.flatnonzero(invalid).tolist():
        text = values[row]
        if not isinstance(text, str):
            continue
        if text not in amounts:
            amounts[text] = _number_only(text)
        if (amount := amounts[text]) is not None:
            floats[row], invalid[row] = amount, False
    return floats, invalid


def why_no_number(text: Any) -> NumberError | None:
    """Return the error that says what a cell is instead of a number; None if that is not known.

    Examples
    --------
    >>> why_no_number("3-5").what
    "'3-5' is a date or a time, not a number."
    >>> why_no_number("many") is None
    True
    """
    try:
        split_number(str(text)) if isinstance(text, str | Decimal) else None
    except NumberError as error:
        return error
    except UnitError:
        pass
    return None


def year_text(text: str) -> str:
    """Return a year as four digits if the text means one (`2023.0`, `2023年`), else the text.

    Examples
    --------
    >>> year_text("2023.0"), year_text("２０２３年"), year_text("23")
    ('2023', '2023', '23')
    """
    match = _YEAR.fullmatch(text.translate(FULL_WIDTH).strip()) if len(text) <= SHOWN else None
    return match[1] if match else text


def is_year(text: str) -> bool:
    """Return whether a text is a year of four digits, 1000 to 2999.

    Examples
    --------
    >>> is_year("2023"), is_year("23"), is_year("2023年")
    (True, False, False)
    """
    return len(text) == 4 and text.isascii() and text.isdigit() and text[0] in "12"


def _number_only(text: str) -> float | None:
    try:
        amount, unit = split_number(text)
    except UnitError:
        return None
    return None if unit else amount


def scale(amount: float, zeros: int) -> float:
    """Return a number times a power of ten, rounded once.

    Examples
    --------
    >>> scale(0.002, 4)
    20.0
    """
    return float(Decimal(repr(amount)).scaleb(zeros)) if zeros and isfinite(amount) else amount


def _refuse_others(plain: str, shown: str) -> None:
    """Raise NumberError for a text that is not a number but could be taken for one."""
    if _DATE.fullmatch(plain):
        cure = "Excel makes a date of 3-2 or 3/2: format the cell as text, and write the number again."
        raise NumberError(Message("{shown} is a date or a time, not a number.", shown=shown), cure)
    number = _NUMBER.match(plain)
    rest = number[2].translate(_RAISED) if number else ""
    if number and (ten := _TEN.match(rest)) and number[2][:1] not in "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
        power = int(ten[1]) if ten[1].strip("+-") else 1
        cure = Message(
            "Write {scaled:g} or {number}e{power}.", scaled=scale(float(number[1]), power), number=number[1], power=power
        )
        raise NumberError(Message("{shown} is a calculation, not a number.", shown=shown), cure)
    after = plain[len(re.match(r"[+-]?[0-9.,]*\s*", plain)[0]) :][:1]  # type: ignore[index]
    if after and not after.isascii() and after.isnumeric() and not after.isalpha():
        _refuse_sign(after, shown)
    if number and _RANGE.match(number[2]):
        raise NumberError(Message("{shown} is a range, not a number.", shown=shown), "Write the one number that you mean.")
    if number and _CALCULATION.match(number[2]):
        raise NumberError(Message("{shown} is a calculation, not a number.", shown=shown), "Write its result.")


def _refuse_sign(sign: str, shown: str) -> None:
    if sign.isdecimal():
        raise NumberError(
            Message("{shown} is written in digits of another script.", shown=shown), "Write it with the digits 0 to 9."
        )
    raise NumberError(
        Message("{shown} holds the sign {sign!r}, which is no digit.", shown=shown, sign=sign),
        "Write a decimal number such as 2.5.",
    )
