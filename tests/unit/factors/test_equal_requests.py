"""Flows of several stages that ask for the same factor are matched once, and each of them has it."""

from __future__ import annotations

import textile_pcf as tp
from textile_pcf.factors import matcher

STAGES = ("spinning", "weaving", "dyeing")
RULE = {
    "rule": "mill",
    "edition": "1",
    "product": {"unit": "kg"},
    "stages": [{"id": stage, "flows": {"electricity": {"unit": "kWh", "factor": "power"}}} for stage in STAGES],
}
FACTORS = {"power": "0.5 kgCO2e/kWh"}


def test_electricity_of_three_stages_is_matched_once(monkeypatch):
    asked, match = [], matcher._match_request
    monkeypatch.setattr(matcher, "_match_request", lambda *given: asked.append(given[1]) or match(*given))
    rows = [{"stage": stage, "flow": "electricity", "amount": 2, "unit": "kWh"} for stage in STAGES]
    result = tp.footprint({"product": "P", "rows": rows}, RULE, FACTORS)
    assert [request.item for request in asked] == ["power"]
    assert result.by_stage[0].tolist() == [1.0, 1.0, 1.0]
