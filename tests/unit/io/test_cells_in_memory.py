"""Cells of rows in Python that are no plain text or number: empty ones of pandas, arrays, columns, texts in quantities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp
from textile_pcf.units import registry

ROWS = rows("P", 2, 4)


def with_cell(column: str, cell: Any) -> list[dict[str, Any]]:
    return [ROWS[0], {**ROWS[1], column: cell}, *ROWS[2:]]


@pytest.mark.parametrize("column", ["item", "region", "year", "note", "gsd", "dq_time", "component"])
def test_na_of_pandas_is_an_empty_cell(column: str) -> None:
    assert tp.footprint(with_cell(column, pd.NA), RULE, FACTORS).total()["P"] == 3.0


@pytest.mark.parametrize("column", ["product", "stage", "amount", "year", "note", "low"])
@pytest.mark.parametrize("cell", [np.array(1.0), np.array([1, 2]), pd.Series([1]), pl.Series([1]), bytearray(b"x")])
def test_arrays_and_columns_are_no_cells(column: str, cell: Any) -> None:
    with pytest.raises(tp.InputError) as caught:
        tp.footprint(with_cell(column, cell), RULE, FACTORS)
    assert [problem.what for problem in caught.value.problems] == ["A cell contains a list or mapping."]


@pytest.mark.parametrize("cell", [np.array([1, 2]), pd.Series([1]), {"id": 1}, {1}])
def test_arrays_and_columns_are_no_products(cell: Any) -> None:
    plain = [{name: value for name, value in row.items() if name != "product"} for row in ROWS]
    with pytest.raises(tp.InputError, match="The product has no id"):
        tp.footprint([{"product": cell, "rows": plain}], RULE, FACTORS)


@pytest.mark.parametrize("column", ["product", "stage", "amount", "year", "unit", "gsd"])
@pytest.mark.parametrize("as_frame", [False, True])
def test_a_signalling_nan_is_told(column: str, as_frame: bool) -> None:
    source = with_cell(column, Decimal("sNaN"))
    with pytest.raises(tp.InputError):
        tp.footprint(pd.DataFrame(source) if as_frame else source, RULE, FACTORS)


@pytest.mark.parametrize("magnitude", ["abc", 1 + 1j, 10**400])
def test_a_quantity_of_no_number_is_told(magnitude: Any) -> None:
    cell = registry().Quantity(magnitude, "kWh") if not isinstance(magnitude, str) else _quantity_of_text(magnitude)
    with pytest.raises(tp.InputError, match="is not a number"):
        tp.footprint(with_cell("amount", cell), RULE, FACTORS)


def _quantity_of_text(text: str) -> Any:
    quantity = registry().Quantity(1, "kWh")
    quantity._magnitude = text
    return quantity


@pytest.mark.parametrize("kind", [object, pd.ArrowDtype(pa.decimal128(20, 6))], ids=str)
def test_decimals_of_databases_are_numbers(kind: Any) -> None:
    """Drivers of databases hand out `Decimal`; rows, frames and Arrow tables with them give the result of floats."""
    expected = tp.footprint(rows("P", 2.5, 4), RULE, FACTORS).total()["P"]
    decimals = pd.Series([Decimal("200"), Decimal("2.5"), Decimal("4")], dtype=kind)
    frame = pd.DataFrame(rows("P", 2.5, 4)).assign(amount=decimals, unit=["g/m2", "kWh", "kWh"])
    assert tp.footprint(frame, RULE, FACTORS).total()["P"] == expected
    assert tp.footprint(frame.to_dict("records"), RULE, FACTORS).total()["P"] == expected


@pytest.mark.parametrize("amount", ["Infinity", "1e400", "sNaN"])
def test_decimals_that_are_no_amounts(amount: str) -> None:
    with pytest.raises(tp.InputError, match="is not a number"):
        tp.footprint(pd.DataFrame(with_cell("amount", Decimal(amount))), RULE, FACTORS)
