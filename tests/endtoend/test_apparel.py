"""The apparel rule as a whole: categories, what must be told, carbon that closes, garments linked in a loop."""

import numpy as np
import pytest

import textile_pcf as tp
from paths import EXAMPLES
from textile_pcf.rules.schema import ChosenDefault

RULE = "apparel@2026.1"
TABLES = ["default", "carbonfact"]


def garment(**more):
    """Rows of a cotton T-shirt as a table; `more`: stage__flow=(amount, unit) or a word."""
    rows = tp.read_activity(EXAMPLES / "t_shirt/activity.csv", RULE).columns.table.columns
    told = [dict(zip(rows, cells, strict=True)) for cells in zip(*rows.values(), strict=True)]
    for name, value in more.items():
        stage, _, flow = name.partition("__")
        told = [row for row in told if (row["stage"], row["flow"]) != (stage, flow)]
        amount, unit, item = (*value, "") if isinstance(value, tuple) else ("", "", value)
        told.append(
            dict.fromkeys(rows, "")
            | {"product": "T-SHIRT", "stage": stage, "flow": flow, "amount": amount, "unit": unit, "item": item}
        )
    return [{"product": "T-SHIRT", "rows": told}]


def test_there_are_thirteen_categories_and_each_has_every_default():
    rule = tp.load_rules(RULE).document
    categories = rule.product.properties["category"].choice
    assert len(categories) == 13
    homes = [rule.product.properties, *(stage.properties for stage in rule.stages)]
    quantities = [model for models in homes for model in models.values()] + [
        loss for stage in rule.stages for loss in stage.losses
    ]
    chosen = [model.value for model in quantities if isinstance(model.value, ChosenDefault) and model.value.by == "category"]
    assert len(chosen) >= 8
    for default in chosen:
        assert set(default.words) == set(categories)


def test_policy_choices_have_no_hidden_default():
    """How much flies must be said; durability and repair are neutral unless said; dead stock is counted where it is told."""
    rule = tp.load_rules(RULE).document
    distribution = next(stage for stage in rule.stages if stage.id == "distribution")
    assert distribution.properties["air_share"].value is None
    assert rule.product.properties["quality"].value == rule.product.properties["reparability"].value == 1
    making = next(stage for stage in rule.stages if stage.id == "making")
    assert next(loss for loss in making.losses if loss.id == "dead_stock").value is None
    rows = garment()
    rows[0]["rows"] = [row for row in rows[0]["rows"] if row["flow"] not in ("road", "sea", "air")]
    with pytest.raises(tp.InputError, match="land_distance"):
        tp.footprint(rows, RULE, TABLES)


def test_every_stage_says_its_region_in_the_result():
    """Regions per stage: mills in China, transport factors of Great Britain, use in France."""
    lines = tp.footprint(*tp.load_example("t_shirt")).contributions
    power = lines[lines.item == "electricity"]
    assert set(power[power.stage == "use"].region) == {"FR"}
    assert set(power[power.stage == "spinning"].region) == {"CN"}


@pytest.mark.parametrize("burned", [0, 40, 100])
def test_carbon_closes_whatever_becomes_of_the_garment(burned):
    """-1/+1: what is taken up is given back, or stands in the ground of the landfill."""
    rest = 100 - burned
    rows = garment(
        end_of_life__recycled_share=(0, "%"),
        end_of_life__collected_share=(0, "%"),
        end_of_life__incineration_rate=(burned, "%"),
        end_of_life__landfill_rate=(rest, "%"),
    )
    result = tp.footprint(rows, RULE, TABLES, biogenic="minus_one_plus_one")
    carbon = 12.011 / (12.011 + 2 * 15.999)
    lines = result.contributions
    methane = float(lines[lines.flow == "landfill_methane_out"]["amount"].iloc[0])
    back = float(result.split_totals[0, 1]) - 27 * methane
    given_back = back * carbon + methane * 12 / 16
    taken_up = -float(result.split_totals[0, 2]) * carbon
    kept = rest / 100 * 0.17 * 0.44446 * 0.5
    assert given_back + kept == pytest.approx(taken_up, rel=1e-12)
    assert result.carbon_content[0].tolist() == pytest.approx([0, 0.17 * 0.44446])


def test_conventions_differ_by_uptake_and_release_only():
    counted = tp.footprint(garment(), RULE, TABLES, biogenic="minus_one_plus_one")
    left_out = tp.footprint(garment(), RULE, TABLES, biogenic="zero_zero")
    apart = counted.split_totals - left_out.split_totals
    assert apart[0, [0, 3]].tolist() == [0, 0]
    assert counted.totals[0] - left_out.totals[0] == pytest.approx(apart[0, 1] + apart[0, 2])


def test_a_loop_of_cutting_waste_agrees_with_a_matrix_solved_by_hand():
    """Shell fabric takes 20 % of its fibre from reclaimed waste, which is made of shell fabric: two equations."""

    def part(product, rows):
        return {
            "product": product,
            "rows": [*rows, {"stage": "product", "flow": "mass", "amount": 1, "unit": "kg/piece"}, {"stage": "part"}],
        }

    spun = [
        {"stage": "spinning", "flow": "electricity", "amount": 3, "unit": "kWh/kg"},
        {"stage": "spinning", "flow": "spinning_waste", "amount": 10, "unit": "%"},
        {"stage": "spinning", "flow": "inbound", "amount": 0, "unit": "km"},
        {"stage": "knitting", "flow": "electricity", "amount": 2, "unit": "kWh/kg"},
        {"stage": "knitting", "flow": "knitting_waste", "amount": 5, "unit": "%"},
        {"stage": "knitting", "flow": "inbound", "amount": 0, "unit": "km"},
        {"stage": "product", "region": "CN", "year": 2024},
    ]
    shell = [
        *spun,
        {"stage": "product", "flow": "share", "component": "new", "amount": 80, "unit": "%"},
        {"stage": "product", "flow": "share", "component": "old", "amount": 20, "unit": "%"},
        {"stage": "composition", "flow": "fiber", "item": "cotton"},
        {"stage": "fibre", "flow": "fibre", "component": "new", "item": "cotton_lint"},
        {"stage": "fibre", "flow": "inbound", "component": "new", "amount": 0, "unit": "km"},
        {
            "stage": "recycled_fibre",
            "flow": "recycled_fibre",
            "component": "old",
            "amount": 1,
            "unit": "kg/kg",
            "item": "product:RECLAIMED",
        },
        {
            "stage": "recycled_fibre",
            "flow": "virgin_fibre",
            "component": "old",
            "amount": 0,
            "unit": "kg/kg",
            "item": "cotton_lint",
        },
        {"stage": "recycled_fibre", "flow": "inbound", "component": "old", "amount": 0, "unit": "km"},
    ]
    reclaimed = [
        {"stage": "product", "region": "CN", "year": 2024},
        {"stage": "composition", "flow": "fiber", "item": "cotton"},
        {"stage": "fabric_purchase", "flow": "fabric", "amount": 1.25, "unit": "kg/kg", "item": "product:SHELL"},
        {"stage": "fabric_purchase", "flow": "inbound", "amount": 0, "unit": "km"},
        {"stage": "finishing", "flow": "electricity", "amount": 0.5, "unit": "kWh/kg"},
        {"stage": "finishing", "flow": "heat", "amount": 0, "unit": "MJ/kg"},
    ]
    result = tp.footprint([part("SHELL", shell), part("RECLAIMED", reclaimed)], RULE)
    power, lint = 0.5777, 1.9
    yarn = 1 / 0.95
    fibre = yarn / 0.9
    own = np.array([0.8 * fibre * lint + (3 * yarn + 2) * power, 0.5 * power])
    needs = np.array([[0, 0.2 * fibre], [1.25, 0]])
    by_hand = np.linalg.solve(np.eye(2) - needs, own)
    assert result.totals == pytest.approx(by_hand, rel=1e-12)


def test_a_loop_that_needs_more_than_it_gives_names_its_products():
    rows = [
        {
            "product": name,
            "rows": [
                {"stage": "product", "flow": "mass", "amount": 1, "unit": "kg/piece"},
                {"stage": "product", "region": "CN"},
                {"stage": "composition", "flow": "fiber", "item": "cotton"},
                {"stage": "fabric_purchase", "flow": "fabric", "amount": 1.1, "unit": "kg/kg", "item": f"product:{other}"},
                {"stage": "part"},
            ],
        }
        for name, other in (("SHELL", "LINING"), ("LINING", "SHELL"))
    ]
    with pytest.raises(tp.InputError, match=r"SHELL → LINING → SHELL|LINING → SHELL → LINING"):
        tp.footprint(rows, RULE)
