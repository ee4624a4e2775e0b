"""Every worked line of the contract on improvements, with the arithmetic beside it; what always holds; what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from improvement_inputs import FACTORS, HEAT_RECOVERY, MOTORS, OUTPUT, POWER, ROWS, RULE, activity, document, roof

import textile_pcf as tp
from textile_pcf.cli import run
from textile_pcf.improvements.money import annuity
from textile_pcf.improvements.ranking import dominance_fronts, rank_order

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    """A folder with the rule and the factors."""
    folder = tmp_path_factory.mktemp("mill")
    (folder / "small_mill.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    return folder


@pytest.fixture
def rank(mill):
    """`rank` under the small rule."""

    def call(rows, *measures, output=OUTPUT, discount="8 %", **more):
        data = activity(rows) if isinstance(rows, list) else rows
        return tp.improvements.rank(data, mill / "small_mill.yaml", document(*measures, discount=discount), output,
                                    factors=mill / "factors.csv", **more)  # fmt: skip

    return call


# -- worked -----------------------------------------------------------------------------------------------------------


def test_heat_recovery_of_a_quarter(rank):
    # 4 × 0.0561 = 0.2244; 3 × 0.0561 + 0.02 × 0.5777 = 0.179854; 0.044546 kg × 10^6 kg = 44.546 t
    # 100,000 × 0.08 / (1 − 1.08^−10) = 14,902.95 a year; / 44.546 = 334.55 CNY/t
    result = rank(ROWS, HEAT_RECOVERY)
    measure = result["heat_recovery"]
    product = measure["products"][0]
    assert (product["before"], product["after"]) == (pytest.approx(0.2244), pytest.approx(0.179854))
    assert measure["tonnes_per_year"] == pytest.approx(44.546)
    assert measure["annuity"] == pytest.approx(14_902.95, abs=0.005)
    assert measure["cost_per_tonne"] == pytest.approx(334.55, abs=0.005)
    assert result.before == pytest.approx(224.4)


@pytest.mark.parametrize("supply", [{"on_site": "500 MWh"}, {"share": "50 %"}])
def test_half_of_the_power_from_the_roof(rank, supply):
    # 1,000 MWh × 0.5777 = 577.7 t; 500 × 0.5777 + 500 × 0.0520 = 314.85 t
    result = rank(POWER, roof(**supply))
    assert result.before == pytest.approx(577.7)
    assert result.steps[0]["left"] == pytest.approx(314.85)


def test_yarn_that_the_mill_weaves_itself_is_part_of_the_load(tmp_path, mill):
    # 1 t of yarn is sold, 1 t woven: 2 t × 10 kWh/kg + 1 t × 5 kWh/kg = 25 MWh, 25 × 0.5777 = 14.4425 t
    # 5 MWh of the roof: 5 × (0.5777 − 0.0520) = 2.6285 t, whatever is made of the yarn
    # motors of the yarn, a fifth less: 4 MWh, 4 × 0.5777 = 2.3108 t and 4,000 kWh × 0.8 CNY/kWh = 3,200 CNY
    rule = (mill / "small_mill.yaml").read_text(encoding="utf-8")
    (tmp_path / "mill.yaml").write_text(rule + "      yarn: {unit: kg, optional: true}\n", encoding="utf-8")
    yarn, cloth = ([{"product": name, **row} for row in POWER] for name in ("yarn", "cloth"))
    yarn[2]["amount"], cloth[2]["amount"] = 10, 5
    takes = {"stage": "finishing", "flow": "yarn", "item": "product:yarn", "amount": 1, "unit": "kg/kg"}
    cloth.append({"product": "cloth", **takes})
    motors = {**MOTORS, "changes": [{**MOTORS["changes"][0], "products": ["yarn"]}]}
    del motors["saving"]
    output = [{"product": name, "process": "finishing", "output": "1 t"} for name in ("yarn", "cloth")]
    result = tp.improvements.rank(
        pd.DataFrame([*yarn, *cloth]), tmp_path / "mill.yaml", document(motors, roof(on_site="5 MWh")), output,
        factors=mill / "factors.csv", prices=[{"item": "electricity", "price": 0.8, "unit": "CNY/kWh"}],
    )  # fmt: skip
    assert result.before == pytest.approx(14.4425)
    assert result["roof"]["tonnes_per_year"] == pytest.approx(2.6285)
    assert (result["motors"]["tonnes_per_year"], result["motors"]["saving"]) == (pytest.approx(2.3108), pytest.approx(3200))
    assert not [text for text in result.warnings if "without a price" in text]


def test_yarn_that_the_mill_weaves_wholly_needs_no_output(tmp_path, mill):
    # all yarn is woven: 1 t × 10 kWh/kg + 1 t × 5 kWh/kg = 15 MWh, 15 × 0.5777 = 8.6655 t of cloth leave the mill
    # motors of the yarn, a fifth less: 2 MWh, 2 × 0.5777 = 1.1554 t and 2,000 kWh × 0.8 CNY/kWh = 1,600 CNY
    rule = (mill / "small_mill.yaml").read_text(encoding="utf-8")
    (tmp_path / "mill.yaml").write_text(rule + "      yarn: {unit: kg, optional: true}\n", encoding="utf-8")
    yarn, cloth = ([{"product": name, **row} for row in POWER] for name in ("yarn", "cloth"))
    yarn[2]["amount"], cloth[2]["amount"] = 10, 5
    takes = {"stage": "finishing", "flow": "yarn", "item": "product:yarn", "amount": 1, "unit": "kg/kg"}
    motors = {**MOTORS, "changes": [{**MOTORS["changes"][0], "products": ["yarn"]}]}
    del motors["saving"]

    def rank(*products, more=()):
        return tp.improvements.rank(
            pd.DataFrame([*yarn, *cloth, {"product": "cloth", **takes}, *more]), tmp_path / "mill.yaml", document(motors),
            [{"product": name, "process": "finishing", "output": "1 t"} for name in products],
            factors=mill / "factors.csv", prices=[{"item": "electricity", "price": 0.8, "unit": "CNY/kWh"}],
        )  # fmt: skip

    result = rank("cloth")
    assert result.before == pytest.approx(8.6655)
    assert (result["motors"]["tonnes_per_year"], result["motors"]["saving"]) == (pytest.approx(1.1554), pytest.approx(1600))
    assert [text for text in result.warnings if "nothing leaves the mill: 1 (yarn)" in text]
    with pytest.raises(tp.InputError, match="no output of 'cloth'"):  # nobody takes it
        rank("yarn")
    waste = {**takes, "product": "yarn", "item": "product:cloth", "amount": 0.1}
    with pytest.raises(tp.InputError, match="no output of 'yarn'"):  # nothing leaves the mill
        rank("another", more=[waste])


@pytest.mark.parametrize(
    ("supply", "left", "interaction"),
    [({"on_site": "500 MWh"}, 199.31, 0.0), ({"share": "50 %"}, 251.88, -52.57)],
)
def test_a_smaller_load_then_the_roof(rank, supply, left, interaction):
    # load 800 MWh; 300 × 0.5777 + 500 × 0.0520 = 199.31; 400 × 0.5777 + 400 × 0.0520 = 251.88
    # together 577.7 − 251.88 = 325.82, alone 115.54 + 262.85 = 378.39: − 52.57
    result = rank(POWER, MOTORS, roof(**supply))
    assert [step["id"] for step in result.steps] == ["motors", "roof"]
    assert result.steps[-1]["left"] == pytest.approx(left)
    assert result.interaction == pytest.approx(interaction, abs=1e-9)


@pytest.mark.parametrize(("rate", "payment"), [(0.08, 14_902.948869707541), (0.0, 10_000.0)])
def test_an_annuity_pays_back_with_interest(rate, payment):
    assert annuity(100_000, rate, 10) == pytest.approx(payment)
    left = 100_000.0
    for _ in range(10):
        left = left * (1 + rate) - payment
    assert left == pytest.approx(0.0, abs=1e-6)


# -- money and order --------------------------------------------------------------------------------------------------


def test_prices_give_the_saving(rank):
    # 1 MJ/kg × 10^6 kg × 0.08 CNY/MJ − 0.02 kWh/kg × 10^6 × 0.70 CNY/kWh = 80,000 − 14,000
    measure = {name: value for name, value in HEAT_RECOVERY.items() if name != "saving"}
    prices = [{"item": "heat", "price": 80, "unit": "CNY/GJ"}, {"item": "electricity", "price": "0.70 CNY/kWh", "unit": ""}]
    found = rank(ROWS, measure, prices=prices)["heat_recovery"]
    assert found["saving"] == pytest.approx(66_000)
    assert found["group"] == "gain"
    assert (found["front"], found["cost_per_tonne"]) == (1, None)
    result = rank(ROWS, measure, prices=prices[:1])
    assert result["heat_recovery"]["saving"] == pytest.approx(80_000)
    assert "without a price: electricity" in result.warnings[0]
    assert "counts as 0" in rank(ROWS, measure).warnings[0]


def test_dominance_first_then_cost_per_tonne_and_no_saving_last(rank):
    gain = {**MOTORS, "id": "gain", "saving": "100 CNY"}
    cheap = {**MOTORS, "id": "cheap", "investment": "1000 CNY", "saving": "0 CNY"}
    dear = {**cheap, "id": "dear", "investment": "100000 CNY"}
    worse = {**MOTORS, "id": "worse", "changes": [{"stage": "finishing", "flow": "electricity", "multiply": 1.1}]}
    result = rank(POWER, worse, dear, cheap, gain)
    assert [(row["id"], row["rank"], row["group"]) for row in result.measures] == [
        ("gain", 1, "gain"), ("cheap", 2, "cost"), ("dear", 3, "cost"), ("worse", None, "none")]  # fmt: skip
    assert [step["id"] for step in result.steps] == ["gain", "cheap", "dear"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=12))
def test_no_measure_comes_after_one_that_it_dominates(pairs):
    rows = [{"group": "gain", "tonnes_per_year": t, "cost_per_year": -m} for t, m in pairs]
    order = rank_order(rows, dominance_fronts(rows))
    assert sorted(order) == list(range(len(rows)))
    for place, k in enumerate(order):
        for later in order[place + 1 :]:
            better = pairs[later][0] >= pairs[k][0] and pairs[later][1] >= pairs[k][1] and pairs[later] != pairs[k]
            assert not better


def test_steps_add_up_and_the_activity_data_stay_as_they_are(rank):
    rows = [dict(row) for row in POWER]
    result = rank(rows, MOTORS, roof(share="50 %"))
    assert rows == POWER
    assert sum(step["tonnes_per_year"] for step in result.steps) == pytest.approx(result.together)
    assert result.alone + result.interaction == pytest.approx(result.together)


# -- changes ----------------------------------------------------------------------------------------------------------

TWO = pd.DataFrame([{"product": name, **row} for name in "AB" for row in POWER])
TWO_OUTPUTS = [*OUTPUT, {"product": "B", "process": "finishing", "output": 500, "unit": "t"}]


def test_only_the_products_named_change(rank):
    measure = {**MOTORS, "changes": [{**MOTORS["changes"][0], "products": ["B"]}]}
    found = rank(TWO, measure, output=TWO_OUTPUTS)["motors"]["products"]
    assert [row["saved"] for row in found] == [0.0, pytest.approx(0.2 * 0.5777)]
    assert found[1]["saved_per_year"] == pytest.approx(0.2 * 0.5777 * 500)


@pytest.mark.parametrize(
    ("action", "after"),
    [({"set": "0.3 kWh/kg"}, 0.3), ({"add": "-0.4 kWh/kg"}, 0.6), ({"add": "0.36 MJ"}, 1.1), ({"multiply": 0}, 0.0)],
)
def test_multiply_add_and_set(rank, action, after):
    measure = {**MOTORS, "changes": [{"stage": "finishing", "flow": "electricity", **action}]}
    assert rank(POWER, measure)["motors"]["products"][0]["after"] == pytest.approx(after * 0.5777)


def test_a_total_of_a_period_is_multiplied(rank):
    common = {"stage": "finishing", "per": "period", "year": 2024}
    rows = [*POWER[:2], {**common, "flow": "electricity", "amount": 1000, "unit": "MWh"},
            {**common, "flow": "output", "amount": 1000, "unit": "t"}]  # fmt: skip
    assert rank(rows, MOTORS)["motors"]["tonnes_per_year"] == pytest.approx(115.54)
    wrong = {**MOTORS, "changes": [{"stage": "finishing", "flow": "electricity", "add": "1 kWh"}]}
    with pytest.raises(tp.InputError) as caught:
        rank(rows, wrong)
    assert "can only be multiplied" in caught.value.problems[0].what


# -- refusals ---------------------------------------------------------------------------------------------------------


def changed(**change):
    return {**MOTORS, "changes": [{"stage": "finishing", "flow": "electricity", **change}]}


DOCUMENTS = {
    "an unknown key": (({**MOTORS, "investmnt": 1},), {}, r"improvements\.0\.investmnt", "not known here", "investment"),
    "no rate of interest": ((MOTORS,), {"discount": "0.08"}, r"discount", "no rate of interest", "8 %"),
    "an empty rate of interest": ((MOTORS,), {"discount": None}, r"discount", "not filled in", "8 %"),
    "a name twice": ((MOTORS, MOTORS), {}, r"improvements\.1\.id", "two improvements", "once"),
    "neither changes nor supply": (({**MOTORS, "changes": None},), {}, r"improvements\.0\.id", "either", "measure of its own"),
    "a change without action": ((changed(),), {}, r"changes\.0", "one of `multiply`", "mill's own figure"),
    "a change of two actions": ((changed(multiply=0.5, set="1 kWh"),), {}, r"changes\.0", "has 2", "one of them"),
    "an amount that is none": ((changed(add="some"),), {}, r"changes\.0\.add", "some", ""),
    "energy and share": ((roof(on_site="1 MWh", share="1 %"),), {}, r"supply", "has 2", "500 MWh"),
    "neither energy nor share": ((roof(),), {}, r"supply", "has 0", "500 MWh"),
    "energy in money": ((roof(on_site="5 CNY"),), {}, r"supply\.on_site", "measures money", "500 MWh"),
    "no energy": ((roof(on_site="0 MWh"),), {}, r"supply\.on_site", "is none", "above zero"),
    "a share without percent": ((roof(share="0.5"),), {}, r"supply\.share", "no share", "50 %"),
    "no investment": (({**MOTORS, "investment": None},), {}, r"investment", "not filled in", "offer"),
    "no lifetime": (({**MOTORS, "lifetime": None},), {}, r"lifetime", "not filled in", "paid back"),
    "money without unit": (({**MOTORS, "investment": "800000"},), {}, r"investment", "no unit", "CNY"),
    "a negative investment": (({**MOTORS, "investment": "-1 CNY"},), {}, r"investment", "below 0", "not smaller"),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_wrong_document_is_refused_with_place_and_cure(rank, name):
    measures, more, place, what, cure = DOCUMENTS[name]
    with pytest.raises(tp.RuleError) as caught:
        rank(POWER, *measures, **more)
    problem = caught.value.problems[0]
    assert re.search(place, problem.where)
    assert re.search(what, problem.what)
    assert re.search(cure, problem.cure)
    assert problem.code == "improvements"
    assert CHINESE.search(problem.localized("zh"))


PRICE = {"item": "electricity", "price": 1, "unit": "CNY/kWh"}
UNSAVED = {name: value for name, value in MOTORS.items() if name != "saving"}
INPUTS = {
    "a change of a default": (({**MOTORS, "changes": [{"stage": "dyeing", "flow": "electricity", "multiply": 0.5}]},), {},
        r"changes\.0", "No row .* measures dyeing.electricity", "default of the rule is no reduction"),
    "an unknown stage": ((({**MOTORS, "changes": [{"stage": "finnishing", "flow": "heat", "multiply": 0.5}]}),), {},
        r"changes\.0", "'finnishing' is unknown", "Did you mean 'finishing'"),
    "an unknown product": ((changed(multiply=0.5, products=["C"]),), {}, r"changes\.0", "'C' is unknown", "There are: A"),
    "an amount of another kind": ((changed(add="1 kg"),), {}, r"changes\.0", "cannot be added", "same kind"),
    "more taken away than there is": ((changed(add="-2 kWh"),), {}, r"changes\.0", "below zero", "no more than"),
    "more than the load": ((roof(on_site="1001 MWh"),), {}, r"supply", "1001 MWh .* 1000 of 1000 MWh", "no reduction"),
    "two roofs over the load": ((roof(on_site="600 MWh"), {**roof(on_site="600 MWh"), "id": "second"}), {},
        r"improvements\.1\.supply", "400 of 1000 MWh", "Lower it"),
    "no output": ((MOTORS,), {"output": [{"product": "B", "process": "x", "output": "1 t"}]},
        r"input", "no output of 'A'", "of the year"),
    "two outputs": ((MOTORS,), {"output": [*OUTPUT, {"product": "A", "process": "x", "output": "1 t"}]},
        r"\(final\)", "none is final", "Write yes"),
    "an output in metres": ((MOTORS,), {"output": [{"product": "A", "process": "x", "output": "1 m"}]},
        r"\(unit\)", "cannot be converted", "in kg"),
    "a price twice": ((MOTORS,), {"prices": [PRICE, PRICE]}, r"\(item\)", "already in", "once"),
    "a price that is none": ((MOTORS,), {"prices": [{**PRICE, "unit": "kWh"}]}, r"\(unit\)", "no price", "CNY/kWh"),
    "a price per another kind": ((UNSAVED,), {"prices": [{**PRICE, "unit": "CNY/kg"}]},
        r"\(unit\)", "another kind", "CNY per kWh"),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_what_cannot_be_answered_is_refused_with_place_and_cure(rank, name):
    measures, more, place, what, cure = INPUTS[name]
    with pytest.raises(tp.InputError) as caught:
        rank(POWER, *measures, **more)
    problem = caught.value.problems[0]
    assert re.search(place, problem.where)
    assert re.search(what, problem.what)
    assert re.search(cure, problem.cure)
    assert CHINESE.search(problem.localized("zh"))


def test_no_measured_electricity_is_no_load(rank):
    nothing = [*POWER[:2], {**POWER[2], "amount": 0}]
    with pytest.raises(tp.InputError, match="there is no load"):
        rank(nothing, roof(share="50 %"))


def test_amounts_beyond_counting_are_refused(rank):
    with pytest.raises(tp.InputError, match="too large to calculate"):
        rank([*POWER[:2], {**POWER[2], "amount": 1e300}], MOTORS, output=[{**OUTPUT[0], "output": "1e90 t"}])


def test_a_measure_that_does_not_exist_is_named(rank):
    with pytest.raises(tp.UsageError, match="Did you mean 'motors'"):
        rank(POWER, MOTORS)["motor"]


def test_warnings_of_the_footprint_are_carried():
    activity, rule, tables = tp.load_example("cotton_poplin")
    measure = {**MOTORS, "changes": [{"stage": "dyeing", "flow": "chemicals", "multiply": 0.9}]}
    output = [{"product": "COTTON-POPLIN", "process": "finishing", "output": "1000 t"}]
    result = tp.improvements.rank(activity, rule, document(measure), output, factors=tables)
    before = tp.footprint(activity, rule, tables)
    assert before.warnings()
    assert set(before.warnings()) <= set(result.warnings)


def test_claims_are_warned_of(rank):
    result = rank(POWER, {**roof(share="50 %"), "claimed": True})
    assert "claims that nobody verified" in result.warnings[-1]
    assert "未经核实" in result.localized_warnings("zh")[-1]


# -- the command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_json_csv_and_table(mill, monkeypatch, capsys):
    monkeypatch.chdir(mill)
    head = "product,stage,flow,amount,unit,region,year\nA,product,,,,CN,2024\n"
    rows = "A,finishing,heat,0,MJ/kg,,\nA,finishing,electricity,1,kWh/kg,,\n"
    Path("mill.csv").write_text(head + rows, encoding="utf-8")
    Path("production.csv").write_text("产品,工序,产量,单位\nA,finishing,1000,t\n", encoding="utf-8")
    Path("measures.yaml").write_text(json.dumps(document(MOTORS, roof(share="50 %"))), encoding="utf-8")
    command = ["improvements", "rank", "mill.csv", "--rule", "small_mill.yaml", "--improvements", "measures.yaml",
               "--production", "production.csv", "--factors", "factors.csv"]  # fmt: skip
    assert run(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["before", "unit", "measures", "steps", "together", "alone", "interaction", "warnings"]
    assert found["steps"][-1]["left"] == pytest.approx(251.88)
    assert list(found["measures"][0]) == ["id", "title", "title_zh", "rank", "group", "front", "products", "tonnes_per_year",
                                          "annuity", "running", "saving", "cost_per_year", "cost_per_tonne"]  # fmt: skip
    assert run([*command, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("motors,1,gain,1,115.5")
    assert run([*command, "--format", "table", "--lang", "zh"]) == 0
    assert "每年减排 115.54 吨" in capsys.readouterr().out
    assert run([*command, "-o", "measures.yaml"]) == 2
    Path("measures.yaml").write_text("discount: 8\nimprovements: []\n", encoding="utf-8")
    assert run(command) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "measures.yaml:1 (discount)" in err
