"""pandas DataFrames as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.columns import Categorical, recode
from textile_pcf.errors import PcfError
from textile_pcf.io.arrow import EXACT
from textile_pcf.io.column_cells import cells_of, from_columns
from textile_pcf.io.table import Header, Table


def from_frame(frame: Any, header: Header, error: type[PcfError]) -> Table:
    """Table of a pandas DataFrame, which stays as it is; its index does not count."""
    names = list(frame.columns)
    columns = [frame.iloc[:, position] for position in range(len(names))]
    cells = [_frame_cells(column) for column in columns]
    return from_columns(Table("DataFrame", {}, len(frame), "frame", range(len(frame))), names, cells, header, error)


def _frame_cells(column: Any) -> Any:
    """Cells of a pandas column: texts that pandas has coded, or can code, are looked at once per distinct text.

    They are copies: what is told later of a result stays true whatever becomes of the frame.
    """
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype) and pd.api.types.is_string_dtype(column.cat.categories):
        return _coded(column.cat.codes.to_numpy(copy=True), column.cat.categories)
    if isinstance(column.dtype, pd.StringDtype):
        return _coded(*pd.factorize(column))
    if column.dtype.kind in "iu" and column.hasnans and column.count() and not -EXACT <= column.min() <= column.max() <= EXACT:
        return cells_of(column.to_numpy(object))  # as floats they would be blurred
    return cells_of(column.to_numpy(copy=True) if column.dtype.kind in "iuf" else column.to_numpy(object))


def _coded(codes: Any, texts: Any) -> Categorical:
    """Codes of which -1 means nothing, as a column."""
    if len(codes) and codes.min() < 0:
        return recode(np.where(codes < 0, len(texts), codes), [*texts, ""])
    return recode(codes, list(texts))
