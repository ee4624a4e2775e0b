"""Columns of polars of types that Arrow has not, such as Int128: the message names the column and its type, with the cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from small_mill import FACTORS, RULE, rows

import textile_pcf as tp

FRAME = pl.DataFrame([{**row, "amount": str(row["amount"]), "year": 2024} for row in rows("P", 2, 4)])
WIDE = FRAME.with_columns(year=pl.col("year").cast(pl.Int128))


@pytest.mark.parametrize("frame", [WIDE, WIDE.lazy(), WIDE.with_columns(low=pl.lit(1).cast(pl.Int128))])
def test_each_column_is_told(frame: Any) -> None:
    with pytest.raises(tp.UsageError) as caught:
        tp.footprint(frame, RULE, FACTORS)
    assert caught.value.problems[0].what == "The column 'year' is of type Int128, which is not read."
    assert all("Int64" in problem.cure for problem in caught.value.problems)
    assert len(caught.value.problems) == len([kind for kind in frame.lazy().collect_schema().dtypes() if kind == pl.Int128])


@pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")
def test_the_cure_is_one() -> None:
    for kind in (pl.Int64, pl.Float64, pl.String):
        assert tp.footprint(WIDE.with_columns(pl.col("year").cast(kind)), RULE, FACTORS).total()["P"] == 3.0


def test_a_batch_tells_it_too(tmp_path: Path) -> None:
    with pytest.raises(tp.UsageError, match="'year' is of type Int128"):
        tp.calculate_batch(WIDE, RULE, FACTORS, out=tmp_path / "out")


@pytest.mark.parametrize(
    "series",
    [FRAME["year"], pd.Series(["P", 2.0]), pd.Series([10**30, "a"]), pd.Series([1j])],
    ids=["years", "a row", "large", "complex"],
)
def test_a_series_is_no_table(series: Any) -> None:
    """A row of a DataFrame, such as `table.iloc[0]`, holds texts and numbers."""
    with pytest.raises(tp.UsageError, match="A Series is not a table"):
        tp.footprint(series, RULE, FACTORS)
