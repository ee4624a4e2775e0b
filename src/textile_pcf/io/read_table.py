"""Read a table from CSV, Excel, Parquet, YAML, JSON, a DataFrame or Python rows, with the location of every cell.

Only the shape is interpreted: cells are stripped texts, "" where empty; numbers of a workbook or DataFrame stay numbers.
All problems of the shape are collected. pandas and pyarrow are imported only for sources that need them.
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
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.output_files import refuse_non_utf8_name
from textile_pcf.io.records import from_document
from textile_pcf.io.streams import arrow_table, is_stream, not_a_table
from textile_pcf.io.strict_yaml import Document, read_yaml
from textile_pcf.io.table import Header, Table
from textile_pcf.io.table_shape import to_table
from textile_pcf.messages.message import Message

__all__ = ["Header", "Table", "read_table", "read_table_with_header"]

ROW_TYPES = (dict, list, Mapping, Sequence)
"""Types of rows in memory; `isinstance` is much faster for the concrete types, which come first."""
ENDINGS = ".csv, .tsv, .txt, .xlsx, .xlsm, .parquet, .yaml, .yml or .json"


def read_table(
    source: Any,
    sheet: str = "activity",
    error: type[PcfError] = InputError,
    known_columns: Iterable[str] | None = None,
    aliases: Mapping[str, str] | None = None,
    collect_problems: bool = False,
) -> Table:
    """Read a table from a file or from memory.

    Parameters
    ----------
    source : path, pandas DataFrame, pyarrow Table, list of rows, or `{product:, rows: [{...}]}` (or a list of such)
        A path ends in .csv, .tsv, .txt, .xlsx, .xlsm, .parquet, .yaml, .yml or .json.
    sheet : str
        Title of the sheet of a workbook; ignored if the workbook has only one.
    error : type of PcfError
        Class of the error to raise.
    known_columns : iterable of str, optional
        Columns that may occur; others are a problem. Case and spaces of headers are ignored.
    aliases : mapping, optional
        Other headers for known columns, such as Chinese ones.
    collect_problems : bool
        Keep problems of the shape in `Table.shape_problems` instead of raising them.

    Returns
    -------
    Table

    Raises
    ------
    error
        With every problem of the shape of the table.
    UsageError
        The file does not exist, its ending is unknown, or pyarrow is needed and not installed.

    Examples
    --------
    >>> table = read_table({"product": "P", "rows": [{"stage": "dyeing", "flow": "steam", "amount": "2 kg"}]})
    >>> table.columns["amount"], table.columns["product"]
    (['2 kg'], ['P'])
    """
    header = _header(None if known_columns is None else tuple(known_columns), tuple((aliases or {}).items()), collect_problems)
    return read_table_with_header(header, source, sheet, error)


def read_table_with_header(header: Header, source: Any, sheet: str, error: type[PcfError]) -> Table:
    """Read a table like `read_table`, with a header that is reused for many tables.

    Parameters
    ----------
    header : Header
        The known columns.
    source, sheet, error
        See `read_table`.
    """
    if isinstance(source, ROW_TYPES) and not isinstance(source, (str, bytes)):
        return from_document(Document("input", source), header, error)
    frame, arrow = _loaded_class("pandas", "DataFrame"), _loaded_class("pyarrow", "Table")
    if frame is not None and isinstance(source, frame):
        return from_frame(source, header, error)
    if arrow is not None and isinstance(source, arrow):
        return from_arrow(source, "DataFrame", header, error)
    if isinstance(source, str | Path):
        return _from_file(str(source), sheet, header, error)
    if is_stream(source):
        return from_arrow(arrow_table(source), "DataFrame", header, error)
    raise not_a_table(source)


@lru_cache(maxsize=16)
def _header(known: tuple[str, ...] | None, aliases: tuple[tuple[str, str], ...], lenient: bool) -> Header:
    return Header(known, dict(aliases), lenient)


def _loaded_class(module: str, name: str) -> Any:
    """Return a class of a module without importing it; None if the module is not (or not completely) loaded."""
    return getattr(sys.modules.get(module), name, None)


def is_frame(source: Any) -> bool:
    """Return whether a source is a pandas DataFrame or a pyarrow Table."""
    frame, arrow = _loaded_class("pandas", "DataFrame"), _loaded_class("pyarrow", "Table")
    return (frame is not None and isinstance(source, frame)) or (arrow is not None and isinstance(source, arrow))


def _from_file(name: str, sheet: str, header: Header, error: type[PcfError]) -> Table:
    ending = Path(name).suffix.lower()
    if ending in (".csv", ".tsv", ".txt"):
        return to_table(csv_rows(name, header, error), header, error)
    if ending in (".xlsx", ".xlsm"):
        from textile_pcf.io.excel import workbook_table  # a tenth of the modules of a cold start are for workbooks

        return workbook_table(name, sheet, header, error)
    if ending in (".yaml", ".yml", ".json"):
        return from_document(read_yaml(name, error, (dict, list), numbers="none"), header, error)
    if ending == ".parquet":
        refuse_non_utf8_name(name)
        return from_parquet(name, header, error)
    read_bytes(name)  # a missing file is reported first
    cure = (
        "Save the workbook as .xlsx." if ending == ".xls" else Message("Give a file that ends in {endings}.", endings=ENDINGS)
    )
    what = (
        Message("Files that end in {ending!r} cannot be read.", ending=ending)
        if ending
        else "This file has no ending such as .csv."
    )
    raise UsageError([Problem(name, what, cure, code="ending")])
