"""Factors for a quick look, lists of rows and DataFrames as tables, and what can be searched and listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.messages.message import localize

RULE = {
    "rule": "mill", "edition": "1", "product": {"unit": "kg"},
    "stages": [{"id": "weaving", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}],
}  # fmt: skip
ROWS = [{"product": "P", "stage": "weaving", "flow": "electricity", "amount": 4, "unit": "kWh"}]
ROW = {
    "item": "electricity", "value": 0.6, "unit": "kgCO2e/kWh", "region": "GLO", "year": 2024, "kind": "life_cycle",
    "source": "meter", "locator": "p. 1",
}  # fmt: skip


def test_a_quick_look_is_marked_in_the_result() -> None:
    result = tp.footprint(ROWS, RULE, {"electricity": "0.5777 kgCO2e/kWh"})
    assert result.total()["P"] == pytest.approx(4 * 0.5777)
    (table,) = result.provenance["factors"]
    assert (table["table"], table["quick_look"]) == ("quick_look", True)
    (warning,) = [text for text in result.warnings() if "quick look" in text]
    assert warning == (
        "quick_look: factors without a source are used, for a quick look only: electricity. "
        "Put them into a table with source and locator before the result is passed on."
    )
    assert "无来源的因子" in localize(warning, "zh")
    assert "stated without a source" in result.explain()
    assert "quick_look" not in tp.footprint(ROWS, RULE, [ROW]).provenance["factors"][0]


def test_only_used_factors_are_warned_of() -> None:
    result = tp.footprint(ROWS, RULE, [[ROW], {"steam": "0.2 kgCO2e/kg"}])
    assert not [text for text in result.warnings() if "quick look" in text]


def test_a_quick_look_with_more_said() -> None:
    factors = tp.load_factors({"electricity": {"value": 0.9, "unit": "kgCO2e/kWh", "region": "CN", "year": 2023, "gwp": "AR6"}})
    row = factors.to_frame().iloc[0]
    assert (row["value"], row["region"], row["year"], row["gwp"], row["source"]) == (0.9, "CN", "2023", "AR6", "none")


def test_quantities_of_pint_are_values() -> None:
    from textile_pcf.units import registry

    value = 0.5 * registry().parse_units("kgCO2e/kWh")
    assert tp.load_factors({"electricity": value}).to_frame()["value"].tolist() == [0.5]


@pytest.mark.parametrize(("values", "what"), [
    ({"electricity": 0.5}, "0.5 is not a value with its unit"),
    ({"electricity": "kgCO2e/kWh"}, "does not start with a number"),
    ({"electricity": "5 kWh"}, "is not emissions per something"),
    ({"electricity": "5 kgCO2e"}, "is not emissions per something"),
    ({"electricity": "5 kgCO2e/kWk"}, "is not a known unit"),
    ({"electricity": "nan kgCO2e/kWh"}, "nan"),
    ({"electricity": ""}, "is not a value with its unit"),
    ({"electricity": None}, "is not a value with its unit"),
    ({"electricity": {}}, "is not a value with its unit"),
    ({"electricity": {"valu": "5 kgCO2e/kWh"}}, "'valu' is not known here"),
    ({"electricity": {"value": "5 kgCO2e/kWh", "item": "x"}}, "'item' is not known here"),
    ({5: "5 kgCO2e/kWh"}, "not the name of an item"),
    ({"": "5 kgCO2e/kWh"}, "not the name of an item"),
])  # fmt: skip
def test_mistakes_name_the_item_and_a_cure(values: Any, what: str) -> None:
    with pytest.raises(tp.FactorError) as caught:
        tp.load_factors(values)
    assert any(what in problem.what for problem in caught.value.problems), caught.value
    assert all(problem.where.startswith("factors ") and problem.cure for problem in caught.value.problems)


def test_all_mistakes_at_once() -> None:
    with pytest.raises(tp.FactorError) as caught:
        tp.load_factors({"a": 1, "b": "2 kWh", "c": "1 kgCO2e/kg"})
    assert len(caught.value.problems) == 2


def test_rows_and_frames_are_tables() -> None:
    by_rows, by_frame = tp.load_factors([ROW]), tp.load_factors(pd.DataFrame([ROW]))
    assert by_rows.to_frame().equals(by_frame.to_frame())
    assert tp.footprint(ROWS, RULE, [ROW]).total()["P"] == pytest.approx(2.4)
    assert tp.footprint(ROWS, RULE, [[ROW], "default"]).total()["P"] == pytest.approx(2.4)
    with pytest.raises(tp.FactorError, match=r"row 0 \(kind\): The kind is missing"):
        tp.load_factors([{**ROW, "kind": ""}])


def test_a_table_is_read_again_from_its_frame() -> None:
    default = tp.load_factors("ember@2026.1")
    again = tp.load_factors(default.to_frame())
    assert again.to_frame().reset_index(drop=True).equals(default.to_frame().reset_index(drop=True))
    assert np.array_equal(again.parts("AR6", "zero_zero")[0], default.parts("AR6", "zero_zero")[0])
    assert len(default) == len(default.to_frame())


def test_search_in_two_languages() -> None:
    factors = tp.load_factors("default@2026.1")
    assert set(factors.search("烧碱")["item"]) == {"caustic_soda_50"}
    assert factors.search("caustic")["unit"].unique().tolist() == ["kgCO2e/kg"]
    assert factors.search("no such thing at all").empty
    assert factors.search("").empty
    for odd in (None, 5, ["x"]):
        with pytest.raises(tp.UsageError, match="query: This is of type"):
            factors.search(odd)  # type: ignore[arg-type]


def test_lists_of_what_is_shipped() -> None:
    assert {"cotton_fabric@2026.1", "apparel@2026.1"} <= set(tp.list_rules().index)
    assert tp.list_rules().loc["cotton_fabric@2026.1", "title_zh"] == "棉面料"
    assert {"default@2026.1", "ember@2026.1"} <= set(tp.list_factors().index)
    assert set(tp.list_examples()["rule"]) <= {name.partition("@")[0] for name in tp.list_rules().index}
    for name in tp.list_examples().index:
        assert tp.load_example(name)


def test_batches_and_their_scenarios_take_lists_of_rows(tmp_path: Path) -> None:
    """Each row was taken for a table of its own, and refused as a supplier's footprint without `pcf:`."""
    scenarios = {"half": {"factors": [{**ROW, "value": 0.3}]}}
    done = tp.calculate_batch(pd.DataFrame(ROWS), RULE, [ROW], out=tmp_path / "out", scenarios=scenarios, progress=False)
    [record] = done.read().to_pylist()
    assert (record["total"], record["total@half"]) == (pytest.approx(4 * 0.6), pytest.approx(4 * 0.3))
    assert record["total"] == tp.footprint(ROWS, RULE, [ROW]).totals[0]


def test_chemicals_of_a_mill_take_a_list_of_rows() -> None:
    stock = [{"chemical": "salt", "opening": 10, "purchased": 50, "closing": 12, "unit": "kg", "item": "salt"}]
    recipes = [{"batch": "B1", "chemical": "salt", "dose": 48, "unit": "kg"}]
    batches = [{"batch": "B1", "product": "A", "process": "dyeing", "input": 100, "output": 98, "unit": "kg"}]
    factors = [{**ROW, "item": "salt", "unit": "kgCO2e/kg"}]
    assert tp.factory.chemicals(stock, recipes, batches, factors=factors)["matches"][0]["level"] == "given"
