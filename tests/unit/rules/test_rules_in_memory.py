"""A rule as a dict: the same as its file, copied, and with every mistake under its key."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp

WASTE = {"id": "waste", "unit": "%", "basis": "output", "value": np.float64(25), "source": "m", "locator": "a"}
RULE: dict[str, Any] = {
    "rule": "mill", "edition": "1", "valid_from": date(2026, 1, 1), "product": {"unit": "kg"},
    "sources": {"m": {"title": "Made up", "year": np.int64(2024)}},
    "stages": [
        {"id": "weaving", "losses": (WASTE,), "flows": {"electricity": {"unit": "kWh", "per": "input", "factor": "power"}}},
    ],
}  # fmt: skip
TEXT = """rule: mill
edition: "1"
valid_from: 2026-01-01
product: {unit: kg}
sources: {m: {title: Made up, year: 2024}}
stages:
  - id: weaving
    losses: [{id: waste, unit: "%", basis: output, value: 25, source: m, locator: a}]
    flows: {electricity: {unit: kWh, per: input, factor: power}}
"""
ROWS = [{"product": "P", "stage": "weaving", "flow": "electricity", "amount": 4, "unit": "kWh"}]
FACTORS = {"power": "0.5 kgCO2e/kWh"}


def test_a_dict_is_what_its_file_is(tmp_path: Any) -> None:
    path = tmp_path / "mill.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert tp.load_rules(RULE).document == tp.load_rules(path).document
    assert tp.footprint(ROWS, RULE, FACTORS).totals.tolist() == tp.footprint(ROWS, path, FACTORS).totals.tolist() == [2.5]


def test_the_hash_is_of_the_content() -> None:
    assert tp.load_rules(RULE).sha256 == tp.load_rules(dict(RULE)).sha256 != tp.load_rules({**RULE, "edition": "2"}).sha256
    assert tp.footprint(ROWS, RULE, FACTORS).provenance["rule_sha256"] == tp.load_rules(RULE).sha256


def test_later_changes_of_the_dict_do_not_matter() -> None:
    changing = {**RULE, "stages": [{**RULE["stages"][0]}]}
    rules = tp.load_rules(changing)
    changing["stages"][0]["id"] = "knitting"
    assert [stage.id for stage in rules.stages] == ["weaving"]


def test_mistakes_are_named_by_their_keys() -> None:
    with pytest.raises(tp.RuleError) as caught:
        tp.load_rules({**RULE, "product": {"unit": "kgg"}, "stagess": []})
    assert [problem.where for problem in caught.value.problems] == ["rule (stagess)"]
    with pytest.raises(tp.RuleError, match=r"rule \(product\.unit\): 'kgg' is not a known unit"):
        tp.load_rules({**RULE, "product": {"unit": "kgg"}})


@pytest.mark.parametrize("value", [object(), b"x", 1 + 2j, print, pd.NaT, np.timedelta64(1, "ns"), Decimal("1e999")])
def test_values_that_no_document_holds(value: Any) -> None:
    with pytest.raises(tp.RuleError, match=r"rule \(title\): A .* cannot stand in a document\."):
        tp.load_rules({**RULE, "title": value})


def test_endless_and_huge_documents() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = endless
    for data in (endless, {**RULE, "note": ["x"] * 2_000_001}, {**RULE, "note": itertools.count()}):
        with pytest.raises(tp.RuleError, match="too deep or too large"):
            tp.load_rules(data)
    with pytest.raises(tp.RuleError, match="is no text"):
        tp.load_rules({**RULE, ("a", "b"): 1})


def test_a_result_of_it_cannot_be_locked_or_saved_and_says_why(tmp_path: Any) -> None:
    result = tp.footprint(ROWS, RULE, FACTORS)
    with pytest.raises(tp.UsageError, match="in memory"):
        result.save(tmp_path / "r.json")
    with pytest.raises(tp.UsageError):
        tp.lock(result, tmp_path / "r.lock")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", [False, True])
@pytest.mark.parametrize(
    ("boundary", "told"),
    [
        ([], "There are too few entries here. Write at least 1."),  # an IndexError; of a stage, it was in no boundary
        (["cradle_to_gate", "x"], "'x' is not one of the words allowed here."),
        ([None], "An empty value is not one of the words allowed here."),
    ],
)
def test_a_list_of_boundaries_with_a_mistake_is_one_problem(boundary: Any, told: str, stage: bool) -> None:
    rule = {**RULE, "stages": [{**RULE["stages"][0], "boundary": boundary}]} if stage else {**RULE, "boundary": boundary}
    with pytest.raises(tp.RuleError) as caught:
        tp.load_rules(rule)
    [problem] = caught.value.problems
    assert told in str(problem)
    assert "boundary" in problem.where


@pytest.mark.parametrize("day", [0, 86400, 2026, 20260101, 1.5, float("nan"), True, "2026/01/01", "x"])
def test_a_day_that_is_none_is_refused(day: Any) -> None:
    """86400 was the second of January 1970, the seconds since then."""
    with pytest.raises(tp.RuleError, match="is not a date") as caught:
        tp.load_rules({**RULE, "valid_from": day})
    assert "valid_from" in caught.value.problems[0].where
