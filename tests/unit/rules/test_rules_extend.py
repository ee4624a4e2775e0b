"""Rules that extend others and share pieces: what they become, and their flat text."""

from __future__ import annotations

import hashlib
import json

import pytest
from extended_rules import BASE, OWN, written
from hypothesis import given
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.errors import RuleError
from textile_pcf.io.strict_yaml import parse_yaml
from textile_pcf.rules import flat_rule, load_rules, rule_files
from textile_pcf.rules.flat_text import flat_text
from textile_pcf.rules.lint import advice


def test_what_is_written_adds_to_and_replaces_the_extended_rule(tmp_path):
    path = written(
        tmp_path,
        OWN
        + """
title: Own
remove: [weaving.gas]
stages:
  - id: spinning
    losses: [{id: waste, value: 20}]
    flows: {electricity: {note: Read both meters.}, inbound: {use: road, with: {distance: 0.8}}}
  - id: dyeing
    after: spinning
    flows: {heat: {unit: MJ, factor: steam}}
""",
    )
    document = load_rules(path).document
    spinning, dyeing, weaving = document.stages
    assert [stage.id for stage in document.stages] == ["spinning", "dyeing", "weaving"]
    assert spinning.losses[0].model_dump(exclude_none=True) == {
        "unit": "%", "value": 20, "source": "s", "locator": "p. 1", "optional": False, "id": "waste", "basis": "input",
    }  # fmt: skip
    assert (spinning.flows["inbound"].value, spinning.flows["inbound"].locator) == (0.8, "table 0.8")
    electricity = spinning.flows["electricity"]
    assert (electricity.unit, electricity.factor, electricity.note.text("en")) == ("kWh", "electricity", "Read both meters.")
    assert list(weaving.flows) == ["heat"]
    assert document.alternatives == []  # one way is left, so there is nothing to choose
    assert dyeing.flows["heat"].factor == "steam"


@pytest.mark.parametrize("turned", [False, True])
def test_a_new_stage_may_stand_at_another_new_one_wherever_that_is_written(tmp_path, turned):
    """Doubling after dyeing went to the end of the chain where dyeing was written below it, so losses hit other stages."""
    stages = ["  - {id: dyeing, after: spinning, flows: {}}", "  - {id: doubling, after: dyeing, flows: {}}",
              "  - {id: opening, before: doubling, flows: {}}"]  # fmt: skip
    written_down = "\n".join(reversed(stages) if turned else stages)
    document = load_rules(written(tmp_path, f"{OWN}stages:\n{written_down}\n")).document
    assert [stage.id for stage in document.stages] == ["spinning", "dyeing", "opening", "doubling", "weaving"]


def test_a_stage_is_moved_by_removing_it(tmp_path):
    moved = "remove: [weaving]\nstages: [{id: weaving, before: spinning, flows: {heat: {unit: MJ, factor: steam}}}]\n"
    document = load_rules(written(tmp_path, OWN + moved)).document
    assert [stage.id for stage in document.stages] == ["weaving", "spinning"]


def test_a_value_written_over_a_method_takes_its_place(tmp_path):
    """The shipped rule computes the printed area; whoever wrote a typical one was sent to a line of the shipped rule."""
    own = """rule: own
extends: cotton_fabric@2026.2
edition: "1"
sources: {{mill: {{title: Records of the mill, licence: own}}}}
stages: [{{id: printing, properties: {{printed_area: {change}}}}}]
"""
    path = tmp_path / "own.yaml"
    path.write_text(own.format(change="{value: 0.6, source: mill, locator: sheet 2}"))
    printed = next(stage for stage in load_rules(path).document.stages if stage.id == "printing").properties["printed_area"]
    assert (printed.value, printed.method, printed.locator) == (0.6, None, "sheet 2")
    path.write_text(own.format(change="{title: {en: Area}, value: null}"))
    printed = next(stage for stage in load_rules(path).document.stages if stage.id == "printing").properties["printed_area"]
    assert printed.method == "printed_area"


def test_lint_names_a_new_number_that_keeps_the_old_source(tmp_path):
    """20 % was shown as read in the survey, p. 1, which says 10 %."""
    kept = "spinning.waste: 20 is cited from s, like the number that it replaces; cite its own source."
    changes = {"{id: waste, value: 20}": [kept], "{id: waste, value: 20, source: s, locator: p. 9}": [],
               "{id: waste, value: 10}": [], "{id: waste, plausible: [2, 30]}": []}  # fmt: skip
    for change, expected in changes.items():
        rules = load_rules(written(tmp_path, f"{OWN}stages: [{{id: spinning, losses: [{change}]}}]\n"))
        assert [text for text in advice(rules) if "is cited from" in text] == expected


def test_status_and_standard_are_not_taken_over(tmp_path):
    """A rule that extends an interpretation of a standard is none until its author says so."""
    document = load_rules(written(tmp_path, OWN)).document
    assert (document.rule, document.status, document.based_on, document.title) == ("own", "own", [], None)


def test_a_rule_of_the_same_calculation_has_the_same_result(tmp_path):
    rows = [{"stage": "spinning", "flow": "electricity", "amount": 2, "unit": "kWh/kg"},
            {"stage": "weaving", "flow": "heat", "amount": 1, "unit": "MJ/kg"}]  # fmt: skip
    rows = {"product": "P", "rows": rows}
    factors = tmp_path / "f.csv"
    head = "item,value,unit,region,year,kind,source,locator\n"
    lines = "electricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,s,p\nsteam,0.1,kgCO2e/MJ,GLO,2024,life_cycle,s,p\n"
    factors.write_text(head + lines + "lorry,0.1,kgCO2e/(t*km),GLO,2024,life_cycle,s,p\n", encoding="utf-8")
    own = written(tmp_path, OWN + "stages: [{id: spinning, losses: [{id: waste, value: 20}]}]\n")
    base, changed = (tp.footprint(rows, path, [factors]) for path in (tmp_path / "base.yaml", own))
    assert base.total()["P"] == pytest.approx(0.5 * 0.1 + 2 * 0.5 + 0.1)
    assert changed.masses["input"].tolist() == [1.25, 1.0]
    assert base.masses["input"].tolist() == pytest.approx([1 / 0.9, 1.0])


def test_a_flow_may_be_called_use(tmp_path):
    path = written(tmp_path, OWN + "stages: [{id: weaving, flows: {use: {unit: kWh, factor: electricity}}}]\n")
    assert list(load_rules(path).document.stages[1].flows) == ["heat", "gas", "use"]


def test_shared_pieces_bring_the_sources_that_they_cite(tmp_path):
    shared = """
shared: mine
edition: "1"
sources: {a: {title: A}, b: {title: B}}
pieces:
  wet: {flows: {water: {unit: m3, value: 1, source: a, locator: p. 1, factor: tap_water}}}
"""
    text = """
rule: r
edition: "1"
shared: mine.yaml
product: {unit: kg}
stages: [{id: dyeing, use: wet}, {id: rinsing, use: [wet], flows: {water: {value: 2}}}]
"""
    path = written(tmp_path, text, mine=shared)
    document = load_rules(path).document
    assert list(document.sources) == ["a"]
    assert [stage.flows["water"].value for stage in document.stages] == [1, 2]
    assert [file.name for file in rule_files(path)] == ["own.yaml", "mine.yaml"]


def test_a_rule_is_identified_by_its_flat_text(tmp_path):
    path = written(tmp_path, OWN)
    before = load_rules(path).sha256
    assert before == hashlib.sha256(flat_rule(path).encode()).hexdigest()
    flat = tmp_path / "flat.yaml"
    flat.write_text(flat_rule(path), encoding="utf-8")
    assert load_rules(flat).sha256 == before
    assert load_rules(flat).document == load_rules(path).document
    (tmp_path / "base.yaml").write_text(BASE.replace("value: 10", "value: 11"), encoding="utf-8")
    assert load_rules(path).sha256 != before


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NAMES = st.text(min_size=1).filter(lambda text: text != "<<")


@given(
    st.dictionaries(NAMES, st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20))
)
def test_flat_text_reads_back_as_the_same_data(data):
    text = flat_text(data)
    if not any("\ud800" <= letter <= "\udfff" for letter in json.dumps(data, ensure_ascii=False)):
        read = parse_yaml(text, "r.yaml", RuleError).data if data else {}
        assert read == data
        assert flat_text(read) == text if data else True
