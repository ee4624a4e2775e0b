"""Batches: the same numbers as one product at a time, however the rows lie and whoever calculates."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import distributed
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import workload
from batch_runs import ROWS, expected, run, same_files, totals

import textile_pcf as tp
from textile_pcf.batch import executors, shuffle
from textile_pcf.batch.partitioning import plan_partitions
from textile_pcf.batch.wide import calculate_wide
from textile_pcf.errors import InputError, UsageError


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    workload.write_factors(folder / "factors.csv")
    workload.write_parquet(folder / "catalogue.parquet", 300, group=50)
    return folder


def test_same_numbers_as_in_one_table(place: Path) -> None:
    result = run(place, place / "catalogue.parquet", "stages", units=("m2", "piece"))
    assert (result.products, result.rejected, result.rows, len(result.files)) == (300, 0, 12_000, 6)
    whole = tp.footprint(str(place / "catalogue.parquet"), workload.RULE, place / "factors.csv")
    table = result.read().to_pandas().set_index("product")
    pd.testing.assert_series_equal(table["total"], whole.total(), rtol=1e-13, check_names=False, check_index_type=False)
    for stage, column in whole.per_stage().items():
        np.testing.assert_allclose(table[f"stage.{stage}"], column, rtol=1e-12)
    np.testing.assert_allclose(table["total per m2"], whole.per_unit("m2"), rtol=1e-12)
    np.testing.assert_allclose(table["total per piece"], whole.per_unit("piece"), rtol=1e-12)
    told = json.loads(result.read().schema.metadata[b"textile_pcf"])
    assert told["rule"] == "benchmark_fabric@1"
    assert result.read().schema.field("total per m2").metadata == {b"unit": b"kgCO2e/m2"}


def test_contributions_add_up_to_the_totals(place: Path) -> None:
    lines = run(place, place / "catalogue.parquet", "lines", results="contributions").read().to_pandas()
    sums = lines.groupby("product", observed=True)["kgCO2e"].sum()
    whole = expected(place, str(place / "catalogue.parquet"))
    np.testing.assert_allclose(sums[whole.index], whole, rtol=1e-12)


@pytest.mark.parametrize("texts", [True, False])
def test_shuffled_rows_give_the_same_numbers(place: Path, texts: bool) -> None:
    path = workload.write_parquet(place / f"shuffled{texts}.parquet", 300, texts=texts, group=50, shuffled=True)
    assert plan_partitions(str(path)).partitions is None
    found = totals(run(place, path, f"shuffled{texts}"))
    whole = expected(place, str(path))
    np.testing.assert_allclose(found[whole.index], whole, rtol=1e-12)
    assert not (place / f"shuffled{texts}" / ".spread").exists()


NAMES: dict[str, Callable[[int], str]] = {
    "of several lengths": lambda number: "P" * (number % 17) + str(number),
    "in Chinese": lambda number: f"布{number:04d}",
    "with spaces": lambda number: f" P {number:04d} ",
    "of one length": lambda number: f"SKU-{number:016d}",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_scattered_products_of_any_name_give_the_same_numbers(
    place: Path, tmp_path: Path, name: Callable[[int], str], kind: pa.DataType
) -> None:
    table = workload.arrow_table(workload.draw(0, 60), texts=False)
    names = [name(number) for number in table.column("product").to_pylist()]
    table = table.set_column(0, "product", pa.array(names).dictionary_encode().cast(kind))
    path = tmp_path / "scattered.parquet"
    pq.write_table(table.take(np.random.default_rng(5).permutation(len(names))), path, row_group_size=500)
    assert plan_partitions(str(path)).partitions is None
    found = run(place, path, str(tmp_path / "out"))
    whole = tp.footprint(table.to_pandas().astype({"product": object}), workload.RULE, place / "factors.csv").total()
    assert sorted(totals(found).index) == sorted({one.strip() for one in names})
    np.testing.assert_allclose(totals(found)[whole.index], whole, rtol=1e-12)


@pytest.mark.parametrize("same", [1, 5], ids=["too many to count", "ever others"])
def test_scattered_rows_may_tell_ever_other_texts(
    place: Path, tmp_path: Path, same: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shuffle, "CHUNK", 500)
    table = workload.arrow_table(workload.draw(0, 60)).unify_dictionaries()
    table = table.take(np.random.default_rng(5).permutation(table.num_rows))
    notes = ["a note", None] * 250 + [f"note {row // same}" for row in range(500, table.num_rows)]
    pq.write_table(table.append_column("note", pa.array(notes)), tmp_path / "notes.parquet", row_group_size=500)
    pq.write_table(table, tmp_path / "plain.parquet", row_group_size=500)
    found, whole = (totals(run(place, tmp_path / f"{name}.parquet", str(tmp_path / name))) for name in ("notes", "plain"))
    pd.testing.assert_series_equal(found, whole)


def test_results_that_are_never_empty_say_so(place: Path) -> None:
    again = {"again": {"gwp": "AR5"}}
    schema = run(place, place / "catalogue.parquet", "never_empty", units=("m2",), scenarios=again).read().schema
    assert {field.name for field in schema if field.nullable} == {"total per m2", "total per m2@again", "change@again"}


def test_a_product_across_row_groups_stays_whole(place: Path) -> None:
    table = pq.read_table(place / "catalogue.parquet")
    pq.write_table(table, place / "across.parquet", row_group_size=333)
    found = plan_partitions(str(place / "across.parquet"), ROWS)
    assert found.partitions is not None and found.products == 300
    assert sum(part.rows for part in found.partitions) == 12_000
    one = totals(run(place, place / "across.parquet", "across"))
    pd.testing.assert_series_equal(one, totals(run(place, place / "catalogue.parquet", "again")), rtol=1e-13)


def test_frames_and_csv_give_the_same_numbers(place: Path) -> None:
    frame = pq.read_table(place / "catalogue.parquet").to_pandas()
    for name in workload.TEXTS:
        frame[name] = frame[name].astype(object)
    frame = frame.sample(frac=1, random_state=1)
    frame.to_csv(place / "catalogue.csv", index=False)
    whole = expected(place, str(place / "catalogue.parquet"))
    for name, source in (("frame", frame), ("csv", place / "catalogue.csv")):
        found = totals(run(place, source, name))
        np.testing.assert_allclose(found[whole.index], whole, rtol=1e-12)


def test_workers_give_the_same_bytes(place: Path) -> None:
    run(place, place / "catalogue.parquet", "serial", workers=1)
    run(place, place / "catalogue.parquet", "default")
    run(place, place / "catalogue.parquet", "threads", workers=2, threads=True)
    run(place, place / "catalogue.parquet", "processes", workers=2)
    with ThreadPoolExecutor(2) as pool:
        run(place, place / "catalogue.parquet", "executor", workers=2, executor=pool)
        assert pool.submit(int).result() == 0  # it is the caller's, and still open
    same_files(place / "serial", place / "default")
    same_files(place / "serial", place / "executor")
    same_files(place / "serial", place / "threads")
    same_files(place / "serial", place / "processes")


def test_processes_started_anew_give_the_same_bytes_as_copies_of_a_server(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(place, place / "catalogue.parquet", "here", workers=1)
    monkeypatch.setenv("PYTHONPATH", str(Path(tp.__file__).parent.parent))
    assert executors._process_context().get_start_method() == ("forkserver" if sys.platform.startswith("linux") else "spawn")
    monkeypatch.setenv("PYTHONPATH", str(place))
    (place / "textile_pcf.py").write_text("")  # another copy, which the server would take
    assert executors._process_context().get_start_method() == "spawn"
    monkeypatch.setattr(executors, "_would_import_this_package", lambda: False)
    run(place, place / "catalogue.parquet", "anew", workers=2)
    same_files(place / "here", place / "anew")


def test_one_worker_is_one_thread(place: Path) -> None:
    begun = []

    def watch(frame: object, event: str, argument: object) -> None:
        begun.append(threading.current_thread().name)

    threading.setprofile(watch)
    try:
        run(place, place / "catalogue.parquet", "one_thread", workers=1)
        assert not begun
        run(place, place / "catalogue.parquet", "three_threads")
        assert begun
    finally:
        threading.setprofile(None)


def test_no_worker_is_refused(place: Path) -> None:
    with pytest.raises(UsageError, match="at least one worker"):
        run(place, place / "catalogue.parquet", "nobody", workers=0)
    assert not (place / "nobody").exists()


@pytest.mark.parametrize("name", ["executor", "dask"])
def test_what_is_no_executor_and_no_cluster_is_refused(place: Path, name: str) -> None:
    """A catalogue of more than one partition gave a traceback."""
    with pytest.raises(UsageError, match=f"{name}: This is of type int"):
        run(place, place / "catalogue.parquet", "nobody", **{name: 5})


@pytest.mark.filterwarnings("ignore")  # of the cluster, not of ours
def test_a_dask_cluster_gives_the_same_bytes(place: Path) -> None:
    run(place, place / "catalogue.parquet", "alone")
    with (
        distributed.LocalCluster(n_workers=2, processes=False, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        run(place, place / "catalogue.parquet", "dask", dask=client)
    same_files(place / "alone", place / "dask")


def test_a_wide_table_gives_the_same_numbers(place: Path) -> None:
    amounts, factors = workload.draw(0, 30).amount, tp.load_factors(place / "factors.csv")
    wide = calculate_wide(amounts, workload.wide_columns(), workload.RULE, factors, units=("m2", "piece"))
    rows = [
        {"product": str(number), **column, "amount": amounts[number, place_]}
        for number in range(30)
        for place_, column in enumerate(workload.wide_columns())
    ]
    long = tp.footprint(pd.DataFrame(rows), workload.RULE, factors)
    np.testing.assert_allclose(wide.by_stage, long.by_stage, rtol=1e-13)
    np.testing.assert_allclose(wide.totals, long.totals, rtol=1e-13)
    for unit in ("m2", "piece"):
        np.testing.assert_allclose(wide.per_unit[unit], long.per_unit(unit), rtol=1e-13)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_a_wide_table_tells_which_cell_cannot_be(place: Path, value: float) -> None:
    amounts, factors = workload.draw(0, 30).amount, tp.load_factors(place / "factors.csv")
    amounts[7, 5] = value
    with pytest.raises(InputError, match=r"row 7, column 5 \(fibre\.water\)"):
        calculate_wide(amounts, workload.wide_columns(), workload.RULE, factors)
    amounts[7, 5], amounts[9, 2] = 1.0, 100.0
    with pytest.raises(InputError, match=r"row 9, column 2 \(fibre\.fibre_loss\)"):
        calculate_wide(amounts, workload.wide_columns(), workload.RULE, factors)
