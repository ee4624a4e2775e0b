"""Number formats of Excel: whether a number is shown as a date, a duration, a percentage, or with a sign behind it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

DATE, DURATION, PERCENT = "date", "duration", "percent"
SIGNS = {"%": "%", "％": "%", "‰": "‰"}  # written behind a number that is not changed by them
EAST_ASIAN = (*range(27, 37), *range(50, 59))
"""Dates and times of Chinese, Japanese and Korean Excel; their codes stand in no file."""
THAI = (*range(71, 82),)
_BUILTIN = dict.fromkeys((*range(14, 23), 45, 47, *EAST_ASIAN, *THAI), DATE) | {46: DURATION}
_BUILTIN |= dict.fromkeys((9, 10, 67, 68), PERCENT)
_QUOTED = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]", re.IGNORECASE)
_GENERAL = re.compile(r"G/通用格式|通用格式|General|常规|Standard", re.IGNORECASE)
_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE = re.compile(r"[dmyhs]|a{3,4}|g{1,3}e|bb|(?<![a-z0-9#?.])e{1,4}(?![a-z+-])", re.IGNORECASE)  # also weekdays, eras
_CONDITION = re.compile(r"\[[<>=]")


def builtin_kind(number: int) -> str:
    """What a format is that the file gives no code for.

    Examples
    --------
    >>> builtin_kind(14), builtin_kind(58), builtin_kind(59), builtin_kind(10)
    ('date', 'date', '', 'percent')
    """
    return _BUILTIN.get(number, "")


def kind_of_code(code: str) -> str:
    """What a format code shows: `date`, `duration`, `percent`, a sign such as `%` that is only written, or nothing of these.

    Examples
    --------
    >>> kind_of_code('yyyy"年"m"月"d"日"'), kind_of_code("[h]:mm"), kind_of_code("[$-804]aaaa"), kind_of_code("0.0%")
    ('date', 'duration', 'date', 'percent')
    >>> kind_of_code('0.0"%"'), kind_of_code("G/通用格式"), kind_of_code('0.00 "days"'), kind_of_code("0.00E+00")
    ('%', '', '', '')
    """
    quoteless = _QUOTED.sub("", code)
    bare = _GENERAL.sub("", _BRACKETS.sub("", quoteless))
    if "%" in bare:
        return PERCENT
    shown = bare if _CONDITION.search(quoteless) else bare.partition(";")[0]
    if _DURATION.search(shown):
        return DURATION
    if _DATE.search(shown):
        return DATE
    return next((sign for mark, sign in SIGNS.items() if mark in code.partition(";")[0]), "")


def date_of(serial: float, kind: str, from_1904: bool) -> datetime | timedelta | float:
    """The date, or the duration, that Excel shows for a number; the number itself where there is no such date.

    Examples
    --------
    >>> str(date_of(45353, "date", False)), str(date_of(0.5, "duration", False)), date_of(1e9, "date", False)
    ('2024-03-02 00:00:00', '12:00:00', 1000000000.0)
    """
    try:
        if kind == DURATION or 0 <= serial < 1:
            return timedelta(milliseconds=round(serial * 86_400_000))
        first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        early = not from_1904 and serial < 60  # Excel counts a 29 February 1900 that there was not
        return first + timedelta(days=early, milliseconds=round(serial * 86_400_000))
    except (OverflowError, ValueError):
        return serial
