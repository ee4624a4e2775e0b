"""Emission factors: tables read and checked, values under a GWP set, matching with a recorded fallback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import wrong_type
from textile_pcf.factors.declared import SAY, unsaid
from textile_pcf.factors.load import check_table, read_factor_table, shipped_tables
from textile_pcf.factors.matching import Match, NoMatch, Request, match
from textile_pcf.factors.table import DECLARED, HOLDS_NONE, HOLDS_UPTAKE, LINK, FactorSheet, TableDocument
from textile_pcf.factors.values import SPLIT_AND_AIRCRAFT, SPLIT_SIZE, has_gases, split_values
from textile_pcf.regions import is_region, known_regions

__all__ = [
    "DECLARED",
    "LINK",
    "SPLIT_AND_AIRCRAFT",
    "SPLIT_SIZE",
    "FactorSheet",
    "FactorTable",
    "Match",
    "NoMatch",
    "Request",
    "TableDocument",
    "check_table",
    "is_region",
    "known_regions",
    "load_factors",
    "read_factor_table",
    "shipped_tables",
]


@dataclass(frozen=True, eq=False)
class FactorTable:
    """Tables of emission factors, in the order in which they are asked."""

    tables: tuple[FactorSheet, ...]

    def match(self, request: Request) -> Match | NoMatch:
        """The factor that a request means, or why there is none."""
        return match(self.tables, request)

    def parts(self, gwp: str, biogenic: str) -> list[FloatArray]:
        """Per table the emissions per unit of each row, shape (rows, PARTS). [kg CO2e per the row's unit]"""
        return [split_values(table, gwp, biogenic) for table in self.tables]

    def warnings(self, gwp: str, used: Mapping[int, Iterable[int]], biogenic: str = HOLDS_NONE) -> list[str]:
        """One sentence for each table of which rows without gases under another GWP set, negative ones, or declared ones that
        do not say whether they hold uptake, are used.
        """
        return list(_warnings(self, gwp, biogenic, tuple((number, tuple(sorted(rows))) for number, rows in used.items())))

    def _warned(self, gwp: str, biogenic: str, used: Iterable[tuple[int, tuple[int, ...]]]) -> list[str]:
        told: list[str] = []
        for number, rows in used:
            table, chosen = self.tables[number], np.array(rows, dtype=np.intp)
            sets = np.array(table.texts["gwp"])[chosen]
            other = ~has_gases(table)[chosen] & (sets != gwp) & (sets != "") & (sets != "unknown")
            if other.any():
                found = ", ".join(sorted(set(sets[other].tolist())))
                items = ", ".join(sorted({table.texts["item"][row] for row in chosen[other]}))
                told.append(f"{table.label}: factors made with {found} are used as printed, not under {gwp}: {items}.")
            negative = table.numbers["value"][chosen] < 0
            if negative.any():
                items = ", ".join(sorted({table.texts["item"][row] for row in chosen[negative]}))
                told.append(f"{table.label}: negative factors are used: {items}.")
            silent = unsaid(table, rows) if biogenic == HOLDS_UPTAKE else []
            if silent:
                items = ", ".join(sorted(set(silent)))
                told.append(f"{table.label}: declared footprints are read as holding no uptake of CO2: {items}. {SAY}")
        return told

    @classmethod
    def from_brightway(
        cls, project: str, database: str, method: tuple[str, ...], select: Any = None, **options: Any
    ) -> FactorTable:
        """Activities of a Brightway database as factors: `textile_pcf.brightway.factors_from_brightway`. [kg CO2e per unit]

        Raises
        ------
        UsageError
            Brightway, the project, the database or the method is not there.
        FactorError
            Activities that are not found, units that are not known.
        """
        bridge = import_module("textile_pcf.brightway")
        table: FactorTable = bridge.factors_from_brightway(project, database, method, select, **options)
        return table

    @property
    def items(self) -> list[str]:
        """All items, sorted."""
        return sorted({item for table in self.tables for item in table.index})

    def __repr__(self) -> str:
        return f"<FactorTable {', '.join(f'{table.label} ({table.size} rows)' for table in self.tables)}>"


@lru_cache(maxsize=64)
def _warnings(factors: FactorTable, gwp: str, biogenic: str, used: tuple[tuple[int, tuple[int, ...]], ...]) -> tuple[str, ...]:
    """The same rows are used again and again."""
    return tuple(factors._warned(gwp, biogenic, used))


def load_factors(*sources: str | Path | Any) -> FactorTable:
    """Emission factors, searched in the order named.

    Parameters
    ----------
    sources : str, Path or DataFrame
        Names of shipped tables or paths of CSV, Excel or Parquet files; none: the table `default`.

    Raises
    ------
    UsageError
        No such table; something else than a name, a path or a table.
    FactorError
        A table is wrong; every mistake is named.

    Examples
    --------
    >>> load_factors().tables[0].name
    'default'
    """
    if len(sources) == 1 and isinstance(sources[0], FactorTable):
        return sources[0]
    tables: list[FactorSheet] = []
    for source in sources or ("default",):
        if isinstance(source, Mapping | Sequence) and not isinstance(source, str):
            cure = "Give the name of a shipped table, the path of one, or a pandas DataFrame; several one after the other."
            raise wrong_type("factors", source, "a table of emission factors", cure)
        tables += source.tables if isinstance(source, FactorTable) else [read_factor_table(source)]
    return FactorTable(tuple(tables))
