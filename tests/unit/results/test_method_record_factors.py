"""Sets of global warming potentials and the age of factors, as results state them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import yaml
from method_samples import calculate, factors, written

import textile_pcf as tp
from textile_pcf.cli.table import as_table

MAKING = """
rule: making
edition: "1"
max_factor_age: {years: 10, note: Our choice; no text that was read sets a limit.}
product: {unit: kg}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity}
      dye: {unit: kg, factor: dye, optional: true}
      lining: {unit: kg, optional: true}
"""


def test_the_share_of_each_set_is_told_and_a_set_stands_alone_only_where_it_holds(tmp_path):
    rows = [("making", "electricity", 2, "kWh"), ("making", "dye", 1, "kg")]
    table = factors(electricity=(1.5, "kgCO2e/kWh", "AR6"), dye=(1, "kgCO2e/kg", "unknown"))
    result = calculate(rows, written(tmp_path, MAKING), table)
    product = result.to_dict()["products"][0]
    assert product["gwp_sets"] == pytest.approx({"AR6": 0.75, "unknown": 0.25})
    assert "AR6 75 %, GWP set unknown 25 %" in as_table(result, None, "en")
    assert "AR6 75 %，GWP 来源未知 25 %" in as_table(result, None, "zh")
    assert [text for text in result.warnings() if text.startswith("25 % of the gross emissions")]
    alone = calculate(
        rows, written(tmp_path, MAKING), factors(electricity=(1.5, "kgCO2e/kWh", "AR6"), dye=(1, "kgCO2e/kg", "AR6"))
    )
    assert alone.to_dict()["products"][0]["gwp_sets"] == {"AR6": 1.0}
    assert not alone.warnings()


def test_sets_pass_through_links(tmp_path):
    frame = pd.DataFrame(
        [
            ("A", "making", "electricity", 2, "kWh", ""),
            ("B", "making", "electricity", 1, "kWh", ""), ("B", "making", "dye", 1, "kg", ""),
            ("B", "making", "lining", 0.5, "kg", "product:A"),
        ],
        columns=["product", "stage", "flow", "amount", "unit", "item"],
    )  # fmt: skip
    table = factors(electricity=(1, "kgCO2e/kWh", "AR5"), dye=(2, "kgCO2e/kg", "AR6"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(frame, written(tmp_path, MAKING), table)
    sets, shares = result.gwp_sets
    assert sets == ("AR6", "AR5")
    assert shares == pytest.approx(np.array([[0, 1], [0.5, 0.5]]))  # B: 2 of AR6, 1 + 0.5 x 2 of AR5


@pytest.mark.parametrize(
    ("year", "warned"), [(2009, True), (2015, True), (2016, False), (2026, False), (2036, False), (2037, True)]
)
def test_factors_beyond_the_limit_are_warned_of_older_and_later_alike(tmp_path, year, warned):
    columns = ["product", "stage", "flow", "amount", "unit", "year"]
    rows = pd.DataFrame([("P", "making", "electricity", 2, "kWh", 2026)], columns=columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(rows, written(tmp_path, MAKING), factors(electricity=(1, "kgCO2e/kWh", "AR6", year)))
    found = [text for text in result.warnings() if f"the factor is of {year}" in text]
    assert bool(found) == warned
    assert not warned or f"{abs(year - 2026)} years from 2026; the rule allows 10" in found[0]


def test_a_limit_without_source_or_note_is_refused(tmp_path):
    rule = yaml.safe_load(MAKING)
    rule["max_factor_age"] = {"years": 10}
    with pytest.raises(tp.RuleError, match="The limit has no source"):
        tp.load_rules(written(tmp_path, rule))
