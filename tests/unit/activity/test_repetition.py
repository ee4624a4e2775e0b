"""Some products of activity data, each once or repeated, and other amounts of some rows of them."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.activity.placed_amounts import PlacedAmounts
from textile_pcf.activity.repetition import take_products
from textile_pcf.calculation import calculate_footprints, matcher_of_run

RULE = """
rule: mill
edition: "1"
sources: {m: {title: A mill}}
product: {unit: kg, properties: {grammage: {unit: g/m2, optional: true}}}
stages:
  - id: spinning
    scope: component
    losses: [{id: waste, unit: "%", basis: input, value: 4, source: m, locator: p. 1}]
    flows:
      fibre: {unit: kg, per: input, value: 1}
      power: {unit: kWh, optional: true, factor: electricity}
  - id: dyeing
    optional: true
    losses: [{id: shrinkage, unit: "%", basis: input, optional: true}]
    flows: {electricity: {unit: kWh, factor: electricity, value: 2, source: m, locator: p. 2}}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
electricity,0.6,kgCO2e/kWh,GLO,2023,life_cycle,m,p. 1
cotton,2,kgCO2e/kg,GLO,2023,life_cycle,m,p. 1
polyester,3,kgCO2e/kg,GLO,2023,life_cycle,m,p. 1
"""
ROWS = """product,stage,flow,component,amount,unit,item,per
PLAIN,spinning,fibre,,,,cotton,
BLEND,product,share,cotton,60,%,,
BLEND,product,share,polyester,40,%,,
BLEND,spinning,fibre,cotton,,,cotton,
BLEND,spinning,fibre,polyester,,,polyester,
BLEND,spinning,waste,cotton,10,%,,
BLEND,dyeing,shrinkage,,5,%,,
PERIOD,spinning,fibre,,,,polyester,
PERIOD,dyeing,electricity,,9000,kWh,,period
PERIOD,dyeing,output,,3000,kg,,period
PERIOD,product,grammage,,150,g/m2,,
"""
PLAIN, BLEND, PERIOD = range(3)


@pytest.fixture
def mill(tmp_path):
    for name, text in {"rows.csv": ROWS, "rule.yaml": RULE, "factors.csv": FACTORS}.items():
        (tmp_path / name).write_text(text)
    return tp.footprint(tmp_path / "rows.csv", tmp_path / "rule.yaml", tmp_path / "factors.csv")


def stages_of(result, activity):
    (found,) = calculate_footprints(activity, matcher_of_run(result.run))
    return found.by_stage


@pytest.mark.parametrize("products", [[BLEND], [PERIOD, PLAIN], [BLEND, BLEND, PLAIN, PERIOD, BLEND]])
def test_products_taken_in_any_order_are_calculated_as_before(mill, products):
    activity, exchange = take_products(mill.run.activity, np.array(products, dtype=np.intp))
    assert [*activity.products] == [mill.products[product] for product in products]
    assert np.array_equal(stages_of(mill, activity), mill.by_stage[products])
    assert np.array_equal(activity.exchanges.row, mill.run.activity.exchanges.row[exchange])


def test_products_of_products_that_were_taken(mill):
    first, _ = take_products(mill.run.activity, np.array([PERIOD, BLEND]))
    second, _ = take_products(first, np.array([1, 1]))
    assert second.taken.tolist() == [BLEND, BLEND]
    assert np.array_equal(stages_of(mill, second), mill.by_stage[[BLEND, BLEND]])


@pytest.mark.parametrize(
    ("row", "product", "amount", "written"),
    [
        (5, BLEND, 0.2, ("BLEND,spinning,waste,cotton,10,%", "BLEND,spinning,waste,cotton,20,%")),
        (6, BLEND, 0.0, ("BLEND,dyeing,shrinkage,,5,%", "BLEND,dyeing,shrinkage,,0,%")),
        (8, PERIOD, 6000 * 3.6, ("9000,kWh", "6000,kWh")),
        (9, PERIOD, 1500.0, ("3000,kg", "1500,kg")),
        (10, PERIOD, 0.3, ("150,g/m2", "300,g/m2")),
    ],
    ids=["loss of a fibre", "loss", "amount", "output", "property"],
)
def test_another_amount_of_one_row_is_that_amount_in_the_table(mill, tmp_path, row, product, amount, written):
    activity, _ = take_products(mill.run.activity, np.array([product, PLAIN, product]))
    moved = PlacedAmounts(activity, np.array([row]), np.array([2])).with_amounts(np.array([amount]))
    (tmp_path / "rows.csv").write_text(ROWS.replace(*written))
    other = tp.footprint(tmp_path / "rows.csv", tmp_path / "rule.yaml", tmp_path / "factors.csv")
    assert stages_of(mill, moved) == pytest.approx(
        np.stack([mill.by_stage[product], mill.by_stage[PLAIN], other.by_stage[product]])
    )


def test_other_shares_give_way_in_proportion(mill):
    """0.9 : 0.4 instead of 0.6 : 0.4 are 69.2 % and 30.8 %."""
    placed = PlacedAmounts(mill.run.activity, np.array([1]), np.array([BLEND]))
    shares = placed.with_amounts(np.array([0.9])).components.share
    assert shares == pytest.approx([1, 0.9 / 1.3, 0.4 / 1.3, 1])
    assert placed.activity.components.share == pytest.approx([1, 0.6, 0.4, 1])
