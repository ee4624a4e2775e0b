"""What rules the library ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textile_pcf.rules.load import editions, read_document

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("title", "title_zh", "unit", "boundary", "status", "valid_from")


def list_rules() -> pd.DataFrame:
    """Return the shipped rules, in all their editions.

    Returns
    -------
    DataFrame
        Its index is the name for `load_rules` (`NAME@EDITION`), its columns are title, title_zh, unit of the product, boundary
        (the first one that the rule offers), status and valid_from.

    Examples
    --------
    >>> list_rules().loc["cotton_fabric@2026.1", "unit"]
    'kg'
    """
    import pandas as pd

    names, rows = [], []
    for name, files in editions().items():
        for edition, path in files.items():
            document = read_document(path)
            titles = [document.title.text(language) if document.title else name for language in ("en", "zh")]
            names.append(f"{name}@{edition}")
            rows.append(
                (*titles, document.product.unit, document.boundaries[0], document.status, str(document.valid_from or ""))
            )
    return pd.DataFrame(rows, index=pd.Index(names, name="rule"), columns=pd.Index(COLUMNS))
