"""What is suggested for an item that no table has: only items that could answer the flow."""

import pytest

import textile_pcf as tp
from textile_pcf.factors import Request
from textile_pcf.units import parse_unit

CITED = {"region": "CN", "year": 2024, "source": "demo", "locator": "row"}


def table(*rows):
    """A table of items near to `reactive_dye`."""
    plain = {"value": 1, "unit": "kgCO2e/kg", "kind": "life_cycle", "category": "chemical", **CITED}
    return tp.load_factors([{**plain, **row} for row in rows])


def cure(tables, item="reactive_dyes", category="chemical"):
    asked = Request(item=item, kind="life_cycle", region="CN", year=2024, unit=parse_unit("kg"), category=category)
    return tables.match(asked).cure


FITS = {"item": "reactive_dye"}


def test_the_nearest_item_that_could_answer_is_suggested():
    assert cure(table(FITS)) == "Did you mean 'reactive_dye'?"


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "direct"},  # of another kind
        {"unit": "kgCO2e/kWh"},  # of energy
        {"category": "fibre"},  # of another category
        {"item": "pcf:reactive_dye", "kind": "cradle_to_gate"},  # a declared footprint is named as such
    ],
)
def test_items_that_could_not_answer_are_not_suggested(other):
    assert "Search with" in cure(table({**FITS, **other}))


def test_an_item_without_a_category_may_answer():
    assert cure(table({**FITS, "category": ""})) == "Did you mean 'reactive_dye'?"


def test_a_flow_without_a_category_takes_any():
    assert cure(table({**FITS, "category": "fibre"}), category="") == "Did you mean 'reactive_dye'?"


def test_a_declared_footprint_is_suggested_for_one_only():
    declared = {"item": "pcf:DYE-7", "kind": "cradle_to_gate"}
    assert cure(table(declared), "pcf:DYE-8") == "Did you mean 'pcf:DYE-7'?"
    assert "Search with" in cure(table({"item": "pcf_DYE-7"}), "pcf:DYE-8")


def test_one_row_that_fits_is_enough():
    assert cure(table({**FITS, "kind": "direct"}, FITS)) == "Did you mean 'reactive_dye'?"
