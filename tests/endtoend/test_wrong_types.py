"""Public functions that are given something else than they take say so; no error from inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from paths import ROOT

POPLIN = ROOT / "examples" / "cotton_poplin" / "activity.csv"
ODD: list[Any] = [
    5, 1.5, True, {}, {"a": 1}, {"item": ["x"], "value": [1]}, [], [{"item": "x", "value": 1}], [1, 2], [None], b"x", object(),
    print, np.array([1, 2]), pd.Series([1]), {1, 2}, range(3), 1 + 2j, float("nan"), type,
]  # fmt: skip
NOT_EMPTY = [value for value in ODD if not isinstance(value, list | dict) or value]
NO_DICT = [value for value in ODD if not isinstance(value, dict)]
NO_NUMBER = [value for value in ODD if type(value) is not int]
TABLES = [pd.DataFrame(), pd.DataFrame({"a": [1]})]


@pytest.fixture(scope="module")
def result() -> tp.Footprint:
    return tp.footprint(POPLIN, "cotton_fabric")


def refused(call: Any, values: list[Any]) -> list[tp.PcfError]:
    found = []
    for value in values:
        with pytest.raises(tp.PcfError) as caught:
            call(value)
        assert caught.value.problems and all(problem.what and problem.cure for problem in caught.value.problems), value
        found.append(caught.value)
    return found


def test_rules() -> None:
    for call in (tp.load_rules, lambda rule: tp.read_activity(POPLIN, rule), lambda rule: tp.footprint(POPLIN, rule)):
        for error in refused(call, [None, *NO_DICT, *TABLES]):
            assert isinstance(error, tp.UsageError)
        for error in refused(call, [value for value in ODD if isinstance(value, dict)]):
            assert isinstance(error, tp.RuleError)  # a dict is a rule, as a file of it would be
    with pytest.raises(tp.UsageError, match=r"rule: This is of type int, not a rule\. Give the name of a shipped rule"):
        tp.load_rules(5)  # type: ignore[arg-type]
    with pytest.raises(tp.RuleError, match=r"rule \(stages\): 'stages' is missing"):
        tp.load_rules({"rule": "mine"})
    refused(tp.load_rules, ["x" * 5000, "x" * 5000 + ".yaml", "\0.yaml", "", "."])


def test_factors() -> None:
    refused(tp.load_factors, [None, *ODD, *TABLES])
    refused(lambda table: tp.load_factors("default", table), [None, *ODD])
    refused(lambda table: tp.footprint(POPLIN, "cotton_fabric", table), NOT_EMPTY)
    with pytest.raises(tp.UsageError, match=r"not a table of emission factors\. Give .* DataFrame"):
        tp.load_factors({"item": ["x"]})
    with pytest.raises(tp.FactorError, match=r"Columns are missing: value, unit, region, year, kind, source, locator\."):
        tp.load_factors([{"item": "x"}])


def test_activity_data() -> None:
    refused(lambda source: tp.footprint(source, "cotton_fabric"), [None, *ODD, *TABLES])
    refused(lambda source: tp.read_activity(source, "cotton_fabric"), [None, *ODD, *TABLES])
    rows = [{"product": None}, {"product": "P", "rows": 5}, {"product": "P", "rows": [5]}, [["a", "b"]]]
    refused(lambda source: tp.footprint(source, "cotton_fabric"), rows)


def test_calculate() -> None:
    activity = tp.read_activity(POPLIN, "cotton_fabric")
    refused(tp.calculate, [None, "x", str(POPLIN), *ODD, *TABLES])
    refused(lambda factors: tp.calculate(activity, factors), ["default", "", *ODD, *TABLES])
    for name in ("gwp", "biogenic"):
        refused(lambda value, name=name: tp.calculate(activity, **{name: value}), ["", 0, *ODD, *TABLES])
    refused(lambda supply: tp.calculate(activity, supply=supply), [*ODD, *TABLES])
    with pytest.raises(tp.UsageError, match=r"type str, not activity data\. Read them first: read_activity"):
        tp.calculate("mill.csv")  # type: ignore[arg-type]


def test_other_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(tp.load_example, [None, *ODD])
    refused(tp.load_supply, [None, *ODD])
    refused(lambda path: tp.make_template("cotton_fabric", path), [None, "", "\0", *ODD])
    refused(lambda language: tp.make_template("cotton_fabric", "t.xlsx", language), [None, *ODD])
    several: list[Any] = ["P-1", 1.5, True, {}, {"a": 1}, [], [None], [{"item": "x"}], b"P", {1, 2}, np.array([1, 2]), object()]
    refused(lambda products: tp.make_template("cotton_fabric", "t.xlsx", products=products), several)
    assert list(tmp_path.iterdir()) == []


def test_batch(tmp_path: Path) -> None:
    def batch(**other: Any) -> Any:
        return tp.calculate_batch(**{"source": POPLIN, "rules": "cotton_fabric", "out": tmp_path / "o", **other})

    for name in ("rules", "out"):
        refused(lambda value, name=name: batch(**{name: value}), [None, *ODD])
    refused(lambda units: batch(units=units), ["m2", *NOT_EMPTY])
    refused(lambda told: batch(scenarios=told), ["x", *NOT_EMPTY])
    for name in ("workers", "partition_rows"):
        refused(lambda value, name=name: batch(**{name: value}), ["2", *NO_NUMBER])
    for name in ("results", "on_error", "gwp", "biogenic"):
        refused(lambda value, name=name: batch(**{name: value}), ODD)
    assert list(tmp_path.iterdir()) == []
    refused(lambda source: batch(source=source), [None, *ODD])


def test_results(result: tp.Footprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for view in (result.total, result.per_stage, result.per_group, result.per_unit, result.to_dict, result.scale):
        refused(view, ODD)
    refused(result.explain, ODD)
    refused(result.warnings, ODD)
    refused(lambda stage: result.explain("COTTON-POPLIN", stage), ODD)
    refused(lambda language: result.explain("COTTON-POPLIN", None, language), ["fr", None, *ODD])
    refused(result.show, ["fr", None, *ODD])
    for write in (result.to_excel, result.to_html):
        refused(write, [None, "", "\0", *ODD])
        refused(lambda unit, write=write: write("x", unit), ODD)
        refused(lambda language, write=write: write("x", None, language), [None, *ODD])
    assert list(tmp_path.iterdir()) == []


def test_told_in_chinese() -> None:
    (problem,) = refused(tp.load_rules, [5])[0].problems
    assert problem.localized("zh").removeprefix(f"{problem.where}: ").startswith("类型为 int，应为规则。请给出内置规则的名称")
