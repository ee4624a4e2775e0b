"""A warning asks for 0 where nothing is used: a flow without a factor of its own still needs one, and the cure says which."""

from __future__ import annotations

import pytest

import textile_pcf as tp

RULE = {
    "rule": "one",
    "edition": "1",
    "product": {"unit": "kg"},
    "stages": [
        {
            "id": "dyeing",
            "flows": {"power": {"unit": "kWh", "factor": "power"}, "dye": {"unit": "kg", "optional": True, "required": True}},
        }
    ],
}
FACTORS = {"power": "0.5 kgCO2e/kWh", "soda": "1 kgCO2e/kg"}
POWER = {"product": "P", "stage": "dyeing", "flow": "power", "amount": "2 kWh"}


def test_any_factor_that_fits_will_do() -> None:
    with pytest.raises(tp.InputError, match="where the amount is 0, any that fits"):
        tp.footprint([POWER, {**POWER, "flow": "dye", "amount": "0 kg"}], RULE, FACTORS)
    result = tp.footprint([POWER, {**POWER, "flow": "dye", "amount": "0 kg", "item": "soda"}], RULE, FACTORS)
    assert result.total().tolist() == [1.0]
    assert not [text for text in result.warnings() if "expects what no row gives" in text]
