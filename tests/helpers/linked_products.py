"""Products that take one another: a small rule, factors, and rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import test_carbon_balance as carbon

RULE = """
rule: linked
edition: "1"
product:
  unit: piece
  properties:
    mass: {unit: kg, value: 0.5, source: hand, locator: x}
    grammage: {unit: g/m2, optional: true}
sources: {hand: {title: By hand}}
stages:
  - id: making
    flows:
      fabric: {unit: kg, optional: true}
      lining: {unit: m2, per: product, optional: true}
      buttons: {unit: piece, per: product, optional: true}
      lint: {unit: kg, factor: lint, optional: true}
      electricity: {unit: kWh, per: product, factor: electricity, value: 1, source: hand, locator: x}
  - id: after
    boundary: outside
    optional: true
    flows:
      returned: {unit: kg, optional: true}
"""
FACTORS = """item,value,unit,region,year,kind,gwp,co2_fossil,co2_biogenic,co2_uptake,co2_aircraft,source,locator
electricity,0.5,kgCO2e/kWh,GLO,2024,life_cycle,,,,,,hand,x
lint,3.1,kgCO2e/kg,GLO,2024,life_cycle,AR6,3.1,0.1,1.6,0.3,hand,x
"""
UNITS = {"fabric": "kg", "lining": "m2", "buttons": "piece", "returned": "kg"}


def row(product: str, flow: str, amount: float | None, unit: str, item: str = "") -> dict[str, Any]:
    stage = {"mass": "product", "grammage": "product", "returned": "after"}.get(flow, "making")
    return {"product": product, "stage": stage, "flow": flow, "amount": amount, "unit": unit, "item": item}


def made(product: str, kilowatt_hours: float = 1.0) -> list[dict[str, Any]]:
    return [row(product, "electricity", kilowatt_hours, "kWh")]


def takes(product: str, other: str, amount: float = 0.5, flow: str = "fabric") -> dict[str, Any]:
    return row(product, flow, amount, UNITS[flow], f"product:{other}")


def network(products: int, seed: int = 0) -> list[dict[str, Any]]:
    """Products that each take up to three others at random, loops among them."""
    draw, rows = np.random.default_rng(seed), []
    for number in draw.permutation(products):
        name = f"P{number}"
        rows += [*made(name, draw.uniform(1, 9)), row(name, "grammage", draw.uniform(80, 300), "g/m2")]
        rows.append(row(name, "lint", draw.uniform(0, 1), "kg"))
        for flow in draw.choice(list(UNITS), draw.integers(0, 4), replace=False):
            rows.append(takes(name, f"P{draw.integers(products)}", draw.uniform(0, 0.2), str(flow)))
    return rows


def garments() -> list[dict[str, Any]]:
    """Yarns of fibres, fabrics of yarns, fabrics of one another, and one of which the carbon is not known."""
    rows: list[dict[str, Any]] = []
    for number, fibres in enumerate([{"cotton": 1.0}, {"polyester": 1.0}, {"viscose": 1.0}, {"silk": 1.0}]):
        rows += carbon.spun(f"Y{number}", fibres, 5 + number, bool(number % 2))
    for number in range(24):
        name = f"F{number}"
        rows.append(carbon.row(name, "product", "share", 0.4, "1", component="cotton"))
        rows.append(carbon.row(name, "product", "share", 0.6, "1", component="other"))
        rows.append(carbon.row(name, "yarn_purchase", "yarn", item="product:Y0", component="cotton"))
        rows.append(carbon.row(name, "yarn_purchase", "yarn", item=f"product:Y{1 + number % 3}", component="other"))
        rows += [*carbon.woven(name, number, True), *carbon.dyed(name, 3, number % 2 == 0)]
    for number in range(12):
        name = f"G{number}"
        rows.append(carbon.row(name, "greige_purchase", "greige", 0.9, "kg/kg", item=f"product:F{2 * number}"))
        rows.append(carbon.row(name, "greige_purchase", "greige", 0.1, "kg/kg", item=f"product:G{(number + 5) % 12}"))
        rows += carbon.dyed(name, 2, True)
    rows += [carbon.row("H", "yarn_purchase", "yarn", item="pcf:yarn"), *carbon.woven("H", 4, True)]
    return rows
