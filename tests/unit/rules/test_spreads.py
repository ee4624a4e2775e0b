"""Spreads of numbers of a rule, in canonical units, and their ratings."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp

RULE = """
rule: spreads
edition: "1"
sources: {m: {title: A mill}}
product: {unit: kg}
stages:
  - id: weaving
    properties:
      loom: {choice: [rapier, air_jet]}
    losses:
      - {id: waste, unit: "%", basis: input, value: 5, range: [4, 8], source: m, locator: p. 1}
    flows:
      electricity:
        unit: MJ
        factor: electricity
        source: m
        locator: p. 2
        dq: {technology: 2, geography: 1, time: 3, precision: 2}
        value: {by: loom, rapier: {value: 3.6, gsd: 1.2}, air_jet: {value: 7.2, range: [3.6, 36], dq: {time: 5}}}
      steam: {unit: kg, factor: steam, value: 2, source: m, locator: p. 3}
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rule.yaml"
    path.write_text(RULE)
    return tp.load_rules(path)


def test_bounds_of_a_loss_are_parts(rules):
    (waste,) = rules.losses[0].default.spreads
    assert (waste.low, waste.high) == (0.04, 0.08)
    assert np.isnan(waste.gsd)


def test_each_entry_of_a_chosen_value_has_its_own_spread(rules):
    rapier, air_jet = rules.flows[0].default.spreads
    assert rapier.gsd == 1.2
    assert (air_jet.low, air_jet.high) == (3.6, 36.0)  # canonical unit of energy: MJ


def test_ratings_of_an_entry_take_the_place_of_those_of_the_quantity(rules):
    rapier, air_jet = rules.flows[0].default.spreads
    assert rapier.ratings == (2, 1, 3, 2)
    assert np.array_equal(air_jet.ratings, (np.nan, np.nan, 5, np.nan), equal_nan=True)


def test_a_number_without_spread_has_none(rules):
    assert rules.flows[1].default.spreads == (None,)
