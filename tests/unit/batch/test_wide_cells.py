"""Cells of a wide table: what cannot be is refused wherever it stands, what can be gives the numbers of the single product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.batch import wide

POWER = {"unit": "kWh", "factor": "power"}
RULE = {
    "rule": "mill",
    "edition": "1",
    "product": {"unit": "kg", "properties": {"grammage": {"unit": "g/m2"}, "mass": {"unit": "kg/piece"}}},
    "stages": [
        {
            "id": "spinning",
            "losses": [{"id": "waste", "unit": "%", "basis": "input"}, {"id": "dust", "unit": "%", "basis": "output"}],
            "flows": {"electricity": {**POWER, "plausible": [1, 5, "kWh/kg"]}, "steam": {**POWER, "per": "input"}},
        },
        {"id": "storage", "flows": {"electricity": {**POWER, "plausible": [1, 5, "kWh/kg"]}}},
        {
            "id": "dyeing",
            "losses": [{"id": "yield", "unit": "kg/kg", "basis": "ratio"}],
            "flows": {"treatment": {**POWER, "per": "loss"}, "credit": {**POWER, "sign": "any"}},
        },
    ],
}
COLUMNS = {  # and what the first product tells
    "product.grammage": ("g/m2", 200.0), "product.mass": ("g/piece", 500.0), "spinning.waste": ("%", 20.0),
    "spinning.dust": ("%", 5.0), "spinning.electricity": ("kWh", 4.0), "spinning.steam": ("MJ", 7.2),
    "storage.electricity": ("kWh", 1.0), "dyeing.yield": ("kg/kg", 1.1), "dyeing.treatment": ("kWh", 2.0),
    "dyeing.credit": ("kWh", 0.5),
}  # fmt: skip
FACTORS = {"power": "0.5 kgCO2e/kWh"}
PRODUCTS = 11


def columns() -> list[dict[str, Any]]:
    """The columns as rows of activity data."""
    places = [name.split(".") for name in COLUMNS]
    return [
        {"stage": stage, "flow": flow, "unit": unit} for (stage, flow), (unit, _) in zip(places, COLUMNS.values(), strict=True)
    ]


@pytest.fixture
def amounts(monkeypatch: pytest.MonkeyPatch) -> np.ndarray[Any, Any]:
    """A table of several blocks; each product has a little less than the one before."""
    monkeypatch.setattr(wide, "BLOCK", 4)
    return np.outer(0.99 ** np.arange(PRODUCTS), [amount for _, amount in COLUMNS.values()])


def calculate(amounts: np.ndarray[Any, Any], **options: Any) -> wide.WideResult:
    """A wide table under the rule."""
    return wide.calculate_wide(amounts, columns(), tp.load_rules(RULE), tp.load_factors(FACTORS), **options)


def test_the_first_product_by_hand(amounts: np.ndarray[Any, Any]) -> None:
    """Dyeing takes 1.1 kg per kg and loses 0.1 kg; spinning gives 1.1 kg and takes 1.1 × 1.05 / 0.8 = 1.44375 kg."""
    spinning, storage, dyeing = 0.5 * (4 * 1.1 + 2 * 1.44375), 0.5 * 1 * 1.1, 0.5 * (2 * 0.1 + 0.5)
    np.testing.assert_allclose(calculate(amounts).by_stage[0], [spinning, storage, dyeing], rtol=1e-12)


@pytest.mark.parametrize("credit", [1.0, -1.0])
def test_numbers_are_those_of_single_products(amounts: np.ndarray[Any, Any], credit: float) -> None:
    """Also with credits, which are negative, so that the columns are looked at one by one."""
    amounts[:, -1] *= credit
    found = calculate(amounts, units=["m2", "piece"])
    rows = [
        {"product": f"{number:02}", **column, "amount": amount}
        for number, product in enumerate(amounts)
        for column, amount in zip(columns(), product, strict=True)
    ]
    alone = tp.footprint(pd.DataFrame(rows), RULE, FACTORS)
    np.testing.assert_allclose(found.by_stage, alone.by_stage, rtol=1e-12)
    np.testing.assert_allclose(found.totals, alone.totals, rtol=1e-12)
    for unit in ("m2", "piece"):
        np.testing.assert_allclose(found.per_unit[unit], alone.per_unit(unit), rtol=1e-12)


@pytest.mark.parametrize("product", [1, PRODUCTS - 1])
@pytest.mark.parametrize(
    ("place", "amount"),
    [
        *((place, amount) for place in COLUMNS for amount in (np.nan, np.inf, -np.inf)),
        *((place, -0.1) for place in COLUMNS if place != "dyeing.credit"),
        ("spinning.waste", 100.0), ("spinning.waste", 150.0), ("dyeing.yield", 0.0),
        ("spinning.electricity", 101.0), ("storage.electricity", 1e5),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_named(amounts: np.ndarray[Any, Any], place: str, amount: float, product: int) -> None:
    """20 times the plausible 5 kWh/kg is 100 kWh: what is above must be confirmed."""
    column = list(COLUMNS).index(place)
    amounts[product, column] = amount
    with pytest.raises(tp.InputError, match=rf"row {product}, column {column} \({place}\)"):
        calculate(amounts)


@pytest.mark.parametrize(("place", "amount"), [("spinning.dust", 100.0), ("spinning.waste", 99.9), ("dyeing.credit", 0.0)])
def test_a_cell_that_can_be_is_calculated(amounts: np.ndarray[Any, Any], place: str, amount: float) -> None:
    amounts[5, list(COLUMNS).index(place)] = amount
    assert np.isfinite(calculate(amounts).totals).all()


def test_each_amount_has_a_limit_of_its_own(amounts: np.ndarray[Any, Any]) -> None:
    """Two amounts of 90 kWh are together above a limit of 100 kWh, and each of them is below."""
    spinning, storage = (list(COLUMNS).index(f"{stage}.electricity") for stage in ("spinning", "storage"))
    amounts[5, [spinning, storage]] = 90.0
    assert calculate(amounts).totals[5] > 0.5 * (90 + 90)
    amounts[5, spinning] = 100.5
    with pytest.raises(tp.InputError, match="confirmed: yes"):
        calculate(amounts)
