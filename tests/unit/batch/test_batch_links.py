"""Products that take products of other partitions: as if all were in one, whatever is wrong with some of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import test_carbon_balance as carbon
from linked_products import FACTORS, RULE, garments, made, network, row, takes
from test_links_long import ring

import textile_pcf as tp
from textile_pcf.batch import calculate_batch
from textile_pcf.batch.job import Job
from textile_pcf.engine.networks import with_users

GRID = "item,value,unit,region,year,kind,source,locator\nelectricity,0.7,kgCO2e/kWh,GLO,2024,life_cycle,hand,x\n"
PARTS = 7  # products of a partition, about


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    return folder


@pytest.fixture
def calculated(mill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tp.BatchResult]]:
    """Rows, calculated as one partition, and in several: told in order and shuffled."""

    def run(rows: list[dict[str, Any]], rule: Any = mill / "rule.yaml", factors: Any = None, **options: Any) -> Any:
        frame = pd.DataFrame(rows)
        per_part = PARTS * max(1, len(frame) // frame["product"].nunique())
        frame.to_parquet(tmp_path / "told.parquet", index=False, row_group_size=per_part)
        frame.sample(frac=1, random_state=1).to_parquet(tmp_path / "mixed.parquet", index=False, row_group_size=per_part)
        factors = mill / "factors.csv" if factors is None else factors

        def batch(name: str, out: str) -> tp.BatchResult:
            call = {"progress": False, "partition_rows": per_part, **options}
            return calculate_batch(tmp_path / f"{name}.parquet", rule, factors, out=tmp_path / out, **call)

        with monkeypatch.context() as whole:
            whole.setattr(Job, "needs_all_products", property(lambda job: True))
            results = [batch("told", "one_told"), batch("mixed", "one_mixed")]
        assert [len(result.files) for result in results] == [1, 1] or not results[0].products
        return [*results, batch("told", "many_told"), batch("mixed", "many_mixed")]

    return run


def same(results: list[tp.BatchResult], digits: float = 0.0) -> pd.DataFrame:
    """Every column of every product is that of one partition; the same products are rejected, for the same reasons."""
    for one, many in zip(results[:2], results[2:], strict=True):
        assert (one.rows, one.products, one.rejected) == (many.rows, many.products, many.rejected)
        assert reasons(one) == reasons(many)
        assert one.unanswered() == many.unanswered() and sorted(one.warnings()) == sorted(many.warnings())
        expected, found = one.read(), many.read()
        assert expected.schema.equals(found.schema, check_metadata=True)
        keys = [name for name in ("product", "scenario", "stage", "flow", "item") if name in expected.column_names]
        left, right = (table.to_pandas().astype(dict.fromkeys(keys, str)).sort_values(keys) for table in (expected, found))
        left, right = left.reset_index(drop=True), right.reset_index(drop=True)
        tolerance = {"rtol": digits, "atol": digits, "check_exact": not digits}
        pd.testing.assert_frame_equal(left, right, check_categorical=False, **tolerance)
    return results[2].read().to_pandas().set_index("product")


def reasons(result: tp.BatchResult) -> set[tuple[str, str, str, str]]:
    return {(problem["product"], problem["code"], problem["what"], problem["cure"]) for problem in result.problems()}


def test_a_network_is_solved_to_the_last_bit(calculated) -> None:
    results = calculated(network(80), units=("kg", "m2"))
    assert len(results[2].files) > 5 and len(results[3].files) > 5
    table = same(results)
    assert len(table) == 80 and table["total per m2"].notna().all()
    assert (table["total_excluding"] != table["total_including"]).any() and (table["memo.after"] > 0).any()


def test_lines_of_the_sum_name_the_supplier(calculated) -> None:
    table = same(calculated(network(30), results="contributions"))
    assert table["item"].astype(str).str.startswith("product:P").any()


@pytest.mark.parametrize("workers", [2, 1])
def test_workers_change_nothing(calculated, workers: int) -> None:
    same(calculated(network(30), workers=workers, threads=workers > 1))


def test_chains_loops_and_suppliers_in_either_direction(calculated) -> None:
    """A chain through all partitions, a ring through all partitions, a product that takes itself."""
    rows = [line for number in range(40) for line in (*made(f"C{number}"), takes(f"C{number}", f"C{number + 1}"))]
    rows += made("C40")
    for user, other in zip(*ring(40), strict=True):
        rows += [*made(f"R{user}"), takes(f"R{user}", f"R{other}")]
    rows += [*made("S"), takes("S", "S")]
    table = same(calculated(rows), digits=1e-12)
    assert table.loc["C38", "total"] == pytest.approx(0.5 + 0.25 + 0.125)
    assert table.loc[["R0", "R39"], "total"].tolist() == pytest.approx([1.0, 1.0])  # x = 0.5 + 0.5 kg/piece x
    assert table.loc["S", "total"] == pytest.approx(1.0)


def test_who_takes_what_is_missing_or_rejected_is_rejected_with_the_cause(calculated) -> None:
    rows = [line for number in range(30) for line in made(f"P{number}")]
    rows += [takes("P0", "P29"), takes("P1", "P0"), takes("P2", "NOWHERE"), takes("P3", "P02"), takes("P20", "P3")]
    rows += [row("P29", "buttons", 1, "kWh"), takes("P4", "P5", flow="lining")]
    results = calculated(rows)
    same(results)
    why = {product: (code, what, cure) for product, code, what, cure in reasons(results[2])}
    assert {product: code for product, (code, *_) in why.items()} == {
        "P29": "wrong-dimension", "P0": "rejected-supplier", "P1": "rejected-supplier", "P2": "no-product", "P3": "no-product",
        "P20": "rejected-supplier", "P4": "link-unit",
    }  # fmt: skip
    assert why["P0"][1:] == ("The product 'P29' is rejected itself.", "Mend that product first.")
    assert why["P1"][1] == "The product 'P0' is rejected itself."
    assert why["P2"][1:] == (
        "There is no product 'product:NOWHERE' in this run.", "Add the rows of that product to this input.",
    )  # fmt: skip
    assert why["P3"][2].startswith("Did you mean 'product:P")
    assert (results[2].out / "rejected_zh.csv").read_text(encoding="utf-8-sig").count("本身被拒绝") == 3
    one, many = (pd.read_csv(result.out / "rejected_activity.csv") for result in (results[0], results[2]))
    assert len(one) == len(many) and set(one["product"]) == set(many["product"])


def lined(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    """Products without grammage, of which some take square metres of others."""
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return [*(line for name in names for line in made(name)), *(takes(user, other, 0.1, "lining") for user, other in pairs)]


@pytest.mark.parametrize(
    "rows",
    [
        lined(("A", "A")),
        lined(("A", "B"), ("B", "A")),
        [*lined(("A", "B")), takes("B", "A", 0.1)],
        [*lined(("A", "B")), takes("A", "B", 0.1), takes("B", "A", 0.1)],
        [*lined(("A", "A")), *made("C"), takes("C", "A", 0.1)],
        [*lined(("A", "B"), ("C", "A")), takes("B", "A", 0.1)],
    ],
    ids=["of itself", "of one another", "and is taken back", "beside kilograms", "and a third", "twice"],
)
@pytest.mark.parametrize("options", [{}, {"scenarios": {"AR5": {"gwp": "AR5"}}}], ids=["alone", "with a scenario"])
def test_square_metres_that_nothing_converts_are_the_cause_in_loops_too(
    calculated, rows: list[dict[str, Any]], options: dict[str, Any]
) -> None:
    """Whoever takes them is told which grammage is missing, not that products are rejected that take it themselves."""
    results = calculated([*(line for number in range(20) for line in made(f"P{number}")), *rows], **options)
    same(results)
    why = {problem["product"]: problem["cure"] for problem in results[2].problems()}
    assert why["A"].startswith("Give grammage of product")
    assert results[2].products == 20


def test_a_loop_that_needs_all_of_itself_is_rejected_with_all_that_take_of_it(calculated) -> None:
    rows = [line for number in range(30) for line in made(f"P{number}")]
    rows += [takes("P1", "P28", 3), takes("P28", "P1", 3), takes("P15", "P28"), takes("P16", "P17")]
    results = calculated(rows)
    same(results)
    told = {product: what for product, _, what, _ in reasons(results[2])}
    assert told == {
        "P1": "These products need all or more of themselves (2 links): P1 → P28 → P1.",
        "P28": "The product 'P1' is rejected itself.",
        "P15": "The product 'P28' is rejected itself.",
    }


def test_where_all_products_are_rejected_there_are_no_results(calculated) -> None:
    rows = [line for number in range(20) for line in (*made(f"P{number}"), takes(f"P{number}", f"Q{number}"))]
    results = calculated(rows)
    assert [(result.products, result.rejected, result.read().num_rows) for result in results] == [(0, 20, 0)] * 4
    assert reasons(results[0]) == reasons(results[2])


def test_a_scenario_that_does_not_answer_for_a_supplier(calculated, tmp_path: Path) -> None:
    """Other numbers, and no factor for lint: what takes lint, or takes what does, has no answer there."""
    (tmp_path / "grid.csv").write_text(GRID, encoding="utf-8")
    rows = [line for number in range(30) for line in (*made(f"P{number}"), takes(f"P{number}", f"P{number + 1}"))]
    rows += [*made("P30"), row("P20", "lint", 1, "kg")]
    results = calculated(rows, scenarios={"grid": {"factors": [tmp_path / "grid.csv"]}, "AR5": {"gwp": "AR5"}})
    table = same(results, digits=1e-12)
    assert table["total@grid"].isna().sum() == 21 and table["total@AR5"].notna().all()
    reason = "They take a product for which it does not answer."
    assert results[2].unanswered()["grid"]["reasons"][reason] == 20


def test_a_loop_of_one_scenario_only(calculated, tmp_path: Path) -> None:
    """Loops are of amounts, so each scenario has them; only products that the scenario answers for are in it."""
    (tmp_path / "grid.csv").write_text(GRID, encoding="utf-8")
    rows = [line for number in range(20) for line in made(f"P{number}")]
    rows += [takes("P1", "P18", 1.5), takes("P18", "P1", 1.5), row("P18", "lint", 1, "kg"), takes("P1", "P1", 0.1)]
    same(calculated(rows, scenarios={"grid": {"factors": [tmp_path / "grid.csv"]}}), digits=1e-12)


def test_all_problems_stop_the_run_where_that_is_wanted(calculated) -> None:
    rows = [line for number in range(20) for line in made(f"P{number}")]
    with pytest.raises(tp.InputError, match="no product 'product:P77'"):
        calculated([*rows, takes("P3", "P77")], on_error="fail")


@pytest.mark.parametrize("biogenic", ["minus_one_plus_one", "zero_zero"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_biogenic_carbon_balances_across_partitions(calculated, biogenic: str) -> None:
    """Content, uptake and both figures follow suppliers in other partitions; equal within rounding."""
    results = calculated(garments(), carbon.RULES, carbon.FACTORS, biogenic=biogenic)
    table = same(results, digits=1e-12)
    assert (table["total_including"] < table["total_excluding"]).sum() >= 24


def test_what_waits_is_gone_in_the_end_and_the_log_tells_the_way(calculated) -> None:
    result = calculated(network(40))[2]
    assert sorted(path.name for path in result.out.iterdir()) == ["log.jsonl", "manifest.json", "results"]
    events = [json.loads(line)["event"] for line in (result.out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event for event in events if event != "part"] == ["start", "linked", "solved", "end"]


@pytest.mark.parametrize("stop", ["textile_pcf.batch.run.solve_links", "textile_pcf.batch.run.finish"])
def test_a_run_goes_on_where_it_was_stopped(mill: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    frame = pd.DataFrame(network(40))
    frame.to_parquet(tmp_path / "told.parquet", index=False, row_group_size=30)

    def batch(out: str) -> tp.BatchResult:
        call = {"progress": False, "partition_rows": 30, "out": tmp_path / out}
        return calculate_batch(tmp_path / "told.parquet", mill / "rule.yaml", mill / "factors.csv", **call)

    batch("once")
    with monkeypatch.context() as stopped:
        stopped.setattr(stop, lambda *told: sys.exit("stopped"))
        with pytest.raises(SystemExit):
            batch("twice")
    batch("twice")
    for path in sorted((tmp_path / "once").rglob("*.parquet")):
        assert path.read_bytes() == (tmp_path / "twice" / path.relative_to(tmp_path / "once")).read_bytes()


def test_partitions_without_links_are_calculated_once(mill: Path, tmp_path: Path) -> None:
    """Yarns first and fabrics last: only the fabrics wait."""
    rows = [line for number in range(40) for line in made(f"Y{number}")]
    rows += [line for number in range(10) for line in (*made(f"F{number}"), takes(f"F{number}", f"Y{number}"))]
    pd.DataFrame(rows).to_parquet(tmp_path / "told.parquet", index=False, row_group_size=10)
    call = {"progress": False, "partition_rows": 10, "out": tmp_path / "out"}
    result = calculate_batch(tmp_path / "told.parquet", mill / "rule.yaml", mill / "factors.csv", **call)
    (solved,) = [line for line in log(result.out) if line["event"] == "solved"]
    assert solved["parts"] == 2
    assert pq.read_metadata(result.files[-1]).num_rows and result.products == 50


def log(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def test_all_that_need_a_product_in_the_end() -> None:
    """A long chain takes time that grows with its length."""
    count = 50_000
    found = with_users(np.arange(count - 1), np.arange(1, count), np.arange(count) == count // 2)
    assert found.sum() == count // 2 + 1 and found[0] and not found[-1]
