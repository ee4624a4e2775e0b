"""Closed forms of products that are calculated together, because losses, properties, shares or outputs of them vary."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from varied_rows import BLEND, COTTON, HEATED, PERIOD

import textile_pcf as tp
from textile_pcf.uncertainty_analysis import joint_forms
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.closed_form import closed_form

OWN_LOSS = ["L,making,part,,1,kg/kg,,,,,0.5,3", "L,making,cutting,,20,%,,,,1.3"]
ALL_LOST = ["X,making,part,,1,kg/kg", "X,making,cutting,,99.95,%,,,,1.3"]


def forms_of(result, **options):
    return Catalogue(tp.uncertainty(result, draws=1, **options).evaluation).forms()


def assert_as_one_by_one(result, rel=1e-10, **options):
    found, evaluation = forms_of(result, **options), tp.uncertainty(result, draws=1, **options).evaluation
    for product in range(len(result.products)):
        one = closed_form(evaluation, product)
        for name in found._fields:
            assert getattr(found, name)[product] == pytest.approx(getattr(one, name), rel=rel, nan_ok=True), name


@pytest.mark.parametrize("assume", [{}, {"none": 1.1, "estimated": 1.2}])
def test_products_with_different_numbers_are_as_one_by_one(mill, assume):
    """A blend with shares and losses of fibres, totals of a period, losses and properties of their own, and the rule's."""
    result = mill(*COTTON, *BLEND, *PERIOD, *OWN_LOSS, *HEATED)
    assert_as_one_by_one(result, assume=assume)


def test_a_product_without_such_a_spread_is_a_sum_of_lines(mill, plain_rule):
    result = mill(*COTTON, *OWN_LOSS, rule=plain_rule)
    joint = Catalogue(tp.uncertainty(result, draws=1).evaluation)
    assert joint.individual.tolist() == [False, True]
    assert forms_of(result).sd[0] == forms_of(mill(*COTTON, rule=plain_rule)).sd[0]
    assert_as_one_by_one(result)


def test_a_product_of_which_a_point_cannot_be_is_left_to_itself(mill):
    """Of 99.95 % lost, 0.2 % more cannot be lost: there is no sd of it, and the products beside it keep their bits."""
    beside, alone = forms_of(mill(*COTTON, *ALL_LOST, *BLEND)), forms_of(mill(*COTTON, *BLEND))
    assert np.isnan(beside.sd[1])
    for name in beside._fields:
        assert np.array_equal(getattr(beside, name)[[0, 2]], getattr(alone, name))


def test_products_that_take_others_stand_beside_those_that_take_none(mill):
    taker = ["T,making,part,,1,kg/kg,product:L", "T,making,cutting,,8,%,,,,1.2"]
    assert_as_one_by_one(mill(*COTTON, *OWN_LOSS, *taker, *HEATED), rel=1e-8)


def test_a_product_with_many_spreads_of_its_own_is_left_to_itself(mill, monkeypatch):
    """Each would be a calculation of all products."""
    monkeypatch.setattr(joint_forms, "MOST_OWN", 3)
    result = mill(*COTTON, *BLEND, *OWN_LOSS)
    catalogue = Catalogue(tp.uncertainty(result, draws=1).evaluation)
    left_to_itself, together, *_ = catalogue._not_sums_of_lines()
    assert left_to_itself.tolist() == [False, True, False]
    assert together.tolist() == [True, False, True]
    assert_as_one_by_one(result)


def test_calculations_do_not_grow_with_the_products(mill, monkeypatch):
    """At the means, and at four points of the loss of each product, however many products there are."""
    completed = []

    def count(products):
        rows = [row.replace("L,", f"L{number},") for number in range(products) for row in OWN_LOSS]
        result = mill(*rows)
        completed.clear()
        for name in ("complete_quantities", "complete_again"):
            original = getattr(joint_forms, name)
            monkeypatch.setattr(joint_forms, name, lambda *a, original=original, **k: completed.append(1) or original(*a, **k))
        forms_of(result)
        monkeypatch.undo()
        return len(completed)

    assert count(2) == count(30) == 5


CARBON_RULE = (Path(__file__).parents[2] / "cases" / "rules" / "carbon_balance.yaml").read_text()
YARNS = """item,value,unit,region,year,kind,source,locator,gsd,biogenic,co2_fossil,co2_uptake
pcf:X,0.5,kgCO2e/kg,GLO,2023,cradle_to_gate,m,p. 1,{spread},minus_one_plus_one,,1.5
pcf:Z,1.5,kgCO2e/kg,GLO,2023,cradle_to_gate,m,p. 1,,minus_one_plus_one,,0.9
electricity,0.6,kgCO2e/kWh,CN,2023,life_cycle,m,p. 1,,,,
carbon_dioxide_uptake,0,kgCO2e/kg,GLO,2023,direct,m,p. 1,,,0,1
"""
OF_YARNS = [
    "Y,purchase,yarn,,0.6,kg/kg,pcf:X", "Y,purchase,yarn,,0.4,kg/kg,pcf:Z",
    "Y,dyeing,electricity,,2,kWh/kg", "Y,dyeing,dyeing_loss,,8,%,,,,1.1",
]  # fmt: skip
STATED = [row.replace("Y,", "S,", 1) for row in OF_YARNS] + ["S,product,biogenic_carbon,,0.35,kg/kg"]


@pytest.mark.parametrize(("spread", "left_to_itself"), [("", []), ("1.2", ["Y"])])
def test_carbon_that_inputs_hand_on_and_that_varies_with_them(mill, spread, left_to_itself):
    """A fabric has the mean carbon of its yarns. If what one yarn took up varies, so does what the fabric takes up.

    That is found product by product; a product that states its carbon, or whose yarns do not vary, is calculated with others.
    """
    result = mill(*OF_YARNS, *STATED, rule=CARBON_RULE, factors=YARNS.format(spread=spread))
    _, together, *_ = Catalogue(tp.uncertainty(result, draws=1).evaluation)._not_sums_of_lines()
    assert [name for name, joint in zip(result.products, together, strict=True) if not joint] == left_to_itself
    assert_as_one_by_one(result)
    drawn = tp.uncertainty(result, draws=40_000)
    for name, sd in zip(drawn.products, forms_of(result).sd, strict=True):
        assert drawn.samples(name).std() == pytest.approx(sd, rel=0.03)


@pytest.mark.parametrize("rows", [3, 8])
def test_closed_forms_of_a_batch_do_not_depend_on_partitions(mill, tmp_path, rows):
    """Bit for bit, whatever products stand beside one another."""
    mill(*COTTON, *BLEND, *PERIOD, *OWN_LOSS, *HEATED)
    files = (tmp_path / "rows.csv", tmp_path / "knit.yaml", tmp_path / "f.csv")
    whole, parts = (
        tp.calculate_batch(*files, out=tmp_path / name, progress=False, uncertainty="closed", **options).read().to_pandas()
        for name, options in (("whole", {}), ("parts", {"partition_rows": rows}))
    )
    parts = parts.set_index("product").loc[whole["product"]].reset_index()
    for name in ("mean", "sd", "gsd", "p2_5", "p97_5", "declared_share"):
        assert np.array_equal(whole[name], parts[name]), name


@pytest.mark.parametrize(
    "name", ["cotton_poplin", "polyester_cotton_blend", "polyester_woven", "silk_habotai", "t_shirt", "wool_suit", "jeans"]
)
def test_shipped_rules_with_a_spread_of_every_number_of_the_rule(name):
    """What depends on each property of a shipped rule is what the calculation of one product by itself finds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(*tp.load_example(name))
    assert_as_one_by_one(result, assume={"estimated": 1.2})
