"""Tables as CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textile_pcf.io.safe_text import guard_cells


def table_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV; texts that a spreadsheet would take for formulas are guarded.

    Examples
    --------
    >>> print(table_csv(("product", "amount"), [{"product": "=P", "amount": 1.5}]), end="")
    product,amount
    '=P,1.5
    """
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [list(columns), *(guard_cells(["" if row.get(name) is None else row[name] for name in columns]) for row in rows)]
    )
    return file.getvalue()
