"""Items that are products of the run: one pattern of rows for all of them, and each by its own name where it matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import textile_pcf as tp
from textile_pcf.columns import ArrowStrings, find_texts
from textile_pcf.io.arrow import column_cells
from textile_pcf.rules import RuleSet

RULE = """
rule: linked
edition: "1"
product:
  unit: kg
  properties:
    weave: {choice: [plain, satin], optional: true}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity}
      fabric: {unit: kg, optional: true}
"""
FACTORS = "item,value,unit,region,year,kind,source,locator\nelectricity,0.5,kgCO2e/kWh,GLO,2020,life_cycle,hand,x\n"


@pytest.fixture
def mill(tmp_path: Path) -> tuple[RuleSet, Any]:
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "own.csv").write_text(FACTORS, encoding="utf-8")
    return tp.load_rules(tmp_path / "rule.yaml"), tp.load_factors(tmp_path / "own.csv")


def made(product: str, kilowatt_hours: float) -> dict[str, Any]:
    return {"product": product, "stage": "making", "flow": "electricity", "amount": kilowatt_hours, "unit": "kWh"}


def takes(product: str, other: str, amount: float, **more: str) -> dict[str, Any]:
    row = {"product": product, "stage": "making", "flow": "fabric", "amount": amount, "unit": "kg", "item": f"product:{other}"}
    return row | more


def test_links_of_one_flow_are_one_pattern_of_rows(mill) -> None:
    rows = [made(f"P{number}", number) for number in range(9)]
    rows += [takes("P0", f"P{number}", 0.1) for number in range(1, 9)]
    result = tp.footprint(pd.DataFrame(rows), *mill)
    assert len(result.run.activity.rows.patterns.first) == 2
    lines = result.contributions
    assert [item for item in lines["item"] if item.startswith("product:")] == [f"product:P{number}" for number in range(1, 9)]
    assert result.totals[0] == pytest.approx(0.5 * 0.1 * sum(range(1, 9)))


def test_two_products_of_two_years_are_not_one_sum_of_years(mill) -> None:
    """One product in two years is added up with a warning; two products are two lines."""
    made_all = [made("F", 0.0), made("G", 1.0), made("H", 2.0)]
    one = [takes("F", "G", 0.2, year="2023"), takes("F", "G", 0.3, year="2024")]
    two = [takes("F", "G", 0.2, year="2023"), takes("F", "H", 0.3, year="2024")]
    said = [
        any("are added up" in text for text in tp.footprint(pd.DataFrame(made_all + rows).fillna(""), *mill).warnings("F"))
        for rows in (one, two)
    ]
    assert said == [True, False]


def test_links_where_an_option_stands_are_refused_each_by_its_name(mill) -> None:
    rows: list[dict[str, Any]] = [made("P", 1.0), made("Q", 1.0), takes("P", "Q", 0.1)]
    rows += [{"product": name, "stage": "product", "flow": "weave", "item": f"product:{name}"} for name in ("P", "Q")]
    with pytest.raises(tp.InputError) as refused:
        tp.footprint(pd.DataFrame(rows).fillna({"unit": "", "item": ""}), *mill)
    assert [str(problem.what) for problem in refused.value.problems] == [
        "'product:P' is not an option of 'weave'.",
        "'product:Q' is not an option of 'weave'.",
    ]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_texts_are_found_among_others(kind: pa.DataType) -> None:
    names = ArrowStrings(pa.array(["P1", "织物", "P30"], kind))
    assert find_texts(("织物", "P3", "P30", ""), names).tolist() == [1, -1, 2, -1]
    assert find_texts(names, ("P30", "P1")).tolist() == [1, -1, 0]


@pytest.mark.parametrize("texts", [["product:P1", "product:P2"], ["product:织物", "product:P10"]])
def test_links_lose_their_prefix(texts: list[str]) -> None:
    links = ArrowStrings(pa.array(texts))
    assert links.starting_with("product:").all() and not links.starting_with("product:P1").all()
    assert list(links.without_prefix(8)) == [text[8:] for text in texts]


def test_dictionaries_of_row_groups_are_merged_in_the_order_of_their_texts() -> None:
    chunks = [[f"T{number}" for number in range(first, first + 1200)] for first in (0, 1000)]
    column = pa.chunked_array([pa.array(chunk).dictionary_encode() for chunk in chunks])
    cells = column_cells(column)
    assert isinstance(cells.categories, ArrowStrings) and list(cells.categories) == [f"T{number}" for number in range(2200)]
    assert list(cells) == chunks[0] + chunks[1]
    assert np.array_equal(cells.codes[1200:1400], cells.codes[1000:1200])
