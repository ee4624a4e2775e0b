"""A small rule, a mill and measures that several test files use."""

from __future__ import annotations

RULE = """rule: small_mill
edition: "1"
title: {en: A small mill, zh: 小厂}
product: {unit: kg}
sources: {W: {title: Worked by hand, year: 2026}}
stages:
  - id: dyeing
    flows: {electricity: {unit: kWh, factor: electricity, value: 0.0, source: W, locator: worked example}}
  - id: finishing
    flows:
      heat: {unit: MJ, factor: heat}
      electricity: {unit: kWh, factor: electricity}
"""
FACTORS = """item,value,unit,region,year,kind,source,locator
heat,0.0561,kgCO2e/MJ,CN,2024,life_cycle,demo,worked
electricity,0.5777,kgCO2e/kWh,CN,2024,life_cycle,demo,worked
electricity_pv,0.0520,kgCO2e/kWh,CN,2024,life_cycle,demo,worked
"""
ROWS = [
    {"stage": "product", "flow": "", "region": "CN", "year": 2024},
    {"stage": "finishing", "flow": "heat", "amount": 4, "unit": "MJ/kg"},
    {"stage": "finishing", "flow": "electricity", "amount": 0, "unit": "kWh/kg"},
]
HEAT_RECOVERY = {
    "id": "heat_recovery", "source": "example", "investment": "100000 CNY", "lifetime": 10, "saving": "0 CNY",
    "changes": [{"stage": "finishing", "flow": "heat", "multiply": 0.75},
                {"stage": "finishing", "flow": "electricity", "add": "0.02 kWh"}],
}  # fmt: skip
OUTPUT = [{"product": "A", "process": "finishing", "output": "1000 t"}]
POWER = [  # 1 kWh/kg: 1,000 MWh of 1,000 t
    {"stage": "product", "flow": "", "region": "CN", "year": 2024},
    {"stage": "finishing", "flow": "heat", "amount": 0, "unit": "MJ/kg"},
    {"stage": "finishing", "flow": "electricity", "amount": 1, "unit": "kWh/kg"},
]
MOTORS = {"id": "motors", "source": "example", "investment": "0 CNY", "lifetime": 10, "saving": "1 CNY",
          "changes": [{"stage": "finishing", "flow": "electricity", "multiply": 0.8}]}  # fmt: skip


def roof(**supply):
    """Electricity of one's own."""
    return {"id": "roof", "source": "example", "investment": "1 CNY", "lifetime": 25, "saving": "0 CNY",
            "supply": {"carrier": "electricity", "item": "electricity_pv", **supply}}  # fmt: skip


def document(*measures, discount="8 %"):
    """A document of improvements."""
    return {"discount": discount, "improvements": list(measures)}


def activity(rows, product="A"):
    """Activity data of one product."""
    return {"product": product, "rows": rows}
