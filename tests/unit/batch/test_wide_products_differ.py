"""A wide table holds products that differ in amounts of flows and losses: where a property multiplies these, it is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.batch.wide import calculate_wide

RULE = """
rule: dyehouse
edition: "1"
sources: {s: {title: Made up}}
product:
  unit: kg
  properties: {grammage: {unit: g/m2, optional: true}, width: {unit: m, optional: true}, passes: {unit: "1", optional: true}}
stages:
  - id: ginning
    optional: true
    allocation:
      {id: lint_allocation, method: economic, co_products: [seed], share: 0.85, source: s, locator: p. 1, hierarchy: Made up.}
    flows: {electricity: {unit: kWh, factor: electricity}}
  - id: printing
    optional: true
    properties: {print_coverage: {unit: "%"}, area: {unit: m2/kg, method: printed_area}}
    flows: {ink: {unit: kg, per: [output, area], factor: ink}}
  - id: dyeing
    flows:
      electricity: {unit: kWh, factor: electricity, optional: true}
      stenter: {unit: kWh, per: [output, passes], factor: electricity, optional: true}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
electricity,0.5,kgCO2e/kWh,GLO,,life_cycle,made up,-
ink,4,kgCO2e/kg,GLO,,life_cycle,made up,-
"""


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> tuple[tp.RuleSet, tp.FactorTable]:
    folder: Path = tmp_path_factory.mktemp("mill")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "factors.csv").write_text(FACTORS, encoding="utf-8")
    return tp.load_rules(folder / "rule.yaml"), tp.load_factors(folder / "factors.csv")


def column(name: str, unit: str) -> dict[str, Any]:
    stage, flow = name.split(".")
    return {"stage": stage, "flow": flow, "unit": unit}


PASSES = [column("product.passes", "1"), column("dyeing.stenter", "kWh")]
PRINTED = [column("product.grammage", "g/m2"), column("printing.print_coverage", "%"), column("printing.ink", "g")]
SHARED = [column("ginning.lint_allocation", "%"), column("ginning.electricity", "kWh"), column("dyeing.electricity", "kWh")]


@pytest.mark.parametrize(
    ("columns", "amounts", "name"),
    [
        (PASSES, [[1, 2], [3, 2]], "product.passes"),  # 1 kg CO2e in one pass, 3 in three
        (PRINTED, [[200, 20, 15], [100, 20, 15]], "product.grammage"),  # light fabric has more area to print
        (PRINTED, [[200, 20, 15], [200, 40, 15]], "printing.print_coverage"),
        (SHARED, [[80, 1, 1], [60, 1, 1]], "ginning.lint_allocation"),
    ],
)
def test_products_that_differ_in_what_multiplies_amounts_are_refused(mill, columns, amounts, name) -> None:
    """The number of the first product was taken for all."""
    with pytest.raises(tp.InputError, match=f"products differ in {name}, by which the rule multiplies amounts") as caught:
        calculate_wide(np.array(amounts, float), columns, *mill)
    assert f"各产品的 {name} 不同" in caught.value.problems[0].what.localized("zh")


@pytest.mark.parametrize(
    ("columns", "amounts"),
    [
        (PASSES, [[3, 2], [3, 4]]),
        (PRINTED, [[200, 20, 15], [200, 20, 30]]),
        (SHARED, [[80, 1, 1], [80, 2, 3]]),
        ([column("product.grammage", "g/m2"), column("dyeing.electricity", "kWh")], [[200, 1], [100, 2]]),
    ],
)
def test_where_they_agree_the_numbers_are_those_of_each_product(mill, columns, amounts) -> None:
    found = calculate_wide(np.array(amounts, float), columns, *mill).totals
    for total, product in zip(found, amounts, strict=True):
        rows = [{"product": "P", **one, "amount": amount} for one, amount in zip(columns, product, strict=True)]
        assert total == pytest.approx(tp.footprint(rows, *mill).totals[0], rel=1e-12)


def test_an_amount_per_metre_of_fabric_is_refused(mill) -> None:
    """1 kWh/m of 0.2 kg/m is 5 kWh/kg; it was taken for 1 kWh/kg."""
    columns = [column("product.grammage", "g/m2"), column("product.width", "m"), column("dyeing.electricity", "kWh/m")]
    with pytest.raises(tp.InputError, match="an amount is per length of fabric"):
        calculate_wide(np.array([[200.0, 1.0, 1.0]]), columns, *mill)
