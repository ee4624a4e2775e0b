"""Contributions of many products that take one another have as many items; each is looked up once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from linked_mill import FACTORS, LIMIT, RULE, times_longer

import textile_pcf as tp


def mill(products: int) -> pd.DataFrame:
    """Each product takes 1 kWh and, but for the first, 1 kg of the one before it."""
    names = [f"P{number}" for number in range(products)]
    own = pd.DataFrame({"product": names, "stage": "making", "flow": "electricity", "amount": 1.0, "unit": "kWh", "item": ""})
    taken = own[1:].assign(flow="material", unit="kg", item=[f"product:{name}" for name in names[:-1]])
    return pd.concat([own, taken], ignore_index=True)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("items") / "link.yaml"
    path.write_text(RULE, encoding="utf-8")
    inputs = tp.load_rules(path), tp.load_factors(pd.DataFrame(FACTORS))
    return {products: tp.footprint(mill(products), *inputs) for products in (500, 4_000)}


def test_each_item_stands_in_its_line(result) -> None:
    table = result[4_000].contributions
    taken = table[table["flow"] == "material"]
    assert taken["item"].tolist() == [f"product:P{number}" for number in range(3_999)]
    assert taken["kgCO2e"].tolist() == [0.5 * (number + 1) for number in range(3_999)]


def test_eight_times_the_items_take_no_square_of_the_time(result) -> None:
    long, short = (lambda one=result[products]: type(one).contributions.fget(one) for products in (4_000, 500))
    assert times_longer(long, short) <= LIMIT
