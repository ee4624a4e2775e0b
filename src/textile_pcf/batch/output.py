"""What a batch writes: results by stage, or every line of the sum; rows of rejected products to be mended."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from textile_pcf.columns import ArrowStrings
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.io.table import Table
from textile_pcf.results import SPLIT, Footprint


def stage_columns(
    results: Sequence[Footprint | None], scenarios: Sequence[str], units: Sequence[str], silent: Sequence[str] = ()
) -> Any:
    """One row per product: total, stages, the split, what it rests on, the total in other units; so for each further scenario.

    Columns of a scenario end in `@name`, and `change@name` is its total over the declared one, less one. Each field says its
    unit; those that can be empty are the only ones that are nullable: changes, totals in other units, and all of the
    scenarios named `silent`, whose tables may not answer for a product.
    """
    import pyarrow as pa

    base = results[0]
    assert base is not None
    names = base.names
    fields = [pa.field("product", pa.string(), nullable=False)]
    arrays = [names.array.cast(pa.string()) if isinstance(names, ArrowStrings) else pa.array(names, pa.string())]

    def add(name: str, values: Any, unit: str, nullable: bool = False) -> None:
        fields.append(pa.field(name, pa.float64(), nullable, metadata={"unit": unit}))
        arrays.append(pa.array(np.ascontiguousarray(values), from_pandas=nullable))  # NaN is nothing

    for result, scenario in zip(results, scenarios, strict=True):
        after, unit, other = f"@{scenario}" if scenario else "", f"kgCO2e/{base.unit}", scenario in silent
        rows = _rows_of(base, result)
        totals = _laid(result.totals if result else None, rows, len(names))
        add(f"total{after}", totals, unit, other)
        if scenario:
            with np.errstate(divide="ignore", invalid="ignore"):
                add(f"change{after}", totals / base.totals - 1, "1", nullable=True)
        for name in base.beside:
            add(f"total {name}{after}", _laid(result.beside[name] if result else None, rows, len(names)), unit, other)
        for asked in units:
            add(f"total per {asked}{after}", totals * _scale(base, asked), f"kgCO2e/{asked}", nullable=True)
        for number, stage in enumerate(base.stages):
            kind = "memo" if stage.outside else "stage"
            told = _laid(result.by_stage[:, number] if result else None, rows, len(names))
            add(f"{kind}.{stage.id}{after}", told, unit, other)
        for number, part in enumerate(SPLIT):
            add(f"{part}{after}", _laid(result.split_totals[:, number] if result else None, rows, len(names)), unit, other)
        for name in ("default_share", "default_factor_share"):
            add(f"{name}{after}", _laid(getattr(result, name) if result else None, rows, len(names)), "1", other)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _rows_of(base: Footprint, result: Footprint | None) -> Any:
    """Where the products of a scenario stand among all; None where it answers for each of them."""
    if result is None or len(result.names) == len(base.names):
        return None
    place = {product: number for number, product in enumerate(base.products)}
    return np.array([place[product] for product in result.products], dtype=np.intp)


def _laid(values: Any, rows: Any, count: int) -> Any:
    """Values of the products of a scenario among those of all products, NaN for the others."""
    if values is not None and rows is None:
        return values
    every = np.full(count, np.nan)
    if values is not None:
        every[rows] = values
    return every


def _scale(result: Footprint, unit: str) -> Any:
    """Product units in one `unit`; NaN for products that cannot be told in it."""
    return result.measures.product_units(result.measures.parse(unit))


def line_columns(
    results: Sequence[Footprint | None], names: Sequence[str], units: Sequence[str], silent: Sequence[str] = ()
) -> Any:
    """Every line of the sum; with a column `scenario` where there are several."""
    import pyarrow as pa

    tables = []
    for result, name in zip(results, names, strict=True):
        if result is None:
            continue
        frame = result.contributions
        if len(results) > 1:
            frame.insert(0, "scenario", name)
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        coded = pa.dictionary(pa.int32(), pa.string())
        kinds = [coded if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
        tables.append(table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True)))))
    return pa.concat_tables(tables).unify_dictionaries() if len(tables) > 1 else tables[0]


COLUMNS_OF: dict[str, Callable[[Sequence[Footprint | None], Sequence[str], Sequence[str], Sequence[str]], Any]] = {
    "stages": stage_columns,
    "contributions": line_columns,
}


def rejected_rows(table: Table) -> str:
    """Rows as CSV, to be mended and given again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    cells = [guard_cells(_plain(cell) for cell in column) for column in table.columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def _plain(cell: Any) -> str:
    return "" if cell != cell else repr(float(cell)) if isinstance(cell, np.floating) else str(cell)
