"""A batch that was asked for fingerprints, and can keep none by which a later one knows its rows, says so."""

from __future__ import annotations

import warnings
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from linked_mill import FACTORS, RULE

import textile_pcf as tp
from textile_pcf.batch.reuse import NOT_KNOWN
from textile_pcf.messages.message import localize

COLUMNS = ("product", "stage", "flow", "amount", "unit", "item", "year")
ROWS = {
    "one file": [
        ("A", "making", "electricity", 1.0, "kWh", "", "2024"),
        ("B", "making", "electricity", 2.0, "kWh", "", "2024"),
    ],
    "linked": [("A", "making", "electricity", 1.0, "kWh", "", ""), ("B", "making", "material", 1.0, "kg", "product:A", "")],
    "shuffled": [
        (name, "making", "electricity", 1.0, "kWh", "", year) for name, year in (("A", "2024"), ("B", "2024"), ("A", "2023"))
    ],
}
ROWS["csv"] = ROWS["one file"]


def told(folder: Path, kind: str, **options: object) -> list[str]:
    """What a batch of two products with fingerprints warns of."""
    (folder / "link.yaml").write_text(RULE, encoding="utf-8")
    pc.write_csv(pa.table(FACTORS), folder / "factors.csv")
    rows = pa.table(dict(zip(COLUMNS, map(list, zip(*ROWS[kind], strict=True)), strict=True)))
    source = folder / ("rows.csv" if kind == "csv" else "rows.parquet")
    if kind == "csv":
        pc.write_csv(rows, source)
    else:
        pq.write_table(rows, source, row_group_size=1 if kind == "shuffled" else 10)
    call = {"out": folder / "out", "fingerprints": True, "progress": False, **options}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        batch = tp.calculate_batch(source, folder / "link.yaml", folder / "factors.csv", **call)
    assert batch.products == 2
    assert [str(one.message) for one in caught] == batch.warnings()
    return batch.warnings()


@pytest.mark.parametrize(("kind", "known"), [("one file", True), ("csv", False), ("linked", False), ("shuffled", False)])
def test_what_can_be_known_again(tmp_path: Path, kind: str, known: bool) -> None:
    assert (NOT_KNOWN in told(tmp_path, kind)) != known


def test_without_fingerprints_nothing_is_said(tmp_path: Path) -> None:
    assert NOT_KNOWN not in told(tmp_path, "csv", fingerprints=False)


def test_it_is_said_in_chinese(tmp_path: Path) -> None:
    assert "指纹" in localize(NOT_KNOWN, "zh")
