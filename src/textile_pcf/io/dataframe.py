"""pandas DataFrames as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.columns import Categorical, recode
from textile_pcf.errors import PcfError
from textile_pcf.io.arrow import MAX_EXACT_INTEGER
from textile_pcf.io.column_cells import normalize_cells, table_from_columns
from textile_pcf.io.table import Header, Table


def from_frame(frame: Any, header: Header, error: type[PcfError]) -> Table:
    """Convert a pandas DataFrame.

    The frame is copied: later changes of it do not change the table.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data; its index is ignored.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        With every unknown or duplicated column and every cell that is neither a text nor a number.
    """
    names = list(frame.columns)
    columns = [frame.iloc[:, position] for position in range(len(names))]
    cells = [_column_cells(column) for column in columns]
    table = Table("DataFrame", {}, len(frame), "frame", range(len(frame)))
    return table_from_columns(table, names, cells, header, error)


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
