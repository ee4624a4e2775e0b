"""Draws of products that are calculated together, because losses, properties, shares or outputs of them vary."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from varied_rows import BLEND, COTTON, HEATED, PERIOD

import textile_pcf as tp
from textile_pcf.uncertainty_analysis import joint_draws
from textile_pcf.uncertainty_analysis.catalogue import Catalogue
from textile_pcf.uncertainty_analysis.joint_draws import JointDraws

MILL = [*COTTON, *BLEND, *PERIOD, *HEATED]
CARBON_RULE = (Path(__file__).parents[2] / "cases" / "rules" / "carbon_balance.yaml").read_text()
CARBON_FACTORS = """item,value,unit,region,year,kind,source,locator,gsd,biogenic,category,co2_fossil,co2_uptake
pcf:X,0.5,kgCO2e/kg,GLO,2023,cradle_to_gate,m,p. 1,1.2,minus_one_plus_one,,,1.5
fibre,2,kgCO2e/kg,GLO,2023,life_cycle,m,p. 1,1.1,,fibre,,
electricity,0.6,kgCO2e/kWh,CN,2023,life_cycle,m,p. 1,1.3,,,,
carbon_dioxide_uptake,0,kgCO2e/kg,GLO,2023,direct,m,p. 1,1.4,,,0,1
"""


def drawn_together(result, draws=200, seed=0, **options):
    """Draws by product, of those that are drawn together."""
    catalogue = Catalogue(tp.uncertainty(result, draws=1, **options).evaluation)
    blocks = JointDraws(catalogue, draws, seed).blocks()
    return {result.products[product]: row for block, rows in blocks for product, row in zip(block, rows, strict=True)}


def assert_as_one_by_one(result, products, draws=200, seed=0, **options):
    found, alone = drawn_together(result, draws, seed, **options), tp.uncertainty(result, draws=draws, seed=seed, **options)
    assert [*found] == products
    for product, row in found.items():
        assert row == pytest.approx(alone.samples(product), rel=1e-12), product


@pytest.mark.parametrize("assume", [{}, {"none": 1.1, "estimated": 1.2}])
@pytest.mark.parametrize("draws", [1, 7, 200])
def test_products_with_different_numbers_are_as_one_by_one(mill, assume, draws):
    """A blend with shares and losses of fibres, outputs of a period, losses and properties of their own, and the rule's."""
    assert_as_one_by_one(mill(*MILL), ["P", "B", "M", "H"], draws, seed=3, assume=assume)


@pytest.mark.parametrize(
    ("size", "value"), [("ROUND", 3), ("ROUND", 7), ("ROUND", 50), ("MOST_TOTALS", 400), ("MOST_DRAWN", 300)]
)
def test_draws_do_not_depend_on_how_many_are_calculated_together(mill, monkeypatch, size, value):
    """Bit for bit: one draw of each product at a time or fifty, one product in a block or all."""
    result = mill(*MILL)
    whole = drawn_together(result)
    monkeypatch.setattr(joint_draws, size, value)
    for product, row in drawn_together(result).items():
        assert np.array_equal(row, whole[product]), product


def test_the_first_draws_of_many_are_those_of_few(mill):
    result = mill(*MILL)
    many = drawn_together(result, 500)
    assert all(np.array_equal(row, many[product][:21]) for product, row in drawn_together(result, 21).items())


@pytest.mark.parametrize("rows", [3, 9])
def test_draws_of_a_batch_do_not_depend_on_partitions(mill, tmp_path, rows):
    mill(*MILL)
    files = (tmp_path / "rows.csv", tmp_path / "knit.yaml", tmp_path / "f.csv")
    whole, parts = (
        tp.calculate_batch(*files, out=tmp_path / name, progress=False, uncertainty={"draws": 100}, **options)
        .read()
        .to_pandas()
        for name, options in (("whole", {}), ("parts", {"partition_rows": rows}))
    )
    parts = parts.set_index("product").loc[whole["product"]].reset_index()
    for name in ("mean", "sd", "gsd", "p2_5", "p97_5", "declared_share"):
        assert np.array_equal(whole[name], parts[name]), name


def test_balanced_carbon_is_drawn_with_what_leaves(mill):
    """An input hands its uptake on and is drawn with it; what balances is what leaves, whatever the uptake's own spread."""
    rows = [
        "F,product,biogenic_carbon,,0.4,kg/kg,,,,1.1", "F,spinning,spinning_waste,,20,%,,,,1.2",
        "Y,product,biogenic_carbon,,0.35,kg/kg,,,,1.1", "Y,purchase,yarn,,1.1,kg/kg,pcf:X", "Y,dyeing,electricity,,2,kWh/kg",
        "Y,dyeing,dyeing_loss,,8,%,,,,1.3",
    ]  # fmt: skip
    assert_as_one_by_one(mill(*rows, rule=CARBON_RULE, factors=CARBON_FACTORS), ["F", "Y"])


def test_products_that_are_drawn_by_themselves(mill):
    """One whose carbon is that of an input, one whose range begins at zero, one that takes another product."""
    of_yarn = ["Y,purchase,yarn,,1.1,kg/kg,pcf:X", "Y,dyeing,electricity,,2,kWh/kg", "Y,dyeing,dyeing_loss,,8,%,,,,1.3"]
    assert drawn_together(mill(*of_yarn, rule=CARBON_RULE, factors=CARBON_FACTORS)) == {}
    from_zero = ["N,making,heat", "N,making,rate,,2,kWh/kg,,,,,0,4"]
    taker = ["T,making,part,,1,kg/kg,product:H", "T,making,cutting,,8,%,,,,1.2"]
    assert [*drawn_together(mill(*MILL, *taker))] == ["P", "B", "M", "H"]
    assert_as_one_by_one(mill(*HEATED, *from_zero), ["H"], assume={})


def test_a_product_of_which_a_draw_cannot_be_is_drawn_by_itself(mill, monkeypatch):
    """So that it is refused with its reason; the products beside it keep their bits."""
    result = mill(*HEATED, *COTTON)
    whole = drawn_together(result)
    monkeypatch.setattr(joint_draws, "impossible_products", lambda activity, _: np.array([*activity.names]) == "P")
    found = drawn_together(result)
    assert [*found] == ["H"]
    assert np.array_equal(found["H"], whole["H"])
    assert tp.uncertainty(result, draws=200).statistics.mean == pytest.approx([whole["H"].mean(), whole["P"].mean()], rel=1e-12)


def test_calculations_do_not_grow_with_the_products(mill, monkeypatch):
    """As many as draws, and one of what is stated, however many products there are."""
    monkeypatch.setattr(joint_draws, "ROUND", 30)
    completed = []
    original = joint_draws.complete_quantities
    monkeypatch.setattr(
        joint_draws, "complete_quantities", lambda *args, **options: completed.append(1) or original(*args, **options)
    )
    result = mill(*[row.replace("H,", f"H{number},") for number in range(30) for row in HEATED])
    drawn_together(result, 50)
    assert len(completed) == 51


@pytest.mark.parametrize(
    "name", ["cotton_poplin", "polyester_cotton_blend", "polyester_woven", "silk_habotai", "t_shirt", "wool_suit", "jeans"]
)
def test_shipped_rules_with_a_spread_of_every_number_of_the_rule(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = tp.footprint(*tp.load_example(name))
    takes_none = [product for product in result.products if product not in ("SUIT-JACKET", "SUIT-TROUSERS")]
    assert_as_one_by_one(result, takes_none, draws=40, assume={"estimated": 1.2})
