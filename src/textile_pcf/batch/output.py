"""What a batch writes: results by stage, or every line of the sum; rows of rejected products to be mended."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from textile_pcf.columns import Texts
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.tables.shape import Table


def stage_columns(results: Sequence[Footprint], scenarios: Sequence[str], units: Sequence[str]) -> Any:
    """One row per product: total, stages, the split, what it rests on, the total in other units; so for each further scenario.

    Columns of a scenario end in `@name`, and `change@name` is its total over the declared one, less one. Each field says its
    unit; those that can be empty, the change and the totals in other units, are the only ones that are nullable.
    """
    import pyarrow as pa

    names = results[0].names
    fields = [pa.field("product", pa.string(), nullable=False)]
    arrays = [names.array.cast(pa.string()) if isinstance(names, Texts) else pa.array(names, pa.string())]

    def add(name: str, values: Any, unit: str, nullable: bool = False) -> None:
        fields.append(pa.field(name, pa.float64(), nullable, metadata={"unit": unit}))
        arrays.append(pa.array(np.ascontiguousarray(values), from_pandas=nullable))  # NaN is nothing

    for result, scenario in zip(results, scenarios, strict=True):
        after, unit = f"@{scenario}" if scenario else "", f"kgCO2e/{result.unit}"
        add(f"total{after}", result.totals, unit)
        if scenario:
            with np.errstate(divide="ignore", invalid="ignore"):
                add(f"change{after}", result.totals / results[0].totals - 1, "1", nullable=True)
        for name, totals in result.beside.items():
            add(f"total {name}{after}", totals, unit)
        for other in units:
            add(f"total per {other}{after}", result.totals * _scale(result, other), f"kgCO2e/{other}", nullable=True)
        for number, stage in enumerate(result.stages):
            kind = "memo" if stage.outside else "stage"
            add(f"{kind}.{stage.id}{after}", result.by_stage[:, number], unit)
        for number, part in enumerate(SPLIT):
            add(f"{part}{after}", result.split_totals[:, number], unit)
        add(f"default_share{after}", result.default_share, "1")
        add(f"default_factor_share{after}", result.default_factor_share, "1")
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _scale(result: Footprint, unit: str) -> Any:
    """Product units in one `unit`; NaN for products that cannot be told in it."""
    from textile_pcf.units import parse_unit

    return result.measures.product_units(parse_unit(unit))


def line_columns(results: Sequence[Footprint], names: Sequence[str], units: Sequence[str]) -> Any:
    """Every line of the sum; with a column `scenario` where there are several."""
    import pyarrow as pa

    tables = []
    for result, name in zip(results, names, strict=True):
        frame = result.contributions
        if len(results) > 1:
            frame.insert(0, "scenario", name)
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        coded = pa.dictionary(pa.int32(), pa.string())
        kinds = [coded if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
        tables.append(table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True)))))
    return pa.concat_tables(tables).unify_dictionaries() if len(tables) > 1 else tables[0]


COLUMNS_OF: dict[str, Callable[[Sequence[Footprint], Sequence[str], Sequence[str]], Any]] = {
    "stages": stage_columns,
    "contributions": line_columns,
}


def rejected_rows(table: Table) -> str:
    """Rows as CSV, to be mended and given again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    cells = [[_plain(cell) for cell in column] for column in table.columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def _plain(cell: Any) -> str:
    return "" if cell != cell else repr(float(cell)) if isinstance(cell, np.floating) else str(cell)
