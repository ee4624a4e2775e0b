"""Drafts of rules from published category rules, and what a rule answers of them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import textile_pcf as tp
from textile_pcf.interchange.draft_rule import draft_rule
from textile_pcf.interchange.rule_coverage import rule_coverage

FOLDER = os.environ.get("TEXTILE_PCF_CATEGORY_RULES")
AMOUNT = "amount: {expression: 'measured', basis: {text: 'per kg output', kind: process_output}}"
SMALL = f"""
product_category_identity: {{canonical_pcr_id: "textiles.small-yarn", representative_product: "Yarn, made up"}}
functional_unit: {{what: "Yarn"}}
system_boundary: {{rules: [{{rule_id: b, applies_to: "All", rule: "Cradle to gate."}}]}}
reference_flow_definition: {{reference_amount: "1 kg yarn", reference_unit: kg, product_flow_ref: {{name: Yarn, uuid: u-yarn}}}}
process_map:
  - {{id: opening, name: Opening, inclusion: required}}
  - {{id: spinning, name: Spinning, inclusion: conditional, inclusion_condition: "On site"}}
process_inventory:
  - id: spinning
    label: Spinning
    inputs:
      product:
        - {{row_id: sliver_in, name: Sliver, property_unit: Mass / kg, {AMOUNT}}}
        - {{row_id: spinning_electricity, name: {{en: Electricity, zh: 电力}}, property_unit: Energy / kWh, {AMOUNT}}}
        - {{row_id: oil, name: Oil, property_unit: Mass / kg commercial product, {AMOUNT}}}
        - {{row_id: air, name: Air, property_unit: Volume / glorps, {AMOUNT}}}
    outputs:
      product:
        - {{row_id: yarn_out, name: Yarn, flow_ref: {{uuid: u-yarn}}, property_unit: Mass / kg, {AMOUNT}}}
        - {{row_id: fluff, name: Saleable fluff, property_unit: Mass / kg, {AMOUNT}}}
      elementary:
        - {{row_id: dust, name: "Dust, <10 µm", property_unit: Mass / kg, {AMOUNT}}}
        - {{row_id: methane_out, name: Methane to air, property_unit: Mass / kg, {AMOUNT}}}
  - id: opening
    label: Opening
    inputs:
      product:
        - {{row_id: fibre, name: Fibre, property_unit: Mass / kg, {AMOUNT}}}
    outputs:
      product:
        - {{row_id: sliver_out, name: Sliver, property_unit: Mass / kg, {AMOUNT}}}
      waste:
        - {{row_id: opening_waste, name: Opening waste, property_unit: Mass / kg, {AMOUNT}}}
allocation_rules: [{{rule_id: a, applies_to: "Fluff", rule: "By mass."}}]
data_sources: [{{id: iso, reference: "ISO 14044", used_for: "Allocation"}}]
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "structured.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def loaded(tmp_path, text):
    path = tmp_path / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return tp.load_rules(path)


def test_a_draft(small, tmp_path):
    text = draft_rule(small, "my_yarn")
    document = loaded(tmp_path, text).document
    assert (document.rule, document.status, document.product.unit) == ("my_yarn", "own", "kg")
    assert [(stage.id, stage.optional) for stage in document.stages] == [("opening", False), ("spinning", True)]
    assert list(document.stages[0].flows) == ["fibre", "opening_waste"]
    assert list(document.stages[1].flows) == ["spinning_electricity", "oil", "methane_out"]
    assert document.stages[1].flows["spinning_electricity"].title.text("zh") == "电力"
    assert "measured" in document.stages[1].flows["oil"].note.text()
    assert document.sources["iso"].title == "ISO 14044"
    assert all(flow.value is None for stage in document.stages for flow in stage.flows.values())
    for words in (
        "Is the unit right? It is printed as 'Mass / kg commercial product'",
        "air: the unit 'Volume / glorps' is not known",
        "co-product fluff (Saleable fluff)",
        "dust (Dust, <10 µm) is no greenhouse gas",
        "sliver_in (Sliver) stays inside the chain",
    ):
        assert words in text
    assert "Boundary, All: Cradle to gate." in document.note.text()


def test_a_draft_in_chinese(small, tmp_path):
    text = draft_rule(small, "my_yarn", "zh")
    assert "不是温室气体" in text
    assert not re.search(r"# OPEN: [A-Z][a-z]+ ", text)
    assert loaded(tmp_path, text)


def test_a_row_in_percent(tmp_path):
    """In YAML a value does not begin with %."""
    path = tmp_path / "structured.yaml"
    path.write_text(
        SMALL.replace("name: Oil, property_unit: Mass / kg commercial product", "name: Oil, property_unit: Share / %")
    )
    assert 'unit: "%"' in (draft := draft_rule(path)) and loaded(tmp_path, draft)


def test_coverage(small):
    answers = {row.row: (row.answer, str(row.why)) for row in rule_coverage("cotton_fabric@2026.1", small)}
    assert answers["yarn_out"] == ("product", "It is the product.")
    assert answers["sliver_in"][0] == answers["sliver_out"][0] == "masses"
    assert answers["fluff"][0] == answers["dust"][0] == answers["air"][0] == ""
    assert answers["spinning_electricity"][0].endswith(".electricity")


def test_rows_whose_names_give_one_id_stay_apart(tmp_path):
    """Chinese names, names that are long alike, and names that mean something in YAML gave ids twice, or none."""
    path = tmp_path / "structured.yaml"
    names = ["染料", "助剂", "null", "material_loss", f"{'softener_' * 8}one", f"{'softener_' * 8}two"]
    rows = "".join(f"        - {{row_id: '{name}', name: '{name}', property_unit: Mass / kg}}\n" for name in names)
    text = SMALL.replace("        - {row_id: oil", f"{rows}        - {{row_id: oil")
    text = text.replace(
        "- {id: opening, name: Opening", "- {id: 包装, name: 包装}\n  - {id: 检验, name: 检验}\n  - {id: opening, name: Opening"
    )
    path.write_text(text, encoding="utf-8")
    document = loaded(tmp_path, draft_rule(path)).document
    flows = next(stage for stage in document.stages if stage.id == "spinning").flows
    assert [flow.title.text("en") for flow in flows.values() if flow.title.text("en") in names] == names
    assert [stage.title.text("en") for stage in document.stages] == ["包装", "检验", "Opening", "Spinning"]


def test_gases_by_their_names_in_both_languages(tmp_path):
    """二氧化碳, HFC-134a and NF3 were called no greenhouse gas, and non-methane hydrocarbons one."""
    gases = ["二氧化碳", "HFC-134a", "Nitrogen trifluoride", "Tetrafluoromethane", "R-410A", "甲烷"]
    gases += ["Hydrofluorocarbons", "Perfluorocarbons", "Ethane, 1,1-difluoro-", "氢氟碳化物", "全氟化碳", "四氟化碳", "氯氟烃"]
    others = ["NMVOC, non-methane volatile organic compounds", "非甲烷总烃", "Carbon monoxide", "Hydrogen fluoride", "SO2"]
    others += ["Fluoride", "Calcium fluoride", "Hydrofluoric acid", "氢氟酸", "氟化氢", "全氟辛酸"]  # of water and finishes
    for name in gases + others:
        path = tmp_path / "structured.yaml"
        path.write_text(SMALL.replace("Methane to air", f'"{name}"'), encoding="utf-8")
        assert ("methane_out" in loaded(tmp_path, draft_rule(path)).document.stages[1].flows) == (name in gases), name


def test_carbon_dioxide_that_is_taken_in_is_uptake(tmp_path):
    path = tmp_path / "structured.yaml"
    uptake = '      elementary: [{row_id: co2_air, name: "Carbon dioxide, in air", property_unit: Mass / kg}]\n'
    path.write_text(SMALL.replace("    outputs:\n", f"{uptake}    outputs:\n", 1), encoding="utf-8")
    assert "# OPEN: Is co2_air (Carbon dioxide, in air) the carbon of the fibre?" in draft_rule(path)
    answers = {row.row: str(row.why) for row in rule_coverage("cotton_fabric@2026.1", path)}
    assert answers["co2_air"].startswith("It is taken up")


@pytest.mark.parametrize(
    ("printed", "answer"),
    [("Energy / kWh", "unit: kWh"), ("kWh", "unit: kWh"), ("Length / 100 m", "unit: 100 m"), ("Transport / t*km", "unit: t*km"),
     ("kWh / kg", "oil: the unit 'kWh / kg' is not known"), ("kg/kg", "oil: the unit 'kg/kg' is not known")],
)  # fmt: skip
def test_the_unit_of_an_amount(tmp_path, printed, answer):
    """kWh / kg is a ratio; it was drafted as a flow in kg."""
    path = tmp_path / "structured.yaml"
    path.write_text(SMALL.replace("Mass / kg commercial product", printed), encoding="utf-8")
    assert answer in draft_rule(path)


def test_a_reference_that_is_not_one_known_unit_is_asked_about(tmp_path):
    path = tmp_path / "structured.yaml"
    for printed in ("reference_amount: '1000', reference_unit: kg", "reference_amount: '1', reference_unit: bolts"):
        path.write_text(SMALL.replace('reference_amount: "1 kg yarn", reference_unit: kg', printed), encoding="utf-8")
        assert "# OPEN: Of how much of which unit are the rows per product?" in draft_rule(path)
    path.write_text(SMALL, encoding="utf-8")
    assert "Of how much of which unit" not in draft_rule(path)


def test_the_same_id_in_another_process_or_unit(tmp_path):
    """Electricity of spinning was answered by the first flow of that id in the rule, electricity of ginning."""
    path = tmp_path / "structured.yaml"
    path.write_text(SMALL.replace("row_id: spinning_electricity", "row_id: electricity"), encoding="utf-8")
    answers = {row.row: (row.answer, str(row.why)) for row in rule_coverage("cotton_fabric@2026.2", path)}
    assert answers["electricity"] == ("spinning.electricity", "It has the same id.")
    path.write_text(path.read_text(encoding="utf-8").replace("Energy / kWh", "Mass / kg"), encoding="utf-8")
    answers = {row.row: (row.answer, str(row.why)) for row in rule_coverage("cotton_fabric@2026.2", path)}
    assert answers["electricity"] == ("spinning.electricity", "It has the same id, in another unit.")


@pytest.mark.parametrize(
    ("text", "words"),
    [("process_inventory: [{id: a, inputs: {energy: [{row_id: steam}]}}]\n", "'energy' is no kind of rows"),
     ("process_inventory: [{id: a, inputs: [{row_id: steam}]}]\n", "Here rows are expected below their kinds"),
     ("process_inventory: [{id: a, inputs: {product: {row_id: steam}}}]\n", "Here a list of rows is expected"),
     ("process_inventory: [{id: a, inputs: {product: [{property_unit: kg}]}}]\n", "neither `row_id` nor `name`"),
     ("process_inventory: [{id: a, inputs: {product: [steam]}}]\n", "neither `row_id` nor `name`"),
     ("a: 1\n", "These are no category rules"), ("process_inventory: [{id: ''}]\n", "This process has no id"),
     ("process_inventory: [{id: a}, {id: a}]\n", "appears twice"), ("process_inventory: 7\n", "These are no category rules")],
)  # fmt: skip
def test_refused(tmp_path, text, words):
    path = tmp_path / "structured.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(tp.RuleError, match=words):
        draft_rule(path)


@pytest.mark.skipif(not FOLDER, reason="absent witness: TEXTILE_PCF_CATEGORY_RULES names no folder")
def test_published_files_give_drafts_that_load(tmp_path):
    paths = sorted(Path(FOLDER or "").glob("*/structured.yaml"))
    assert paths
    for path in paths:
        assert loaded(tmp_path, draft_rule(path, "draft")).stages
        assert rule_coverage("silk_fabric@2026.1", path)


DYEHOUSE = """
product_category_identity: {canonical_pcr_id: "textiles.shirt", representative_product: "Shirt, made up"}
reference_flow_definition: {reference_unit: UNIT, product_flow_ref: {name: Shirt, uuid: u-shirt}}
process_inventory:
  - id: dyeing
    outputs:
      product: [{row_id: shirt, name: Shirt, flow_ref: {uuid: u-shirt}, property_unit: "Number of items / Item(s)"}]
      elementary:
        - {row_id: co2, name: {zh: "二氧化碳（化石）"}, property_unit: Mass / kg}
        - {row_id: r134a, name: "Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", property_unit: Mass / kg}
        - {row_id: nf3, name: Nitrogen trifluoride, property_unit: Mass / kg}
        - {row_id: nox, name: {en: Nitrogen oxides, zh: 氮氧化物}, property_unit: Mass / kg}
        - {row_id: pfoa, name: Perfluorooctanoic acid, property_unit: Mass / kg}
"""


def test_greenhouse_gases_are_counted_under_their_chinese_and_trade_names(tmp_path):
    """The remark that a row is no greenhouse gas stood at carbon dioxide in Chinese and at refrigerants."""
    path = tmp_path / "structured.yaml"
    path.write_text(DYEHOUSE.replace("UNIT", "kg"), encoding="utf-8")
    draft = draft_rule(path)
    assert [name for name in ("co2", "r134a", "nf3", "nox", "pfoa") if f"\n      {name}:\n" in draft] == ["co2", "r134a", "nf3"]
    assert re.findall(r"# (\w+) \(.*is no greenhouse gas", draft) == ["nox", "pfoa"]


@pytest.mark.parametrize(
    ("printed", "unit", "asked"),
    [
        ("kg", "kg", False),
        ("Mass / kg", "kg", False),
        ("Item(s)", "piece", False),
        ("gross of shirts", "kg", True),
        ("1 kg of shirts", "kg", False),
        ("Mass / 1000 kg", "1000 kg", False),
        ("Mass/kg", "kg", False),
    ],
)
def test_a_unit_of_the_product_that_is_not_ours_is_asked_about(tmp_path, printed, unit, asked):
    """kg stands where the unit is not known, and the draft says so."""
    path = tmp_path / "structured.yaml"
    path.write_text(DYEHOUSE.replace("UNIT", f'"{printed}"'), encoding="utf-8")
    draft = draft_rule(path)
    assert f"product:\n  unit: {unit}\n" in draft
    assert (f"The reference is printed as {printed!r}." in draft) == asked


def test_rows_with_chinese_ids_are_flows_of_their_own(tmp_path):
    """Ids of a rule are ASCII; what cannot be in them made two flows one key, and the draft was no YAML."""
    path = tmp_path / "structured.yaml"
    path.write_text(
        DYEHOUSE.replace("UNIT", "kg").replace("row_id: co2", "row_id: 排放").replace("row_id: nf3", "row_id: 泄漏")
    )
    draft = draft_rule(path)
    assert re.findall(r"^      (\w+):$", draft, re.MULTILINE) == ["x", "r134a", "x_2"]
