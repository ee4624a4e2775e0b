"""Load tables of emission factors from names, files, DataFrames, rows or a quick look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

from textile_pcf.errors import wrong_type
from textile_pcf.factors.factor_table import FactorTable
from textile_pcf.factors.load import read_factor_table
from textile_pcf.factors.quick_look import quick_look
from textile_pcf.factors.table import FactorSheet

if TYPE_CHECKING:
    import pandas as pd

FactorSource: TypeAlias = "FactorTable | str | Path | pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]"
"""What a table of emission factors is loaded from."""
_IN_USE: WeakValueDictionary[tuple[int, ...], FactorTable] = WeakValueDictionary()
CURE = (
    'Give the name of a shipped table, the path of one, a pandas DataFrame, a list of rows [{"item": ..., "value": ...}], '
    'or {"electricity": "0.58 kgCO2e/kWh"} for a quick look; several one after the other.'
)


def load_factors(*sources: FactorSource) -> FactorTable:
    """Return tables of emission factors, to be searched in the order named.

    Parameters
    ----------
    *sources : str, Path, DataFrame, list of dict, or dict
        Names of shipped tables (`NAME`, the newest edition, or `NAME@EDITION`), or paths of CSV, Excel or Parquet files;
        without any, the table `default`. A list holds one dict per row. A dict of item and value with unit is for a quick
        look: it has no source, and results that use it say so.

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
    >>> load_factors({"electricity": "0.5777 kgCO2e/kWh"})
    <FactorTable quick_look (1 rows)>
    """
    if len(sources) == 1 and isinstance(sources[0], FactorTable):
        return sources[0]
    tables: list[FactorSheet] = []
    for source in sources or ("default",):
        tables += source.tables if isinstance(source, FactorTable) else [_sheet(source)]
    return _table_of(tuple(tables))


def _table_of(sheets: tuple[FactorSheet, ...]) -> FactorTable:
    """Return the table of these sheets that is in use already, so that what was matched in it is found again, or a new one.

    Shipped sheets are the same objects as long as their files do not change.
    """
    key = tuple(map(id, sheets))  # a table holds its sheets, so their ids stay theirs as long as it is in use
    table = _IN_USE.get(key)
    if table is None:
        table = _IN_USE[key] = FactorTable(sheets)
    return table


def _sheet(source: Any) -> FactorSheet:
    """Return one table from anything but a `FactorTable`."""
    if isinstance(source, Mapping) and source and not any(isinstance(value, list | tuple) for value in source.values()):
        return quick_look(source)
    if isinstance(source, Mapping) or (isinstance(source, Sequence) and not isinstance(source, str) and not _has_rows(source)):
        raise wrong_type("factors", source, "a table of emission factors", CURE)
    return read_factor_table(source)


def _has_rows(source: Sequence[Any]) -> bool:
    """Whether a list holds rows of a table."""
    return len(source) > 0 and all(isinstance(row, Mapping) for row in source)


def separate_sources(factors: Any) -> list[Any]:
    """Return the sources that an argument names: one, several in a list, or none.

    A list of rows with items is one table.

    Parameters
    ----------
    factors : FactorSource, list of FactorSource or None

    Examples
    --------
    >>> separate_sources(["mine.csv", "default"]), separate_sources([{"item": "steam", "value": 0.3}])
    (['mine.csv', 'default'], [[{'item': 'steam', 'value': 0.3}]])
    """
    if factors is None:
        return []
    if not isinstance(factors, (list, tuple)):
        return [factors]
    rows = _has_rows(factors) and all("item" in row for row in factors)
    return [factors] if rows else list(factors)
