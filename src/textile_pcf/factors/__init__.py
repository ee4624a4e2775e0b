"""Emission factors: read and check tables, evaluate gases under a GWP set, match requests with recorded fallback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf._extensions import extension
from textile_pcf.arrays import FloatArray
from textile_pcf.errors import wrong_type
from textile_pcf.factors.composition import SPLIT_SIZE, composition_text
from textile_pcf.factors.declared import CONVENTION_CURE, items_without_convention
from textile_pcf.factors.editions import default_table, shipped_file, shipped_tables, table_editions
from textile_pcf.factors.inputs import tables_behind
from textile_pcf.factors.load import check_table, read_factor_table
from textile_pcf.factors.matching import Match, NoMatch, Request, match
from textile_pcf.factors.table import DECLARED, HOLDS_NONE, HOLDS_UPTAKE, LINK, FactorSheet, TableDocument
from textile_pcf.factors.values import SPLIT_AND_AIRCRAFT, has_gases, other_values, removals_of, split_values
from textile_pcf.messages.message import Message, sentences
from textile_pcf.regions import is_region, known_regions

__all__ = [
    "DECLARED",
    "HOLDS_UPTAKE",
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
    "default_table",
    "is_region",
    "known_regions",
    "load_factors",
    "read_factor_table",
    "shipped_file",
    "shipped_tables",
    "table_editions",
]


@dataclass(frozen=True, eq=False)
class FactorTable:
    """Tables of emission factors.

    Attributes
    ----------
    tables : tuple of FactorSheet
        The tables, in the order in which they are searched.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> factors = tp.load_factors("default")
    >>> [table.name for table in factors.tables]
    ['default']
    """

    tables: tuple[FactorSheet, ...]

    @cached_property
    def behind(self) -> tuple[FactorSheet, ...]:
        """The tables, and after them those that composed factors take rows of."""
        return tables_behind(self.tables)

    def match(self, request: Request) -> Match | NoMatch:
        """Match a request for an emission factor.

        Parameters
        ----------
        request : Request
            Item, kind, region, year and unit.

        Returns
        -------
        Match or NoMatch
            The row with its fallback, or the reason why there is none.
        """
        return match(self.tables, request)

    def parts(self, gwp: str, biogenic: str) -> list[FloatArray]:
        """Return the emissions per unit of each row, split as in `SPLIT_AND_AIRCRAFT`.

        Parameters
        ----------
        gwp : str
            Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
        biogenic : str
            Convention for biogenic CO2: `minus_one_plus_one` or `zero_zero`.

        Returns
        -------
        list of array, shape (rows, 5), one per table
            Emissions per unit as printed. [kg CO2e per unit of the row]
        """
        return [split_values(table, gwp, biogenic) for table in self.tables]

    def removals(self) -> list[FloatArray]:
        """Return the CO2 that each row takes up, less the biogenic CO2 that it gives off; 0 where its gases are not known.

        Returns
        -------
        list of array, shape (rows,), one per table
            [kg CO2 per unit of the row]
        """
        return [removals_of(table) for table in self.tables]

    def composition(self, table: int, row: int, gwp: str, biogenic: str) -> Message | None:
        """Return the sum behind a composed factor as text: every input with amount, loss, factor and sources.

        Parameters
        ----------
        table, row : int
            Index of the table, and row in it.
        gwp : str
            Set of global warming potentials: AR4, AR5, AR6 or EF3.1.
        biogenic : str
            Convention for biogenic CO2: `minus_one_plus_one` or `zero_zero`.

        Returns
        -------
        str or None
            None for a factor that is not composed.
        """
        sheet = self.tables[table]
        if row not in sheet.compositions:
            return None
        values, others = split_values(sheet, gwp, biogenic), other_values(sheet, gwp, biogenic)
        return composition_text(sheet, row, values, others)

    def warnings(self, gwp: str, used: Mapping[int, Iterable[int]], biogenic: str = HOLDS_NONE) -> list[str]:
        """Return warnings about factors that a calculation uses.

        A warning names the factors of a table whose value was printed under another GWP set, those that are negative, and
        declared footprints that do not state whether they include uptake of CO2.

        Parameters
        ----------
        gwp : str
            Set of global warming potentials of the calculation.
        used : mapping of int to iterable of int
            Rows used of each table, by its index.
        biogenic : str
            Convention for biogenic CO2 of the calculation.

        Returns
        -------
        list of str
            One sentence per table and reason.
        """
        rows_by_table = tuple((number, tuple(sorted(rows))) for number, rows in used.items())
        return list(_cached_warnings(self, gwp, biogenic, rows_by_table))

    def _find_warnings(self, gwp: str, biogenic: str, used: Iterable[tuple[int, tuple[int, ...]]]) -> list[str]:
        warnings: list[str] = []
        for number, rows in used:
            table, indices = self.tables[number], np.array(rows, dtype=np.intp)
            sets = np.array(table.texts["gwp"])[indices]
            other = ~has_gases(table)[indices] & (sets != gwp) & (sets != "") & (sets != "unknown")
            if other.any():
                other_sets = ", ".join(sorted(set(sets[other].tolist())))
                items = ", ".join(sorted({table.texts["item"][row] for row in indices[other]}))
                warnings.append(
                    Message(
                        "{label}: factors made with {other_sets} are used as printed, not under {gwp}: {items}.",
                        label=table.label,
                        other_sets=other_sets,
                        gwp=gwp,
                        items=items,
                    )
                )
            negative = table.numbers["value"][indices] < 0
            if negative.any():
                items = ", ".join(sorted({table.texts["item"][row] for row in indices[negative]}))
                warnings.append(Message("{label}: negative factors are used: {items}.", label=table.label, items=items))
            composed = sorted({table.texts["item"][row] for row in rows if row in table.compositions})
            if composed:
                what = "{label}: composed factors, which are estimates from cited rows, are used: {items}."
                warnings.append(Message(what, label=table.label, items=", ".join(composed)))
            undeclared = items_without_convention(table, rows) if biogenic == HOLDS_UPTAKE else []
            if undeclared:
                items = ", ".join(sorted(set(undeclared)))
                warnings.append(
                    sentences(
                        Message(
                            "{label}: declared footprints are read as holding no uptake of CO2: {items}.",
                            label=table.label,
                            items=items,
                        ),
                        CONVENTION_CURE,
                    )
                )
        return warnings

    @classmethod
    def from_brightway(
        cls, project: str, database: str, method: tuple[str, ...], select: Any = None, **options: Any
    ) -> FactorTable:
        """Return activities of a Brightway database as emission factors. [kg CO2e per unit of the activity]

        Parameters
        ----------
        project : str
            Brightway project.
        database : str
            Database in the project.
        method : tuple of str
            Impact assessment method of climate change.
        select : optional
            Activities to take, as in `textile_pcf.brightway.factors_from_brightway`.
        **options
            Further arguments of that function.

        Returns
        -------
        FactorTable
            One table with a row per activity.

        Raises
        ------
        UsageError
            Brightway is not installed, or the project, database or method does not exist.
        FactorError
            Activities are not found, or their units are unknown.
        """
        bridge = extension("brightway")
        table: FactorTable = bridge.factors_from_brightway(project, database, method, select, **options)
        return table

    @property
    def items(self) -> list[str]:
        """Items of all tables, sorted."""
        return sorted({item for table in self.tables for item in table.index})

    def __repr__(self) -> str:
        return f"<FactorTable {', '.join(f'{table.label} ({table.size} rows)' for table in self.tables)}>"


@lru_cache(maxsize=64)
def _cached_warnings(
    factors: FactorTable, gwp: str, biogenic: str, used: tuple[tuple[int, tuple[int, ...]], ...]
) -> tuple[str, ...]:
    """Return warnings; cached, because small tables use the same rows again and again."""
    return tuple(factors._find_warnings(gwp, biogenic, used))


def load_factors(*sources: str | Path | Any) -> FactorTable:
    """Return tables of emission factors, to be searched in the order named.

    Parameters
    ----------
    *sources : str, Path or DataFrame
        Names of shipped tables (`NAME`, the newest edition, or `NAME@EDITION`), or paths of CSV, Excel or Parquet files;
        without any, the table `default`.

    Returns
    -------
    FactorTable
        The tables.

    Raises
    ------
    UsageError
        There is no such table, or an argument is of another type.
    FactorError
        A table has invalid rows; all mistakes are listed.

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
