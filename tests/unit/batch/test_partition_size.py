"""Rows of a partition by default: fewer where a rule adds more to each product, or where a run holds more of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
import workload

import textile_pcf as tp
from textile_pcf.batch import calculate_batch
from textile_pcf.batch.job import JobOptions, prepare_job
from textile_pcf.batch.partition_size import default_rows

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

PLAIN: dict[str, Any] = {
    "results": "stages", "on_error": "reject", "scenarios": None, "units": (), "gwp": None, "biogenic": None, "boundary": None,
    "supply": None,
}  # fmt: skip


def rows_of(rule: str | Path, **options: Any) -> int:
    return default_rows(prepare_job(rule, None, Path("out"), JobOptions(**{**PLAIN, **options})))


def test_a_rule_that_adds_more_to_a_product_has_smaller_partitions() -> None:
    assert rows_of(workload.RULE) == 600_000  # 31 flows, which rows give, and no values of its own
    assert rows_of("silk_fabric") == 210_000
    assert rows_of("cotton_fabric") == rows_of("chemical_fiber_fabric") == 200_000
    assert rows_of("apparel") == 140_000  # 129 properties


@pytest.mark.parametrize(("options", "rows"), [
    ({"scenarios": {"old": {"gwp": "AR4"}}}, 160_000),
    ({"scenarios": {"old": {"gwp": "AR4"}, "older": {"gwp": "AR5"}}}, 130_000),
    ({"uncertainty": "closed"}, 160_000),
    ({"weights": True}, 130_000),
    ({"quality": True}, 130_000),
    ({"results": "contributions"}, 80_000),
    ({"uncertainty": "closed", "weights": True, "quality": True}, 80_000),
    ({"units": ("m2",)}, 200_000),  # a column more is small
    ({"scenarios": {f"s{number}": {"gwp": "AR5"} for number in range(100)}}, 20_000),  # never less
])  # fmt: skip
def test_what_a_run_holds_more_of_each_product_makes_partitions_smaller(options: dict[str, Any], rows: int) -> None:
    assert rows_of("cotton_fabric", **options) == rows


@pytest.fixture
def poplins(tmp_path: Path) -> Path:
    """A mill's poplin under 200 names, in ten row groups of some 640 rows."""
    source, _, _ = tp.load_example("cotton_poplin")
    one = csv.read_csv(source)
    names, place = [f"P{number:03d}" for number in range(200)], one.column_names.index("product")
    named = [one.set_column(place, "product", pa.array([name] * len(one))) for name in names]
    pq.write_table(pa.concat_tables(named), tmp_path / "poplins.parquet", row_group_size=20 * len(one))
    return tmp_path / "poplins.parquet"


def calculated(source: Path, out: str, **options: Any) -> tuple[tp.BatchResult, int]:
    """The batch, and the rows of a partition that its manifest tells."""
    result = calculate_batch(source, "cotton_fabric", out=source.parent / out, progress=False, **options)
    return result, json.loads((result.out / "manifest.json").read_text(encoding="utf-8"))["run"]["partition_rows"]


@pytest.mark.parametrize("options", [{}, {"uncertainty": "closed"}, {"scenarios": {"old": {"gwp": "AR4"}}, "quality": True}])
def test_results_of_any_size_are_the_same_to_the_last_bit(poplins: Path, options: dict[str, Any]) -> None:
    by_default, rows = calculated(poplins, "default", **options)
    assert rows == rows_of("cotton_fabric", **options)
    assert len(by_default.files) == 1
    for size in (700, 2_000, 600_000):
        result, rows = calculated(poplins, f"of_{size}", partition_rows=size, **options)
        assert rows == size
        assert result.read().equals(by_default.read())


def test_a_row_group_goes_where_the_partition_comes_nearest_to_its_size(poplins: Path) -> None:
    """Ten row groups of one size: 1.4 of them are nearest to one, 1.6 to two."""
    group = pq.read_metadata(poplins).row_group(0).num_rows
    assert len(calculated(poplins, "one", partition_rows=group * 14 // 10)[0].files) == 10
    assert len(calculated(poplins, "two", partition_rows=group * 16 // 10)[0].files) == 5


def test_results_of_one_large_row_group_are_those_of_many(poplins: Path) -> None:
    """Also from several files, in processes, and where a product begins in one row group and ends in the next."""
    table, expected = pq.read_table(poplins), calculated(poplins, "expected")[0].read()
    pq.write_table(table, poplins.parent / "large.parquet", row_group_size=4_001)
    (poplins.parent / "files").mkdir()
    pq.write_table(table.slice(0, 4_001), poplins.parent / "files" / "1.parquet")
    pq.write_table(table.slice(4_001), poplins.parent / "files" / "2.parquet")
    for number, name in enumerate(("large.parquet", "files")):
        for workers in (None, 2):
            result, _ = calculated(poplins.parent / name, f"of_{number}_{workers}", partition_rows=700, workers=workers)
            assert len(result.files) == 9
            assert result.read().equals(expected)
    result, _ = calculated(poplins.parent / "large.parquet", "known", partition_rows=700, fingerprints=True)
    assert len(result.files) == 2  # fingerprints are of whole row groups
    assert result.read().equals(expected)


def test_a_batch_since_an_earlier_one_has_its_partitions(poplins: Path) -> None:
    calculated(poplins, "earlier", partition_rows=1_000, fingerprints=True)
    result, rows = calculated(poplins, "later", since=poplins.parent / "earlier")
    assert rows == 1_000
    log = [json.loads(line) for line in (result.out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert next(line["parts"] for line in log if line["event"] == "since") == len(result.files)  # all of them are copied
    with pytest.raises(tp.UsageError, match="its partition_rows differs"):
        calculated(poplins, "later", since=poplins.parent / "earlier", partition_rows=2_000)


def test_a_folder_of_other_partitions_is_named_as_such(poplins: Path) -> None:
    calculated(poplins, "out", partition_rows=600_000)
    with pytest.raises(tp.UsageError, match="This folder holds another run: its partition_rows differs"):
        calculated(poplins, "out", partition_rows=300_000)
    assert calculated(poplins, "out")[1] == 600_000  # no other number was asked for


@pytest.mark.parametrize("rows", [0, -1])
def test_a_partition_has_at_least_one_row(tmp_path: Path, rows: int) -> None:
    """-1 gave a traceback, and 0 was passed over."""
    with pytest.raises(tp.UsageError, match=f"partition_rows {rows}: A partition has 1 to "):
        tp.calculate_batch([{"product": "P"}], "cotton_fabric", out=tmp_path / "out", partition_rows=rows)
