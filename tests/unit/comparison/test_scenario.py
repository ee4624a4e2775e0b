"""Scenarios: ordered changes as data, worked by hand; the base and its inputs stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.cli.table import as_table
from unit.comparison.mill import factors, rows, rule, run

DYEING = """  - id: dyeing
    losses: [{id: waste, basis: input, unit: "%", value: 10, source: s, locator: b}]
    properties: {heat_need: {unit: MJ/kg, value: 4, source: s, locator: c}}
    flows:
      electricity: {unit: kWh, value: 2, source: s, locator: d, factor: electricity}
      heat: {unit: MJ, value: heat_need, factor: heat}
  - id: finishing
    optional: true
    flows: {electricity: {unit: kWh, value: 1, source: s, locator: e, factor: electricity}}
"""
GRID = """electricity,0.5777,kgCO2e/kWh,life_cycle,GLO,,s,1
electricity,0.9,kgCO2e/kWh,life_cycle,CN,,s,2
pv,0.0520,kgCO2e/kWh,life_cycle,GLO,,s,3
fibre,1.5,kgCO2e/kg,life_cycle,GLO,,s,4
steam,0.3,kgCO2e/kg,life_cycle,GLO,,s,5
heat,0.1,kgCO2e/MJ,life_cycle,GLO,,s,6
"""


@pytest.fixture
def base(tmp_path: Path) -> tp.Footprint:
    """Making takes 10 kWh and 1 kg of fibre; dyeing by the rule 2 kWh, 4 MJ and a loss of 10 %."""
    return result_of(tmp_path, rows(electricity=10, fibre=1))


def result_of(folder: Path, data: list) -> tp.Footprint:
    table = folder / "grid.csv"
    table.write_text("item,value,unit,kind,region,year,source,locator\n" + GRID, encoding="utf-8")
    return run(data, rule(folder, more=DYEING), table)


def saved(base: tp.Footprint, *changes: dict) -> float:
    """What one scenario saves of the first product."""
    return float(tp.scenario(base, list(changes))[0].saving[0])


POWER = {"stage": "making", "flow": "electricity"}


def test_no_share_is_taken_of_a_base_below_zero(tmp_path):
    """10 kWh at 0.5 and 4 kg of fibre that takes up 2 kg each: −3.0; half the power saves 2.5, which is no −83 % of −3.0."""
    base = run(rows(electricity=10, fibre=4), rule(tmp_path), factors(tmp_path, 0.5, fibre=-2.0))
    half = {"name": "half", "changes": [{"change": "scale", "at": POWER, "by": 0.5}]}
    scenarios = tp.scenario(base, half)
    entry = scenarios.to_dict()["products"][0]["scenarios"][0]
    assert entry["total"] == pytest.approx(-5.5) and entry["saving"] == pytest.approx(2.5)
    assert entry["saving_share"] is None
    compared = tp.compare(base, scenarios["half"].result)
    assert compared.ratio.tolist() == pytest.approx([5.5 / 3.0])
    report = base.to_html(tmp_path / "base.html").read_text(encoding="utf-8")
    shown = (str(scenarios.show()), str(compared.show()), as_table(base, None, "en"), base._repr_html_(), report)
    assert "saves 2.5" in shown[0] and not [text for text in shown if "83.3 %" in text or "166.7 %" in text]


def test_no_share_is_taken_of_what_rounding_leaves_of_a_balanced_base(tmp_path):
    """0.1 kWh at 0.5, 1.8 kg of steam at 0.3, less 0.59 kg that fibre takes up: 0, and 1e-16 as floats add it."""
    data = rows(electricity=0.1, steam=1.8, fibre=0.59)
    base = run(data, rule(tmp_path), factors(tmp_path, 0.5, fibre=-1.0))
    assert 0 < float(base.totals[0]) < 1e-15
    half = tp.scenario(base, {"name": "half", "changes": [{"change": "scale", "at": POWER, "by": 0.5}]})
    assert half.to_dict()["products"][0]["scenarios"][0]["saving_share"] is None
    assert tp.compare(base, half["half"].result).to_dict()["pairs"][0]["ratio"] is None
    power = tp.sensitivity(base).set_index("source").loc["row:P|making||electricity||||"]
    assert power["kgCO2e"] == pytest.approx(0.05) and np.isnan(power["elasticity"])
    assert "e+" not in as_table(base, None, "en") and "00000" not in as_table(base, None, "en")


def test_effects_in_their_order_and_alone(tmp_path):
    """10 kWh/kg at 0.5777; motors −20 % then PV at 0.0520: −1.1554 and −4.2056; alone −1.1554 and −5.2570; +1.0514."""
    table = tmp_path / "grid.csv"
    table.write_text("item,value,unit,kind,region,year,source,locator\n" + GRID, encoding="utf-8")
    base = run(rows(electricity=10), rule(tmp_path), table)
    changes = [
        {"change": "scale", "at": POWER, "by": 0.8, "note": "new motors"},
        {"change": "replace", "at": POWER, "item": "pv"},
    ]
    entry = tp.scenario(base, {"name": "roof", "changes": changes}).to_dict()["products"][0]
    assert entry["base"] == pytest.approx(5.777)
    roof = entry["scenarios"][0]
    assert [step["effect"] for step in roof["steps"]] == pytest.approx([-1.1554, -4.2056])
    assert [step["alone"] for step in roof["steps"]] == pytest.approx([-1.1554, -5.2570])
    assert roof["interaction"] == pytest.approx(1.0514)
    assert roof["saving"] == pytest.approx(5.361) and roof["saving_share"] == pytest.approx(5.361 / 5.777)
    assert roof["steps"][0]["note"] == "new motors"


def test_no_change_is_the_base_bit_for_bit_and_inputs_stay(base):
    before = {name: list(column) for name, column in base.run.activity.columns.table.columns.items()}
    changes = [{"name": "none", "changes": []}, {"name": "half", "changes": [{"change": "scale", "at": POWER, "by": 0.5}]}]
    scenarios = tp.scenario(base, changes)
    assert scenarios["none"].result.totals.tobytes() == base.totals.tobytes() and scenarios["none"].saving[0] == 0
    assert {name: list(column) for name, column in base.run.activity.columns.table.columns.items()} == before
    assert scenarios["half"].result.totals[0] < base.totals[0]


# making's input is 1/0.9 kg, since dyeing loses 10 % of its input
@pytest.mark.parametrize(
    ("change", "saving"),
    [
        ({"change": "set", "at": POWER, "amount": "7 kWh/kg"}, 3 * 0.5777 / 0.9),
        ({"change": "set", "at": POWER, "amount": 25.2, "unit": "MJ/kg"}, 3 * 0.5777 / 0.9),
        ({"change": "scale", "at": {"flow": "electricity"}, "by": 0}, 10 * 0.5777 / 0.9 + 2 * 0.5777),
        ({"change": "scale", "at": {"stage": "dyeing", "flow": "electricity"}, "by": 0.5}, 0.5777),  # the rule's 2 kWh
        ({"change": "set", "at": {"stage": "dyeing", "flow": "electricity"}, "amount": 1, "unit": "kWh/kg"}, 0.5777),
        ({"change": "scale", "at": {"flow": "heat_need"}, "by": 0.5}, 0.2),  # heat follows the property
        ({"change": "scale", "at": {"flow": "heat"}, "by": 0.5}, 0.2),
        ({"change": "set", "at": {"flow": "waste"}, "amount": "0 %"}, (10 * 0.5777 + 1.5) * (1 / 0.9 - 1)),
        ({"change": "scale", "at": {"flow": "waste"}, "by": 0.5}, (10 * 0.5777 + 1.5) * (1 / 0.9 - 1 / 0.95)),
        ({"change": "replace", "at": {"stage": "dyeing", "item": "electricity"}, "item": "pv"}, 2 * (0.5777 - 0.0520)),
        ({"change": "region", "to": "CN"}, (10 / 0.9 + 2) * (0.5777 - 0.9)),
        ({"change": "region", "at": {"stage": "dyeing"}, "to": "CN"}, 2 * (0.5777 - 0.9)),
        ({"change": "region", "at": POWER, "to": "CN"}, 10 / 0.9 * (0.5777 - 0.9)),
        ({"change": "year", "to": 2024}, 0),
        ({"change": "remove", "at": {"flow": "fibre"}}, 1.5 / 0.9),
        ({"change": "add", "row": {"stage": "making", "flow": "steam", "amount": 2, "unit": "kg/kg"}}, -2 * 0.3 / 0.9),
        ({"change": "add", "row": {"product": "P", "stage": "finishing"}}, -0.5777),  # an optional stage takes place
        ({"change": "gwp", "to": "AR5"}, 0),
        ({"change": "biogenic", "to": "zero_zero"}, 0),
    ],
)  # fmt: skip
def test_each_change(base, change, saving):
    assert saved(base, change) == pytest.approx(saving, abs=1e-12)


def test_scaling_by_one_changes_nothing(base):
    for place in (
        POWER,
        {"flow": "waste"},
        {"flow": "heat_need"},
        {"stage": "dyeing", "flow": "electricity"},
        {"flow": "heat"},
    ):
        assert saved(base, {"change": "scale", "at": place, "by": 1}) == pytest.approx(0, abs=1e-15)


def test_other_rules_and_tables_are_found_from_the_folder_of_the_change_file(tmp_path, base):
    folder = tmp_path / "plans"
    folder.mkdir()
    factors(folder, 0.4, name="new").rename(folder / "new.csv")
    (folder / "new.csv").write_text((folder / "new.csv").read_text() + "heat,0.1,kgCO2e/MJ,life_cycle,GLO,,s,6\n")
    rule(folder, more=DYEING.replace("value: 2,", "value: 1,"), edition="2").rename(folder / "newer.yaml")
    (folder / "roof.csv").write_text("site,stages,carrier,part,amount,unit,item\nS,making,electricity,on_site,100,MWh,pv\n")
    text = """scenarios:
  - name: grid
    changes: [{change: factors, tables: [new.csv]}]
  - name: rule
    changes: [{change: rule, to: newer.yaml}]
  - name: roof
    changes: [{change: supply, to: roof.csv, note: panels}]
"""
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    scenarios = tp.scenario(base, folder / "plan.yaml")
    assert scenarios["grid"].saving[0] == pytest.approx((10 / 0.9 + 2) * (0.5777 - 0.4))
    assert scenarios["rule"].saving[0] == pytest.approx(0.5777)
    assert scenarios["roof"].saving[0] == pytest.approx(10 / 0.9 * (0.5777 - 0.0520))
    assert scenarios.ranking("P") == ["roof", "grid", "rule"]


def test_an_edition_of_a_shipped_table_is_named_as_everywhere():
    """`NAME@EDITION` was taken for a file, and refused."""
    source, rule = tp.load_example("polyester_woven")[0], "chemical_fiber_fabric@2026.1"
    change = {"change": "factors", "tables": ["default@2026.1"]}
    [one] = tp.footprint(source, rule, "default@2026.2").scenario([{"name": "earlier", "changes": [change]}]).scenarios
    assert one.result.provenance["factors"][0]["table"] == "default@2026.1"
    with pytest.raises(tp.UsageError, match=r"The table 'default' has no edition '2019'"):
        tp.footprint(source, rule).scenario([{"name": "none", "changes": [{**change, "tables": ["default@2019"]}]}])


def test_another_rule_keeps_the_boundary(tmp_path):
    """10 kWh at 0.5 and 2 kg of steam at 0.3 for drying, from cradle to gate: 5.6. From gate to gate no drying counts: 5.0."""
    vapour = "{vapour: {unit: kg, factor: steam, value: 2, source: s, locator: b}}"
    drying = f"  - id: drying\n    boundary: [cradle_to_gate]\n    flows: {vapour}\n"
    data, table = rows(electricity=10), factors(tmp_path, 0.5)
    base = run(data, rule(tmp_path, more=drying, head="boundary: [cradle_to_gate, gate_to_gate]\n"), table)
    turned = rule(tmp_path, more=drying, head="boundary: [gate_to_gate, cradle_to_gate]\n", edition="2")
    scenario = tp.scenario(base, {"name": "newer", "changes": [{"change": "rule", "to": str(turned)}]})[0]
    assert (scenario.result.rules.boundary, scenario.total.tolist()) == ("cradle_to_gate", pytest.approx([5.6]))
    narrow = rule(tmp_path, head="boundary: gate_to_gate\n", edition="3")
    with pytest.raises(tp.PcfError, match="offers no boundary 'cradle_to_gate'"):
        tp.scenario(base, {"name": "narrow", "changes": [{"change": "rule", "to": str(narrow)}]})


def test_a_change_that_needs_an_earlier_one_has_no_effect_alone(base):
    steam = {"change": "add", "row": {"stage": "making", "flow": "steam", "amount": 2, "unit": "kg/kg"}}
    half = {"change": "scale", "at": {"flow": "steam"}, "by": 0.5}
    one = tp.scenario(base, [steam, half])[0]
    assert one.steps[1].effect[0] == pytest.approx(-0.3 / 0.9)
    assert np.isnan(one.steps[1].alone[0]) and np.isnan(one.interaction[0])


def test_each_product_and_those_that_go_or_come(tmp_path):
    base = result_of(tmp_path, [*rows("A", electricity=10, fibre=1), *rows("B", electricity=5, fibre=1)])
    only_b = tp.scenario(base, [{"change": "scale", "at": {"product": "B", **POWER}, "by": 0}])[0]
    assert only_b.saving.tolist() == pytest.approx([0, 5 * 0.5777 / 0.9])
    gone = tp.scenario(base, [{"change": "remove", "at": {"product": "B"}}])
    assert gone[0].result.products == ("A",) and gone.to_dict()["products"][1]["scenarios"][0]["saving"] is None
    row = {"change": "add", "row": {"product": "C", "stage": "making", "flow": "fibre", "amount": 1, "unit": "kg/kg"}}
    assert tp.scenario(base, [row])[0].saving.tolist() == [0, 0]


WRONG = {
    "word": ({"change": "scael", "at": POWER, "by": 2}, "change", "Did you mean 'scale'?"),
    "no word": ({"at": POWER, "by": 2}, "change", "'change' is missing. Add `change: ...` here. Choose from: set, scale,"),
    "empty word": ({"change": None, "at": POWER}, "change", "'change' is missing."),
    "key": ({"change": "scale", "at": POWER, "bi": 2}, "", "'bi' is not known here."),
    "no key": ({"change": "scale", "at": POWER}, "", "'by' is missing."),
    "stage": ({"change": "scale", "at": {"stage": "dying"}, "by": 2}, "change-hits-nothing", "Did you mean 'dyeing'?"),
    "flow": ({"change": "remove", "at": {"flow": "fiber"}}, "change-hits-nothing", "Did you mean 'fibre'?"),
    "product": ({"change": "region", "at": {"product": "Q"}, "to": "CN"}, "change-hits-nothing", "There are: P."),
    "not there": ({"change": "remove", "at": {"flow": "steam"}}, "change-hits-nothing", "Name rows"),
    "negative": ({"change": "scale", "at": POWER, "by": -1}, "", "at least 0"),
    "text": ({"change": "scale", "at": POWER, "by": "0.8"}, "", "number"),
    "set of potentials": ({"change": "gwp", "to": "AR9"}, "change", "AR6"),
    "unit": ({"change": "set", "at": POWER, "amount": "7 kg"}, "", "kWh"),
    "column": ({"change": "add", "row": {"stage": "making", "folw": "steam"}}, "", "folw"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_the_line_of_the_file(tmp_path, base, name):
    change, code, text = WRONG[name]
    lines = [f"      {key}: {json.dumps(value)}" for key, value in change.items()]
    lines[0] = lines[0].replace("      ", "    - ", 1)
    path = tmp_path / "plan.yaml"
    path.write_text("scenarios:\n- name: one\n  changes:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(tp.InputError) as error:
        tp.scenario(base, path)
    problem = next(problem for problem in error.value.problems if text in str(problem))
    assert not code or problem.code == code
    assert f"{path}:" in problem.where or name == "unit"


def test_a_name_twice_no_scenario_and_no_file(tmp_path, base):
    with pytest.raises(tp.InputError, match="There are two scenarios 'a'"):
        tp.scenario(base, [{"name": "a", "changes": []}, {"name": "a", "changes": []}])
    for nothing in ([], {}, {"scenarios": []}):
        with pytest.raises(tp.InputError):
            tp.scenario(base, nothing)
    for wrong in (tmp_path / "none.yaml", 3):
        with pytest.raises(tp.UsageError):
            tp.scenario(base, wrong)


def test_it_is_shown_in_both_languages(base):
    scenarios = base.scenario([{"change": "scale", "at": POWER, "by": 0.5}])
    assert "saves" in str(scenarios.show()) and "减少" in str(scenarios.show("zh"))
    assert "http" not in scenarios._repr_html_()
    assert scenarios.to_csv().splitlines()[0] == "product,scenario,base,total,saving,saving_share,interaction"
    assert scenarios.table["saving"][0] > 0
