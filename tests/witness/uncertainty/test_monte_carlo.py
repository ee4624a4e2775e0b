"""bw2calc's Monte Carlo of the same system, written by hand into a data package, as witness of the simulation."""

from __future__ import annotations

import warnings
from math import log

import numpy as np
import pytest

import textile_pcf as tp

bw2calc = pytest.importorskip("bw2calc")
bw_processing = pytest.importorskip("bw_processing")

ITERATIONS = 200
LOGNORMAL, TRIANGULAR = 2, 5
RULE = """
rule: knit
edition: "1"
product: {unit: kg}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity}
      cotton: {unit: kg, factor: cotton}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator,gsd,low,high
electricity,0.6,kgCO2e/kWh,CN,2023,life_cycle,hand,hand,1.2,,
cotton,2,kgCO2e/kg,CN,2023,life_cycle,hand,hand,,1.5,3
"""
ROWS = """product,stage,flow,amount,unit,region,year,gsd,low,high
P,product,,,,CN,2023,,,
P,making,electricity,10,kWh/kg,,,1.1,,
P,making,cotton,1.2,kg/kg,,,,1,1.5
"""


def brightway_scores():
    """Product 1 takes 10 kWh of 2 and 1.2 kg of 3; 2 and 3 emit 0.6 and 2 kg CO2 (flow 9)."""
    dtype = bw_processing.UNCERTAINTY_DTYPE

    def distribution(kind, loc, scale=np.nan, low=np.nan, high=np.nan):
        return (kind, loc, scale, np.nan, low, high, False)

    fixed = (0, 1.0, np.nan, np.nan, np.nan, np.nan, False)
    package = bw_processing.create_datapackage(seed=1)
    factors = bw_processing.create_datapackage(seed=2)  # one seed would draw amounts and factors together
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        indices_array=np.array([(1, 1), (2, 2), (3, 3), (2, 1), (3, 1)], dtype=bw_processing.INDICES_DTYPE),
        data_array=np.array([1.0, 1.0, 1.0, 10.0, 1.2]),
        flip_array=np.array([False, False, False, True, True]),
        distributions_array=np.array(
            [fixed, fixed, fixed, distribution(LOGNORMAL, log(10), log(1.1)), distribution(TRIANGULAR, 1.2, low=1.0, high=1.5)],
            dtype=dtype,
        ),
    )
    factors.add_persistent_vector(
        matrix="biosphere_matrix",
        indices_array=np.array([(9, 2), (9, 3)], dtype=bw_processing.INDICES_DTYPE),
        data_array=np.array([0.6, 2.0]),
        distributions_array=np.array(
            [distribution(LOGNORMAL, log(0.6), log(1.2)), distribution(TRIANGULAR, 2.0, low=1.5, high=3.0)], dtype=dtype
        ),
    )
    factors.add_persistent_vector(
        matrix="characterization_matrix",
        indices_array=np.array([(9, 0)], dtype=bw_processing.INDICES_DTYPE),
        data_array=np.array([1.0]),
        global_index=0,
    )
    lca = bw2calc.LCA({1: 1.0}, data_objs=[package, factors], use_distributions=True)
    lca.lci()
    lca.lcia()
    scores = []
    for _ in range(ITERATIONS):
        next(lca)
        scores.append(lca.score)
    return np.array(scores)


def test_simulation_agrees_with_bw2calc(tmp_path):
    """Mean and standard deviation within four standard errors of both."""
    for name, text in (("rule.yaml", RULE), ("f.csv", FACTORS), ("rows.csv", ROWS)):
        (tmp_path / name).write_text(text)
    result = tp.footprint(tmp_path / "rows.csv", tmp_path / "rule.yaml", tmp_path / "f.csv")
    ours = tp.uncertainty(result, draws=20_000).total.loc["P"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = brightway_scores()
    error = scores.std(ddof=1) / np.sqrt(ITERATIONS)
    assert scores.mean() == pytest.approx(ours["mean"], abs=4 * np.hypot(error, ours["standard_error"]))
    assert scores.std(ddof=1) == pytest.approx(ours["sd"], abs=4 * scores.std(ddof=1) * np.sqrt(0.75 / ITERATIONS))
