"""Rows of emission factors as a DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.factors.table import COLUMNS, NUMBERS, REQUIRED, FactorSheet

if TYPE_CHECKING:
    import pandas as pd

FIRST = (*REQUIRED[:6], "name_en", "name_zh", *REQUIRED[6:])
"""Columns that come first: what the factor is, and where it was read."""


def rows_frame(rows: Sequence[tuple[FactorSheet, int]]) -> pd.DataFrame:
    """Return rows of tables as a DataFrame, in the columns that `load_factors` reads.

    Parameters
    ----------
    rows : sequence of (FactorSheet, int)
        Table and row of each factor.

    Returns
    -------
    DataFrame
        Its index is the label of the table; columns without content are left out, except the required ones.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in (*FIRST, *(name for name in COLUMNS if name not in FIRST)):
        cells: list[Any] = [(table.numbers if name in NUMBERS else table.texts)[name][row] for table, row in rows]
        has_content = any(cell == cell and cell != "" for cell in cells)  # NaN is not equal to itself
        if name in REQUIRED or has_content:
            columns[name] = np.array(cells, dtype=float) if name in NUMBERS else cells
    return pd.DataFrame(columns, index=pd.Index([table.label for table, _ in rows], name="table"))
