"""A result as a table of products or of lines, and the files that `--format csv`, `json` and `parquet` write."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textile_pcf.arrays import FloatArray
from textile_pcf.errors import Problem, UsageError
from textile_pcf.io.output_files import as_path, write_atomically
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.results.tables import stage_in_use

if TYPE_CHECKING:
    import pandas as pd

    from textile_pcf.results.views import Views

PER_UNIT = ("amount", "kgCO2e", "fossil", "biogenic", "uptake", "land_use_change", "aircraft")
"""Columns of lines that are per product unit."""
HEAD = ("product", "unit", "total", "total_excluding", "total_including")
"""Columns of a table of products before its stages; kept columns of activity data come between."""


def product_rows(result: Views, unit: str | None, empty_stages: bool = True) -> list[list[Any]]:
    """Return a header row and one row per product: unit, total, both headline figures, all stages inside the boundary.

    Parameters
    ----------
    result : Views
    unit : str or None
        Unit of the figures; None for the product unit.
    empty_stages : bool
        Whether stages without exchanges have a column.
    """
    scale = result.scale(unit)
    used = stage_in_use(result) | empty_stages
    inside = [k for k, info in enumerate(result.stages) if not info.outside and used[k]]
    both = () if result.merges_stages else result.headline
    head = [*(HEAD[:3] if result.merges_stages else HEAD), *result.kept, *(result.stages[k].id for k in inside)]
    totals = _as_rows(np.stack([result.totals, *both], axis=1) * scale[:, None])
    stages = _as_rows(result.by_stage[:, inside] * scale[:, None])
    kept = zip(*result.kept.values(), strict=True) if result.kept else [()] * len(result.products)
    rows = [
        [product, f"kgCO2e/{unit or result.unit}", *figures, *texts, *values]
        for product, figures, texts, values in zip(result.products, totals, kept, stages, strict=True)
    ]
    return [head, *rows]


def _as_rows(values: FloatArray) -> list[list[float | None]]:
    """Return one list per product; None where a stage of a published result is merged."""
    return [[None if number != number else number for number in row] for row in values.tolist()]


def product_frame(result: Views, unit: str | None, empty_stages: bool = True) -> pd.DataFrame:
    """Return `product_rows` as a DataFrame."""
    import pandas as pd

    head, *rows = product_rows(result, unit, empty_stages)
    return pd.DataFrame(rows, columns=pd.Index(head))


def line_frame(result: Views, unit: str | None) -> pd.DataFrame:
    """Return one row per exchange, per `unit`, with the kept columns of its product."""
    table = result.contributions
    product = result.lines.product
    scale = result.scale(unit)[product]
    for column in PER_UNIT:
        table[column] = table[column] * scale
    kept = {name: np.array(texts, dtype=object)[product] for name, texts in result.kept.items()}
    return table.assign(per=unit or result.unit, **kept)


def csv_text(result: Views, unit: str | None, lines: bool) -> str:
    """Return a table as CSV; texts that spreadsheets take for formulas are guarded by an apostrophe."""
    if lines:
        return str(_guard_formulas(line_frame(result, unit)).to_csv(index=False, lineterminator="\n"))
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(map(guard_cells, product_rows(result, unit)))
    return file.getvalue()


def _guard_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts are not read as formulas by spreadsheets."""
    from pandas.api.types import is_numeric_dtype

    for column in table.columns:
        if hasattr(table[column], "cat"):
            texts = table[column].cat.categories
            guarded = guard_cells(texts)
            if guarded != list(texts):
                table[column] = table[column].map(dict(zip(texts, guarded, strict=True))).astype(object)
        elif not is_numeric_dtype(table[column]):
            table[column] = guard_cells(table[column])
    return table


def parquet_file(result: Views, path: Path, unit: str | None, lines: bool, where: str = "to_parquet") -> None:
    """Write a table as a Parquet file; `where` names the request in messages."""
    table = line_frame(result, unit) if lines else product_frame(result, unit)
    try:
        with path.open("wb") as file:  # a path that is not UTF-8 is none for pyarrow
            table.to_parquet(file, index=False)
    except ImportError as error:
        cure = 'Run: pip install "textile_pcf[parquet]"'
        raise UsageError([Problem(where, "Parquet needs pyarrow.", cure, code="usage")]) from error


def write_text(path: str | Path, text: str) -> Path:
    """Write a text in UTF-8, completely or not at all."""
    out = as_path(path, "path")
    write_atomically(
        out, lambda draft: draft.write_text(text, encoding="utf-8", newline="", errors="backslashreplace"), str(out)
    )
    return out


def write_parquet(result: Views, path: str | Path, unit: str | None, lines: bool) -> Path:
    """Write a table as a Parquet file, completely or not at all."""
    out = as_path(path, "path")
    write_atomically(out, lambda draft: parquet_file(result, draft, unit, lines), str(out))
    return out
