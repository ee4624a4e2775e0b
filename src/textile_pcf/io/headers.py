"""Headers as offices write them: marks, brackets, two languages in one cell, and columns that only number the rows."""

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
REMARKED = frozenset(("product", "stage", "flow", "component", "item", "region", "year", "source", "note", "data_type"))
"""Columns of texts: a remark in brackets behind their header changes nothing."""
UNIT_OF = {"amount": "unit", "value": "unit"}  # numbers whose header may name their unit
NEAR, LONGER = 0.72, 2  # how like a known header one must be to be taken for it


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """A header without capitals, spaces, marks and signs that are not seen."""
    bare = re.sub(r"[\ufeff\u200b-\u200f\u2060]", "", text).strip().strip("*＊★※●•:： \t\r\n").casefold()
    return re.sub(r"[\s_-]+", "_", bare)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str, str]:
    """A header and what stands in the brackets behind it; marks such as （必填） are left out."""
    inside = ""
    text = text.strip().strip("*＊★※ \t\r\n")
    while (found := BRACKETS.fullmatch(text)) is not None and not inside:
        text, inside = found[1].strip("*＊★※ \t\r\n"), found[2]
        inside = "" if MARKS.fullmatch(inside) or not inside.strip("*＊★※") else inside
    return text, inside


def column_of(text: str, by_key: Mapping[str, str]) -> str | None:
    """The known column that a header means; None where it means none, or may mean several."""
    head, inside = split(text)
    found = by_key.get(key(head))
    if inside:
        other = by_key.get(key(inside))
        if other is not None:
            return found if found == other else None
        return found if found in REMARKED else by_key.get(key(text))
    if found is None:
        parts = {by_key.get(key(part)) for part in re.split(r"[\s/|｜_]+", head) if part}
        found = parts.pop() if len(parts) == 1 else None
    return found


def unit_of(text: str, by_key: Mapping[str, str]) -> tuple[str, str] | None:
    """The column of numbers that a header means, and the unit that stands behind it: `数量(kWh)`."""
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
    """The name that a header is a misspelling of; Chinese ones are not guessed: one sign more is another thing."""
    if not text.isascii():
        return None
    wanted = key(text)
    found = nearest(wanted, [name for name in names if abs(len(name) - len(wanted)) <= LONGER])
    return found if found and SequenceMatcher(None, wanted, found.casefold()).ratio() >= NEAR else None


def numbers_rows(head: str, cells: Iterable[Any], by_key: Mapping[str, str]) -> bool:
    """Whether a column only numbers the rows: its header says so, and all its cells are whole numbers or empty."""
    name = key(split(head)[0])
    if name not in NUMBERING or name in by_key:
        return False
    return all(re.fullmatch(r"(?:[0-9]{1,9}(?:\.0*)?)?", str(cell).strip()) for cell in cells)
