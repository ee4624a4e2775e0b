"""What a live report holds: the numbers of the inventory, what can be moved, and what cannot, with its reason."""

import json

import numpy as np
import pytest
from live_mill import BLEND, LINKED, PERIOD, RULE, SUMS, SUPPLY

import textile_pcf as tp
from textile_pcf.report.live import verification
from textile_pcf.report.live.controls import as_changes
from textile_pcf.report.live.export import live_products, result_dict
from textile_pcf.report.live.fixed import fixed_numbers
from textile_pcf.report.live.verification import holding


def controls_of(product):
    return {(*control.places[0].values(),): control for control in product.controls}


@pytest.fixture(scope="module")
def blend(mill):
    return live_products(mill(*BLEND))[0]


def test_lines_are_those_of_the_inventory(mill):
    result = mill(*BLEND)
    (product,) = result_dict(result)["products"]
    inventory = result.inventory
    for name, values in (("value", inventory.value), ("scale", inventory.scale), ("factor", inventory.factor_totals)):
        assert [line[name] for line in product["lines"]] == (values * np.ones(len(inventory.value))).tolist()
    assert product["total"] == result.totals[0]
    json.dumps(product, allow_nan=False)


def test_fibres_are_moved_one_by_one_where_each_has_its_own_row(blend):
    controls = controls_of(blend)
    assert {"cotton", "polyester"} <= {control.component for control in controls.values()}
    power = controls["spinning", "power", "cotton"]
    assert (power.base, power.unit, power.band, power.is_plausible) == (3.2, "kWh/kg", (1.0, 9.0), True)
    assert as_changes(power, "P", 1.5) == [
        {"change": "scale", "at": {"product": "P", "stage": "spinning", "flow": "power", "component": "cotton"}, "by": 1.5}
    ]


def test_rows_with_items_of_their_own_are_moved_one_by_one(mill):
    part = ("P,making,part,,0.1,kg/kg,cotton", "P,making,part,,0.2,kg/kg,polyester")
    product = live_products(mill(*SUMS[:1], *part, SUMS[2]))[0]
    assert {control.item for control in product.controls if control.flows == ("part",)} == {"cotton", "polyester"}


def test_loss_without_a_band_ends_below_all_that_goes_in(blend):
    trimming, waste = controls_of(blend)["making", "trimming"], controls_of(blend)["spinning", "waste", "cotton"]
    assert trimming.is_set
    assert trimming.band == (0.0, pytest.approx(10.0))
    assert as_changes(trimming, "P", 3.0)[0]["change"] == "set"
    assert not waste.is_plausible
    assert waste.band[1] == pytest.approx(24.0)


def test_amount_of_a_rule_is_moved_like_a_stated_one(mill):
    product = live_products(mill("P,making,steam,,,,", "P,making,cutting,,10,%"))[0]
    assert controls_of(product)["making", "steam"].base == 2.0


def test_electricity_can_be_mixed_with_what_the_tables_know(blend):
    carrier = blend.carriers[0]
    assert (carrier.item, carrier.region) == ("electricity", "CN")
    assert [one.item for one in carrier.alternatives] == ["electricity_pv", "electricity_coal"]
    assert len(blend.carriers) == 1  # cotton and steam are no energy counted in kWh, and two items are one amount in making


def test_supply_table_decides_the_mix(mill, tmp_path):
    (tmp_path / "s.csv").write_text(SUPPLY, encoding="utf-8")
    rule = RULE.replace("product:", "electricity: {declared: market_based}\nproduct:")
    result = mill(*SUMS, rule=rule, supply=tmp_path / "s.csv")
    product = live_products(result)[0]
    assert not product.carriers
    assert "supply" in {each.reason for each in fixed_numbers(product.model)}
    assert controls_of(product)["making", "electricity"].lines == (0, 1)  # both parts move together


def test_what_cannot_be_moved_says_why(blend):
    reasons = {(each.stage, each.name): each.reason for each in fixed_numbers(blend.model)}
    assert reasons["product", "cotton"] == "share"
    assert reasons["making", "rate"] == "driver"
    assert fixed_numbers(blend.model)[0].effect > 0


def test_output_of_a_period_is_fixed_and_its_totals_move(mill):
    product = live_products(mill(*PERIOD))[0]
    assert {each.reason for each in fixed_numbers(product.model)} == {"output"}
    electricity = controls_of(product)["making", "electricity"]
    assert electricity.base == pytest.approx(0.9)
    assert electricity.unit == "kWh/kg"


def test_product_of_the_run_is_named_as_a_link(mill):
    product = live_products(mill(*LINKED))[1]
    assert [(each.name, each.reason) for each in fixed_numbers(product.model)] == [("Q", "link")]
    assert ("making", "part") in controls_of(product)


def test_nothing_moves_in_a_product_that_needs_itself(mill):
    rows = ("Q,making,part,,0.1,kg/kg,product:P", "P,making,part,,0.2,kg/kg,product:Q", "P,making,electricity,,1,kWh/kg")
    product = live_products(mill(*rows))[1]
    assert not product.controls
    assert fixed_numbers(product.model)[0].reason == "loop"
    assert result_dict(mill(*rows))["products"][1]["controls"] == []


def test_control_that_moves_something_else_is_not_offered(mill, monkeypatch):
    """Every control is tried: one that a recalculation answers otherwise is named, and the others stay."""
    product = live_products(mill(*SUMS))[0]
    original = verification.as_changes

    def other(control, name, by):
        return original(control, name, by * (2 if control.flows == ("part",) else 1))

    monkeypatch.setattr(verification, "as_changes", other)
    fine, _ = holding(product.model, product.controls, product.carriers)
    assert {product.controls[number].flows for number in range(len(product.controls))} - {
        product.controls[number].flows for number in fine
    } == {("part",)}


def test_first_twenty_of_many_products(mill):
    rows = [row.replace("P,", f"P{number},", 1) for number in range(22) for row in SUMS[:1]]
    assert len(live_products(mill(*rows))) == 20


def test_loaded_result_says_that_it_needs_its_lock(mill, tmp_path):
    mill(*SUMS).save(tmp_path / "r.json")
    with pytest.raises(tp.UsageError, match="lock"):
        tp.load_result(tmp_path / "r.json").to_live_report(tmp_path / "live.html")
