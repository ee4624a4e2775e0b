"""Any table to columns: CSV, Excel, Parquet, DataFrames, YAML, JSON and plain Python rows, each cell with its place.

Nothing is interpreted here but the shape: cells are stripped texts, "" where empty; numbers of a workbook or DataFrame
stay numbers. Every fault of a table is collected. pandas and pyarrow are never imported for files that are not theirs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.io.arrow import from_arrow, from_parquet
from textile_pcf.io.dataframe import from_frame
from textile_pcf.io.delimited import csv_rows
from textile_pcf.io.excel import workbook_table
from textile_pcf.io.output_files import refuse_odd_name
from textile_pcf.io.records import from_document
from textile_pcf.io.strict_yaml import Document, read_bytes, read_yaml
from textile_pcf.io.table import Header, Table, to_table

__all__ = ["Header", "Table", "read_table", "table_under"]

TOLD = (dict, list, Mapping, Sequence)  # the common ones first: they are looked for much faster
ENDINGS = ".csv, .tsv, .txt, .xlsx, .xlsm, .parquet, .yaml, .yml or .json"


def read_table(
    source: Any,
    sheet: str = "activity",
    error: type[PcfError] = InputError,
    known_columns: Iterable[str] | None = None,
    aliases: Mapping[str, str] | None = None,
    lenient: bool = False,
) -> Table:
    """Read a table of any kind.

    Parameters
    ----------
    source : path, pandas DataFrame, pyarrow Table, or `{product:, rows: [{...}]}` (or a list of such)
        A path ends in .csv, .tsv, .txt, .xlsx, .xlsm, .parquet, .yaml, .yml or .json.
    sheet : str
        Sheet of a workbook; a workbook of one sheet may name it anything.
    known_columns : iterable of str, optional
        Columns there may be; others are a problem. Capitals and spaces in headers do not matter.
    aliases : mapping, optional
        Other headers for known columns, such as Chinese ones.
    lenient : bool
        Keep faults of the shape in `faults`, so that those of the rows can be told with them.

    Raises
    ------
    error
        With every fault of the table's shape.
    UsageError
        No such file, unknown ending, or pyarrow is needed and not installed.

    Examples
    --------
    >>> table = read_table({"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", "amount": "2 kg"}]})
    >>> table.columns["amount"], table.columns["product"]
    (['2 kg'], ['P'])
    """
    header = _header(None if known_columns is None else tuple(known_columns), tuple((aliases or {}).items()), lenient)
    return table_under(header, source, sheet, error)


def table_under(header: Header, source: Any, sheet: str, error: type[PcfError]) -> Table:
    """The same, of a header that was made before."""
    if isinstance(source, TOLD) and not isinstance(source, str | bytes):
        return from_document(Document("input", source), header, error)
    frame, arrow = _kind("pandas", "DataFrame"), _kind("pyarrow", "Table")
    if frame is not None and isinstance(source, frame):
        return from_frame(source, header, error)
    if arrow is not None and isinstance(source, arrow):
        return from_arrow(source, "DataFrame", header, error)
    if isinstance(source, str | Path):
        return _from_file(str(source), sheet, header, error)
    what = f"A {type(source).__name__} is not a table."
    cure = "Give a path, a pandas DataFrame, or {product: ID, rows: [...]}."
    raise UsageError([Problem("input", what, cure, code="input")])


@lru_cache(maxsize=16)
def _header(known: tuple[str, ...] | None, aliases: tuple[tuple[str, str], ...], lenient: bool) -> Header:
    return Header(known, dict(aliases), lenient)


def _kind(module: str, name: str) -> Any:
    """A class of a module that is loaded; None also while another thread is just loading it: nothing can be of it yet."""
    return getattr(sys.modules.get(module), name, None)


def _from_file(name: str, sheet: str, header: Header, error: type[PcfError]) -> Table:
    ending = Path(name).suffix.lower()
    if ending in (".csv", ".tsv", ".txt"):
        return to_table(csv_rows(name, header, error), header, error)
    if ending in (".xlsx", ".xlsm"):
        return workbook_table(name, sheet, header, error)
    if ending in (".yaml", ".yml", ".json"):
        return from_document(read_yaml(name, error, (dict, list)), header, error)
    if ending == ".parquet":
        refuse_odd_name(name)
        return from_parquet(name, header, error)
    read_bytes(name)  # a file that is not there is the nearer mistake
    cure = "Save the workbook as .xlsx." if ending == ".xls" else f"Give a file that ends in {ENDINGS}."
    what = f"Files that end in {ending!r} cannot be read." if ending else "This file has no ending such as .csv."
    raise UsageError([Problem(name, what, cure, code="ending")])
