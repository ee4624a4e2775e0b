"""A proxy, or the same fuel by another measure, answers under the same conditions as the item itself."""

import pytest

import textile_pcf as tp
from textile_pcf.factors import Match, NoMatch, Request
from textile_pcf.units import parse_unit

CITED = {"value": 1, "year": 2024, "kind": "life_cycle", "source": "demo", "locator": "row"}
PROXY = {"item": "polyester_filament_yarn", "unit": "kgCO2e/kg", "proxy_for": "polyester_dty"}
GAS = {"item": "natural_gas_energy", "unit": "kgCO2e/MJ"}


def answer(row, item, unit, region="CN"):
    """What a table of one row answers."""
    asked = Request(item=item, kind="life_cycle", region=region, year=2024, unit=parse_unit(unit))
    return tp.load_factors([{**CITED, **row}]).match(asked)


@pytest.mark.parametrize(("row", "item", "unit"), [(PROXY, "polyester_dty", "kg"), (GAS, "natural_gas", "m3")])
def test_a_stand_in_of_the_region_or_of_the_world_answers(row, item, unit):
    for region in ("CN", "GLO"):
        assert isinstance(answer({**row, "region": region}, item, unit), Match)


@pytest.mark.parametrize(("row", "item", "unit"), [(PROXY, "polyester_dty", "kg"), (GAS, "natural_gas", "m3")])
def test_a_stand_in_of_another_country_does_not_answer(row, item, unit):
    assert isinstance(answer({**row, "region": "GB"}, item, unit), NoMatch)


@pytest.mark.parametrize(
    ("row", "item", "unit"),
    [
        ({**PROXY, "unit": "kgCO2e/m2"}, "polyester_dty", "kg"),
        ({**GAS, "unit": "kgCO2e/(t*km)"}, "natural_gas", "m3"),
        ({**PROXY, "kind": "direct"}, "polyester_dty", "kg"),
    ],
)
def test_a_stand_in_that_counts_or_means_something_else_does_not_answer(row, item, unit):
    assert isinstance(answer({**row, "region": "CN"}, item, unit), NoMatch)


@pytest.mark.parametrize(
    ("item", "kind", "unit", "is_asked"),
    [
        ("pcf:DYE", "cradle_to_gate", "kg", True),
        ("pcf:DYE", "cradle_to_gate", "kWh", False),
        ("dye", "life_cycle", "kg", False),
    ],
)
def test_the_mass_of_a_unit_is_asked_for_where_it_would_help(item, kind, unit, is_asked):
    """Of a supplier's footprint per litre on a flow of mass, and nowhere else."""
    found = answer({"item": item, "kind": kind, "unit": "kgCO2e/L", "region": "CN"}, item, unit)
    assert isinstance(found, NoMatch)
    assert ("mass_per_unit" in found.cure) == is_asked
