"""`recalculate`: draws worked by hand, arguments that are refused, and links."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from draw_results import CASES, in_loop, result_of

import textile_pcf as tp
from textile_pcf.calculation import calculate
from textile_pcf.errors import InputError, UsageError
from textile_pcf.inventory import draws as draws_module
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, stated_values
from textile_pcf.recalculation import recalculate

pytestmark = pytest.mark.filterwarnings("ignore")


RULE = """
rule: draws
edition: "1"
sources: {m: {title: a mill}}
product:
  unit: piece
  properties:
    mass: {unit: g}
stages:
  - id: spinning
    scope: component
    properties:
      count: {unit: Nm, optional: true}
    losses: [{id: waste, unit: "%", basis: input}]
    flows:
      electricity: {unit: kWh, factor: electricity}
  - id: weaving
    properties:
      loom: {choice: [air_jet, rapier], optional: true}
    losses: [{id: waste, unit: "%", basis: input, value: 5, source: m, locator: p. 9}]
    flows:
      electricity:
        unit: kWh
        factor: electricity
        value: {by: loom, air_jet: 2.0, rapier: 1.0}
        source: m
        locator: p. 10
"""


# ---------------------------------------------------------------- draws by hand


@pytest.fixture(name="blend", scope="module")
def _blend(tmp_path_factory):
    path = tmp_path_factory.mktemp("rule") / "draws.yaml"
    path.write_text(RULE, encoding="utf-8")
    rows = [
        {"product": "P", "stage": "product", "flow": "mass", "amount": 200, "unit": "g"},
        {"product": "P", "stage": "product", "flow": "share", "component": "cotton", "amount": 60, "unit": "%"},
        {"product": "P", "stage": "product", "flow": "share", "component": "flax", "amount": 40, "unit": "%"},
        {"product": "P", "stage": "spinning", "flow": "waste", "amount": 20, "unit": "%"},
        {"product": "P", "stage": "spinning", "flow": "electricity", "amount": 3, "unit": "kWh/kg", "component": "cotton"},
        {"product": "P", "stage": "spinning", "flow": "electricity", "amount": 5, "unit": "kWh/kg", "component": "flax"},
        {"product": "P", "stage": "weaving", "flow": "loom", "item": "rapier"},
        {"product": "P", "stage": "product", "region": "CN"},
    ]
    factors = tp.load_factors()
    return calculate(tp.read_activity(pd.DataFrame(rows), path), factors)


def weaving(result):
    """Footprint of 1 kWh of electricity. [kg CO2e/MJ]"""
    return float(result.inventory.factor_totals[0])


def test_shares_are_divided_by_their_sum(blend):
    """0.6 and 0.8 become 3/7 and 4/7: 3 × 3/7 + 5 × 4/7 kWh per kg of yarn, 0.2 kg / 0.95 of yarn."""
    found = recalculate(blend.run, "P", {ActivityRow(2): np.array([0.4, 0.8])})
    expected = (3 * 3 / 7 + 5 * 4 / 7) * 3.6 * 0.2 / 0.95 * weaving(blend)
    np.testing.assert_array_equal(found[0], blend.by_stage[0])
    assert found[1, 0] == pytest.approx(expected, rel=1e-12)


def test_a_number_of_the_rule_is_drawn_where_it_is_used(blend):
    """The chosen entry of rapier looms is used; drawing the one of air-jet looms changes nothing."""
    index = next(spec.index for spec in blend.run.activity.rules.flows if spec.default is not None)
    found = recalculate(
        blend.run, "P", {RuleNumber("flow", index, 1): np.array([7.2]), RuleNumber("flow", index, 0): np.array([99.0])}
    )
    assert found[0, 1] == pytest.approx(2 * blend.by_stage[0, 1], rel=1e-12)
    assert found[0, 0] == blend.by_stage[0, 0]


def test_a_loss_of_the_rule_is_drawn(blend):
    found = recalculate(blend.run, "P", {RuleNumber("loss", 1): np.array([0.05, 0.24])})
    np.testing.assert_allclose(found[1, 0] / found[0, 0], 0.95 / 0.76, rtol=1e-12)


def test_chunks_do_not_change_draws(blend, monkeypatch):
    values = {ActivityRow(3): np.linspace(0.1, 0.3, 50), FactorRow(0, 0): np.linspace(1, 2, 50)}
    whole = recalculate(blend.run, "P", values)
    monkeypatch.setattr(draws_module, "CHUNK", 40)
    np.testing.assert_array_equal(recalculate(blend.run, "P", values), whole)


def test_one_row_of_all_fibres_is_one_draw(blend):
    """The loss of spinning is given once: both fibres have the same draw."""
    found = recalculate(blend.run, "P", {ActivityRow(3): np.array([0.2, 0.6])})
    np.testing.assert_array_equal(found[0], found[1])  # electricity is per kg of output
    assert found[0, 0] == blend.by_stage[0, 0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "no draws"),
        ({ActivityRow(3): np.array([0.1, np.nan])}, "no finite"),
        ({ActivityRow(3): np.array([0.1]), ActivityRow(4): np.array([0.1, 0.2])}, "shape"),
        ({ActivityRow(3): np.zeros((2, 2))}, "shape"),
        ({ActivityRow(6): np.array([1.0])}, "no number"),
        ({ActivityRow(99): np.array([1.0])}, "no number"),
        ({RuleNumber("flow", 0, 0): np.array([1.0])}, "no number"),
        ({RuleNumber("flow", 99, 0): np.array([1.0])}, "no number"),
        ({RuleNumber("flow", 1, 5): np.array([1.0])}, "no number"),
        ({"mass": np.array([1.0])}, "no number"),
    ],
)
def test_wrong_arguments(blend, values, words):
    with pytest.raises(UsageError, match=words) as caught:
        recalculate(blend.run, "P", values)
    assert "draws" in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({ActivityRow(3): np.array([0.5, 1.0])}, r"spinning\.waste.*loss of 1 is impossible"),
        ({RuleNumber("loss", 1): np.array([0.5, 1.25])}, r"weaving\.waste.*loss of 1\.25 is impossible"),
        ({ActivityRow(3): np.array([0.5, -0.1])}, "A draw of -0.1 is impossible"),
        ({ActivityRow(1): np.zeros(2), ActivityRow(2): np.array([1.0, 0.0])}, "all shares"),
        ({ActivityRow(0): np.array([0.0])}, "cannot be calculated"),
    ],
)
def test_impossible_draws(blend, values, words):
    with pytest.raises(InputError, match=words) as caught:
        recalculate(blend.run, "P", values)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].localized("zh") != str(caught.value.problems[0])


def test_an_unknown_product(blend):
    with pytest.raises(UsageError, match="no such product"):
        recalculate(blend.run, "Q", {ActivityRow(3): np.array([0.1])})


def test_bands_are_not_looked_at():
    """A hundred times the chemicals are refused as a stated amount, and calculated as a draw."""
    result = result_of("cotton_poplin")
    source = next(
        key
        for key, value in stated_values(result.inventory, 0).items()
        if isinstance(key, ActivityRow) and result.run.activity.columns.text("flow", key.row) == "chemicals"
    )
    stated = stated_values(result.inventory, 0)[source]
    low, high = recalculate(result.run, result.products[0], {source: stated * np.array([1.0, 100.0])}).sum(axis=1)
    assert high > low


# ---------------------------------------------------------------- links


def test_suppliers_are_those_of_the_run_or_drawn():
    """The jacket takes a shell, a lining and more; drawing the shell's footprint moves the total by its amount."""
    result = result_of("polyester_jacket")
    jacket, shell = result.products.index("JACKET"), result.products.index("SHELL")
    links = result.inventory.links
    needed = links.amount[(links.user == jacket) & (links.supplier == shell)].sum()
    footprint = result.totals[shell] + np.array([0.0, 1.0])
    found = recalculate(result.run, "JACKET", {}, {"SHELL": footprint}).sum(axis=1)
    assert found[1] - found[0] == pytest.approx(needed, rel=1e-9)
    np.testing.assert_allclose(found[0], result.by_stage[jacket].sum(), rtol=1e-12)
    with pytest.raises(UsageError, match="no product 'SHEL'"):
        recalculate(result.run, "JACKET", {}, {"SHEL": footprint})


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("loops")])
def test_a_product_that_needs_itself_needs_drawn_suppliers(name):
    result = result_of(name)
    for product in range(len(result.products)) if result else ():
        if not in_loop(result, product):
            continue
        stated = stated_values(result.inventory, product)
        values = {key: np.array([value]) for key, value in stated.items()}
        with pytest.raises(UsageError, match="needs itself"):
            recalculate(result.run, result.products[product], values)
        suppliers = {one: np.array([total]) for one, total in zip(result.products, result.totals, strict=True)}
        found = recalculate(result.run, result.products[product], values, suppliers)
        np.testing.assert_allclose(found[0], result.by_stage[product], rtol=1e-12)
