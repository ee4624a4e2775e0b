"""Shipped examples keep their results, to the last digit that a plain loop written apart from the engine gave."""

import pytest

import textile_pcf as tp
from paths import EXAMPLES

FROZEN = [  # example, rule, tables, biogenic convention, kg CO2e/kg or per piece of its last product
    ("polyester_woven", "chemical_fiber_fabric@2026.1", ["default"], "minus_one_plus_one", 13.292317),
    ("cotton_poplin", "cotton_fabric@2026.1", ["default"], "minus_one_plus_one", 12.772945),
    ("cotton_poplin", "cotton_fabric@2026.1", ["default"], "zero_zero", 14.273989),
    ("polyester_cotton_blend", "chemical_fiber_fabric@2026.1", ["default"], "minus_one_plus_one", 16.603164),
    ("polyester_cotton_blend", "chemical_fiber_fabric@2026.1", ["default"], "zero_zero", 17.128537),
    ("silk_habotai", "silk_fabric@2026.1", [EXAMPLES / "silk_habotai/factors.csv", "default"], "minus_one_plus_one", 36.938005),
    ("t_shirt", "apparel@2026.1", ["default", "carbonfact"], "zero_zero", 3.915662),
    ("t_shirt", "apparel@2026.1", ["default", "carbonfact"], "minus_one_plus_one", 3.820762),
    ("jeans", "apparel@2026.1", ["default", "carbonfact"], "zero_zero", 9.616524),
    ("polyester_jacket", "apparel@2026.1", ["default", "carbonfact"], "zero_zero", 20.058850),
    ("wool_suit", "apparel@2026.1", ["default", "carbonfact"], "zero_zero", 34.513259),
]
BANDS = {"cotton_poplin": (5, 15)}  # methodology 7.6, finished woven cotton; the other examples explain where they stand


@pytest.mark.parametrize(("example", "rule", "tables", "biogenic", "expected"), FROZEN)
def test_example_keeps_its_result(example: str, rule: str, tables: list, biogenic: str, expected: float) -> None:
    result = tp.footprint(EXAMPLES / example / "activity.csv", rule, tables, biogenic=biogenic)
    assert result.totals[-1] == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("example", sorted(BANDS))
def test_example_lies_in_its_published_band(example: str) -> None:
    low, high = BANDS[example]
    rule = next(rule for name, rule, *_ in FROZEN if name == example)
    assert low <= tp.footprint(EXAMPLES / example / "activity.csv", rule).totals.item() <= high


def test_greige_silk_lies_in_its_published_band() -> None:
    """Raw silk and weaving per kg of greige fabric: methodology 7.6, 20 to 35 kg CO2e/kg."""
    tables = [EXAMPLES / "silk_habotai/factors.csv", "default"]
    told = tp.footprint(EXAMPLES / "silk_habotai/activity.csv", "silk_fabric@2026.1", tables).to_dict()["products"][0]
    greige = (told["stages"]["yarn_purchase"] + told["stages"]["weaving"]) / told["masses"]["weaving"]["output"]
    assert 20 <= greige <= 35
