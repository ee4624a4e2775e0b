"""Headers of a mill's own form: months or years across the columns, and a total beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from textile_pcf.errors import Problem
from textile_pcf.io.headers import key
from textile_pcf.io.table import Header

TOTAL = "total of periods"
"""Name of a column with the total of all periods of a row."""
_TOTALS = frozenset(map(key, ("合计", "总计", "全年", "全年合计", "年合计", "合計", "總計", "total", "sum", "year total")))
_CHINESE = dict(zip(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), range(1, 13), strict=True))
_ENGLISH = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
            "december")  # fmt: skip
_MONTH_OF_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:[-/.年]\s*(\d\d?)\s*月?|(?:[-/ ])([a-z]{3,9}))")
_ENGLISH_OF_YEAR = re.compile(r"([a-z]{3,9})[ ./-]+((?:19|20)\d\d)")
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?\s*(?:年|年度)?")
_PERIOD = re.compile(r"month \d\d|\d{4}(?:-\d\d)?")


@lru_cache(maxsize=1024)
def period_of(text: str) -> str | None:
    """Return the period that a header names: `2025-01`, `month 01` (without a year) or `2025`; None for other headers.

    Examples
    --------
    >>> period_of("1月"), period_of("2025年3月"), period_of("Jan"), period_of("2024年"), period_of("数量")
    ('month 01', '2025-03', 'month 01', '2024', None)
    """
    plain = text.strip().casefold()
    if match := _YEAR.fullmatch(plain):
        return match[1]
    if match := _MONTH_OF_YEAR.fullmatch(plain):
        return _of_year(match[1], int(match[2]) if match[2] else _month(match[3]))
    if match := _ENGLISH_OF_YEAR.fullmatch(plain):
        return _of_year(match[2], _month(match[1]))
    number = plain.removesuffix("份").removesuffix("月") if "月" in plain else ""
    month = _CHINESE.get(number) or (int(number) if re.fullmatch(r"\d\d?", number, re.ASCII) else _month(plain))
    return f"month {month:02}" if 1 <= month <= 12 else None


def _of_year(year: str, month: int) -> str | None:
    return f"{year}-{month:02}" if 1 <= month <= 12 else None


def _month(text: str) -> int:
    """Return the number of a month by its English name or the first three letters of it; 0 for other texts."""
    name = text.rstrip(".")
    return next((number for number, full in enumerate(_ENGLISH, 1) if name in (full, full[:3])), 0)


@lru_cache(maxsize=4096)
def is_period(name: str) -> bool:
    """Return whether the name of a column is that of a period.

    Examples
    --------
    >>> is_period("2025-01"), is_period("amount")
    (True, False)
    """
    return _PERIOD.fullmatch(name) is not None


def shown_period(name: str) -> str:
    """Return the name of a period as messages show it: `2025-01`, `2025`, or the number of the month.

    Examples
    --------
    >>> shown_period("month 03")
    '03'
    """
    return name.removeprefix("month ")


class FormHeader(Header):
    """A header that also knows months, years and a total of them."""

    takes_periods = True

    def name(self, cell: Any) -> str:
        """Return the column that a header names, also of a period or their total."""
        name = super().name(cell)
        if super().knows(name):
            return name
        return period_of(str(cell)) or (TOTAL if key(str(cell)) in _TOTALS else name)

    def knows(self, name: str) -> bool:
        """Return whether a name is that of a known column, of a period or of their total."""
        return super().knows(name) or name == TOTAL or is_period(name)

    def problems(self, cells: Iterable[Any], location: Callable[[int], str]) -> list[Problem]:
        """Return a problem for every unknown and every duplicate column, and for periods that cannot stand here."""
        heads = list(cells)
        problems, names = super().problems(heads, location), [self.name(cell) for cell in heads]
        periods = [index for index, name in enumerate(names) if is_period(name)]
        if not periods:
            totals = [index for index, name in enumerate(names) if name == TOTAL]
            return [*problems, *(self.unknown(heads[index], location(index)) for index in totals)]
        if "amount" in names:
            what, cure = "There are a column of amounts and columns of periods.", "Keep the periods, or one column amount."
            problems.append(Problem(location(periods[0]), what, cure, code="periods-and-amount"))
        if len({(len(names[index]), names[index][:1] == "m") for index in periods}) > 1:
            what = "These columns are periods of different kinds."
            cure = "Write months alone, months with their year, or years."
            problems.append(Problem(location(periods[0]), what, cure, code="periods-mixed"))
        return problems
