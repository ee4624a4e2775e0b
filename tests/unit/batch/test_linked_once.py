"""Products that take one another are calculated once: what is added to kept lines is what a second calculation gives."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import test_carbon_balance as carbon
from linked_products import FACTORS, RULE, garments, made, network, row, takes

import textile_pcf as tp
from textile_pcf.batch import calculate_batch, unsolved_lines, worker
from textile_pcf.batch.array_files import read_arrays, write_arrays

ROWS = 30  # of a partition
BLEND = """
rule: blend
edition: "1"
product: {unit: kg}
stages:
  - id: spinning
    scope: component
    losses: [{id: waste, unit: "%", basis: input, value: 10, source: hand, locator: x}]
    flows:
      fibre: {unit: kg, per: input, optional: true}
      electricity: {unit: kWh, factor: electricity, value: 2, source: hand, locator: x}
  - id: weaving
    flows:
      electricity: {unit: kWh, factor: electricity}
      patch: {unit: kg, optional: true}
sources: {hand: {title: By hand}}
"""

Batch = Callable[..., tp.BatchResult]


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """A batch of rows in partitions of about `ROWS` rows, into a folder of this name; the same again if it was stopped."""
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "blend.yaml").write_text(BLEND, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")

    def run(rows: list[dict[str, Any]], out: str, rule: Any = "rule", factors: Any = None, **options: Any) -> tp.BatchResult:
        source = tmp_path / "told.parquet"
        if not source.exists():
            pd.DataFrame(rows).to_parquet(source, index=False, row_group_size=ROWS)
        call = {"progress": False, "partition_rows": ROWS, "workers": 1, "out": tmp_path / out, **options}
        rule = tmp_path / f"{rule}.yaml" if isinstance(rule, str) else rule
        return calculate_batch(source, rule, tmp_path / "factors.csv" if factors is None else factors, **call)

    return run


@pytest.fixture
def both(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[tp.BatchResult, int]]:
    """The batch as it is and with every partition calculated again, equal in all bytes; and how many were calculated again."""

    def run(rows: list[dict[str, Any]], rule: Any = "rule", **options: Any) -> tuple[tp.BatchResult, int]:
        calculated: list[int] = []
        calculate = worker.calculate_partition

        def counted(job: Any, partition: Any, *told: Any) -> Any:
            calculated.append(partition.number)
            return calculate(job, partition, *told)

        with monkeypatch.context() as changed:
            changed.setattr(worker, "calculate_partition", counted)
            once = batch(rows, "once", rule, **options)
        with monkeypatch.context() as changed:
            changed.setattr(worker, "keep_lines", lambda *told: None)
            twice = batch(rows, "twice", rule, **options)
        same_bytes(once, twice)
        assert once.problems() == twice.problems() and once.unanswered() == twice.unanswered()
        return once, len(calculated) - len(set(calculated))

    return run


def same_bytes(one: tp.BatchResult, other: tp.BatchResult) -> None:
    assert (one.rows, one.products, one.rejected) == (other.rows, other.products, other.rejected)
    assert [path.name for path in one.files] == [path.name for path in other.files] and len(one.files) > 2
    for left, right in zip(one.files, other.files, strict=True):
        assert left.read_bytes() == right.read_bytes()
    assert one.warnings() == other.warnings()


def test_the_sum_of_a_product_worked_by_hand(batch: Batch) -> None:
    """U: 1 kWh of the rule = 0.5 kg CO2e. It takes 0.25 kg of S per kg; a piece of either weighs 0.5 kg, so a quarter of S.

    S: 4 kWh x 0.5 = 2 kg CO2e, a quarter of which is 0.5.
    """
    between = [line for number in range(60) for line in made(f"P{number}")]
    result = batch([takes("U", "S", 0.25), *between, *made("S", 4)], "hand", units=("kg",))
    table = result.read().to_pandas().set_index("product")
    totals = ["total", "stage.making", "total_excluding", "total_including", "fossil"]
    assert len(result.files) > 1 and table.loc["U", totals].tolist() == pytest.approx([0.5 + 0.5] * 5)
    assert table.loc["U", "total per kg"] == pytest.approx(1.0 / 0.5)
    assert table.loc["U", "default_share"] == pytest.approx(0.5 / 1.0) and table.loc["U", "default_factor_share"] == 0
    assert table.loc["S", "total"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    "options",
    [
        {"biogenic": "zero_zero"},
        {"biogenic": "zero_zero", "units": ("m2", "kg"), "scenarios": {"AR5": {"gwp": "AR5"}}},
    ],
)
def test_a_network_is_calculated_once(both, options: dict[str, Any]) -> None:
    _, again = both(network(45), **options)
    assert again == 1  # the first, in which links were found


def blends(products: int) -> list[dict[str, Any]]:
    """Cloths of two fibres, each of which may be of an earlier cloth, and patches."""
    draw, rows = np.random.default_rng(3), []

    def line(name: str, stage: str, flow: str, amount: float | None, unit: str, **more: str) -> dict[str, Any]:
        return {"product": name, "stage": stage, "flow": flow, "amount": amount, "unit": unit} | more

    for number in range(products):
        name, share = f"B{number}", draw.uniform(0.2, 0.8)
        for fibre, part in (("cotton", share), ("linen", 1 - share)):
            rows.append(line(name, "product", "share", part, "1", component=fibre))
            if number:
                item = f"product:B{draw.integers(number)}"
                rows.append(line(name, "spinning", "fibre", draw.uniform(0, 0.3), "kg", component=fibre, item=item))
        rows.append(line(name, "weaving", "electricity", draw.uniform(1, 9), "kWh"))
        rows.append(line(name, "weaving", "patch", 0.1, "kg", item=f"product:B{(number + 1) % products}"))
    return [{"component": "", "item": "", **one} for one in rows]


def test_fibres_of_a_blend_take_other_products(both) -> None:
    """One process for each fibre: processes are not products by stages."""
    result, again = both(blends(40), "blend", biogenic="zero_zero")
    assert again == 1 and (result.read().column("default_share").to_numpy() > 0).all()


def test_own_uptake_beside_that_of_a_supplier_is_warned_of(both) -> None:
    """Whether a supplier takes CO2 up is known when it is solved: such partitions are calculated again for their warnings."""
    result, again = both(network(45))
    assert again > 3 and any("includes uptake of CO2 already" in text for text in result.warnings())


def test_suppliers_with_uptake_need_no_second_calculation(both) -> None:
    rows = [line for number in range(60) for line in made(f"P{number}", number + 1)]
    rows += [row(f"P{number}", "lint", 1.0, "kg") for number in range(50, 60)]
    rows += [takes(f"P{number}", f"P{number + 10}", 0.2) for number in range(50)]
    result, again = both(sorted(rows, key=lambda one: int(one["product"][1:])))
    table = result.read().to_pandas().set_index("product")
    assert again == 1 and (table["uptake"] < 0).all() and (table["total_excluding"] > table["total_including"]).all()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("options", [{}, {"biogenic": "zero_zero"}, {"scenarios": {"0/0": {"biogenic": "zero_zero"}}}])
def test_carbon_that_comes_with_what_is_taken_balances_at_once(both, options: dict[str, Any]) -> None:
    """Uptake of a product follows the carbon of what it takes: the line that balances is set when links are solved."""
    result, again = both(garments(), carbon.RULES, factors=carbon.FACTORS, **options)
    warned = any("biogenic carbon of the product is not known" in text for text in result.warnings())
    assert again == 1 and warned


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_carbon_that_is_known_by_what_is_taken_is_not_warned_of(both) -> None:
    rows = [line for line in garments() if line["product"] not in ("H", "Y3")]
    rows = [{**line, "item": line["item"].replace("Y3", "Y2")} for line in rows]
    result, again = both(rows, carbon.RULES, factors=carbon.FACTORS)
    assert again == 1 and not any("is not known, so no uptake" in text for text in result.warnings())


def test_what_the_solution_rejects_is_calculated_again(both) -> None:
    """Unknown suppliers, suppliers that are rejected, units without a measure, a loop, a sum that is too large."""
    rows = [line for number in range(80) for line in made(f"P{number:02d}")]
    rows += [takes("P05", "NOWHERE"), takes("P20", "P05"), takes("P35", "P36", flow="lining"), takes("P60", "P61", 0.1)]
    rows += [takes("P50", "P50", 3), row("P70", "buttons", 1e100, "piece", "product:P79")]
    rows = [{**one, "amount": 1e100} if one["product"] == "P79" else one for one in rows]
    result, again = both(sorted(rows, key=lambda one: one["product"]))
    assert again > 1
    assert {(problem["product"], problem["code"]) for problem in result.problems()} == {
        ("P05", "no-product"), ("P20", "rejected-supplier"), ("P35", "link-unit"), ("P50", "loop"), ("P70", "huge"),
    }  # fmt: skip


def test_worker_processes_write_the_same_bytes(batch: Batch) -> None:
    rows = network(40)
    same_bytes(batch(rows, "one", biogenic="zero_zero"), batch(rows, "several", biogenic="zero_zero", workers=2))


def _stop(batch: Batch, rows: list[dict[str, Any]], function: str, calls: int) -> None:
    """Run a batch in this process and end it as `kill -9` does, at the n-th call of a function."""
    module, _, name = function.rpartition(".")
    where, left = __import__(module, fromlist=["_"]), [calls]
    really = getattr(where, name)

    def stopped(*told: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return really(*told)

    setattr(where, name, stopped)
    batch(rows, "killed", biogenic="zero_zero")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("function", "calls"),
    [
        ("textile_pcf.batch.partition_files.write_links", 3),
        ("textile_pcf.batch.links.write_suppliers", 2),
        ("textile_pcf.batch.solved_partition.write_sums", 1),
        ("textile_pcf.batch.solved_partition.write_report", 3),
    ],
)
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(batch: Batch, function: str, calls: int) -> None:
    rows = network(45)
    whole = batch(rows, "whole", biogenic="zero_zero")
    process = multiprocessing.get_context("fork").Process(target=_stop, args=(batch, rows, function, calls))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    result = batch(rows, "killed", biogenic="zero_zero")
    same_bytes(result, whole)
    assert sorted(path.name for path in result.out.iterdir()) == ["log.jsonl", "manifest.json", "results"]
    lines = (result.out / "log.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events.count("linked") == 1 and events.count("solved") == 1 and events[-1] == "end"


def test_kept_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_arrays(tmp_path / "some.arrays", {"织物": np.arange(3, dtype=np.int32), "none": np.empty((0, 5)), "one": np.array(1)})
    found = read_arrays(tmp_path / "some.arrays")
    assert list(found) == ["织物", "none", "one"] and found["织物"].dtype == np.int32 and found["none"].shape == (0, 5)
    assert unsolved_lines.SHARED[0] == "amount"
