"""An amount with its unit beside a unit of its column: the same in another spelling is read, two units are refused."""

from __future__ import annotations

import pytest

import textile_pcf as tp


def _footprint(amount: str, unit: str) -> float:
    rule = {"rule": "one", "edition": "1", "product": {"unit": "kg"},
            "stages": [{"id": "dyeing", "flows": {"power": {"unit": "kWh", "factor": "power"}}}]}  # fmt: skip
    rows = [{"product": "P", "stage": "dyeing", "flow": "power", "amount": amount, "unit": unit}]
    return float(tp.footprint(rows, rule, {"power": "0.5 kgCO2e/kWh"}).total().iloc[0])


@pytest.mark.parametrize(
    ("amount", "unit"), [("2 度", "kWh"), ("2 kWh", "度"), ("2 kWh/kg", "度/千克"), ("2 kWh", "kWh"), ("2", "度")]
)
def test_the_same_unit_in_another_spelling_is_read(amount: str, unit: str) -> None:
    """A mill types `2 度` into a workbook whose column says kWh: 2 x 0.5 = 1 kg CO2e."""
    assert _footprint(amount, unit) == 1.0


@pytest.mark.parametrize(("amount", "unit"), [("2 MWh", "kWh"), ("2 MJ", "kWh"), ("2 kWh", "kWh/kg"), ("2 kWh", "unit")])
def test_two_units_are_refused(amount: str, unit: str) -> None:
    with pytest.raises(tp.InputError, match="Write the unit once"):
        _footprint(amount, unit)
