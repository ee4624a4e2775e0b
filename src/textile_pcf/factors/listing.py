"""What tables of emission factors the library ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf.factors.editions import table_editions
from textile_pcf.factors.load import read_factor_table

if TYPE_CHECKING:
    import pandas as pd


def list_factors() -> pd.DataFrame:
    """Return the shipped tables of emission factors, in all their editions.

    Returns
    -------
    DataFrame
        Its index is the name for `load_factors` (`NAME@EDITION`), its columns are title, title_zh, rows and licence.

    Examples
    --------
    >>> "default@2026.1" in list_factors().index
    True
    """
    import pandas as pd

    tables = [read_factor_table(f"{name}@{edition}") for name, files in table_editions().items() for edition in files]
    rows = [(table.title(), table.title("zh"), table.size, table.document.licence or "") for table in tables]
    labels = pd.Index([table.label for table in tables], name="table")
    return pd.DataFrame(rows, index=labels, columns=pd.Index(["title", "title_zh", "rows", "licence"]))
