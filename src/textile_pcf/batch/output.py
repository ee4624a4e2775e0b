"""Result columns of a batch: one row per product or one per exchange; and rows of rejected products as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from textile_pcf.arrays import ROUNDING, FloatArray, part_of_total
from textile_pcf.columns import ArrowStrings
from textile_pcf.io.safe_text import guard_cells
from textile_pcf.io.table import Table
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.sums import Sums
from textile_pcf.uncertainty_analysis.columns import COLUMNS, ColumnOptions, uncertainty_columns

UNCERTAINTY = (*COLUMNS, "declared_share")


def stage_columns(
    results: Sequence[Sums | None], scenarios: Sequence[str], units: Sequence[str], nullable: Sequence[str] = ()
) -> Any:
    """Return one row per product: totals, stages, split, and shares of defaults, for each scenario.

    Totals are the declared one, both headline figures, and those in other units.
    Columns of a further scenario end in `@name`; `change@name` is its total divided by the declared total, minus 1, null
    where that is not above zero. The metadata of each field holds its unit. Fields are nullable if they can be empty:
    changes, totals in other units, and fields of nullable scenarios.

    Parameters
    ----------
    results : sequence of Sums or None
        One per scenario, such as footprints, the declared one first; None if a scenario has no result.
    scenarios : sequence of str
        Names of the scenarios; "" for the declared one.
    units : sequence of str
        Further units of the totals.
    nullable : sequence of str
        Scenarios whose tables may lack a factor for some products.

    Returns
    -------
    pyarrow.Table
    """
    import pyarrow as pa

    base = results[0]
    assert base is not None
    names = base.names
    fields = [pa.field("product", pa.string(), nullable=False)]
    arrays = [names.array.cast(pa.string()) if isinstance(names, ArrowStrings) else pa.array(names, pa.string())]

    def add(name: str, values: Any, unit: str, optional: bool = False) -> None:
        fields.append(pa.field(name, pa.float64(), optional, metadata={"unit": unit}))
        arrays.append(pa.array(np.ascontiguousarray(values), from_pandas=optional))  # NaN becomes null

    for result, scenario in zip(results, scenarios, strict=True):
        suffix, unit, other = f"@{scenario}" if scenario else "", f"kgCO2e/{base.unit}", scenario in nullable
        rows = _product_rows(base, result)
        totals = _align(result.totals if result else None, rows, len(names))
        add(f"total{suffix}", totals, unit, other)
        for name in ("excluding", "including"):
            figure = getattr(result.headline, name) if result else None
            add(f"total_{name}{suffix}", _align(figure, rows, len(names)), unit, other)
        if scenario:
            add(f"change{suffix}", relative_change(totals, base.totals, np.abs(base.by_stage).sum(axis=1)), "1", optional=True)
        for name in base.beside:
            add(f"total {name}{suffix}", _align(result.beside[name] if result else None, rows, len(names)), unit, other)
        for other_unit in units:
            add(f"total per {other_unit}{suffix}", totals * base.units_in(other_unit), f"kgCO2e/{other_unit}", optional=True)
        for number, stage in enumerate(base.stages):
            group = "memo" if stage.outside else "stage"
            emissions = _align(result.by_stage[:, number] if result else None, rows, len(names))
            add(f"{group}.{stage.id}{suffix}", emissions, unit, other)
        for number, part in enumerate(SPLIT):
            add(f"{part}{suffix}", _align(result.split_totals[:, number] if result else None, rows, len(names)), unit, other)
        for name in ("default_share", "default_factor_share"):
            add(f"{name}{suffix}", _align(getattr(result, name) if result else None, rows, len(names)), "1", other)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def with_quality(table: Any, result: Footprint) -> Any:
    """Return columns of a result with those on the quality of its data; empty where nothing is rated.

    Parameters
    ----------
    table : pyarrow.Table
    result : Footprint
    """
    import pyarrow as pa

    from textile_pcf.data_quality import quality

    rated = quality(result)
    columns = (rated.dqr, rated.ratings.rated_share, rated.primary_data_share, rated.primary_activity_share)
    for field, values in zip(quality_fields(), columns, strict=True):
        table = table.append_column(field, pa.array(np.ascontiguousarray(values), from_pandas=True))
    return table


def quality_fields() -> list[Any]:
    """Return the fields of the columns on the quality of data."""
    import pyarrow as pa

    names = ("dqr", "rated_share", "primary_data_share", "primary_activity_share")
    return [pa.field(name, pa.float64(), True, metadata={"unit": "1"}) for name in names]


def add_uncertainty(columns: Any, results: Sequence[Footprint | None], scenarios: Sequence[str], options: ColumnOptions) -> Any:
    """Return result columns with those of uncertainty of each scenario; null where there is no number.

    Parameters
    ----------
    columns : pyarrow.Table
        From `stage_columns`.
    results, scenarios
        As for `stage_columns`.
    options : ColumnOptions
        What is computed.

    Returns
    -------
    pyarrow.Table
    """
    import pyarrow as pa

    base = results[0]
    assert base is not None
    for result, scenario in zip(results, scenarios, strict=True):
        rows, found = _product_rows(base, result), uncertainty_columns(result, options) if result else {}
        for name, field in zip(UNCERTAINTY, uncertainty_fields([scenario], base.unit), strict=True):
            values = pa.array(np.ascontiguousarray(_align(found.get(name), rows, len(base.names))), from_pandas=True)
            columns = columns.append_column(field, values)
    return columns


def uncertainty_fields(scenarios: Sequence[str], unit: str) -> list[Any]:
    """Return the fields of the columns of uncertainty of each scenario; `unit` is that of the products."""
    import pyarrow as pa

    units = {name: "1" if name in ("gsd", "declared_share") else f"kgCO2e/{unit}" for name in UNCERTAINTY}
    return [
        pa.field(f"{name}@{scenario}" if scenario else name, pa.float64(), True, metadata={"unit": units[name]})
        for scenario in scenarios
        for name in UNCERTAINTY
    ]


def relative_change(totals: FloatArray, before: FloatArray, size: FloatArray) -> FloatArray:
    """Return totals over those before, less one; NaN where these are not above zero but for rounding. [1]

    Parameters
    ----------
    totals, before : ndarray, shape (products,)
        Of one unit. [kg CO2e]
    size : ndarray, shape (products,)
        Sum of the magnitudes of what the totals before are made of. [kg CO2e]
    """
    return np.where(before > ROUNDING * size, part_of_total(totals, before) - 1, np.nan)


def _product_rows(base: Sums, result: Sums | None) -> Any:
    """Return the row of each product of a scenario among all products; None if the scenario has all products."""
    if result is None or len(result.names) == len(base.names):
        return None
    row = {product: number for number, product in enumerate(base.products)}
    return np.array([row[product] for product in result.products], dtype=np.intp)


def _align(values: Any, rows: Any, count: int) -> Any:
    """Return the values of a scenario for all products, NaN where it has none."""
    if values is not None and rows is None:
        return values
    aligned = np.full(count, np.nan)
    if values is not None:
        aligned[rows] = values
    return aligned


def line_columns(
    results: Sequence[Footprint | None], names: Sequence[str], units: Sequence[str], nullable: Sequence[str] = ()
) -> Any:
    """Return one row per exchange, with a column `scenario` if there are several. Parameters are those of `stage_columns`."""
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
        types = [coded if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
        tables.append(table.cast(pa.schema(list(zip(table.column_names, types, strict=True)))))
    return pa.concat_tables(tables).unify_dictionaries() if len(tables) > 1 else tables[0]


COLUMNS_OF: dict[str, Callable[[Sequence[Any], Sequence[str], Sequence[str], Sequence[str]], Any]] = {
    "stages": stage_columns,
    "contributions": line_columns,
}


def rejected_rows(table: Table) -> str:
    """Return rows as CSV text that can be corrected and calculated again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    cells = [guard_cells(_cell_text(cell) for cell in column) for column in table.columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def _cell_text(cell: Any) -> str:
    return "" if cell != cell else repr(float(cell)) if isinstance(cell, np.floating) else str(cell)
