"""What a rule expects and no row gives, what is left out against the limits, and what is optional and open."""

from __future__ import annotations

import json

import pytest
import yaml

import textile_pcf as tp
from textile_pcf.errors import InputError

RULE = """
rule: cloth
edition: "1"
cutoff: {single: 1 %, total: 3 %}
product: {unit: kg}
stages:
  - id: weaving
    flows:
      electricity: {unit: kWh, factor: electricity}
      oil: {unit: kg, factor: oil, excludable: true}
      wax: {unit: kg, factor: oil, optional: true}
  - id: dyeing
    title: {en: Dyeing, zh: 染色}
    optional: true
    flows:
      gas: {unit: m3, factor: gas, optional: true}
      gas_supply: {unit: m3, factor: gas_supply, optional: true, required_if: [gas], title: {en: Gas supply, zh: 天然气上游}}
  - id: wastewater
    optional: true
    required_if: [dyeing]
    flows: {water: {unit: m3, factor: treatment}}
  - id: packaging
    optional: true
    flows: {film: {unit: kg, factor: film}}
"""
FACTORS = {"electricity": "kWh", "oil": "kg", "gas": "m3", "gas_supply": "m3", "treatment": "m3", "film": "kg"}
BASE = [("weaving", "electricity", 2, "kWh", "", ""), ("weaving", "oil", 0.1, "kg", "", "")]
GAS = [("dyeing", "gas", 0.3, "m3", "", "")]


def calculate(tmp_path, rows, rule=RULE):
    import pandas as pd

    (tmp_path / "cloth.yaml").write_text(rule, encoding="utf-8")
    columns = ["stage", "flow", "amount", "unit", "item", "note"]
    table = pd.DataFrame(rows, columns=columns).assign(product="P")
    factors = pd.DataFrame(
        [
            {"item": item, "value": 1.0, "unit": f"kgCO2e/{unit}", "region": "GLO", "year": "", "kind": "life_cycle",
             "source": "hand", "locator": "hand"}
            for item, unit in FACTORS.items()
        ]
    )  # fmt: skip
    with _quiet():
        return tp.footprint(table, str(tmp_path / "cloth.yaml"), factors)


def _quiet():
    import warnings

    caught = warnings.catch_warnings()
    warnings.simplefilter("ignore")
    return caught


def cutoff(result):
    return result.to_dict()["products"][0]["cutoff"]


def test_gas_without_its_supply_and_dyeing_without_wastewater_are_asked_for(tmp_path):
    result = calculate(tmp_path, BASE + GAS)
    record = cutoff(result)
    assert record["required_not_given"] == ["wastewater", "dyeing.gas_supply"]
    assert not record["complete"]
    assert [text for text in result.warnings() if "wastewater, dyeing.gas_supply" in text]
    assert result.totals[0] == pytest.approx(2.4)  # calculated all the same, and said to be incomplete


@pytest.mark.parametrize("amount", [0.3, 0])
def test_any_row_answers_also_one_of_zero(tmp_path, amount):
    rows = [*BASE, *GAS, ("dyeing", "gas_supply", amount, "m3", "", ""), ("wastewater", "water", 0, "m3", "", "")]
    result = calculate(tmp_path, rows)
    assert cutoff(result)["complete"]
    assert not result.warnings()


def test_no_gas_no_supply(tmp_path):
    rows = [*BASE, ("dyeing", "gas", 0, "m3", "", ""), ("wastewater", "water", 1, "m3", "", "")]
    record = cutoff(calculate(tmp_path, rows))
    assert record["complete"]
    assert "dyeing.gas_supply" not in record["optional_not_given"]  # its condition is not met


@pytest.mark.parametrize("item", ["gas_supply", "Gas supply", "天然气上游"])
def test_what_is_left_out_is_named_with_reason_and_estimate_and_adds_nothing(tmp_path, item):
    rows = [
        *BASE, *GAS, ("wastewater", "water", 1, "m3", "", ""),
        ("dyeing", "cutoff", 0.8, "%", item, "not metered"),
        ("product", "cutoff", 0.5, "%", "capital goods", "not in scope"),
    ]  # fmt: skip
    result = calculate(tmp_path, rows)
    record = cutoff(result)
    assert record["complete"]
    assert record["left_out"] == [
        {"stage": "dyeing", "item": item, "share": 0.008, "reason": "not metered"},
        {"stage": "product", "item": "capital goods", "share": 0.005, "reason": "not in scope"},
    ]
    assert record["total"] == pytest.approx(0.013)
    assert record["within"]
    assert result.totals[0] == pytest.approx(3.4)  # 2 + 0.1 + 0.3 + 1
    assert record["with_left_out"] == pytest.approx(3.4 * 1.013)


def test_a_row_of_the_product_names_stage_and_flow(tmp_path):
    rows = [
        *BASE,
        *GAS,
        ("product", "cutoff", 0.5, "%", "dyeing.gas_supply", "x"),
        ("product", "cutoff", 0.5, "%", "wastewater", "x"),
    ]
    assert cutoff(calculate(tmp_path, rows))["complete"]


def test_limits_of_the_rule(tmp_path):
    rows = [("product", "cutoff", share, "%", f"thing {share}", "small") for share in (1, 1.1, 0.9)]
    result = calculate(tmp_path, BASE + rows)
    record = cutoff(result)
    assert record["over_single"] == ["thing 1.1"]  # equal to the limit is within it
    assert record["total"] == pytest.approx(0.03)
    assert not record["within"]
    assert [text for text in result.warnings() if "thing 1.1" in text]
    assert not [text for text in result.warnings() if "in all" in text]
    result = calculate(tmp_path, [*BASE, *rows, ("product", "cutoff", 0.5, "%", "more", "small")])
    assert [text for text in result.warnings() if "3.5 %" in text and "3 % in all" in text]


def test_a_row_cutoff_switches_no_optional_stage_on(tmp_path):
    record = cutoff(calculate(tmp_path, [*BASE, ("packaging", "cutoff", 0.5, "%", "packaging", "no data")]))
    assert record["stages_not_given"] == ["dyeing"]  # wastewater belongs to dyeing, packaging is left out


def test_what_is_optional_and_not_answered_is_listed_as_open(tmp_path):
    record = cutoff(calculate(tmp_path, BASE))
    assert record["optional_not_given"] == ["weaving.wax"]
    assert record["stages_not_given"] == ["dyeing", "packaging"]


def test_a_required_flow_may_be_left_out_where_the_rule_says_so(tmp_path):
    with pytest.raises(InputError, match="oil is missing"):
        calculate(tmp_path, BASE[:1])
    rows = [*BASE[:1], ("weaving", "cutoff", 0.5, "%", "oil", "a few drops")]
    assert calculate(tmp_path, rows).totals[0] == 2
    with pytest.raises(InputError, match="electricity is missing"):
        calculate(tmp_path, [*BASE[1:], ("weaving", "cutoff", 0.5, "%", "electricity", "no meter")])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("dyeing", "cutoff", None, "%", "dye", "small"), "needs an estimate"),
        (("dyeing", "cutoff", 1, "kg", "dye", "small"), "is mass"),
        (("dyeing", "cutoff", 1, "", "dye", "small"), "no unit"),
        (("dyeing", "cutoff", 1, "%", "", "small"), "has no name"),
        (("dyeing", "cutoff", 1, "%", "dye", ""), "has no reason"),
        (("dyeing", "cutoff", 101, "%", "dye", "small"), "More than all"),
        (("dyeing", "cutoff", -1, "%", "dye", "small"), "negative"),
    ],
)
def test_a_row_cutoff_without_estimate_name_or_reason_is_refused(tmp_path, row, words):
    with pytest.raises(InputError, match=words):
        calculate(tmp_path, [*BASE, row])


def test_two_rows_of_one_thing_are_refused(tmp_path):
    row = ("dyeing", "cutoff", 1, "%", "dye", "small")
    with pytest.raises(InputError, match="The same row was given before"):
        calculate(tmp_path, [*BASE, row, row])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_face_says_it(tmp_path, language):
    from textile_pcf.cli.table import as_table

    rows = [*BASE, *GAS, ("product", "cutoff", 0.5, "%", "capital goods", "not in scope")]
    result = calculate(tmp_path, rows)
    result.to_html(tmp_path / "report.html", language=language)
    result.to_excel(tmp_path / "report.xlsx", language=language)
    from openpyxl import load_workbook

    cells = " ".join(str(cell.value) for sheet in load_workbook(tmp_path / "report.xlsx") for row in sheet for cell in row)
    faces = [
        as_table(result, None, language),
        result.explain("P", language=language),
        (tmp_path / "report.html").read_text(encoding="utf-8"),
        cells,
    ]
    for face in faces:
        assert "capital goods" in face
        assert ("Gas supply [dyeing.gas_supply]" if language == "en" else "天然气上游 [dyeing.gas_supply]") in face


def test_batch_says_it_once(tmp_path):
    import pandas as pd

    result = calculate(tmp_path, BASE + GAS)
    assert result.warnings()
    table = pd.DataFrame(dict(result.run.activity.columns.table.columns))
    table = pd.concat([table.assign(product=f"P{number}") for number in range(20)])
    with _quiet():
        done = tp.calculate_batch(table, tmp_path / "cloth.yaml", result.run.factors, out=tmp_path / "out", workers=1)
    assert len([text for text in done.warnings() if "wastewater, dyeing.gas_supply" in text]) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rule: rule["stages"][0]["flows"]["wax"].update(required_if=["gass"]), "There is no stage or flow 'gass'"),
        (lambda rule: rule["stages"][0]["flows"]["electricity"].update(required=True), "for what is optional"),
        (lambda rule: rule["stages"][0].update(required=True), "for what is optional"),
        (
            lambda rule: rule["stages"][0]["flows"]["wax"].update(excludable=True),
            "`excludable` is for a flow that must be given",
        ),
        (lambda rule: rule["stages"][0]["flows"].update(cutoff={"unit": "kg"}), "'cutoff' is reserved"),
    ],
)
def test_mistakes_of_the_rule(tmp_path, change, words):
    rule = yaml.safe_load(RULE)
    change(rule)
    path = tmp_path / "cloth.yaml"
    path.write_text(json.dumps(rule), encoding="utf-8")
    with pytest.raises(tp.RuleError, match=words):
        tp.load_rules(path)
