"""`recalculate`: draws of stated numbers give the run's own result and what a rewritten table gives."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from draw_results import CASES, EXAMPLES, products_of, result_of
from hypothesis import given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.calculation import calculate_run
from textile_pcf.engine import ratio_elasticities
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, spec_of, stated_values
from textile_pcf.inventory.masses import process_masses
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
        for key, value in stated.items():
            if 0.97 < value <= 1:  # a share: a table with more than the whole is refused
                multiples[key] = np.minimum(multiples[key], 1 / value)
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
    masses = process_masses(activity, inventory.quantities)
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
