"""What to measure next and what the best of a band would save, worked by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp
from unit.comparison.mill import factors

RULE = """rule: mill
edition: "1"
product: {unit: kg}
sources: {s: {title: Made up}}
stages:
  - id: making
    losses: [{id: waste, basis: input, unit: "%", value: 20, source: s, locator: a, plausible: [5, 30]}]
    flows:
      electricity: {unit: kWh, per: input, factor: electricity, plausible: [4, 12]}
      fibre: {unit: kg, per: input, value: 1, factor: fibre}
      steam: {unit: kg, value: 2, source: s, locator: b, factor: steam, plausible: [2, 3]}
"""


@pytest.fixture
def entry(tmp_path: Path) -> dict:
    """10 kWh (gsd 1.1) at 0.5 and fibre at 1.5 per kg of input, 1/0.8 kg; steam 2 kg at 0.3: total 6.5/0.8 + 0.6 = 8.725."""
    (tmp_path / "mill.yaml").write_text(RULE, encoding="utf-8")
    row = {"product": "P", "stage": "making", "flow": "electricity", "amount": 10, "unit": "kWh/kg", "gsd": 1.1}
    result = tp.footprint(pd.DataFrame([row]), tmp_path / "mill.yaml", factors(tmp_path, 0.5))
    assert result.totals[0] == pytest.approx(8.725)
    return tp.quality(result).to_dict()["products"][0]


def test_measure_next_is_what_has_a_spread(entry):
    """Electricity carries 6.25 kg; one standard deviation of a lognormal of gsd 1.1 moves b·√(e^σ² − 1) at its mean."""
    (row,) = entry["measure_next"]
    assert row["source"] == "row:P|making||electricity||||" and row["declared"] == "gsd"
    assert row["kgCO2e"] == pytest.approx(6.25)
    assert row["sd"] == pytest.approx(6.25 * 1.004552 * 0.095527, rel=1e-4)
    assert row["saving_at_best"] == pytest.approx(6 * 0.5 / 0.8)  # from 10 to 4 kWh


def test_what_has_none_stands_by_what_rests_on_it(entry):
    """The loss moves everything per input; from 20 to 5 % saves 6.5/0.8 − 6.5/0.95. Steam is at its low end already."""
    rows = {row["source"]: row for row in entry["undeclared"]}
    carried = [abs(row["kgCO2e"]) for row in entry["undeclared"]]
    assert carried == sorted(carried, reverse=True)
    assert rows["rule:mill|making.waste"]["saving_at_best"] == pytest.approx(6.5 / 0.8 - 6.5 / 0.95)
    assert rows["rule:mill|making.steam"]["saving_at_best"] == 0
    factor = next(row for name, row in rows.items() if name.startswith("factor:") and "|fibre|" in name)
    assert factor["saving_at_best"] is None and factor["kgCO2e"] == pytest.approx(1.5 / 0.8)
