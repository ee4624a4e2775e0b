"""Batches: rejected products, scenarios, links, and what is refused or said once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import workload
from batch_runs import expected, run, same_files, totals

import textile_pcf as tp
from textile_pcf.batch.hashing import product_hashes
from textile_pcf.cli import run as cli
from textile_pcf.errors import InputError, UsageError
from textile_pcf.factors.matcher import FactorMatcher


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    workload.write_factors(folder / "factors.csv")
    workload.write_parquet(folder / "catalogue.parquet", 300, group=50)
    return folder


def broken(place: Path) -> Path:
    """A catalogue in which one product has a wrong unit, and one lacks a flow."""
    frame = pq.read_table(place / "catalogue.parquet").to_pandas()
    for name in workload.TEXTS:
        frame[name] = frame[name].astype(object)
    frame.loc[4_003, "unit"] = "piece"
    frame = frame.drop(index=9_010)
    path = place / "broken.parquet"
    frame.to_parquet(path, index=False, row_group_size=1_000)
    return path


def test_bad_products_are_rejected_with_their_place_and_can_be_run_again(place: Path) -> None:
    result = run(place, broken(place), "rejects")
    assert (result.products, result.rejected) == (298, 2)
    problems = result.problems()
    assert [problem["code"] for problem in problems] == ["wrong-dimension", "missing"]
    assert f"{place / 'broken.parquet'} row 4003 (" in problems[0]["where"]
    mended = pd.read_csv(place / "rejects" / "rejected_activity.csv", dtype={"year": object}, keep_default_na=False)
    assert len(mended) == 79 and mended["product"].nunique() == 2
    first = mended["product"] == problems[0]["product"]
    mended.loc[first & (mended["unit"] == "piece"), "unit"] = "%"
    again = run(place, mended[first], "mended")
    assert (again.products, again.rejected) == (1, 0)


def test_one_bad_product_among_many_is_rejected_with_its_place_and_no_other(place: Path) -> None:
    """As the benchmark shows with a million: here with 25,000 products in a million rows."""
    products, bad = 25_000, 17_311
    clean = workload.write_parquet(place / "many.parquet", products)
    spoilt = workload.write_parquet(place / "many_bad.parquet", products, bad=bad)
    result = run(place, spoilt, "many_bad", partition_rows=200_000)
    assert (result.products, result.rejected, result.rows) == (products - 1, 1, products * 40)
    sku, row = workload.sku([bad])[0], bad * 40 + workload.BAD
    (problem,) = result.problems()
    assert (problem["product"], problem["code"]) == (sku, "wrong-dimension")
    assert problem["where"] == f"{spoilt} row {row} (fibre.water)"
    mended = pd.read_csv(result.out / "rejected_activity.csv", dtype={"year": object}, keep_default_na=False)
    assert mended["product"].tolist() == [sku] * 40
    every = run(place, clean, "many", partition_rows=200_000).read()
    others = every.filter(pa.compute.not_equal(every["product"], sku))
    assert result.read().equals(others)
    mended.loc[mended["unit"] == "piece", "unit"] = "m3"
    assert run(place, mended, "many_mended").products == 1


def test_the_first_problem_stops_the_run_where_that_is_wanted(place: Path) -> None:
    with pytest.raises(InputError, match="row 4003"):
        run(place, broken(place), "fails", on_error="fail")


def test_scenarios_in_one_pass(place: Path) -> None:
    factors = pd.read_csv(place / "factors.csv")
    power = factors["item"].str.startswith("electricity")
    factors.loc[power, "value"] *= 2
    factors.to_csv(place / "new.csv", index=False)
    scenarios = {"new grid": {"factors": place / "new.csv"}}
    table = run(place, place / "catalogue.parquet", "scenarios", scenarios=scenarios).read().to_pandas()
    old = expected(place, str(place / "catalogue.parquet"))
    new = tp.footprint(str(place / "catalogue.parquet"), workload.RULE, place / "new.csv").total()
    np.testing.assert_allclose(table["total"], old, rtol=1e-12)
    np.testing.assert_allclose(table["total@new grid"], new, rtol=1e-12)
    np.testing.assert_allclose(table["change@new grid"], new / old - 1, rtol=1e-9)


def test_scenarios_on_the_command_line(place: Path) -> None:
    """Tables and sets of one name belong together; the other accounting of the same set is the run itself by that set."""
    factors = pd.read_csv(place / "factors.csv")
    factors.assign(value=factors["value"] * 2).to_csv(place / "twice.csv", index=False)
    told = ["old=gwp:AR5", f"both={place / 'twice.csv'}", "both=gwp:AR5", "both=biogenic:minus_one_plus_one"]
    out = place / "told"
    words = ["batch", place / "catalogue.parquet", "-o", out, "--rule", workload.RULE, "--factors", place / "factors.csv"]
    command = [*map(str, words), *(word for one in told for word in ("--scenario", one))]
    assert cli(command) == 0
    table = pa.concat_tables(pq.read_table(file) for file in sorted((out / "results").glob("*.parquet"))).to_pandas()
    np.testing.assert_allclose(table["total@old"], table["total"], rtol=1e-12)  # the workload's factors are given in CO2e
    np.testing.assert_allclose(table["total@both"], 2 * table["total"], rtol=1e-12)
    scenarios = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["run"]["scenarios"]
    assert [(one["name"], one["gwp"], one["biogenic"]) for one in scenarios] == [
        ("", "AR6", "zero_zero"), ("old", "AR5", "zero_zero"), ("both", "AR5", "minus_one_plus_one"),
    ]  # fmt: skip


@pytest.mark.parametrize("told", [["x"], ["=a.csv"], ["x="], ["x=gwp:"], ["x=gwp:AR5", "x=gwp:AR6"], ["x=gwp:AR9"]])
def test_scenarios_written_wrong_are_told(place: Path, capsys, told) -> None:
    command = ["batch", str(place / "catalogue.parquet"), "-o", str(place / "wrong"), "--rule", str(workload.RULE)]
    assert cli([*command, *(word for one in told for word in ("--scenario", one))]) == 2
    said = capsys.readouterr().err
    assert "old=gwp:AR5" in said or "Choose from: AR4" in said


def test_linked_products_are_solved_together(place: Path) -> None:
    frame = pq.read_table(place / "catalogue.parquet").to_pandas()
    for name in workload.TEXTS:
        frame[name] = frame[name].astype(object)
    names = frame["product"].unique()
    row = frame.index[(frame["product"] == names[0]) & (frame["flow"] == "lint")][0]
    frame.loc[row, ["item", "amount", "unit"]] = [f"product:{names[-1]}", 0.5, "kg"]
    frame.to_parquet(place / "linked.parquet", index=False, row_group_size=1_000)
    found = totals(run(place, place / "linked.parquet", "linked"))
    np.testing.assert_allclose(found, expected(place, frame)[found.index], rtol=1e-12)


def test_a_run_of_linked_products_goes_on_where_it_was_stopped(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped when the one part is done: it is all of them, and not the first of several."""
    frame = pq.read_table(place / "catalogue.parquet").to_pandas()
    for name in workload.TEXTS:
        frame[name] = frame[name].astype(object)
    row = frame.index[(frame["product"] == frame["product"].iloc[0]) & (frame["flow"] == "lint")][0]
    frame.loc[row, ["item", "amount", "unit"]] = [f"product:{frame['product'].iloc[-1]}", 0.5, "kg"]
    frame.to_parquet(place / "first_links.parquet", index=False, row_group_size=2_000)
    run(place, place / "first_links.parquet", "links_once")
    with monkeypatch.context() as stopped:
        stopped.setattr("textile_pcf.batch.run.finish", lambda *told: sys.exit("stopped"))
        with pytest.raises(SystemExit):
            run(place, place / "first_links.parquet", "links_twice")
    run(place, place / "first_links.parquet", "links_twice")
    same_files(place / "links_once", place / "links_twice")


def test_row_groups_without_rows_are_passed_over(place: Path) -> None:
    table = pq.read_table(place / "catalogue.parquet")
    with pq.ParquetWriter(place / "gaps.parquet", table.schema) as writer:
        for first in range(0, table.num_rows, 1_990):  # products go on in the next row group
            writer.write_table(table.slice(first, 0))
            writer.write_table(table.slice(first, 1_990))
        writer.write_table(table.slice(0, 0))
    np.testing.assert_array_equal(
        totals(run(place, place / "gaps.parquet", "gaps")), totals(run(place, place / "catalogue.parquet", "no_gaps"))
    )


def test_another_run_is_not_written_over(place: Path) -> None:
    run(place, place / "catalogue.parquet", "taken")
    with pytest.raises(UsageError, match="another run: its results differs"):
        run(place, place / "catalogue.parquet", "taken", results="contributions")
    assert run(place, place / "catalogue.parquet", "taken").products == 300


def test_a_script_without_a_guard_is_told_what_it_lacks(place: Path, tmp_path: Path) -> None:
    """Python starts worker processes by reading the script again: the call would be made in each of them."""
    script = tmp_path / "script.py"
    call = f"{str(place / 'catalogue.parquet')!r}, {str(workload.RULE)!r}, {str(place / 'factors.csv')!r}"
    script.write_text(
        "import textile_pcf as tp\n"
        f"tp.calculate_batch({call}, out={str(place / 'unguarded')!r}, workers=2, partition_rows=2000)\n",
        encoding="utf-8",
    )
    here = {**os.environ, "PYTHONPATH": str(Path(tp.__file__).parents[1])}
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False, env=here)
    assert told.returncode == 1
    assert "The worker processes ended before their work was done." in told.stderr
    assert "call it under `if __name__ == '__main__':`" in told.stderr.splitlines()[-1]


def test_unknown_choices_are_told(place: Path) -> None:
    for options, word in (({"results": "lines"}, "contributions"), ({"on_error": "stop"}, "reject"), ({"gwp": "AR9"}, "AR6")):
        with pytest.raises(UsageError, match=word):
            run(place, place / "catalogue.parquet", "options", **options)


def test_keys_spread_texts_and_numbers_evenly() -> None:
    for column in (pa.chunked_array([[f"SKU-{n:06d}" for n in range(20_000)]]), pa.chunked_array([list(range(20_000))])):
        count = np.bincount((product_hashes(column) % np.uint64(10)).astype(int), minlength=10)
        assert count.min() > 1_800
    assert product_hashes(pa.chunked_array([["P1", " P1 "]]))[0] == product_hashes(pa.chunked_array([["P1", " P1 "]]))[1]


def test_what_must_be_said_of_all_products_is_told_once(tmp_path, capsys):
    from textile_pcf.cli import run

    source = "examples/cotton_poplin/activity.csv"
    assert run(["batch", source, "-o", str(tmp_path / "out"), "--rule", "cotton_fabric"]) == 0
    single = tp.footprint(source, "cotton_fabric").warnings()
    told = tp.calculate_batch(source, "cotton_fabric", out=tmp_path / "out").warnings()
    tables = [text for text in told if text.startswith("default@")]
    assert tables and tables == [text for text in single if text.startswith("default@")]
    assert [text for text in told if text not in tables] == [
        "Part of the gross emissions rests on factors that were not made with AR6."
    ]
    assert capsys.readouterr().err.count("warning: ") == len(told)


def test_what_is_learned_is_known_to_each_task(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask = FactorMatcher._match
    monkeypatch.setattr(FactorMatcher, "_match", lambda self, *words: asked.append(1) or ask(self, *words))
    run(place, place / "catalogue.parquet", "asked_here")
    here = len(asked)
    run(place, place / "catalogue.parquet", "asked_in_tasks", workers=2, threads=True)
    assert 0 < here <= len(asked) - here < 2 * here  # what the first partition asks is asked once
