"""Saved results as Parquet: the same content as JSON, bit for bit; what was changed or is none is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from audit_mill import calculate
from pyarrow import parquet

import textile_pcf as tp
from textile_pcf.io.resources import examples

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.errors.PcfWarning")


def test_parquet_and_json_hold_the_same(tmp_path: Path) -> None:
    result = tp.footprint(*examples()["t_shirt"])
    again = tp.load_result(result.save(tmp_path / "result.parquet"))
    assert json.dumps(again.to_dict()) == json.dumps(result.to_dict())
    assert again.save(tmp_path / "b.json").read_bytes() == result.save(tmp_path / "a.json").read_bytes()
    assert again.explain(result.products[0], language="zh") == result.explain(result.products[0], language="zh")
    table = parquet.read_table(tmp_path / "result.parquet")
    assert table.num_rows == len(result.lines.product) and set(table["product"].to_pylist()) == set(result.products)
    emissions = sum(
        amount * factor for amount, factor in zip(table["amount"].to_pylist(), table["factor"].to_pylist(), strict=True)
    )
    assert emissions == pytest.approx(float(result.emissions_by_stage.sum()))


def test_what_was_changed_or_is_no_result_is_refused(mill: Path) -> None:
    path = calculate(mill).save(mill / "result.parquet")
    table = parquet.read_table(path)
    amounts = table.set_column(table.column_names.index("amount"), "amount", pa.array([11.0] * table.num_rows))
    held = json.loads(table.schema.metadata[b"textile_pcf"])
    broken = {
        "changed after it was saved": amounts,
        "no saved result": table.replace_schema_metadata({}),
        "does not hold what a saved result holds": table.drop_columns(["item"]),
        "form 99": table.replace_schema_metadata({b"textile_pcf": json.dumps({**held, "result": 99})}),
        "This is not JSON": table.replace_schema_metadata({b"textile_pcf": b"{"}),
        "what a saved result holds": table.replace_schema_metadata({b"textile_pcf": b"[]"}),
    }
    for words, content in broken.items():
        parquet.write_table(content, path)
        with pytest.raises(tp.InputError, match=words):
            tp.load_result(path)
    path.write_bytes(b"no table")
    with pytest.raises(tp.InputError):
        tp.load_result(path)
    path.unlink()
    with pytest.raises(tp.UsageError, match="no such file"):
        tp.load_result(path)
    with pytest.raises(tp.UsageError, match=r"\.json or \.parquet"):
        calculate(mill).save(mill / "result.csv")
