"""A small mill: one stage, a few numbers, and what follows from them by hand."""

from __future__ import annotations

import pytest

import textile_pcf as tp

RULE = """
rule: knit
edition: "1"
sources: {m: {title: A mill}}
product:
  unit: kg
  properties:
    grammage: {unit: g/m2, optional: true}
stages:
  - id: spinning
    scope: component
    losses:
      - {id: waste, unit: "%", basis: input, optional: true}
    flows:
      fibre: {unit: kg, per: input, value: 1, optional: true}
      power: {unit: kWh, factor: electricity, optional: true}
  - id: making
    properties:
      rate: {unit: kWh/kg, optional: true}
      machine: {choice: [old, new], optional: true}
    losses:
      - {id: cutting, unit: "%", basis: input, value: 10, source: m, locator: p. 1, range: [8, 15]}
    flows:
      electricity: {unit: kWh, optional: true, factor: electricity}
      steam: {unit: kg, optional: true, factor: steam, value: 2, gsd: 1.3, source: m, locator: p. 2}
      heat: {unit: kWh, optional: true, factor: electricity, value: rate}
      part: {unit: kg, optional: true, factor: cotton}
  - id: use
    boundary: outside
    flows:
      washing: {unit: kWh, optional: true, factor: electricity}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator,gsd,low,high
electricity,0.6205,kgCO2e/kWh,CN,2023,life_cycle,mee,p. 1,1.2,,
cotton,2,kgCO2e/kg,CN,2023,life_cycle,m,p. 1,,1.5,3
polyester,3,kgCO2e/kg,CN,2023,life_cycle,m,p. 1,1.3,,
steam,0.3,kgCO2e/kg,CN,2023,life_cycle,m,p. 1,,,
"""
HEADER = "product,stage,flow,component,amount,unit,item,region,year,gsd,low,high,data_type,per"


@pytest.fixture
def mill(tmp_path):
    """Calculate rows, written as `P,making,electricity,,10,kWh/kg,,,,1.1,,,`; the product is in China in 2023."""

    def calculate(*rows, rule=RULE, factors=FACTORS):
        (tmp_path / "knit.yaml").write_text(rule)
        (tmp_path / "f.csv").write_text(factors)
        products = dict.fromkeys(row.split(",")[0] for row in rows)
        places = [f"{product},product,,,,,,CN,2023" for product in products]
        cells = [row + "," * (HEADER.count(",") - row.count(",")) for row in (*places, *rows)]
        (tmp_path / "rows.csv").write_text("\n".join([HEADER, *cells]) + "\n")
        return tp.footprint(tmp_path / "rows.csv", tmp_path / "knit.yaml", tmp_path / "f.csv")

    return calculate


@pytest.fixture
def plain_rule():
    """The rule without a spread of its loss."""
    return RULE.replace(", range: [8, 15]", "")
