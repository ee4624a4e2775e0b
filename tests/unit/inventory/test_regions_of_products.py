"""A region that is none is refused in the products that ask for it, whatever else is calculated with them."""

import pandas as pd
import pytest

import textile_pcf as tp

RULE = """
rule: weaving
edition: "1"
product: {unit: kg}
stages:
  - id: weave
    losses: [{id: waste, unit: "%", basis: output}]
    flows: {electricity: {unit: kWh, factor: electricity}, steam: {unit: kWh, factor: steam}}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
electricity,0.6,kgCO2e/kWh,CN,,life_cycle,made up,-
steam,0.1,kgCO2e/kWh,CN,,life_cycle,made up,-
"""


def rows(name, of_waste, of_electricity):
    """A product in China that names a region beside its waste, which asks for no factor, and one beside its electricity."""
    place = {"product": name, "stage": "weave"}
    return [
        {**place, "region": "CN"},
        {**place, "flow": "waste", "amount": 25, "unit": "%", "region": of_waste},
        {**place, "flow": "electricity", "amount": 10, "unit": "kWh", "region": of_electricity},
        {**place, "flow": "steam", "amount": 1, "unit": "kWh", "region": of_electricity},
    ]


@pytest.mark.parametrize("size", [1, 100])
def test_another_product_with_the_same_wrong_region_rejects_no_other(tmp_path, size):
    """10 kWh x 0.6 + 1 kWh x 0.1 = 6.1 kg CO2e/kg, in a partition of its own and beside a product that asks for `cn`."""
    (tmp_path / "rule.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "factors.csv").write_text(FACTORS, encoding="utf-8")
    catalogue = pd.DataFrame([*rows("A", "cn", None), *rows("B", None, "cn"), *rows("C", None, None)])
    done = tp.calculate_batch(
        catalogue, tmp_path / "rule.yaml", tmp_path / "factors.csv", out=tmp_path / "out", partition_rows=size, progress=False
    )
    table = done.read()
    assert table["product"].to_pylist() == ["A", "C"]
    assert table["total"].to_pylist() == pytest.approx([6.1, 6.1])
    found = [(one["product"], one["code"], one["where"]) for one in done.problems()]
    assert found == [("B", "bad-region", "row 6 (weave.electricity)"), ("B", "bad-region", "row 7 (weave.steam)")]
