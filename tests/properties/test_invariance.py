"""Properties that hold for every product: the way of writing, the declared unit and the conventions change no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_products import COLUMNS, FAST, HOME, RULE, RULES, TABLE, assert_same, calculated, products, told

import textile_pcf as tp
from worked import write_rule

# ---------------------------------------------------------------- the way of writing


SAME_UNIT = {
    "kWh": [("MJ", 3.6), ("MWh", 0.001), ("度", 1.0), ("tce", 3.6 / 29307.6), ("kgce", 3.6 / 29.3076), ("kWh/kg", 1.0)],
    "kWh/kg": [("MJ/kg", 3.6), ("kWh/t", 1000.0), ("MWh/t", 1.0), ("kWh", 1.0), ("kWh/lb", 0.45359237)],
    "MJ": [("GJ", 0.001), ("kWh", 1 / 3.6), ("kcal", 1 / 0.0041868), ("GJ/t", 1.0)],
    "km": [("m", 1000.0), ("公里", 1.0), ("tkm/t", 1.0)],
    "%": [("1", 0.01), ("kg/kg", 0.01), ("g/kg", 10.0), ("‰", 10.0), ("kg/t", 10.0)],
    "g/kg": [("%", 0.1), ("kg/kg", 0.001), ("kg/t", 1.0)],
    "kg/kg": [("%", 100.0), ("1", 1.0), ("t/t", 1.0)],
    "1": [("%", 100.0)],
    "piece": [("件", 1.0), ("pcs", 1.0), ("万件", 0.0001), ("dozen", 1 / 12)],
}


@FAST
@given(products(), st.randoms(use_true_random=False))
def test_units_change_nothing(rows, random):
    """kWh or MJ or tce, km or m, percent or kg/kg: the same amount in another unit gives the same result."""
    other = []
    for row in rows:
        unit, factor = random.choice([*SAME_UNIT[row["unit"]], (row["unit"], 1.0)])
        if unit == "kWh/kg" and row["stage"] == "dyeing":
            unit, factor = row["unit"], 1.0
        other.append({**row, "unit": unit, "amount": row["amount"] * factor})
    assert_same(told(calculated(other)), told(calculated(rows)), 1e-11)


@FAST
@given(products(), products("Q"), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(first, second, random):
    rows = [*first, *second]
    shuffled = random.sample(rows, len(rows))
    columns = random.sample(COLUMNS, len(COLUMNS))
    frame = pd.DataFrame([{column: row.get(column) for column in columns} for row in shuffled], columns=list(columns))
    result = tp.calculate(tp.read_activity(frame, RULES), TABLE)
    assert_same(told(result), told(calculated(rows)))


@FAST
@given(st.lists(products(), min_size=2, max_size=8))
def test_a_batch_is_its_products_one_by_one(batch):
    """Bit for bit the same, whatever stands beside a product."""
    together = [{**row, "product": f"P{number}"} for number, rows in enumerate(batch) for row in rows]
    result = calculated(together)
    for number, rows in enumerate(batch):
        alone = calculated(rows)
        assert float(result.totals[number]) == float(alone.totals[0])
        assert result.by_stage[number].tolist() == alone.by_stage[0].tolist()
        assert result.split_totals[number].tolist() == alone.split_totals[0].tolist()


# ---------------------------------------------------------------- declared unit and conventions


@FAST
@given(products(), st.floats(0.05, 3).map(lambda x: round(x, 3)))
def test_the_declared_unit_scales(rows, mass):
    """Per kg, per t and per piece of a known mass are the same footprint; `per: product` amounts are given per unit."""
    rows = [row for row in rows if row["flow"] != "label"]
    per_kg = calculated(rows)
    per_unit = {}
    for unit, extra in (
        ("t", []),
        ("piece", [{"product": "P", "stage": "product", "flow": "mass", "amount": mass, "unit": "kg"}]),
    ):
        rule = {**RULE, "rule": f"properties_{unit}", "product": {**RULE["product"], "unit": unit}}
        if extra:
            rule["product"]["properties"] = {**RULE["product"]["properties"], "mass": {"unit": "kg"}}
        rules = tp.load_rules(write_rule(rule, HOME))
        frame = pd.DataFrame([{column: row.get(column) for column in COLUMNS} for row in [*rows, *extra]])
        per_unit[unit] = tp.calculate(tp.read_activity(frame, rules), TABLE)
    assert np.allclose(per_unit["t"].by_stage, per_kg.by_stage * 1000, rtol=1e-12, atol=0)
    assert np.allclose(per_unit["piece"].by_stage, per_kg.by_stage * mass, rtol=1e-12, atol=0)
    for result in per_unit.values():
        assert_same(float(result.per_unit("kg").iloc[0]), float(per_kg.totals[0]))


@FAST
@given(products(), st.floats(50, 800), st.floats(0.5, 3))
def test_units_of_results_follow_from_grammage_and_width(rows, grammage, width):
    rows = [
        *rows,
        {"product": "P", "stage": "product", "flow": "grammage", "amount": grammage, "unit": "g/m2"},
        {"product": "P", "stage": "product", "flow": "width", "amount": width, "unit": "m"},
    ]
    result = calculated(rows)
    total = float(result.totals[0])
    square_metre, metre = grammage / 1000, grammage / 1000 * width
    for unit, kilograms in (("kg", 1), ("t", 1000), ("m2", square_metre), ("m", metre), ("100 m", 100 * metre)):
        assert_same(float(result.per_unit(unit).iloc[0]), total * kilograms)


@FAST
@given(products())
def test_the_two_conventions_differ_by_biogenic_carbon_dioxide_only(rows):
    """−1/+1 less 0/0 is what is given off less what is taken up: per kg raw 0.2 − 1.6; nothing else changes."""
    both, none = calculated(rows, biogenic="minus_one_plus_one"), calculated(rows, biogenic="zero_zero")
    masses = both.masses
    raw = float(masses[masses["stage"] == "ginning"]["input"].sum())
    assert float(both.totals[0] - none.totals[0]) == pytest.approx(raw * (0.2 - 1.6), rel=1e-9)
    assert_same(both.split_totals[0, [0, 3]].tolist(), none.split_totals[0, [0, 3]].tolist())
    assert none.split_totals[0, 2] == 0
    assert float(both.split_totals[0, 1] - none.split_totals[0, 1]) == pytest.approx(raw * 0.2, rel=1e-9)


@FAST
@given(products())
def test_inputs_stay_as_they_are(rows):
    frame = pd.DataFrame([{column: row.get(column) for column in COLUMNS} for row in rows], columns=list(COLUMNS))
    before = frame.copy(deep=True)
    activity = tp.read_activity(frame, RULES)
    arrays = {name: getattr(activity, name).copy() for name in ("properties", "losses", "stage_active")}
    tp.calculate(activity, TABLE)
    tp.calculate(activity, TABLE, gwp="AR5", biogenic="zero_zero")
    pd.testing.assert_frame_equal(frame, before)
    for name, values in arrays.items():
        assert np.array_equal(getattr(activity, name), values, equal_nan=True)
