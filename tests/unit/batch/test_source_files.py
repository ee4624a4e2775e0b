"""Activity data in several files: folders, patterns, hive partitions and lists give what one file gives, or a refusal."""

from __future__ import annotations

import csv
import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from parquet_files import rows, start_dyehouse
from small_batches import PRODUCTS, batch, totals

from textile_pcf.batch.arguments import refuse_output_in_source
from textile_pcf.batch.source_files import find_files
from textile_pcf.cli import run
from textile_pcf.errors import PcfError, UsageError


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return start_dyehouse(tmp_path)


def one_file(mill: Path, table: pa.Table) -> dict[str, float]:
    pq.write_table(table, mill / "whole.parquet")
    return totals(batch(mill, mill / "whole.parquet", "whole"))


def write_parts(folder: Path, table: pa.Table, parts: int, group: int = 6) -> Path:
    """A folder with the table cut anywhere, as Spark cuts it."""
    folder.mkdir()
    ends = np.linspace(0, table.num_rows, parts + 1).astype(int)
    for number, (start, end) in enumerate(pairwise(ends)):
        pq.write_table(table.slice(start, end - start), folder / f"part-{number}.parquet", row_group_size=group)
    return folder


def write_csvs(folder: Path, table: pa.Table, parts: int) -> Path:
    folder.mkdir()
    frame = table.to_pandas()
    for number, piece in enumerate(np.array_split(np.arange(len(frame)), parts)):
        frame.iloc[piece].to_csv(folder / f"mill-{number}.csv", index=False)
    return folder


def problems(mill: Path, source: object, **options: object) -> list[str]:
    with pytest.raises(PcfError) as caught:
        batch(mill, source, **options)
    assert not (mill / "out" / "results").exists()
    return [str(problem).replace(str(mill), "") for problem in caught.value.problems]


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("workers", [None, 2])
def test_a_folder_of_parquet_gives_what_one_file_gives(mill: Path, scattered: bool, workers: int | None) -> None:
    table = rows(PRODUCTS, scattered=scattered)
    folder = write_parts(mill / "catalogue", table, 5)  # 7.2 rows each: products go on in the next file
    (folder / "_SUCCESS").touch()
    (folder / ".part-0.parquet.crc").write_bytes(b"crc")
    result = batch(mill, folder, workers=workers, threads=True)
    assert totals(result) == pytest.approx(one_file(mill, table), rel=1e-13)
    assert (result.rows, result.products) == (36, 12)
    again = batch(mill, folder)
    assert totals(again) == totals(result)


def test_patterns_lists_and_subfolders_read_the_same_rows(mill: Path) -> None:
    table = rows(PRODUCTS)
    folder = write_parts(mill / "catalogue", table, 4)
    expected, files = one_file(mill, table), sorted(folder.glob("*.parquet"))
    deeper = mill / "deeper"
    for number, file in enumerate(files):
        (deeper / f"{number}").mkdir(parents=True)
        (deeper / f"{number}" / "rows.parquet").write_bytes(file.read_bytes())
    sources = [str(folder / "*.parquet"), str(folder / "part-[0-3].parquet"), files[::-1], tuple(map(str, files)), deeper]
    for number, source in enumerate([*sources, str(deeper / "**" / "*.parquet"), str(deeper / "*")]):
        assert totals(batch(mill, source, f"out{number}")) == pytest.approx(expected, rel=1e-13), source
    assert run(["batch", *map(str, files), "-o", str(mill / "cli"), "--rule", str(mill / "rule.yaml"), "--factors",
                str(mill / "factors.csv")]) == 0  # fmt: skip
    assert sum(pq.read_table(mill / "cli" / "results")["total"].to_pylist()) == pytest.approx(sum(expected.values()))


def test_several_csv_files_give_what_one_file_gives(mill: Path) -> None:
    table = rows(PRODUCTS, scattered=True)
    folder = write_csvs(mill / "mills", table, 3)
    result = batch(mill, folder / "*.csv")
    assert totals(result) == pytest.approx(one_file(mill, table), rel=1e-13)


def test_places_of_rejected_products_name_their_file_and_row(mill: Path) -> None:
    frame = rows(PRODUCTS).to_pandas()
    frame.loc[10, "unit"] = "kWh"  # steam of P03
    frame.loc[31, "unit"] = "kWh"  # steam of P10
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for shuffled in (False, True):
        order = np.random.default_rng(1).permutation(36) if shuffled else np.arange(36)
        folder = write_parts(mill / f"catalogue{shuffled}", table.take(order), 4)  # nine rows each
        result = batch(mill, folder, f"out{shuffled}")
        assert result.rejected == 2
        where = {problem["product"]: problem["where"] for problem in result.problems()}
        for product, row in (("P03", 10), ("P10", 31)):
            place = int(np.flatnonzero(order == row)[0])
            assert where[product].startswith(f"{folder / f'part-{place // 9}.parquet'} row {place % 9} "), where
    files = write_csvs(mill / "mills", table, 4)
    where = {problem["product"]: problem["where"] for problem in batch(mill, files, "csv").problems()}
    assert where["P03"].startswith(f"{files / 'mill-1.csv'}:3 ")  # header, then rows 9 and 10
    assert where["P10"].startswith(f"{files / 'mill-3.csv'}:6 ")


def test_hive_partitions_are_columns(mill: Path) -> None:
    table = rows(PRODUCTS).append_column("year", pa.array(["2024"] * 18 + ["2025"] * 18))
    with (mill / "factors.csv").open("a") as file:
        file.write("steam,0.6,kgCO2e/kg,GLO,2025,life_cycle,hand,p. 2\n")
    expected = one_file(mill, table)
    shutil.rmtree(mill / "whole")
    assert expected["P11"] > 1.5 * expected["P05"]  # the year decides
    for year, part in (("2024", table.slice(0, 18)), ("2025", table.slice(18))):
        folder = mill / "hive" / f"年份={year}" / "region=GLO"
        folder.mkdir(parents=True)
        pq.write_table(part.drop_columns(["year"]), folder / "rows.parquet")
    assert totals(batch(mill, mill / "hive")) == pytest.approx(expected, rel=1e-13)
    for product in ("P00", "P01"):  # the column of products may be that of the folders
        folder = mill / "by_product" / f"product={product}"
        folder.mkdir(parents=True)
        one = rows(PRODUCTS).slice(3 * int(product[1:]), 3).drop_columns(["product"])
        pq.write_table(one, folder / "rows.parquet")
        (mill / "as_csv" / f"product={product}").mkdir(parents=True)
        one.to_pandas().to_csv(mill / "as_csv" / f"product={product}" / "rows.csv", index=False)
    some = one_file(mill, rows(PRODUCTS[:2]))
    assert totals(batch(mill, mill / "by_product", "products")) == pytest.approx(some, rel=1e-13)
    assert totals(batch(mill, mill / "as_csv", "csv_products")) == pytest.approx(some, rel=1e-13)


def test_partitions_that_are_no_columns_are_refused_by_name(mill: Path) -> None:
    for folder in ("plant=A/amount=3", "stage=dyeing"):
        (mill / "hive" / folder).mkdir(parents=True)
        pq.write_table(rows(["P1"]), mill / "hive" / folder / "rows.parquet")
    found = problems(mill, mill / "hive")
    words = ["plant=A names no text column", "amount=3 names no text column", "stage=dyeing names the column 'stage'"]
    assert len(found) == 3
    assert all(any(word in problem for problem in found) for word in words), found


def test_files_that_do_not_agree_are_refused_all_at_once(mill: Path) -> None:
    folder = mill / "mixed"
    folder.mkdir()
    table = rows(["P1", "P2"])
    pq.write_table(table, folder / "a.parquet")
    pq.write_table(table.drop_columns(["item"]), folder / "b.parquet")
    pq.write_table(table.append_column("year", pa.array([2024] * 6)), folder / "c.parquet")
    pq.write_table(table.set_column(3, "amount", table["amount"].cast(pa.string())), folder / "d.parquet")
    pq.write_table(table.rename_columns(["product", "stage", "flow", "amont", "unit", "item"]), folder / "e.parquet")
    (folder / "f.parquet").write_text("no parquet")
    assert problems(mill, folder) == [
        "/mixed/e.parquet: 'amont' is not a known column. Did you mean 'amount'?",
        "/mixed/f.parquet: This is not a Parquet file. Write it again.",
        "/mixed/b.parquet: This file lacks columns of /mixed/a.parquet: item. "
        "Write all files with the same columns; a column may be empty.",
        "/mixed/c.parquet: This file has columns that /mixed/a.parquet lacks: year. "
        "Write all files with the same columns; a column may be empty.",
        "/mixed/d.parquet: The column 'amount' holds text here and numbers in /mixed/a.parquet. "
        "Write it with one type in all files.",
    ]


def test_types_that_mean_the_same_may_differ_between_files(mill: Path) -> None:
    folder, table = mill / "types", rows(PRODUCTS)
    folder.mkdir()
    first = table.slice(0, 14).set_column(0, "product", table["product"].slice(0, 14).dictionary_encode())
    second = table.slice(14, 12).set_column(0, "product", table["product"].slice(14, 12).cast(pa.large_string()))
    whole = second.set_column(3, "amount", pa.array(second["amount"].to_numpy().astype(int)))
    nothing = table.slice(26).set_column(5, "item", pa.nulls(10, pa.string()))
    expected = pa.concat_tables([table.slice(0, 14), table.slice(14, 12), nothing.cast(table.schema)])
    for name, part in (("a", first), ("b", whole), ("c", nothing), ("d", table.slice(0, 0))):
        pq.write_table(part, folder / f"{name}.parquet")
    result = batch(mill, folder)
    assert totals(result) == pytest.approx(one_file(mill, expected), rel=1e-13)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("empty", ["/empty: This folder holds no file of activity data."]),
        ("nowhere/*.parquet", ["/nowhere/*.parquet: No file matches this pattern."]),
        ("two", ["/two/a.csv: The files are of two kinds: this is CSV.", "/two/b.parquet: The files are of two kinds"]),
        ("others", ["/others/book.xlsx: A source of several files holds Parquet or CSV files only."]),
        ("headless", ["/headless/a.csv:1: Columns are missing", "/headless/b.csv"]),
        ("no_rows", ["This table has no rows."]),
    ],
)
def test_other_folders_are_refused(mill: Path, source: str, words: list[str]) -> None:
    for name in ("empty/deeper", "two", "others", "no_rows", "headless"):
        (mill / name).mkdir(parents=True)
    rows(["P1"]).to_pandas().to_csv(mill / "two" / "a.csv", index=False)
    pq.write_table(rows(["P1"]), mill / "two" / "b.parquet")
    (mill / "others" / "book.xlsx").write_bytes(b"")
    (mill / "headless" / "a.csv").write_text("product,stage\n")
    (mill / "headless" / "b.csv").write_text("")
    pq.write_table(rows(["P1"]).slice(0, 0), mill / "no_rows" / "a.parquet")
    found = problems(mill, mill / source)
    if source != "headless":
        assert all(any(word in problem for problem in found) for word in words), found
    else:
        assert {problem.partition(":")[0] for problem in found} == {"/headless/a.csv", "/headless/b.csv"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_files_that_may_not_be_read_are_named(mill: Path) -> None:
    folder = write_parts(mill / "catalogue", rows(PRODUCTS), 3)
    for name in ("part-0.parquet", "part-2.parquet"):
        (folder / name).chmod(0)
    found = problems(mill, folder)
    assert [problem.partition(":")[0] for problem in found] == ["/catalogue/part-0.parquet", "/catalogue/part-2.parquet"]


def test_lists_with_missing_or_doubled_files_are_refused(mill: Path) -> None:
    folder = write_parts(mill / "catalogue", rows(PRODUCTS), 2)
    first = folder / "part-0.parquet"
    assert problems(mill, [first, folder / "none.parquet"]) == [
        "/catalogue/none.parquet: There is no such file. Check the path."
    ]
    assert set(problems(mill, [first, first])) == {"/catalogue/part-0.parquet: This file is named twice. Name each file once."}


def test_results_are_not_written_between_the_files(mill: Path) -> None:
    folder = write_parts(mill / "catalogue", rows(PRODUCTS), 2)
    with pytest.raises(PcfError, match="The folder of the results and the activity data in"):
        batch(mill, folder, "catalogue/out")
    assert not (folder / "out").exists()


def test_the_manifest_holds_every_file_and_changes_are_seen(mill: Path) -> None:
    folder = write_parts(mill / "catalogue", rows(PRODUCTS), 2)
    batch(mill, folder)
    manifest = json.loads((mill / "out" / "manifest.json").read_text())
    assert manifest["inputs"]["activity"] == "../catalogue"
    assert list(manifest["inputs"]["activity_files"]) == ["part-0.parquet", "part-1.parquet"]
    pq.write_table(rows(["NEW"]), folder / "part-2.parquet")
    with pytest.raises(PcfError, match="its source_sha256 differs"):
        batch(mill, folder)


def test_rejected_rows_of_several_files_can_be_mended_and_run(mill: Path) -> None:
    frame = rows(PRODUCTS).to_pandas()
    frame.loc[10, "unit"] = "kWh"
    folder = write_parts(mill / "catalogue", pa.Table.from_pandas(frame, preserve_index=False), 3)
    result = batch(mill, folder)
    with (result.out / "rejected_activity.csv").open(newline="") as file:
        mended = [{**row, "unit": row["unit"].replace("kWh", "kg")} for row in csv.DictReader(file)]
    assert {row["product"] for row in mended} == {"P03"}
    assert totals(batch(mill, mended, "mended")) == pytest.approx({"P03": one_file(mill, rows(PRODUCTS))["P03"]}, rel=1e-13)


@pytest.mark.parametrize("pattern", ["**/*.parquet", "*/*", "*", "*/*.parquet", "*/rows.parquet", "*.parquet"])
def test_a_pattern_that_would_read_the_results_is_refused(tmp_path: Path, pattern: str) -> None:
    """A second call would read the results of the first, or could not go on after an interruption; others are taken."""
    folder = tmp_path / "mills"
    (folder / "in").mkdir(parents=True)
    for place, product in ((folder, "P"), (folder / "in", "Q")):
        pq.write_table(pa.table({"product": [product]}), place / "rows.parquet")
    files = find_files(str(folder / pattern))
    if pattern in ("*/*.parquet", "*/rows.parquet", "*.parquet"):  # results are a folder further below
        refuse_output_in_source(folder / "out", files)
    else:
        with pytest.raises(UsageError, match="are not apart"):
            refuse_output_in_source(folder / "out", files)
