"""Allocation, as results state it: shares, alternatives, links, and mistakes of a rule."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import yaml
from method_samples import POWER, calculate, factors, written

import textile_pcf as tp
from paths import TESTS
from textile_pcf import engine
from textile_pcf.cli.table import as_table
from textile_pcf.errors import InputError

ALLOCATION = TESTS / "cases" / "rules" / "allocation.yaml"
ROWS = [
    ("growing", "diesel", 0.01, "kg"),
    ("ginning", "seed_cotton_ratio", 2.6, "kg/kg"),
    ("ginning", "electricity", 0.2, "kWh"),
    ("weaving", "electricity", 3, "kWh"),
]


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
