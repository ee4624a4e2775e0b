"""Documents from a program: values of pandas, numpy and databases mean what a file would say."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.improvements.document import read_improvements
from textile_pcf.io.plain_data import plain_data
from textile_pcf.io.study import read_study

SHIRTS = pd.DataFrame({"product": ["SHIRT-1", "SHIRT-2", "SHIRT-2"]})


MONEY = {"investment": "800 CNY", "lifetime": 10, "running": "1 CNY"}


def measure(**changes: Any) -> dict[str, Any]:
    """Heat recovery of a dyehouse."""
    change = {"stage": "dyeing", "flow": "steam", "multiply": 0.9, **changes}
    return {"discount": "8 %", "improvements": [{"id": "recovery", "source": "quote", "changes": [change], **MONEY}]}


@pytest.mark.parametrize(
    "products",
    [
        SHIRTS["product"].unique(),
        SHIRTS["product"].drop_duplicates(),
        pd.Index(SHIRTS["product"]).unique(),
        SHIRTS["product"].astype("category").cat.categories,
        {"SHIRT-2", "SHIRT-1"},
        dict.fromkeys(SHIRTS["product"]).keys(),
        deque(["SHIRT-1", "SHIRT-2"]),
        (name for name in ("SHIRT-1", "SHIRT-2")),
    ],
)
def test_products_of_a_measure_may_stand_in_any_collection(products: Any) -> None:
    (change,) = read_improvements(measure(products=products)).measures[0].changes
    assert change.products == ["SHIRT-1", "SHIRT-2"]


@pytest.mark.parametrize("number", [Decimal("0.5"), Fraction(1, 2), np.array(0.5), np.float32(0.5)])
def test_a_number_of_a_database_is_a_number(number: Any) -> None:
    assert read_improvements(measure(multiply=number)).measures[0].changes[0].multiply == 0.5


@pytest.mark.parametrize("number", [Decimal("1e400"), Decimal("1e-400"), Decimal("NaN"), Fraction(10**400), np.bool_(True)])
def test_a_number_that_no_float_holds_is_refused(number: Any) -> None:
    with pytest.raises(tp.PcfError, match=r"improvements\.0\.changes\.0\.multiply"):
        read_improvements(measure(multiply=number))


DAYS = [
    date(2026, 1, 31),
    datetime(2026, 1, 31, 9, 30),
    pd.Timestamp("2026-01-31 09:30"),
    np.datetime64("2026-01-31"),
    np.datetime64("2026-01-31T09:30", "ns"),
]


@pytest.mark.parametrize("day", DAYS)
def test_the_date_of_a_study_may_have_a_time(day: Any) -> None:
    assert read_study({"date": day}).fields == {"date": "2026-01-31"}


@pytest.mark.parametrize("nothing", [pd.NaT, pd.NA])
def test_a_missing_cell_is_no_text(nothing: Any) -> None:
    with pytest.raises(tp.InputError, match="cannot stand in a document"):
        read_study({"company": nothing})


def test_a_study_may_name_very_many_products_by_number() -> None:
    numbers = np.arange(120_000)
    study = read_study({"products": {number: {"composition": "100 % cotton"} for number in numbers}})
    assert len(study.products) == 120_000 and study.text("composition", "7") == "100 % cotton"


def test_half_of_a_character_is_found_in_columns_and_lists_of_lists() -> None:
    for value in (pd.Series(["a", "\ud800"], dtype=object), [["\ud800"]], {"b": ("\ud800",)}):
        with pytest.raises(tp.InputError, match="half of a character"):
            plain_data({"a": value}, "study", tp.InputError)
