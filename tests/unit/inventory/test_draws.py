"""`recalculate`: draws of stated numbers give the run's own result, and draws of other numbers what a rewritten table gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.calculation import calculate, calculate_run, recalculate
from textile_pcf.engine import ratio_elasticities
from textile_pcf.errors import InputError, PcfError, UsageError
from textile_pcf.inventory import draws as draws_module
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, spec_of, stated_values
from textile_pcf.inventory.masses import stage_masses
from textile_pcf.io.resources import examples
from textile_pcf.rule_cases import run
from worked import LOADED, all_cases

pytestmark = pytest.mark.filterwarnings("ignore")
EXAMPLES = tuple(examples())
CASES = {case.id: case for case in all_cases()}
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


@cache
def result_of(name):
    """The result of an example or a worked case; None for a case that is refused."""
    if name in EXAMPLES:
        return tp.footprint(*tp.load_example(name))
    try:
        return run(CASES[name], LOADED)
    except PcfError:
        return None


def in_loop(result, product):
    """Whether a product needs itself."""
    links, reached = result.inventory.links, set()
    ahead = {product}
    while ahead:
        ahead = {supplier for user, supplier in zip(links.user, links.supplier, strict=True) if user in ahead} - reached
        reached |= ahead
    return product in reached


def products_of(result):
    return [product for product in range(len(result.products)) if not in_loop(result, product)]


@pytest.mark.parametrize("name", [*EXAMPLES, *CASES])
def test_draws_of_the_stated_numbers_are_the_run_bit_for_bit(name):
    result = result_of(name)
    for product in products_of(result) if result else ():
        stated = stated_values(result.inventory, product)
        found = recalculate(result.run, result.products[product], {key: np.full(3, value) for key, value in stated.items()})
        assert found.shape == (3, len(result.stages))
        np.testing.assert_array_equal(found, np.tile(result.by_stage[product], (3, 1)))


# ---------------------------------------------------------------- against rewritten tables and rules


def rewritten(result, product, multiples):
    """The run with the rows of the product multiplied in its table, and the numbers of the rule in the rule."""
    activity = result.run.activity
    columns, patterns = activity.columns, activity.rows.patterns
    amounts = columns.numbers["amount"].copy()
    shares = set(activity.rows.of_kind(RowKind.SHARE).tolist())
    for source, multiple in multiples.items():
        if isinstance(source, ActivityRow):
            inverse = patterns.inverse[activity.rows.pattern[source.row]]
            amounts[source.row] = amounts[source.row] / multiple if inverse else amounts[source.row] * multiple
    own = [row for row in shares if columns.text("product", row) == result.products[product]]
    if own:
        drawn = [activity.value[row] * multiples.get(ActivityRow(row), 1.0) for row in own]
        amounts[own] *= activity.value[own].sum() / sum(drawn)
    texts = {name: [text.categories[code] for code in text.codes] for name, text in columns.texts.items()}
    names = [name for name in texts if any(texts[name])]
    rows = [
        {name: texts[name][row] for name in names if texts[name][row]}
        | ({} if np.isnan(amounts[row]) else {"amount": amounts[row]})
        for row in range(columns.rows)
    ]
    return calculate_run(replace(result.run, activity=tp.read_activity(pd.DataFrame(rows), rule_with(activity, multiples))))


def rule_with(activity, multiples):
    rules = activity.rules
    for source, multiple in multiples.items():
        if isinstance(source, RuleNumber):
            spec = spec_of(activity, source)
            values = spec.default.values.copy()
            values[source.entry] *= multiple
            changed = replace(spec, default=replace(spec.default, values=values))
            name = {"property": "properties", "loss": "losses", "flow": "flows"}[source.kind]
            rules = replace(rules, **{name: tuple(changed if one is spec else one for one in getattr(rules, name))})
            activity = SimpleNamespace(rules=rules)
    return rules


def chosen(result, product):
    """Entries of the rule that the product takes."""
    return {key for key in stated_values(result.inventory, product) if isinstance(key, RuleNumber)}


def check_against_rewritten(name, seed, draws):
    result, random = result_of(name), np.random.default_rng(seed)
    for product in products_of(result) if result else ():
        stated = {
            key: value for key, value in stated_values(result.inventory, product).items() if not isinstance(key, FactorRow)
        }
        if (result.inventory.links.user == product).any():  # its suppliers take numbers of the same rule
            stated = {key: value for key, value in stated.items() if isinstance(key, ActivityRow)}
        multiples = {key: random.uniform(0.97, 1.03, draws) for key in stated}
        values = {key: stated[key] * multiples[key] for key in stated}
        found = recalculate(result.run, result.products[product], values)
        for draw in range(draws):
            other = rewritten(result, product, {key: multiple[draw] for key, multiple in multiples.items()})
            if chosen(other, product) == chosen(result, product):  # draws keep the entry that the stated numbers choose
                np.testing.assert_allclose(found[draw], other.by_stage[product], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", [*EXAMPLES, *CASES])
def test_draws_are_what_a_rewritten_table_gives(name):
    check_against_rewritten(name, 1, 1)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.sampled_from(["polyester_cotton_blend", "jeans", "cotton_poplin"]), st.integers(0, 2**31))
def test_any_draws_are_what_a_rewritten_table_gives(name, seed):
    check_against_rewritten(name, seed, 2)


@pytest.mark.parametrize("name", EXAMPLES)
def test_drawn_factors_are_other_factors(name):
    """Of products without links; all lines of a factor have its draw."""
    result = result_of(name)
    factors = result.inventory.factors
    multiples = np.random.default_rng(3).uniform(0.5, 2, len(factors.values))
    keys = list(zip(factors.sheet.tolist(), factors.row.tolist(), strict=True))
    by_row = {key: multiples[number] for number, key in enumerate(keys)}  # one row may answer several requests
    times = np.array([by_row[key] for key in keys])
    removals = result.inventory.matches.removals * times  # a factor that takes up more CO2 balances with less of it
    other = replace(result, inventory=result.inventory.with_factors(factors.values * times[:, None], removals))
    for product in range(len(result.products)):
        if (result.inventory.links.user == product).any():
            continue
        used = [key for key in stated_values(result.inventory, product) if isinstance(key, FactorRow)]
        found = recalculate(result.run, result.products[product], {key: np.array([by_row[key.sheet, key.row]]) for key in used})
        np.testing.assert_allclose(found[0], other.by_stage[product], rtol=1e-12)


# ---------------------------------------------------------------- against derivatives


@pytest.mark.parametrize("name", EXAMPLES)
def test_small_draws_of_losses_follow_the_derivatives(name):
    result = result_of(name)
    inventory = result.inventory
    activity, processes = inventory.activity, inventory.processes
    intensity = inventory.value * inventory.scale * inventory.factor_totals * inventory.inside
    masses = stage_masses(activity, inventory.quantities)
    elasticity = ratio_elasticities(intensity, inventory.process, inventory.driver, masses, processes.downstream)
    derivatives = {}
    for entries in activity.structure.process_losses:
        for process in np.flatnonzero(entries >= 0):
            entry = entries[process]
            index = int(np.searchsorted(activity.loss_entries.offsets, entry, side="right")) - 1
            spec, loss = activity.rules.losses[index], inventory.quantities.losses[entry]
            growth = {"input": 1 / (1 - loss), "output": 1 / (1 + loss), "ratio": 1 / loss if loss else 0}[spec.basis]
            row, number = int(activity.loss_rows[entry]), RuleNumber("loss", index, int(inventory.quantities.loss_entry[entry]))
            key = (int(processes.product[process]), ActivityRow(row) if row >= 0 else number)
            derivatives[key] = derivatives.get(key, 0.0) + elasticity[process] * growth
    inside = [not stage.outside for stage in result.stages]
    for (product, source), derivative in derivatives.items():
        stated = stated_values(inventory, product).get(source)
        if stated:  # a reference to another property has no number of its own
            values = {source: np.array([stated - 1e-6, stated + 1e-6])}
            low, high = recalculate(result.run, result.products[product], values)[:, inside].sum(axis=1)
            assert (high - low) / 2e-6 == pytest.approx(derivative, rel=1e-6, abs=1e-7)


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
        ({ActivityRow(3): np.array([0.5, 1.0])}, r"spinning\.waste.*loss of 1 cannot be"),
        ({RuleNumber("loss", 1): np.array([0.5, 1.25])}, r"weaving\.waste.*loss of 1\.25 cannot be"),
        ({ActivityRow(3): np.array([0.5, -0.1])}, "A draw of -0.1 cannot be"),
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
