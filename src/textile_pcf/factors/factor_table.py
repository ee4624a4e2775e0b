"""`FactorTable`: tables of emission factors in the order in which they are searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf._extensions import extension
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.errors import wrong_type
from textile_pcf.factors.composition import composition_text
from textile_pcf.factors.declared import CONVENTION_CURE, items_without_convention
from textile_pcf.factors.frames import rows_frame
from textile_pcf.factors.inputs import tables_behind
from textile_pcf.factors.matching import Match, NoMatch, Request, match
from textile_pcf.factors.quick_look import quick_look_warning
from textile_pcf.factors.search import search
from textile_pcf.factors.table import DECLARED, HOLDS_NONE, HOLDS_UPTAKE, FactorSheet
from textile_pcf.factors.unasked import Misnamed, find_misnamed
from textile_pcf.factors.values import flag_rows, has_gases, other_values, removals_of, split_values
from textile_pcf.messages.message import Message, sentences

if TYPE_CHECKING:
    import pandas as pd

INTERNAL = frozenset(
    {
        "behind",
        "composition",
        "has_misnamed_rows",
        "parts",
        "removals",
        "rows_of_other_sets",
        "rows_with_warnings",
        "tables",
        "warnings",
    }
)
"""Members for other packages of the library, which completion does not offer."""


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

        A warning names the factors of a table whose value was printed under another GWP set, those that are negative,
        declared footprints that do not state whether they include uptake of CO2, and rows that nothing asks for because
        their name is written otherwise.

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
        warned = self.rows_with_warnings(gwp, biogenic)
        rows_by_table = []
        for number, rows in used.items():
            indices = np.array([*rows], dtype=np.intp)
            rows_by_table.append((number, tuple(sorted(set(indices[warned[number, indices]].tolist())))))
        texts = _cached_warnings(self, gwp, biogenic, tuple((number, rows) for number, rows in rows_by_table if rows))
        return [*texts, *self._unasked(used)] if self._misnamed else list(texts)

    @property
    def has_misnamed_rows(self) -> bool:
        """Whether a row has a name that no request can match, which `warnings` reports."""
        return bool(self._misnamed)

    @cached_property
    def _misnamed(self) -> tuple[Misnamed, ...]:
        return find_misnamed(self.tables)

    def _unasked(self, used: Mapping[int, Iterable[int]]) -> Iterator[str]:
        """Yield a warning per table and column with unused rows whose names no request can match."""
        unused = [one for one in self._misnamed if one.rows.isdisjoint(used.get(one.table, ()))]
        for (table, column), group in groupby(unused, key=itemgetter(0, 1)):
            first, *others = group
            what = "{label}: nothing asks for {column} {text!r}: rows that are not used: {count}. Did you mean {close!r}?"
            count = len(first.rows.union(*(other.rows for other in others)))
            label = self.tables[table].label
            yield Message(what, label=label, column=column, text=first.text, count=count, close=first.close)

    def rows_with_warnings(self, gwp: str, biogenic: str) -> BoolArray:
        """Return the rows that `warnings` reports, mostly few or none.

        Parameters
        ----------
        gwp : str
            Set of global warming potentials of the calculation.
        biogenic : str
            Convention for biogenic CO2 of the calculation.

        Returns
        -------
        ndarray of bool, shape (tables + 1, rows + 1)
            See `flag_rows`.
        """
        return _rows_with_warnings(self, gwp, biogenic)

    def rows_of_other_sets(self, gwp: str) -> BoolArray:
        """Return which rows were not made with a set of global warming potentials, and say so.

        Parameters
        ----------
        gwp : str
            Set of global warming potentials of the calculation.

        Returns
        -------
        ndarray of bool, shape (tables + 1, rows + 1)
            See `flag_rows`.
        """
        of_tables = (
            ~has_gases(table) & ~np.isin(np.array(table.texts["gwp"], dtype=np.str_), (gwp, "")) for table in self.tables
        )
        return flag_rows(self.tables, (np.flatnonzero(of_table).tolist() for of_table in of_tables))

    def _find_warnings(self, gwp: str, biogenic: str, used: Iterable[tuple[int, tuple[int, ...]]]) -> list[str]:
        warnings: list[str] = []
        for number, rows in used:
            table, indices = self.tables[number], np.array(rows, dtype=np.intp)
            sets = np.array([table.texts["gwp"][row] for row in rows], dtype=np.str_)
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
            if table.quick_look:
                warnings.append(quick_look_warning(table, rows))
            warnings += _negative_and_composed(table, rows)
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

    def search(self, query: str) -> pd.DataFrame:
        """Return the rows whose item, names, category or other names contain every term, best match first.

        Parameters
        ----------
        query : str
            Terms in English or Chinese, separated by blanks.

        Returns
        -------
        DataFrame
            As of `to_frame`; empty if nothing is found.

        Raises
        ------
        UsageError
            The query is no text.
        """
        if not isinstance(query, str):
            raise wrong_type("query", query, "a text", "Write terms such as electricity or 烧碱.")
        return rows_frame(search(self.tables, query) if query.strip() else [])

    def to_frame(self) -> pd.DataFrame:
        """Return all rows with their columns in the form that `load_factors` reads. [unit of each row]

        Returns
        -------
        DataFrame
            Its index is the table of each row; columns without content are left out.
        """
        return rows_frame([(table, row) for table in self.tables for row in range(table.size)])

    def __len__(self) -> int:
        return sum(table.size for table in self.tables)

    def __dir__(self) -> list[str]:
        return sorted(name for name in super().__dir__() if not name.startswith("_") and name not in INTERNAL)

    def __repr__(self) -> str:
        return f"<FactorTable {', '.join(f'{table.label} ({table.size} rows)' for table in self.tables)}>"


def _negative_and_composed(table: FactorSheet, rows: Iterable[int]) -> list[str]:
    """Return the warnings about used factors of a table that are negative, and about those that are composed."""
    warnings: list[str] = []
    negative = sorted({table.texts["item"][row] for row in rows if table.numbers["value"][row] < 0})
    if negative:
        warnings.append(Message("{label}: negative factors are used: {items}.", label=table.label, items=", ".join(negative)))
    composed = sorted({table.texts["item"][row] for row in rows if row in table.compositions})
    if composed:
        what = "{label}: composed factors, which are estimates from cited rows, are used: {items}."
        warnings.append(Message(what, label=table.label, items=", ".join(composed)))
    return warnings


@lru_cache(maxsize=64)
def _rows_with_warnings(factors: FactorTable, gwp: str, biogenic: str) -> BoolArray:
    """Return the rows that cause a warning when a calculation uses them."""
    found = []
    for table in factors.tables:
        sets = np.array(table.texts["gwp"], dtype=np.str_)
        other = ~has_gases(table) & ~np.isin(sets, (gwp, "", "unknown"))
        declared = [text.startswith(DECLARED) for text in table.texts["item"]] if biogenic == HOLDS_UPTAKE else False
        every = table.quick_look | other | (table.numbers["value"] < 0) | np.array(declared, dtype=bool)
        found.append([*np.flatnonzero(every).tolist(), *table.compositions])
    return flag_rows(factors.tables, found)


@lru_cache(maxsize=64)
def _cached_warnings(
    factors: FactorTable, gwp: str, biogenic: str, used: tuple[tuple[int, tuple[int, ...]], ...]
) -> tuple[str, ...]:
    """Return warnings; cached, because small tables use the same rows again and again."""
    return tuple(factors._find_warnings(gwp, biogenic, used))
