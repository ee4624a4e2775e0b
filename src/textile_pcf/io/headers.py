"""Interpretation of headers: required marks, units in brackets, two languages in one cell, row numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from textile_pcf.suggest import nearest
from textile_pcf.units import UnitError, parse_unit

BRACKETS = re.compile(r"(.+?)\s*[(（\[【〔「]\s*([^()（）\[\]【】]*?)\s*[)）\]】〕」]", re.DOTALL)
MARKS = re.compile(
    r"(?:必[填须選选](?:[项項])?|[选選][填项項]|可[选選]|可不填|required|mandatory|optional|need(?:ed)?)[*＊!！]*",
    re.IGNORECASE,
)
NUMBERING = frozenset(
    ("序号", "序號", "序", "行号", "行號", "项次", "項次", "no", "no.", "nr", "nr.", "#", "s/n", "№", "row_no.", "line_no.")
)
TEXT_COLUMNS = frozenset(("product", "stage", "flow", "component", "item", "region", "year", "source", "note", "data_type"))
"""Columns of texts, in whose headers a remark in brackets is ignored."""
UNIT_OF = {"amount": "unit", "value": "unit"}
"""Columns of numbers whose header may name their unit, and the column of units."""
MIN_SIMILARITY, MAX_LENGTH_DIFFERENCE = 0.72, 2
"""Limits within which an unknown header is suggested as a misspelling of a known one."""


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return a header for comparison: casefolded, without spaces, marks and invisible characters.

    Examples
    --------
    >>> key(" *Data Type："), key("data-type")
    ('data_type', 'data_type')
    """
    visible = re.sub(r"[\ufeff\u200b-\u200f\u2060]", "", text).strip().strip("*＊★※●•:： \t\r\n").casefold()
    return re.sub(r"[\s_-]+", "_", visible)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str, str]:
    """Return a header and the text in brackets behind it; marks such as （必填） are left out.

    Examples
    --------
    >>> split("数量(kWh)"), split("*工序（必填）")
    (('数量', 'kWh'), ('工序', ''))
    """
    inside = ""
    text = text.strip().strip("*＊★※ \t\r\n")
    while (match := BRACKETS.fullmatch(text)) is not None and not inside:
        text, inside = match[1].strip("*＊★※ \t\r\n"), match[2]
        inside = "" if MARKS.fullmatch(inside) or not inside.strip("*＊★※") else inside
    return text, inside


def column_of(text: str, by_key: Mapping[str, str]) -> str | None:
    """Return the column that a header names, or None if it is unknown or ambiguous.

    Parameters
    ----------
    text : str
        The header.
    by_key : mapping
        Columns by the `key` of each known header.

    Examples
    --------
    >>> by_key = {"flow": "flow", "项目": "flow", "amount": "amount"}
    >>> column_of("项目 Flow", by_key), column_of("flow (amount)", by_key)
    ('flow', None)
    """
    head, inside = split(text)
    column = by_key.get(key(head))
    if inside:
        other = by_key.get(key(inside))
        if other is not None:
            return column if column == other else None
        return column if column in TEXT_COLUMNS else by_key.get(key(text))
    if column is None:
        parts = {by_key.get(key(part)) for part in re.split(r"[\s/|｜_]+", head) if part}
        column = parts.pop() if len(parts) == 1 else None
    return column


def unit_of(text: str, by_key: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the column of numbers and the unit that a header names, or None.

    Parameters
    ----------
    text : str
        The header.
    by_key : mapping
        Columns by the `key` of each known header.

    Examples
    --------
    >>> unit_of("数量(kWh)", {"数量": "amount"}), unit_of("数量(估计)", {"数量": "amount"})
    (('amount', 'kWh'), None)
    """
    head, inside = split(text)
    column = by_key.get(key(head))
    if not inside or column not in UNIT_OF:
        return None
    unit = re.sub(r"^(?:单位|單位|unit)\s*[:：]?\s*", "", inside)
    try:
        parse_unit(unit)
    except UnitError:
        return None
    return str(column), unit


def near(text: str, names: Iterable[str]) -> str | None:
    """Return the name that a header misspells, or None.

    Chinese headers have no suggestions: one character more is another word.

    Examples
    --------
    >>> near("ammount", ["amount", "stage"]), near("数量", ["数量级"])
    ('amount', None)
    """
    if not text.isascii():
        return None
    header = key(text)
    name = nearest(header, [name for name in names if abs(len(name) - len(header)) <= MAX_LENGTH_DIFFERENCE])
    return name if name and SequenceMatcher(None, header, name.casefold()).ratio() >= MIN_SIMILARITY else None


def numbers_rows(head: str, cells: Iterable[Any], by_key: Mapping[str, str]) -> bool:
    """Return whether a column only numbers the rows, by its header and its cells.

    Examples
    --------
    >>> numbers_rows("序号", ["1", "2", ""], {}), numbers_rows("No.", ["1", "A2"], {})
    (True, False)
    """
    name = key(split(head)[0])
    if name not in NUMBERING or name in by_key:
        return False
    return all(re.fullmatch(r"(?:[0-9]{1,9}(?:\.0*)?)?", str(cell).strip()) for cell in cells)
