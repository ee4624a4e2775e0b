"""Region and year of exchanges: grouped by the places of processes, the same as one by one."""

from __future__ import annotations

import numpy as np
import pytest

from textile_pcf.activity import Activity, build_activity
from textile_pcf.columns import group_rows
from textile_pcf.rules import load_rules

RULES = load_rules("cotton_fabric@2026.2")
MILLS = ("CN", "2023"), ("CN-ZJ", ""), ("", "2024"), ("", "")  # region and year of the row of each product
SPINNING = ("", ""), ("IN", ""), ("", "2020"), ("BD", "2021")  # of the row of its spinning stage
ELECTRICITY = ("", ""), ("", "2022"), ("VN", "")  # of the row of its electricity


def _catalogue(electricity: tuple[tuple[str, str], ...]) -> Activity:
    """One product for each way to state a place; products of which no row names the stage spinning are among them."""
    rows = []
    for number, (mill, spinning, own) in enumerate(
        (mill, spinning, own) for mill in MILLS for spinning in SPINNING for own in electricity
    ):
        product = {"product": f"P{number}"}
        rows += [{**product, "stage": "product", "region": mill[0], "year": mill[1]}] if any(mill) else []
        rows += [{**product, "stage": "spinning", "region": spinning[0], "year": spinning[1]}] if any(spinning) else []
        row = {**product, "stage": "spinning", "flow": "electricity", "amount": "2", "unit": "kWh/kg"}
        rows.append({**row, "region": own[0], "year": own[1]})
    return build_activity([{"region": "", "year": "", "flow": "", "amount": "", "unit": "", **row} for row in rows], RULES)


@pytest.mark.parametrize("electricity", [ELECTRICITY[:1], ELECTRICITY])
def test_groups_are_those_of_pattern_region_and_year(electricity: tuple[tuple[str, str], ...]) -> None:
    exchanges = _catalogue(electricity).exchanges
    group, pattern, region, year = exchanges.group_by_place()
    first, expected = group_rows(exchanges.pattern, exchanges.region, exchanges.year)
    assert np.array_equal(group, expected)
    for found, by_exchange in ((pattern, exchanges.pattern), (region, exchanges.region), (year, exchanges.year)):
        assert np.array_equal(found, by_exchange[first])


def test_the_row_of_the_stage_comes_before_that_of_the_product() -> None:
    activity = _catalogue(ELECTRICITY)
    exchanges = activity.exchanges
    own = (exchanges.row >= 0) & (exchanges.flow == activity.rules.names["spinning"]["electricity"][1])
    told = [
        (own[0] or spinning[0] or mill[0] or "GLO", int(own[1] or spinning[1] or mill[1] or 0))
        for mill in MILLS
        for spinning in SPINNING
        for own in ELECTRICITY
    ]
    regions = [activity.regions[code] for code in exchanges.region[own]]
    assert list(zip(regions, exchanges.year[own].tolist(), strict=True)) == told
