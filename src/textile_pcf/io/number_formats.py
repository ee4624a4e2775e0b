"""Number formats of Excel: whether a number is displayed as a date, a duration, a percentage, or with a sign."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

DATE, DURATION, PERCENT = "date", "duration", "percent"
SIGNS = {"%": "%", "％": "%", "‰": "‰"}
"""Signs that a format may append without scaling the number."""
EAST_ASIAN = (*range(27, 37), *range(50, 59))
"""Built-in date formats of Chinese, Japanese and Korean Excel, whose codes are not stored in files."""
THAI = (*range(71, 82),)
"""Built-in date formats of Thai Excel."""
_BUILTIN = dict.fromkeys((*range(14, 23), 45, 47, *EAST_ASIAN, *THAI), DATE) | {46: DURATION}
_BUILTIN |= dict.fromkeys((9, 10, 67, 68), PERCENT)
_QUOTED = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", re.IGNORECASE)
_GENERAL = re.compile(r"G/通用格式|通用格式|General|常规|Standard", re.IGNORECASE)
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]|a{3,4}|g{1,3}e|bb|(?<![a-z0-9#?.])e{1,4}(?![a-z+-])", re.IGNORECASE)  # also weekdays, eras
_CONDITION = re.compile(r"\[[<>=]")
_MULTIPLIED = re.compile(r'(?:[0#?]|General|通用格式)(?:_.| )*(?:" *([百千]?[万萬亿億][^"]*|[百千])"|\\([百千万萬亿億])(?!\\))')
"""A Chinese multiplier, alone or before a unit, in quotes or after a backslash, right behind the digits."""


def builtin_format(number: int) -> str:
    """Return how a built-in format displays a number.

    Parameters
    ----------
    number : int
        Number of the format, whose code is not stored in the file.

    Returns
    -------
    str
        `date`, `duration`, `percent` or empty.

    Examples
    --------
    >>> builtin_format(14), builtin_format(58), builtin_format(59), builtin_format(10)
    ('date', 'date', '', 'percent')
    """
    return _BUILTIN.get(number, "")


def format_of_code(code: str) -> str:
    """Return how a format code displays a number.

    Parameters
    ----------
    code : str
        Such as `yyyy-mm-dd` or `0.0%`.

    Returns
    -------
    str
        `date`, `duration`, `percent`, an appended sign such as `%` or `万`, or empty.

    Examples
    --------
    >>> format_of_code('yyyy"年"m"月"d"日"'), format_of_code("[h]:mm"), format_of_code("[$-804]aaaa"), format_of_code("0.0%")
    ('date', 'duration', 'date', 'percent')
    >>> format_of_code('0.0"%"'), format_of_code("G/通用格式"), format_of_code('0.00 "days"'), format_of_code("0.00E+00")
    ('%', '', '', '')

    A comma behind the digits scales the number, so that 60000 is shown as 6.0万:

    >>> format_of_code('0.0"万"'), format_of_code('0.0,"万"'), format_of_code('#,##0"万"')
    ('万', '', '万')
    """
    unquoted = _QUOTED.sub("", code)
    symbols = _GENERAL.sub("", _BRACKETS.sub("", unquoted))
    if "%" in symbols:
        return PERCENT
    section = symbols if _CONDITION.search(unquoted) else symbols.partition(";")[0]
    if _DURATION.search(section):
        return DURATION
    if _DATE.search(section):
        return DATE
    first = code.partition(";")[0]
    multiplied = _MULTIPLIED.search(first)
    appended = (multiplied[1] or multiplied[2]).strip() if multiplied else ""
    return next((sign for mark, sign in SIGNS.items() if mark in first), appended)


def date_of(serial: float, number_format: str, from_1904: bool) -> datetime | timedelta | float:
    """Convert a serial number of Excel to the date or duration that Excel displays.

    Parameters
    ----------
    serial : float
        Days since the epoch of the workbook.
    number_format : str
        `date` or `duration`.
    from_1904 : bool
        Whether the epoch is 1904-01-01 instead of 1899-12-30.

    Returns
    -------
    datetime, timedelta or float
        The number itself if it is out of range.

    Examples
    --------
    >>> str(date_of(45353, "date", False)), str(date_of(0.5, "duration", False)), date_of(1e9, "date", False)
    ('2024-03-02 00:00:00', '12:00:00', 1000000000.0)
    """
    try:
        if number_format == DURATION or 0 <= serial < 1:
            return timedelta(milliseconds=round(serial * 86_400_000))
        first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        early = not from_1904 and serial < 60  # Excel counts 29 February 1900, which did not exist
        return first + timedelta(days=early, milliseconds=round(serial * 86_400_000))
    except (OverflowError, ValueError):
        return serial
