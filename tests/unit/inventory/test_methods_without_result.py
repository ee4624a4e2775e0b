"""A method that has no result for the amounts of a row says so, with these amounts and what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf import methods

WATER = {
    "oxygen_demand": "0.1 kg/kg",
    "sludge_removed": "0 kg/kg",
    "methane_capacity": "0.25 kg/kg",
    "methane_correction": "30 %",
    "methane_recovered": "0 kg/kg",
}


def rule_of(method: str, unit: str, amounts: dict[str, str], flow_unit: str = "kg") -> dict[str, Any]:
    properties = {name: {"unit": amount.partition(" ")[2]} for name, amount in amounts.items()}
    flows = {"out": {"unit": flow_unit, "value": "found", "factor": "f"}}
    stage = {"id": "s", "properties": {**properties, "found": {"unit": unit, "method": method}}, "flows": flows}
    return {"rule": "mill", "edition": "1", "product": {"unit": "kg"}, "stages": [stage]}


def total(method: str, unit: str, amounts: dict[str, str], flow_unit: str = "kg") -> float:
    rows = [{"product": "P", "stage": "s", "flow": name, "amount": amount} for name, amount in amounts.items()]
    result = tp.footprint(rows, rule_of(method, unit, amounts, flow_unit), {"f": f"1 kgCO2e/{flow_unit}"})
    return float(result.totals[0])


def refused(method: str, unit: str, amounts: dict[str, str], flow_unit: str = "kg") -> tp.errors.Problem:
    with pytest.raises(tp.InputError) as caught:
        total(method, unit, amounts, flow_unit)
    [problem] = caught.value.problems
    return problem


def test_more_heat_recovered_than_needed() -> None:
    problem = refused("heat_after_recovery", "MJ/kg", {"heat": "2 MJ/kg", "recovered_heat": "3 MJ/kg"}, "MJ")
    assert problem.where == "row 0 (s.heat)"
    assert (
        str(problem.what)
        == "found has no result by its method heat_after_recovery for heat = 2 MJ/kg, recovered_heat = 3 MJ/kg."
    )
    assert str(problem.cure) == "Check these amounts, or give out itself in MJ."
    assert "得不出" in problem.localized("zh")


def test_a_fabric_without_mass_per_area_has_no_printed_area() -> None:
    problem = refused("printed_area", "m2/kg", {"grammage": "0 g/m2", "print_coverage": "20 %"}, "m2")
    assert "grammage = 0 g/m2, print_coverage = 20 %" in problem.what


@pytest.mark.parametrize(
    ("changed", "kilograms"),
    [
        ({}, 0.0075),
        ({"sludge_removed": "0.1 kg/kg"}, 0),
        ({"methane_recovered": "0.0075 kg/kg"}, 0),
        ({"methane_recovered": "0.0025 kg/kg"}, 0.005),
    ],
)
def test_methane_of_wastewater(changed: dict[str, str], kilograms: float) -> None:
    """(0.1 - 0) × 0.25 × 0.3 = 0.0075 kg CH4."""
    assert total("wastewater_methane", "kg/kg", {**WATER, **changed}) == pytest.approx(kilograms, abs=1e-15)


@pytest.mark.parametrize("changed", [{"sludge_removed": "0.2 kg/kg"}, {"methane_recovered": "0.008 kg/kg"}])
def test_wastewater_takes_no_methane_up(changed: dict[str, str]) -> None:
    problem = refused("wastewater_methane", "kg/kg", {**WATER, **changed})
    [(name, amount)] = changed.items()
    assert f"{name} = {amount}" in problem.what


@pytest.mark.parametrize(("burned", "rest"), [("60 %", 0.3), ("90 %", 0)])
def test_what_is_neither_recycled_nor_burned(burned: str, rest: float) -> None:
    amounts = {"recycling_output_rate": "10 %", "energy_recovery_rate": burned}
    assert total("cff_disposal_part", "1", amounts) == pytest.approx(rest, abs=1e-15)
    assert total("cff_disposal_part", "1", amounts) >= 0


def test_no_more_than_all_is_recycled_or_burned() -> None:
    problem = refused("cff_disposal_part", "1", {"recycling_output_rate": "80 %", "energy_recovery_rate": "50 %"})
    assert "recycling_output_rate = 80 %, energy_recovery_rate = 50 %." in problem.what


def test_steam_colder_than_its_reference() -> None:
    assert np.isnan(methods.steam_heat(steam_enthalpy=0.05, reference_enthalpy=0.08374))
    problem = refused("steam_heat", "MJ/kg", {"steam_enthalpy": "50 kJ/kg", "reference_enthalpy": "83.74 kJ/kg"}, "MJ")
    assert "steam_enthalpy = 50 kJ/kg" in problem.what
