"""A grammage, width or number of wears of zero converts nothing: no footprint becomes 0 by it, alone, in tables or chains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.batch.wide import calculate_wide

PROPERTIES = {"grammage": "g/m2", "width": "m", "wears": "wear"}
RULE = {
    "rule": "mill",
    "edition": "1",
    "product": {
        "unit": "piece",
        "properties": {"mass": {"unit": "kg/piece"}, **{n: {"unit": u, "optional": True} for n, u in PROPERTIES.items()}},
    },
    "stages": [
        {
            "id": "making",
            "flows": {"electricity": {"unit": "kWh", "factor": "power"}, "greige": {"unit": "m2", "optional": True}},
        },
    ],
}
FACTORS = {"power": "0.5 kgCO2e/kWh"}
NEEDS = {"m2": "grammage", "m": "grammage", "100 m": "width", "wear": "wears"}


def rows(product: str, mass: float = 0.2, **zero: float) -> list[dict[str, Any]]:
    """A product of 2 kWh/kg; its other properties are not zero."""
    values = {"grammage": 100.0, "width": 1.5, "wears": 50.0} | zero
    given = [
        ("product", "mass", mass, "kg/piece"),
        *(("product", name, values[name], unit) for name, unit in PROPERTIES.items()),
    ]
    cells = [*given, ("making", "electricity", 2.0, "kWh/kg")]
    return [dict(zip(("product", "stage", "flow", "amount", "unit"), (product, *cell), strict=True)) for cell in cells]


def calculated(table: list[dict[str, Any]]) -> tp.Footprint:
    return tp.calculate(tp.read_activity(pd.DataFrame(table), tp.load_rules(RULE)), tp.load_factors(FACTORS))


@pytest.mark.parametrize(("unit", "name"), NEEDS.items())
def test_no_footprint_is_zero_because_a_measure_is(unit, name, tmp_path):
    zero = rows("Z", **{name: 0.0})
    with pytest.raises(tp.InputError, match="cannot be converted"):
        calculated(zero).total(unit=unit)
    catalogue = pd.DataFrame([*rows("A"), *zero])
    batch = tp.calculate_batch(
        catalogue, tp.load_rules(RULE), tp.load_factors(FACTORS), out=tmp_path, units=[unit], progress=False
    )
    right, unknown = batch.read().to_pandas()[f"total per {unit}"]
    assert right == pytest.approx(calculated(rows("A")).total(unit=unit).iloc[0], rel=1e-12)
    assert np.isnan(unknown)


@pytest.mark.parametrize(("unit", "name"), NEEDS.items())
def test_nor_in_a_wide_table(unit, name):
    table = rows("A")
    columns = [{key: row[key] for key in ("stage", "flow", "unit")} for row in table]
    amounts = [[row["amount"] for row in each] for each in (table, rows("Z", **{name: 0.0}))]
    wide = calculate_wide(np.array(amounts), columns, tp.load_rules(RULE), tp.load_factors(FACTORS), units=[unit])
    assert wide.per_unit[unit][0] > 0
    assert np.isnan(wide.per_unit[unit][1])


def test_a_mass_of_zero_is_refused_alone_and_in_a_wide_table():
    table = rows("A")
    columns = [{key: row[key] for key in ("stage", "flow", "unit")} for row in table]
    amounts = np.array([[row["amount"] for row in each] for each in (table, rows("Z", mass=0.0))])
    with pytest.raises(tp.InputError, match="mass of the product is zero"):
        calculated(rows("Z", mass=0.0))
    with pytest.raises(tp.InputError, match=r"row 1, column 0 \(product\.mass\): The amount is 0"):
        calculate_wide(amounts, columns, tp.load_rules(RULE), tp.load_factors(FACTORS))


def test_a_product_that_takes_area_of_one_without_grammage_is_refused(tmp_path):
    taken = {"product": "A", "stage": "making", "flow": "greige", "item": "product:Z", "amount": 8.0, "unit": "m2/kg"}
    table = [*rows("A"), taken, *rows("Z", grammage=0.0)]
    with pytest.raises(tp.InputError, match="m2 of product 'Z' cannot be turned"):
        calculated(table)
    batch = tp.calculate_batch(pd.DataFrame(table), tp.load_rules(RULE), tp.load_factors(FACTORS), out=tmp_path, progress=False)
    assert batch.read()["product"].to_pylist() == ["Z"]
    assert "m2 of product 'Z' cannot be turned" in (tmp_path / "rejected.csv").read_text()
