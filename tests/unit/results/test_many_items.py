"""Contributions of many products that take one another have as many items; each is looked up once."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

import textile_pcf as tp

RULE = """
rule: link
edition: "1"
product: {unit: kg}
stages:
  - id: making
    flows:
      electricity: {unit: kWh, factor: electricity, optional: true}
      material: {unit: kg, optional: true}
"""
FACTORS = {"item": ["electricity"], "value": [0.5], "unit": ["kgCO2e/kWh"], "region": ["GLO"], "year": ["2024"],
           "kind": ["life_cycle"], "source": ["hand"], "locator": ["hand"]}  # fmt: skip


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


def processor_time(call) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def test_each_item_stands_in_its_line(result) -> None:
    table = result[4_000].contributions
    taken = table[table["flow"] == "material"]
    assert taken["item"].tolist() == [f"product:P{number}" for number in range(3_999)]
    assert taken["kgCO2e"].tolist() == [0.5 * (number + 1) for number in range(3_999)]


def test_eight_times_the_items_take_no_square_of_the_time(result) -> None:
    """About 8 times the time where it grows with the items, 64 with their square; in turns until it is clear."""
    least = [float("inf"), float("inf")]
    for _ in range(5):
        for place, products in enumerate((4_000, 500)):
            frame = type(result[products]).contributions.fget
            least[place] = min(least[place], processor_time(lambda frame=frame, one=result[products]: frame(one)))
        if least[0] <= 20 * least[1]:
            break
    assert least[0] <= 20 * least[1]
