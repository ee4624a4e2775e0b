"""A batch since an earlier one: only partitions whose rows have changed are calculated; each byte is that of a full batch."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import workload

import textile_pcf as tp
from textile_pcf.batch import calculate_batch
from textile_pcf.batch.fingerprints import RowGroupPrints
from textile_pcf.cli import run

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

PRODUCTS, GROUP, ROWS = 120, 800, 1_600  # six row groups of 20 products, three partitions
BAD = 25  # rejected, in the first partition


def catalogue(texts: bool = True) -> pa.Table:
    table = workload.arrow_table(workload.draw(0, PRODUCTS), texts)
    return workload.spoilt(table.combine_chunks(), BAD * 40 + workload.BAD)


def write(path: Path, table: pa.Table, **options: object) -> Path:
    """The table; each row group has a dictionary of its own texts, as most writers do."""
    texts = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    pq.write_table(table.cast(pa.schema(texts)), path, row_group_size=GROUP, **options)
    return path


def with_other_amounts(table: pa.Table, products: slice) -> pa.Table:
    """Half of all amounts of flows of some products."""
    place = np.arange(table.num_rows) // 40
    chosen = np.isin(place, np.arange(PRODUCTS)[products])
    amounts = table["amount"].to_numpy() * np.where(chosen, 0.5, 1.0)
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(amounts))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("since")
    workload.write_factors(folder / "factors.csv")
    write(folder / "old.parquet", catalogue())
    batch(folder, folder / "old.parquet", folder / "old", fingerprints=True)
    return folder


def batch(folder: Path, source: object, out: Path, **options: object) -> tp.BatchResult:
    call = {"partition_rows": ROWS, "progress": False, "units": ["m2"], **options}
    return calculate_batch(source, rule(), factors(folder / "factors.csv"), out=out, **call)


@cache
def rule() -> tp.RuleSet:
    return tp.load_rules(workload.RULE)


@cache
def factors(path: Path) -> tp.FactorTable:
    return tp.load_factors(path)


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the log."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def copied(folder: Path) -> int:
    """Partitions that were copied, as the log has it."""
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return next(event["parts"] for event in events if event["event"] == "since")


def assert_same(place: Path, tmp_path: Path, table: pa.Table, parts: int, name: str = "new.parquet", **options: object) -> None:
    """So many partitions are copied, and the folder is that of a full batch."""
    source = write(tmp_path / name, table)
    old = options.pop("old", place / "old")
    batch(place, source, tmp_path / "since", since=old, **options)
    batch(place, source, tmp_path / "full", fingerprints=True, **options)
    assert copied(tmp_path / "since") == parts
    assert contents(tmp_path / "since") == contents(tmp_path / "full")


def test_only_changed_partitions_are_calculated(place: Path, tmp_path: Path) -> None:
    """The first partition has a rejected product, and its message the name of the old file: it is calculated again."""
    assert_same(place, tmp_path, with_other_amounts(catalogue(), slice(100, 101)), 1)


def test_a_file_that_was_written_over(place: Path, tmp_path: Path) -> None:
    """Under the same name rejected products are copied too."""
    source = write(tmp_path / "mine.parquet", catalogue())
    batch(place, source, tmp_path / "old", fingerprints=True)
    table = with_other_amounts(catalogue(), slice(100, 101))
    assert_same(place, tmp_path, table, 2, "mine.parquet", old=tmp_path / "old")
    rejected = (tmp_path / "since" / "rejected.csv").read_text()
    assert len(rejected.splitlines()) == 2
    assert "old.parquet" not in rejected


CHANGES = {
    "nothing": (lambda table: table, 2),
    "products added at the end": (lambda table: pa.concat_tables([table, more(table, 40)]), 2),
    "products left out at the end": (lambda table: table.slice(0, 100 * 40), 1),
    "a product added in front": (lambda table: pa.concat_tables([more(table, 1), table]), 0),
    "each twentieth product": (lambda table: with_other_amounts(table, slice(None, None, 20)), 0),
    "a unit": (lambda table: workload.spoilt(table.combine_chunks(), 110 * 40 + workload.BAD), 1),
    "the order of two products": (
        lambda table: pa.concat_tables([table.slice(0, 4720), table.slice(4760), table.slice(4720, 40)]),
        1,
    ),
    "scattered rows": (lambda table: table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows))), 0),
    "another column type": (lambda table: table.set_column(3, "amount", pc.cast(table["amount"], pa.float32())), 0),
}


def more(table: pa.Table, products: int) -> pa.Table:
    """Rows of other products, with the amounts of the first ones."""
    names = pa.array([f"MORE-{number // 40}" for number in range(products * 40)]).dictionary_encode()
    return table.slice(0, products * 40).set_column(0, "product", names).cast(table.schema).combine_chunks()


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_gives_the_bytes_of_a_full_batch(place: Path, tmp_path: Path, change: str) -> None:
    changed, parts = CHANGES[change]
    assert_same(place, tmp_path, changed(catalogue()).unify_dictionaries(), parts)


def test_weights_are_copied_too(place: Path, tmp_path: Path) -> None:
    batch(place, place / "old.parquet", tmp_path / "old", fingerprints=True, weights=True)
    table = with_other_amounts(catalogue(), slice(100, 101))
    assert_same(place, tmp_path, table, 1, old=tmp_path / "old", weights=True)
    assert len(list((tmp_path / "since" / "weights").iterdir())) == 6


def test_lines_name_the_file_that_they_are_of(place: Path, tmp_path: Path) -> None:
    """Results by line say in which row of which file an amount is, so those of a file of another name are not copied."""
    lines = {"results": "contributions", "units": ()}
    old = batch(place, place / "old.parquet", tmp_path / "by_line", fingerprints=True, **lines)
    new = write(tmp_path / "july.parquet", with_other_amounts(catalogue(), slice(100, 105)))
    found = batch(place, new, tmp_path / "since", since=old.out, **lines)
    batch(place, new, tmp_path / "full", fingerprints=True, **lines)
    assert contents(tmp_path / "since") == contents(tmp_path / "full")
    assert {text.partition(" row ")[0] for text in found.read()["locator"].to_pylist() if " row " in text} == {str(new)}


def test_products_that_are_integers(place: Path, tmp_path: Path) -> None:
    """Their partitions follow from statistics of the row groups."""
    source = write(tmp_path / "old.parquet", catalogue(texts=False))
    batch(place, source, tmp_path / "old", fingerprints=True)
    assert_same(place, tmp_path, with_other_amounts(catalogue(texts=False), slice(100, 101)), 1, old=tmp_path / "old")


def test_one_since_another(place: Path, tmp_path: Path) -> None:
    """What was copied can be copied again."""
    first = write(tmp_path / "a.parquet", with_other_amounts(catalogue(), slice(100, 101)))
    batch(place, first, tmp_path / "a", since=place / "old")
    assert_same(place, tmp_path, with_other_amounts(catalogue(), slice(50, 51)), 0, old=tmp_path / "a")


def test_the_product_column_of_unchanged_row_groups_is_not_read_again(place: Path, tmp_path: Path) -> None:
    from textile_pcf.batch.partitioning import plan_by_rows
    from textile_pcf.batch.reuse import open_earlier

    source = str(write(tmp_path / "new.parquet", with_other_amounts(catalogue(), slice(100, 101))))
    known = open_earlier(place / "old").runs
    prints = RowGroupPrints(source, known)
    assert [prints.find(group) is not None for group in range(6)] == [True] * 5 + [False]
    planned, afresh = plan_by_rows(source, ROWS, RowGroupPrints(source, known)), plan_by_rows(source, ROWS)
    assert planned == afresh


def test_an_interrupted_batch_goes_on(place: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, parts: int) -> None:
        if done == 2:
            raise Stop

    source = write(tmp_path / "new.parquet", with_other_amounts(catalogue(), slice(100, 101)))
    with pytest.raises(Stop):
        batch(place, source, tmp_path / "out", since=place / "old", progress=stop, workers=1)
    batch(place, source, tmp_path / "out", since=place / "old")
    batch(place, source, tmp_path / "full", fingerprints=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "full")
    assert batch(place, source, tmp_path / "out", since=place / "old").products == PRODUCTS - 1  # finished: read only


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_results_that_are_not_as_written_are_calculated_again(place: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(place / "old", tmp_path / "old")
    path = tmp_path / "old/results/part-00001.parquet"
    path.write_bytes(path.read_bytes()[:-50] + b"x" * 50) if damage == "changed" else path.unlink()
    assert_same(place, tmp_path, with_other_amounts(catalogue(), slice(100, 101)), 0, old=tmp_path / "old")


@pytest.mark.parametrize("workers", [1, None, 2])
def test_files_are_copied_by_one_thread_or_by_several(place: Path, tmp_path: Path, workers: int | None) -> None:
    """Beside the calculation of what has changed, or before it where there is one thread only."""
    assert_same(place, tmp_path, with_other_amounts(catalogue(), slice(100, 101)), 1, workers=workers, threads=True)


def test_progress_counts_what_is_copied_and_what_is_calculated(place: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    source = write(tmp_path / "new.parquet", with_other_amounts(catalogue(), slice(100, 101)))
    batch(place, source, tmp_path / "out", since=place / "old", progress=lambda *counts: seen.append(counts))
    assert seen == [(done, 3) for done in range(4)]


def test_links_that_appear_are_solved_in_a_full_batch(tmp_path: Path) -> None:
    """A changed product takes one of an unchanged partition."""
    (tmp_path / "rule.yaml").write_text(
        'rule: dyehouse\nedition: "1"\nproduct: {unit: kg}\nstages: [{id: dyeing, flows: {cloth: {unit: kg, factor: cloth}}}]\n'
    )
    (tmp_path / "factors.csv").write_text(
        "item,value,unit,region,year,kind,source,locator\ncloth,2,kgCO2e/kg,GLO,2024,life_cycle,hand,p. 1\n"
    )
    item = ["cloth"] * 4
    results = {}
    for name, last in (("old", "cloth"), ("new", "product:A")):
        rows = {"product": [*"ABCD"], "stage": ["dyeing"] * 4, "flow": ["cloth"] * 4, "amount": [1.0] * 4, "unit": ["kg"] * 4}
        pq.write_table(pa.table({**rows, "item": [*item[:3], last]}), tmp_path / f"{name}.parquet", row_group_size=2)
        call = {"partition_rows": 2, "progress": False, "since": None if name == "old" else tmp_path / "old"}
        results[name] = calculate_batch(
            tmp_path / f"{name}.parquet", tmp_path / "rule.yaml", tmp_path / "factors.csv", out=tmp_path / name,
            fingerprints=True, **call,
        )  # fmt: skip
    assert results["new"].read()["total"].to_pylist() == [2.0, 2.0, 2.0, 2.0]
    with pytest.raises(tp.UsageError, match="kept no fingerprints"):  # partitions of linked products do not stand alone
        calculate_batch(
            tmp_path / "new.parquet", tmp_path / "rule.yaml", tmp_path / "factors.csv", out=tmp_path / "third",
            since=tmp_path / "new", progress=False,
        )  # fmt: skip


def test_another_rule_table_or_option_is_refused(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(tp.UsageError, match="its units differs"):
        batch(place, place / "old.parquet", tmp_path / "a", since=place / "old", units=["piece"])
    with pytest.raises(tp.UsageError, match="its scenarios differs"):
        batch(place, place / "old.parquet", tmp_path / "b", since=place / "old", gwp="AR5")
    with pytest.raises(tp.UsageError, match="its units, weights differ"):
        batch(place, place / "old.parquet", tmp_path / "c", since=place / "old", units=[], weights=True)
    options = ["--rule", str(workload.RULE), "--factors", str(place / "factors.csv"), "-o", str(tmp_path / "d")]
    assert run(["batch", str(place / "old.parquet"), *options, "--since", str(place / "old")]) == 2
    assert "its units differs" in capsys.readouterr().err
    assert run(["batch", str(place / "old.parquet"), *options, "--since", str(tmp_path / "nowhere")]) == 2
    batch(place, place / "old.parquet", tmp_path / "plain")
    with pytest.raises(tp.UsageError, match="This batch kept no fingerprints"):
        batch(place, place / "old.parquet", tmp_path / "e", since=tmp_path / "plain")


@pytest.mark.parametrize("name", ["fingerprints.parquet", "partitions.jsonl"])
def test_fingerprints_that_are_not_as_written_are_refused(place: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(place / "old", tmp_path / "old")
    path = tmp_path / "old" / name
    for content in (path.read_bytes()[:-1], b""):
        path.write_bytes(content)
        with pytest.raises(tp.UsageError, match="This file is not as the batch wrote it"):
            batch(place, place / "old.parquet", tmp_path / "out", since=tmp_path / "old")
    path.unlink()
    with pytest.raises(tp.UsageError, match="This file is not as the batch wrote it"):
        batch(place, place / "old.parquet", tmp_path / "out", since=tmp_path / "old")


def test_sources_without_row_groups_are_calculated_as_a_whole(place: Path, tmp_path: Path) -> None:
    frame = catalogue().to_pandas()
    new = batch(place, frame, tmp_path / "frame", since=place / "old")
    assert new.products == PRODUCTS - 1
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing of the kind PAR1")
    with pytest.raises(tp.InputError):
        batch(place, tmp_path / "broken.parquet", tmp_path / "broken", since=place / "old")
    assert batch(place, tmp_path / "frame.csv" if frame.to_csv(tmp_path / "frame.csv") else frame, tmp_path / "again").products
