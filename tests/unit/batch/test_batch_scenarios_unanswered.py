"""A scenario whose tables do not answer leaves its columns empty, says why, and never rejects the base result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.cli import run as cli

RULE = """rule: lab
edition: "1"
product: {unit: kg}
stages:
  - id: dyeing
    flows:
      electricity: {unit: kWh, factor: electricity, optional: true}
      material: {unit: kg, optional: true}
"""
HEAD = "item,value,unit,region,year,kind,source,locator\n"
BASE = HEAD + "electricity,0.5,kgCO2e/kWh,CN,2023,life_cycle,made,1\nrare,2,kgCO2e/kg,GLO,2023,life_cycle,made,2\n"
GRID = HEAD + "electricity,0.25,kgCO2e/kWh,CN,2023,life_cycle,made,1\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in (
        ("lab.yaml", RULE),
        ("base.csv", BASE),
        ("grid.csv", GRID),
        ("none.csv", HEAD + "x,1,kgCO2e/kg,GLO,,life_cycle,m,1\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def rows(*more: dict[str, Any]) -> pd.DataFrame:
    """P takes electricity alone, Q a material that only the base table has."""
    told = [
        {"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 4.0, "unit": "kWh", "item": "", "region": "CN"},
        {"product": "Q", "stage": "dyeing", "flow": "electricity", "amount": 2.0, "unit": "kWh", "item": "", "region": "CN"},
        {"product": "Q", "stage": "dyeing", "flow": "material", "amount": 1.0, "unit": "kg", "item": "rare", "region": "CN"},
    ]
    return pd.DataFrame([*told, *more])


def batch(place: Path, source: Any = None, **options: Any) -> tp.BatchResult:
    source = rows() if source is None else source
    scenarios = options.pop("scenarios", {"grid": {"factors": place / "grid.csv"}})
    settings = {"out": place / "out", "progress": False, "scenarios": scenarios, **options}
    return tp.calculate_batch(source, place / "lab.yaml", place / "base.csv", **settings)


def table(done: tp.BatchResult) -> pd.DataFrame:
    return done.read().to_pandas().set_index("product").sort_index()


def test_the_columns_are_empty_and_the_base_result_stays(place: Path) -> None:
    with pytest.warns(tp.PcfWarning, match="Scenario 'grid' does not answer for 1 of 2 products"):
        done = batch(place)
    assert (done.products, done.rejected) == (2, 0)
    told = table(done)
    assert told["total"].tolist() == [2.0, 3.0]
    assert told["total@grid"].iloc[0] == 1.0 and told["change@grid"].iloc[0] == -0.5
    of_grid = [name for name in told.columns if name.endswith("@grid")]
    assert len(of_grid) > 5 and told.loc["Q", of_grid].isna().all() and told.loc["P", of_grid].notna().all()
    empty = done.read()["total@grid"].null_count
    assert empty == 1, "empty, not NaN"


def test_manifest_and_result_tell_how_many_and_why(place: Path) -> None:
    done = batch(place)
    manifest = json.loads((place / "out/manifest.json").read_text(encoding="utf-8"))
    (reason,) = done.unanswered()["grid"]["reasons"]
    assert reason == "There is no emission factor 'rare' in grid."
    assert done.unanswered() == manifest["unanswered"] == {"grid": {"products": 1, "reasons": {reason: 1}}}
    assert not (place / "out/rejected.csv").exists()


def test_a_scenario_that_answers_for_none_and_one_that_answers_for_all(place: Path) -> None:
    scenarios = {
        "none": {"factors": place / "none.csv"},
        "AR5": {"gwp": "AR5"},
        "more": {"factors": [place / "grid.csv", place / "base.csv"]},
    }
    done = batch(place, scenarios=scenarios)
    told = table(done)
    assert (
        told["total@none"].isna().all()
        and told["total@AR5"].tolist() == [2.0, 3.0]
        and told["total@more"].tolist() == [1.0, 2.5]
    )
    assert done.unanswered()["none"]["products"] == 2
    assert set(done.unanswered()) == {"none"}
    assert any("'default' has them" in why or "electricity" in why for why in done.unanswered()["none"]["reasons"])


def test_products_with_problems_of_their_own_are_rejected_as_ever(place: Path) -> None:
    wrong = {"product": "R", "stage": "dyeing", "flow": "electricity", "amount": 1.0, "unit": "kg", "item": "", "region": "CN"}
    nowhere = {
        "product": "S",
        "stage": "dyeing",
        "flow": "material",
        "amount": 1.0,
        "unit": "kg",
        "item": "nothing",
        "region": "CN",
    }
    done = batch(place, rows(wrong, nowhere))
    assert (done.products, done.rejected) == (2, 2)
    assert {problem["product"] for problem in done.problems()} == {"R", "S"}
    assert table(done)["total@grid"].isna().tolist() == [False, True]


def test_where_the_first_problem_stops_the_run_a_silent_scenario_does_not(place: Path) -> None:
    assert batch(place, on_error="fail").products == 2


def test_a_product_that_takes_an_unanswered_one_is_unanswered_too(place: Path) -> None:
    link = {
        "product": "R",
        "stage": "dyeing",
        "flow": "material",
        "amount": 1.0,
        "unit": "kg",
        "item": "product:Q",
        "region": "CN",
    }
    done = batch(place, rows(link))
    told = table(done)
    assert told["total"].tolist() == [2.0, 3.0, 3.0] and told["total@grid"].isna().tolist() == [False, True, True]
    reasons = done.unanswered()["grid"]["reasons"]
    assert reasons == {"There is no emission factor 'rare' in grid.": 1, "They take a product for which it does not answer.": 1}


def test_every_line_of_the_sum_leaves_out_what_is_not_answered(place: Path) -> None:
    lines = batch(place, results="contributions").read().to_pandas()
    assert lines.groupby(["scenario", "product"], observed=True).size().to_dict() == {
        ("", "P"): 1,
        ("", "Q"): 2,
        ("grid", "P"): 1,
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_partitions_and_workers_change_nothing(place: Path, workers: int) -> None:
    """Partitions in which all, some or none are answered have one schema, and the counts add up."""
    many = pd.concat([rows().assign(product=lambda frame, n=n: frame["product"] + f"{n:03}") for n in range(12)])
    done = batch(place, many, workers=workers, partition_rows=2, units=("t",))
    assert done.unanswered()["grid"]["products"] == 12 and len(done.files) > 3
    told = table(done)
    np.testing.assert_allclose(told["total"], [2.0] * 12 + [3.0] * 12)
    assert told["total@grid"].isna().tolist() == [False] * 12 + [True] * 12
    assert told["total per t@grid"].isna().sum() == 12
    assert sum("does not answer for 12 of 24 products" in text for text in done.warnings()) == 1


def test_on_the_command_line_standard_error_says_so_once_in_both_languages(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows().to_csv(place / "mill.csv", index=False)
    for lang, words in (
        ("en", "Scenario 'grid' does not answer for 1 of 2 products"),
        ("zh", "情景 'grid' 对 2 个产品中的 1 个没有答案"),
    ):
        command = ["batch", str(place / "mill.csv"), "-o", str(place / lang), "--rule", str(place / "lab.yaml"), "--lang", lang]
        assert cli([*command, "--factors", str(place / "base.csv"), "--scenario", f"grid={place / 'grid.csv'}"]) == 0
        assert capsys.readouterr().err.count(words) == 1
