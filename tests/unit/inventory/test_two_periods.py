"""Totals of several periods of one flow: `tests/cases/two_periods.yaml` works them out by hand."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import textile_pcf as tp
from textile_pcf.rules import RuleSet

RULE = """rule: mill
edition: "1"
product: {unit: kg}
stages:
  - id: dyeing
    losses: [{id: dye_loss, unit: "%", basis: input, optional: true}]
    flows:
      electricity: {unit: kWh, factor: electricity}
      steam: {unit: MJ, per: input, factor: steam, optional: true}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
electricity,0.8,kgCO2e/kWh,CN,2023,life_cycle,made up,1
electricity,0.4,kgCO2e/kWh,CN,2024,life_cycle,made up,2
steam,0.1,kgCO2e/MJ,CN,2023,life_cycle,made up,3
"""


@pytest.fixture
def mill(tmp_path: Path) -> tuple[RuleSet, Any]:
    """A rule and factors of two years."""
    (tmp_path / "mill.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "own.csv").write_text(FACTORS, encoding="utf-8")
    return tp.load_rules(tmp_path / "mill.yaml"), tp.load_factors(tmp_path / "own.csv")


def years(*told: tuple[int, float, float], product: str = "P") -> list[dict[str, Any]]:
    """Rows of a dyehouse: year, electricity and output of it."""
    rows: list[dict[str, Any]] = [{"product": product, "stage": "product", "flow": "", "region": "CN"}]
    for year, electricity, output in told:
        row = {"product": product, "stage": "dyeing", "per": "period", "year": str(year)}
        rows.append({**row, "flow": "output", "amount": output, "unit": "kg"})
        rows.append({**row, "flow": "electricity", "amount": electricity, "unit": "kWh"})
    return rows


def frame(rows: list[dict[str, Any]]) -> Any:
    """The same rows as a table."""
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(rows)


def test_each_year_keeps_its_factor_and_its_weight(mill):
    result = tp.footprint(frame(years((2023, 600, 300), (2024, 1400, 100))), *mill)
    lines = result.contributions
    assert list(lines["year"]) == ["2023", "2024"]
    assert list(lines["amount"]) == pytest.approx([600 / 400, 1400 / 400])
    assert list(lines["kgCO2e"]) == pytest.approx([1.5 * 0.8, 3.5 * 0.4])


def test_one_year_is_as_it_always_was(mill):
    result = tp.footprint(frame(years((2024, 700, 300))), *mill)
    assert result.contributions["amount"][0] == 700 / 300


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(mill, seed):
    rows = years((2022, 10, 3), (2023, 600, 300), (2024, 1400, 100))
    expected = tp.footprint(frame(rows), *mill).totals[0]
    random.Random(seed).shuffle(rows)
    assert tp.footprint(frame(rows), *mill).totals[0] == pytest.approx(expected, rel=1e-12)


def test_tables_of_the_same_rows_with_other_amounts(mill):
    for electricity in (600, 1200, 2400):  # from the second on, its rows are known
        rows = years((2023, electricity, 300), (2024, 0, 100))
        told = {"product": "P", "rows": [{key: value for key, value in row.items() if key != "product"} for row in rows]}
        assert tp.footprint(told, *mill).totals[0] == pytest.approx(electricity / 400 * 0.8)


def test_a_catalogue_gives_the_same(mill, tmp_path):
    pytest.importorskip("pyarrow")
    rows = [*years((2023, 600, 300), (2024, 1400, 100), product="A"), *years((2023, 100, 50), product="B")]
    rows += years((2024, 5, 10), (2023, 7, 30), product="C")
    alone = [tp.footprint(frame([row for row in rows if row["product"] == name]), *mill).totals[0] for name in "ABC"]
    done = tp.calculate_batch(frame(rows), *mill, out=tmp_path / "out")
    assert done.read()["total"].to_pylist() == pytest.approx(alone, rel=1e-12)


def test_a_total_per_input_is_per_output_of_the_periods(mill):
    rows = [
        *years((2023, 0, 300), (2024, 0, 100)),
        {"product": "P", "stage": "dyeing", "flow": "dye_loss", "amount": 20, "unit": "%"},
    ]
    for year, steam in (("2023", 1000), ("2024", 3000)):
        rows.append(
            {"product": "P", "stage": "dyeing", "flow": "steam", "amount": steam, "unit": "MJ", "per": "period", "year": year}
        )
    assert tp.footprint(frame(rows), *mill).totals[0] == pytest.approx(4000 / 400 * 0.1)


def test_the_explanation_tells_what_was_divided_by_what(mill):
    text = tp.footprint(frame(years((2023, 600, 300), (2024, 1400, 100))), *mill).explain("P")
    assert "600 kWh for 300 kg + 100 kg = 400 kg output of the periods" in text
    assert "1400 kWh for 300 kg + 100 kg = 400 kg output of the periods" in text


def test_the_explanation_of_equal_amounts_of_unlike_products(mill):
    rows = [*years((2023, 100, 50), (2024, 100, 150), product="A"), *years((2023, 100, 200), product="B")]
    result = tp.footprint(frame(rows), *mill)
    assert "100 kWh for 50 kg + 150 kg = 200 kg output of the periods" in result.explain("A")
    assert "100 kWh for 200 kg output of the period)" in result.explain("B")


def test_several_periods_in_chinese(mill):
    result = tp.footprint(frame(years((2023, 600, 300), (2024, 0, 100))), *mill)
    told = result.explain("P", language="zh")
    assert "各统计期产量 300 kg + 100 kg = 400 kg 共 600 kWh" in told
    assert "统计期内 0 kWh" in told


def test_the_same_total_told_twice_by_an_inherited_year(mill):
    rows = [*years((2024, 600, 300)), {"product": "P", "stage": "dyeing", "flow": "", "year": "2024"}]
    rows.append({"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 600, "unit": "kWh", "per": "period"})
    with pytest.raises(tp.InputError, match="The same period was given before"):
        tp.footprint(frame(rows), *mill)


def test_a_total_of_one_year_beside_an_amount_per_kg_of_another(mill):
    rows = years((2023, 600, 300))
    rows.append({"product": "P", "stage": "dyeing", "flow": "electricity", "amount": 1, "unit": "kWh", "year": "2024"})
    assert any("several years (2023, 2024) are added up" in text for text in tp.footprint(frame(rows), *mill).warnings("P"))
