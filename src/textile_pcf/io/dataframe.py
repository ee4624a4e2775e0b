"""pandas DataFrames as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.columns import Categorical, recode
from textile_pcf.errors import PcfError, Problem
from textile_pcf.io.arrow import MAX_EXACT_INTEGER
from textile_pcf.io.column_cells import normalize_cells, table_from_columns
from textile_pcf.io.table import Header, Table
from textile_pcf.messages.message import Message


def from_frame(frame: Any, header: Header, error: type[PcfError]) -> Table:
    """Convert a pandas DataFrame.

    The frame is copied: later changes of it do not change the table.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data; an index that is no known column is ignored.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        With every unknown or duplicated column, every cell that is neither a text nor a number, and every known column that
        is the index.
    """
    names = list(frame.columns)
    if in_index := _columns_in_index(frame, header):
        raise error(in_index)
    columns = [frame.iloc[:, position] for position in range(len(names))]
    cells = [_column_cells(column) for column in columns]
    table = Table("DataFrame", {}, len(frame), "frame", range(len(frame)))
    return table_from_columns(table, names, cells, header, error)


def _columns_in_index(frame: Any, header: Header) -> list[Problem]:
    """Return a problem for each known column that is the index, as `set_index` makes it, and no column as well."""
    heads = {header.name(name) for name in frame.columns}
    names = [header.name(name) for name in frame.index.names if name is not None]
    return [
        Problem(
            "DataFrame",
            Message("The column {name!r} is the index of this table.", name=name),
            "Make it a column again: table.reset_index().",
            code="index",
        )
        for name in dict.fromkeys(names)
        if header.known is not None and name in header.known and name not in heads
    ]


def _column_cells(column: Any) -> Any:
    """Return a copy of the cells of a pandas column; strings and categories become a `Categorical`."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype) and pd.api.types.is_string_dtype(column.cat.categories):
        return _categorical(column.cat.codes.to_numpy(copy=True), column.cat.categories)
    if isinstance(column.dtype, pd.StringDtype):
        return _categorical(*pd.factorize(column))
    if column.dtype.kind in "iu" and column.hasnans and column.count() and _exceeds_float(column):
        return normalize_cells(column.to_numpy(object))  # float64 would round them
    return normalize_cells(column.to_numpy(copy=True) if column.dtype.kind in "iuf" else column.to_numpy(object))


def _exceeds_float(column: Any) -> bool:
    """Return whether a column has integers that float64 cannot represent exactly."""
    return not -MAX_EXACT_INTEGER <= column.min() <= column.max() <= MAX_EXACT_INTEGER


def _categorical(codes: Any, texts: Any) -> Categorical:
    """Return a categorical column of pandas codes, where -1 is a missing value."""
    if len(codes) and codes.min() < 0:
        return recode(np.where(codes < 0, len(texts), codes), [*texts, ""])
    return recode(codes, list(texts))
