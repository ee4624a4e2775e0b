"""Rows of factor tables that nothing asks for, because its name is written in another way than requests are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textile_pcf.factors.table import FactorSheet
from textile_pcf.regions import is_region, region_of_others

_BETWEEN = re.compile(r"[\s_\-]+")


class Misnamed(NamedTuple):
    """Rows of a table under a name that is another's in other capitals, in another width or with other spaces.

    Attributes
    ----------
    table : int
    column : str
        `item`, `kind` or `region`.
    text : str
        As the rows have it.
    close : str
        As it is asked for.
    rows : frozenset of int
    """

    table: int
    column: str
    text: str
    close: str
    rows: frozenset[int]


def find_misnamed(tables: Sequence[FactorSheet]) -> tuple[Misnamed, ...]:
    """Return the rows of tables whose item or kind is one of another table, or whose region is a code, written otherwise.

    Parameters
    ----------
    tables : sequence of FactorSheet

    Examples
    --------
    >>> from textile_pcf import load_factors
    >>> row = {"item": "Electricity", "value": 0.5, "unit": "kgCO2e/kWh", "kind": "life_cycle", "region": "中国", "year": 2025}
    >>> table = load_factors([{**row, "source": "supplier", "locator": "made up"}], "default@2026.2")
    >>> [(one.column, one.text, one.close) for one in find_misnamed(table.tables)]
    [('item', 'Electricity', 'electricity'), ('region', '中国', 'CN')]
    """
    return tuple(
        found for number, table in enumerate(tables) if not table.shipped for found in _of_table(number, table, tables)
    )


def _of_table(number: int, table: FactorSheet, tables: Sequence[FactorSheet]) -> Iterator[Misnamed]:
    others = [other for other in tables if other is not table]
    for column in ("item", "kind"):
        names = {name for other in others for name in other.texts[column]} - {""}
        close_of = {_fold(name): name for name in sorted(names)}
        for text in dict.fromkeys(table.texts[column]):
            close = close_of.get(_fold(text))
            if close is not None and text not in names:
                yield _misnamed(number, table, column, text, close)
    for text in dict.fromkeys(table.texts["region"]):
        code = None if is_region(text) else region_of_others(text)
        if code is not None:
            yield _misnamed(number, table, "region", text, code)


def _misnamed(number: int, table: FactorSheet, column: str, text: str, close: str) -> Misnamed:
    rows = frozenset(row for row, each in enumerate(table.texts[column]) if each == text)
    return Misnamed(number, column, text, close, rows)


def _fold(text: str) -> str:
    """Return a name as it is compared: without capitals, spaces, hyphens and underscores, in narrow letters."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
