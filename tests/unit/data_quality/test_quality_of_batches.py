"""Columns of a batch on the quality of data: those of each product by itself, whatever the partitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from unit.comparison.mill import factors, rows, rule


def test_columns_are_those_of_the_products(tmp_path: Path) -> None:
    scores = dict.fromkeys(("dq_technology", "dq_geography", "dq_time", "dq_precision"), 2)
    data = []
    for number in range(6):
        amounts = rows(f"P{number}", electricity=number + 1, fibre=1)
        data += [{**amounts[0], "data_type": "measured", **scores}, amounts[1]]
    mill, table, frame = rule(tmp_path), factors(tmp_path, 0.5), pd.DataFrame(data)
    alone = tp.quality(tp.footprint(frame, mill, table))
    batch = tp.calculate_batch(frame, mill, table, out=tmp_path / "out", quality=True, partition_rows=3, progress=False)
    read = batch.read().to_pandas()
    assert read["product"].tolist() == list(alone.products)
    np.testing.assert_array_equal(read["dqr"], alone.dqr)
    np.testing.assert_array_equal(read["rated_share"], alone.ratings.rated_share)
    np.testing.assert_array_equal(read["primary_activity_share"], alone.primary_activity_share)
    assert read["primary_data_share"].tolist() == [0.0] * 6
    assert "dqr" not in tp.calculate_batch(frame, mill, table, out=tmp_path / "plain", progress=False).read().column_names


def test_lines_have_no_such_columns(tmp_path: Path) -> None:
    with pytest.raises(tp.UsageError):
        tp.calculate_batch(pd.DataFrame(rows(fibre=1)), rule(tmp_path), factors(tmp_path, 0.5), out=tmp_path / "out",
                           results="contributions", quality=True, progress=False)  # fmt: skip
