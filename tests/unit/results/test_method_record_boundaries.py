"""Boundaries that a rule offers, as results state them."""

from __future__ import annotations

import json
import warnings

import pandas as pd
import pytest
import yaml
from method_samples import POWER, calculate, factors, written

import textile_pcf as tp
from textile_pcf.cli.table import as_table
from textile_pcf.errors import UsageError

GRAVE = """
rule: cloth
edition: "1"
boundary: [cradle_to_gate, cradle_to_grave]
product: {unit: kg}
sources: {s: {title: A study}}
stages:
  - id: weaving
    flows: {electricity: {unit: kWh, factor: electricity}}
  - id: use
    group: use
    boundary: [cradle_to_grave]
    properties: {washes: {unit: "1", value: 40, source: s, locator: p. 1}}
    flows: {electricity: {unit: kWh, per: [output, washes], value: 0.1, source: s, locator: p. 2, factor: electricity}}
"""
WEAVING = [("weaving", "electricity", 3, "kWh")]
WASHING = [*WEAVING, ("use", "electricity", 0.2, "kWh")]


def test_the_first_boundary_is_the_default_and_stages_beyond_are_absent_or_memo(tmp_path):
    rule = written(tmp_path, GRAVE)
    product = calculate(WEAVING, rule).to_dict()["products"][0]
    assert (product["total"], product["boundary"]) == (pytest.approx(1.5), "cradle_to_gate")
    assert product["memo"] == {"use": 0.0}
    assert "boundaries" not in product  # the use was not calculated, so the wider total is not known
    product = calculate(WASHING, rule).to_dict()["products"][0]
    assert product["total"] == pytest.approx(1.5)
    assert product["memo"] == pytest.approx({"use": 4.0})


@pytest.mark.parametrize(("rows", "use"), [(WEAVING, 2.0), (WASHING, 4.0)])
def test_cradle_to_grave_takes_the_scenario_and_tells_both_totals(tmp_path, rows, use):
    result = calculate(rows, written(tmp_path, GRAVE), boundary="cradle_to_grave")
    document = result.to_dict()
    product = document["products"][0]
    assert product["total"] == pytest.approx(1.5 + use)
    assert product["boundaries"] == pytest.approx({"cradle_to_grave": 1.5 + use, "cradle_to_gate": 1.5})
    assert product["masses"]["weaving"]["output"] == 1
    assert document["provenance"]["boundary"] == "cradle_to_grave"
    assert "cradle to grave" in as_table(result, None, "en")


def test_every_way_to_choose_gives_the_same(tmp_path):
    rule = written(tmp_path, GRAVE)
    frame = pd.DataFrame(WEAVING, columns=["stage", "flow", "amount", "unit"]).assign(product="P")
    table = tp.load_factors(factors(**POWER))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [
            tp.footprint(frame, rule, table, boundary="cradle_to_grave"),
            tp.calculate(tp.read_activity(frame, rule, boundary="cradle_to_grave"), table),
            tp.calculate(tp.read_activity(frame, rule), table, boundary="cradle_to_grave"),
            tp.calculate(tp.read_activity(frame, tp.load_rules(rule, "cradle_to_grave")), table),
        ]
        batch = tp.calculate_batch(frame, rule, table, out=tmp_path / "out", workers=1, boundary="cradle_to_grave")
    assert [float(each.totals[0]) for each in results] == pytest.approx([3.5] * 4)
    assert batch.read()["total"].to_pylist() == pytest.approx([3.5])
    assert '"boundary": "cradle_to_grave"' in (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")


def test_the_command_line_chooses(tmp_path, capsys):
    from textile_pcf import cli

    rule = written(tmp_path, GRAVE)
    (tmp_path / "mill.csv").write_text("product,stage,flow,amount,unit\nP,weaving,electricity,3,kWh\n", encoding="utf-8")
    factors(**POWER).to_csv(tmp_path / "f.csv", index=False)
    arguments = [str(tmp_path / "mill.csv"), "--rule", str(rule), "--factors", str(tmp_path / "f.csv")]
    for command in ("calculate", "check"):
        assert cli.run([command, *arguments, "--boundary", "cradle_to_grave"]) == 0
    assert "3.5" in capsys.readouterr().out
    sure = ["uncertainty", *arguments, "--boundary", "cradle_to_grave", "--draws", "2", "--format", "json"]
    assert cli.run(sure) == 0
    assert json.loads(capsys.readouterr().out)["products"][0]["deterministic"] == pytest.approx(3.5)
    assert cli.run(["calculate", *arguments, "--boundary", "gate_to_gate"]) == 2
    assert "offers no boundary 'gate_to_gate'" in capsys.readouterr().err


def test_a_boundary_that_is_not_offered():
    with pytest.raises(UsageError, match="offers no boundary 'cradle_to_moon'"):
        tp.load_rules("cotton_fabric@2026.1", "cradle_to_moon")


FLUFF = {"id": "fluff", "unit": "%", "basis": "input", "value": 1, "source": "s", "locator": "p. 1"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rule: rule["stages"][1].update(losses=[FLUFF]), "masses would depend on the boundary"),
        (lambda rule: rule["stages"][1].update(boundary=["gate_to_gate"]), "does not offer the boundary 'gate_to_gate'"),
        (lambda rule: rule.update(boundary=["cradle_to_gate", "cradle_to_gate"]), "A boundary appears twice"),
        (lambda rule: rule.update(boundary=[]), "boundary"),
    ],
)
def test_mistakes_of_boundaries(tmp_path, change, words):
    rule = yaml.safe_load(GRAVE)
    change(rule)
    with pytest.raises(tp.RuleError, match=words):
        tp.load_rules(written(tmp_path, rule))
