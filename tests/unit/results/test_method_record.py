"""Allocation, sets of global warming potentials, age of factors and boundaries, as results tell them."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import yaml

import textile_pcf as tp
from paths import TESTS
from textile_pcf import engine
from textile_pcf.cli.table import as_table
from textile_pcf.errors import InputError, UsageError

ALLOCATION = TESTS / "cases" / "rules" / "allocation.yaml"
ROWS = [
    ("growing", "diesel", 0.01, "kg"),
    ("ginning", "seed_cotton_ratio", 2.6, "kg/kg"),
    ("ginning", "electricity", 0.2, "kWh"),
    ("weaving", "electricity", 3, "kWh"),
]


def factors(**values):
    """Return a table of factors: item=(value, unit) or (value, unit, gwp, year)."""
    rows = []
    for item, given in values.items():
        value, unit, gwp, year = (*given, "", "")[:4]
        rows.append({"item": item, "value": value, "unit": unit, "region": "GLO", "year": year, "kind": "life_cycle",
                     "source": "hand", "locator": "hand", "gwp": gwp})  # fmt: skip
    return pd.DataFrame(rows)


POWER = {"electricity": (0.5, "kgCO2e/kWh"), "diesel": (4, "kgCO2e/kg"), "carbon": (1, "kgCO2e/kg")}


def calculate(rows, rule, table=None, **options):
    frame = pd.DataFrame(rows)
    frame.columns = ["stage", "flow", "amount", "unit", "item"][: frame.shape[1]]
    if "product" not in frame:
        frame = frame.assign(product="P")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tp.footprint(frame, rule, factors(**POWER) if table is None else table, **options)


def written(tmp_path, rule):
    path = tmp_path / "rule.yaml"
    path.write_text(rule if isinstance(rule, str) else json.dumps(rule, default=str), encoding="utf-8")
    return path


# ---------------------------------------------------------------- allocation


def test_allocation_is_told_with_its_source_and_the_total_under_each_alternative():
    product = calculate(ROWS, ALLOCATION).to_dict()["products"][0]
    (record,) = product["allocation"]
    assert {key: record[key] for key in ("stage", "method", "co_products", "share", "source", "locator")} == {
        "stage": "ginning", "method": "economic", "co_products": ["seed"], "share": 0.85, "source": "A study",
        "locator": "p. 2",
    }  # fmt: skip
    (other,) = record["alternatives"]
    assert product["total"] == pytest.approx((3.25 * 0.01 * 4 + 0.1) * 0.85 + 1.5)
    assert other["total"] == pytest.approx((3.25 * 0.01 * 4 + 0.1) * 0.4 + 1.5)


def test_the_alternative_of_a_supplier_passes_through_links(tmp_path):
    rule = yaml.safe_load(ALLOCATION.read_text(encoding="utf-8"))
    rule["stages"][-1]["flows"]["lining"] = {"unit": "kg", "optional": True}
    frame = pd.DataFrame(
        [("A", *row, "") for row in ROWS]
        + [("B", *row, "") for row in ROWS[1:]]
        + [("B", "weaving", "lining", 2, "kg", "product:A")],
        columns=["product", "stage", "flow", "amount", "unit", "item"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(frame, written(tmp_path, rule), factors(**POWER))
    own, other = 0.1, 0.13 + 0.1
    assert result.totals == pytest.approx([other * 0.85 + 1.5, own * 0.85 + 1.5 + 2 * (other * 0.85 + 1.5)])
    assert result.total_with_share(1, 0.4) == pytest.approx([other * 0.4 + 1.5, own * 0.4 + 1.5 + 2 * (other * 0.4 + 1.5)])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_face_tells_the_share_and_its_alternative(tmp_path, language):
    result = calculate(ROWS, ALLOCATION)
    result.to_html(tmp_path / "report.html", language=language)
    faces = [as_table(result, None, language), result.explain("P", language=language)]
    faces.append((tmp_path / "report.html").read_text(encoding="utf-8"))
    for face in faces:
        assert "85 %" in face and "40 %" in face
    assert ("× 0.85 allocated" if language == "en" else "× 0.85 分配份额") in faces[1]


def test_the_workbook_multiplies_by_the_share(tmp_path):
    from openpyxl import load_workbook

    calculate(ROWS, ALLOCATION).to_excel(tmp_path / "report.xlsx")
    lines = list(load_workbook(tmp_path / "report.xlsx")["Lines"].iter_rows(values_only=True))
    ginning = next(row for row in lines if "ginning" in row and "electricity" in row)
    assert "allocated" in ginning and 0.85 in ginning


def test_total_is_amount_times_factor_and_weights_hold():
    inventory = calculate(ROWS, ALLOCATION).inventory
    totals = np.bincount(inventory.product, weights=inventory.amount * inventory.factor_totals)
    assert totals == pytest.approx([1.6955])
    _, indices, data = engine.factor_weights(
        inventory.processes.product, inventory.process, inventory.factor, inventory.amount, inventory.processes.inside, 1,
        len(inventory.factors.values),
    )  # fmt: skip
    assert data @ inventory.factors.values[indices, :4].sum(axis=1) == pytest.approx(1.6955)
    intensity = inventory.value * inventory.scale * inventory.factor_totals
    slopes = engine.ratio_elasticities(
        intensity, inventory.process, inventory.driver, inventory.masses, inventory.processes.downstream
    )
    more = [*ROWS[:1], ("ginning", "seed_cotton_ratio", 2.6 * (1 + 1e-7), "kg/kg"), *ROWS[2:]]
    change = (calculate(more, ALLOCATION).totals[0] - 1.6955) / 1e-7
    assert slopes[1] == pytest.approx(change, rel=1e-5)


def test_brightway_gives_the_same_total():
    pytest.importorskip("bw2calc")
    import bw2calc

    packed = calculate(ROWS, ALLOCATION).to_datapackage()
    lca = bw2calc.LCA({1: 1.0}, data_objs=[packed])
    lca.lci()
    lca.lcia()
    assert lca.score == pytest.approx(1.6955, rel=1e-12)


BLEND = """
rule: blend
edition: "1"
product: {unit: kg}
sources: {s: {title: A study}}
stages:
  - id: fibre
    scope: component
    flows: {electricity: {unit: kWh, factor: electricity}}
  - id: combing
    scope: component
    optional: true
    allocation: {method: physical, co_products: [noils], hierarchy: Same fibre.}
  - id: cutting
    allocation: {method: other, co_products: [scraps], share: 0.5, source: s, locator: p. 1, hierarchy: By hand.}
  - id: sewing
    flows: {electricity: {unit: kWh, factor: electricity}}
"""


def test_each_fibre_has_its_own_share(tmp_path):
    frame = pd.DataFrame(
        [
            ("product", "share", 60, "%", "wool"), ("product", "share", 40, "%", "silk"),
            ("fibre", "electricity", 10, "kWh", ""), ("combing", "noils_mass", 1, "kg/kg", "wool"),
            ("sewing", "electricity", 1, "kWh", ""),
        ],
        columns=["stage", "flow", "amount", "unit", "component"],
    ).assign(product="P")  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(frame, written(tmp_path, BLEND), factors(**POWER))
    # wool 0.6 x 10 x 0.5 x 1/2 x 0.5 = 0.75; silk 0.4 x 10 x 0.5 x 0.5 = 1; sewing 0.5
    assert result.totals[0] == pytest.approx(2.25)
    shares = {(each["stage"], each["component"]): each["share"] for each in result.to_dict()["products"][0]["allocation"]}
    assert shares == {("combing", "wool"): 0.5, ("cutting", ""): 0.5}


@pytest.mark.parametrize("amount", [0, 120])
def test_a_share_that_is_none(amount):
    with pytest.raises(InputError, match="An allocated share of"):
        calculate([*ROWS, ("ginning", "lint_allocation", amount, "%")], ALLOCATION)


def test_a_negative_loss_names_allocation():
    with pytest.raises(InputError, match="`allocation` of the rule, no loss"):
        calculate([*ROWS[:1], ("ginning", "seed_cotton_ratio", -0.161, "kg/kg"), *ROWS[2:]], ALLOCATION)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"share": 1.2}, "share"),
        ({"source": None}, "The share has no source"),
        ({"source": "t"}, "There is no source 't'"),
        ({"alternatives": [{"method": "physical", "share": 0.4, "source": "t", "locator": "p"}]}, "There is no source 't'"),
        ({"co_products": ["seed", "seed"]}, "A co-product appears twice"),
        ({"titles": {"seeds": "Seeds"}}, "A title names no co-product"),
        ({"id": "waste"}, "is a name of the allocation"),
        ({"method": "by_eye"}, "by_eye"),
    ],
)
def test_mistakes_of_an_allocation(tmp_path, change, words):
    rule = yaml.safe_load(ALLOCATION.read_text(encoding="utf-8"))
    rule["stages"][1]["properties"] = {"waste": {"unit": "1", "optional": True}}
    rule["stages"][1]["allocation"].update(change)
    with pytest.raises(tp.RuleError, match=words):
        tp.load_rules(written(tmp_path, rule))


def test_a_rule_cannot_write_a_share_as_a_loss(tmp_path):
    rule = yaml.safe_load(ALLOCATION.read_text(encoding="utf-8"))
    rule["stages"][1]["losses"][0].update(value=0.85, source="s", locator="p. 1")
    with pytest.raises(tp.RuleError, match="negative loss"):
        tp.load_rules(written(tmp_path, rule))


# ---------------------------------------------------------------- sets of global warming potentials, age of factors

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


# ---------------------------------------------------------------- boundaries

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
