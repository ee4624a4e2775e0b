"""A composed factor is no source: its inputs are, under their own ids, and vary with every line that takes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.uncertainty_analysis.evaluation import Evaluation
from textile_pcf.uncertainty_analysis.sources import is_varied
from textile_pcf.uncertainty_analysis.spreads import Spreads

RULE = """\
rule: cloth
edition: "1"
boundary: cradle_to_gate
biogenic: zero_zero
sources:
  study: {title: A study of weaving}
product: {unit: kg}
stages:
- id: making
  group: production
  flows:
    yarn: {kind: life_cycle, factor: polyester_filament_yarn, unit: kg, per: output}
    electricity: {kind: life_cycle, factor: electricity, unit: kWh, per: output}
"""
ROWS = """\
product,stage,flow,amount,unit,region,year
P,making,yarn,1,kg/kg,CN,2023
P,making,electricity,2,kWh/kg,CN,2023
Q,making,yarn,3,kg/kg,CN,2023
Q,making,electricity,0,kWh/kg,CN,2023
"""
GRID = "factor:default|electricity|life_cycle|CN|2023"


@pytest.fixture
def result(tmp_path: Path) -> tp.Footprint:
    """Polyester yarn composed of granulate and of the same electricity that weaves, which alone varies, with gsd 1.2."""
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "mill.csv").write_text(ROWS, encoding="utf-8")
    table = tp.load_factors("default@2026.2").tables[0]
    gsd = table.numbers["gsd"].copy()
    gsd[table.by_item_and_kind["electricity", "life_cycle"]["CN"][2023]] = 1.2
    no_bounds = dict.fromkeys(("low", "high"), np.full(len(gsd), np.nan))  # granulate has bounds of its own
    factors = tp.FactorTable((replace(table, numbers={**table.numbers, **no_bounds, "gsd": gsd}),))
    return tp.footprint(tmp_path / "mill.csv", tmp_path / "rule.yaml", factors)


def grid_part(result: tp.Footprint, product: int) -> float:
    """What the electricity gives, by hand: amount × (1.36 kWh of the yarn) × factor, and the electricity of the mill itself."""
    table = result.run.factors.tables[0]
    row = table.by_item_and_kind["electricity", "life_cycle"]["CN"][2023]
    yarn = table.by_item_and_kind["polyester_filament_yarn", "life_cycle"]["CN"][2023]
    (term,) = (term for term in table.compositions[yarn].terms if term.row == row)
    value = float(table.numbers["value"][row])
    return value * ({0: 1, 1: 3}[product] * term.needed * term.per_canonical + {0: 2, 1: 0}[product])


def test_the_sources_are_the_rows_that_a_factor_is_made_of(result: tp.Footprint) -> None:
    sources = tp.uncertainty(result, draws=10).sources
    named = sources[sources["product"] == "P"]["source"].tolist()
    assert sum(name == GRID for name in named) == 1
    assert any("pet_granulate" in name for name in named)
    assert not any("polyester_filament_yarn|life_cycle" in name for name in named if name.startswith("factor:"))


def test_an_input_varies_together_with_the_lines_that_take_it(result: tp.Footprint) -> None:
    u = tp.uncertainty(result, draws=200)
    table, drawn = u.sources.set_index(["product", "source"]), []
    for place, product in enumerate(result.products):
        of_grid = grid_part(result, place)
        assert table.loc[(product, GRID), "kgCO2e"] == pytest.approx(of_grid, rel=1e-9)
        z = np.log((u.samples(product) - result.totals[place] + of_grid) / of_grid) / np.log(1.2)
        assert np.std(z) == pytest.approx(1, abs=0.15)  # total = rest + electricity × 1.2^z
        drawn.append(z)
    assert drawn[0] == pytest.approx(drawn[1], abs=1e-9)  # the same draws in both products


def test_sums_of_lines_and_whole_recalculations_agree(result: tp.Footprint) -> None:
    spreads = Spreads(result, {}, "classic")
    fast, whole = Evaluation(result, spreads), Evaluation(result, spreads, whole=True)
    for product in range(2):
        varied = [source for source in fast.sources(product) if is_varied(source)]
        assert [source.id for source in varied] == [GRID]
        values = {source.id: source.distribution.multiples(source.id, 1.0, 1, 32) for source in varied}
        assert fast.stages(product, values, 32) == pytest.approx(whole.stages(product, values, 32), rel=1e-12)


def test_a_closed_form_knows_the_inputs(result: tp.Footprint) -> None:
    forms = tp.uncertainty(result, draws=10).to_dict()["products"]
    for place, form in enumerate(forms):
        mean = grid_part(result, place) * np.exp(np.log(1.2) ** 2 / 2)
        expected = mean * np.sqrt(np.expm1(np.log(1.2) ** 2))
        assert form["closed_form"]["sd"] == pytest.approx(expected, rel=1e-9)


def test_an_input_of_another_table_has_the_id_of_its_own_table(tmp_path: Path, result: tp.Footprint) -> None:
    rule = RULE.replace("polyester_filament_yarn", "recycled_polyester_filament_yarn")
    (tmp_path / "rule.yaml").write_text(rule, encoding="utf-8")
    again = tp.footprint(tmp_path / "mill.csv", tmp_path / "rule.yaml", "default@2026.2")
    names = tp.sensitivity(again)["source"].tolist()
    assert any(name.startswith("factor:alternatives|plastic_recycled_typical_2008|") for name in names)


def test_the_granulate_varies_within_its_published_uncertainty() -> None:
    """20 % as Base Carbone states it: 2.616 to 3.924 kg CO2e/kg."""
    table = tp.load_factors("default@2026.2").tables[0]
    row = table.by_item_and_kind["pet_granulate", "life_cycle"]["FR"][2014]
    value, low, high = (float(table.numbers[name][row]) for name in ("value", "low", "high"))
    assert (low, high) == (pytest.approx(0.8 * value), pytest.approx(1.2 * value))
