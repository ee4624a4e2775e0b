"""What counts twice: per product and for a catalogue, whatever its size, the same sentences in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import textile_pcf as tp
from textile_pcf.inventory.double_counting import double_transport_texts, find_double_transport
from textile_pcf.results.uptakes import double_uptake_texts, find_double_uptake

pytestmark = pytest.mark.filterwarnings("ignore::textile_pcf.PcfWarning")

RULE = """
rule: mill
edition: "1"
product: {unit: kg}
stages:
  - id: spinning
    flows:
      power: {unit: kWh, factor: power}
      fibre: {unit: kg, optional: true}
      waste: {unit: kg, optional: true}
      truck: {unit: t*km, factor: truck, optional: true}
      ship: {unit: t*km, factor: truck, optional: true}
  - id: weaving
    optional: true
    flows:
      yarn: {unit: kg, optional: true}
      truck: {unit: t*km, factor: truck, optional: true}
"""
FACTORS = """item,value,unit,region,year,kind,gwp,co2_fossil,co2_biogenic,co2_uptake,boundary,source,locator
power,0.5,kgCO2e/kWh,GLO,2024,life_cycle,,,,,,hand,x
cotton,2.5,kgCO2e/kg,GLO,2024,life_cycle,AR6,2.5,0,1.5,,hand,x
truck,0.1,kgCO2e/(t*km),GLO,2024,life_cycle,,,,,,hand,x
pcf:one,2.5,kgCO2e/kg,GLO,2024,cradle_to_gate,AR6,2.5,0,1.5,cradle_to_customer,hand,x
pcf:two,2.1,kgCO2e/kg,GLO,2024,cradle_to_gate,AR6,2.1,0,1.4,cradle_to_gate,hand,x
"""
OPTIONS = {
    ("spinning", "fibre"): ("cotton", "pcf:one", "pcf:two"),
    ("spinning", "waste"): ("cotton", "pcf:one"),
    ("spinning", "truck"): ("",),
    ("spinning", "ship"): ("",),
    ("weaving", "yarn"): ("cotton", "pcf:one", "pcf:two"),
    ("weaving", "truck"): ("",),
}
UNIT = {"truck": "t*km", "ship": "t*km", "power": "kWh"}


def rows(products: int) -> list[dict[str, Any]]:
    """Products that buy some of their material with a footprint and some without, and drive some of it themselves."""
    draw, found = np.random.default_rng(5), []
    for number in range(products):
        found.append(row(f"P{number}", "spinning", "power", 1.0))
        for (stage, flow), items in OPTIONS.items():
            if draw.random() < 0.6:
                found.append(row(f"P{number}", stage, flow, float(draw.integers(0, 3)), str(draw.choice(items))))
    return found


def row(product: str, stage: str, flow: str, amount: float, item: str = "") -> dict[str, Any]:
    return {"product": product, "stage": stage, "flow": flow, "amount": amount, "unit": UNIT.get(flow, "kg"), "item": item}


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twice")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    return folder


def one_by_one(given: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Product and sentence, from the rows of each product: first what is driven twice, then what is taken up twice."""
    products = dict.fromkeys(line["product"] for line in given)
    of = {name: [line for line in given if line["product"] == name and line["amount"]] for name in products}
    for name, lines in of.items():
        for stage in ("spinning", "weaving"):
            here = [line for line in lines if line["stage"] == stage]
            for _ in [line for line in here if line["item"] == "pcf:one"]:
                for flow in sorted(line["flow"] for line in here if line["flow"] in ("truck", "ship")):
                    yield name, f"{stage}.{flow}: pcf:one ends at your door already; give 0 km, or its way is counted twice."
    for name, lines in of.items():
        bought = [f"{line['stage']}.{line['flow']}" for line in lines if line["item"].startswith("pcf:")]
        for line in lines:
            for other in bought if line["item"] == "cotton" else ():
                taken = f"{line['stage']}.{line['flow']}: the material of {other} includes uptake of CO2 already; "
                yield name, f"{taken}give 0 here, or the same carbon counts twice."


@pytest.mark.parametrize("products", [1, 7, 300])
def test_what_each_product_counts_twice(mill: Path, products: int) -> None:
    given = [line for line in rows(products) if line["amount"] or line["item"] != "pcf:one"]  # what is bought is used
    result = tp.footprint(pd.DataFrame(given), mill / "rule.yaml", mill / "factors.csv", biogenic="minus_one_plus_one")
    activity, matches, factors = result.inventory.activity, result.inventory.matches, result.run.factors
    driven, taken = list(find_double_transport(activity, factors, matches)), list(find_double_uptake(result.inventory))
    found = [(result.products[product], str(text)) for product, text in [*driven, *taken]]
    assert found == list(one_by_one(given))
    assert products == 1 or (driven and taken)
    texts = [*double_transport_texts(activity, factors, matches), *double_uptake_texts(result.inventory)]
    assert list(dict.fromkeys(map(str, texts))) == list(dict.fromkeys(text for _, text in found))
    assert len(texts) <= 20  # however many products there are
