"""A mill's rule, factors and sheet whose record of PACT is worked by hand, and what refuses a record."""

from __future__ import annotations

import pandas as pd
import pytest

import textile_pcf as tp

RULE = """
rule: mill
edition: "1"
status: interpretation
boundary: BOUNDARY
gwp: AR6
biogenic: minus_one_plus_one
product:
  unit: kg
  properties:
    grammage: {unit: kg/m2, optional: true}
    piece_mass: {unit: kg/piece, optional: true}
    fossil_carbon: {unit: kg/kg, optional: true}
    biogenic_carbon: {unit: kg/kg, optional: true}
stages:
  - id: fibre
    title: Fibre
    group: raw_material
    flows:
      cotton: {unit: kg, per: [output], factor: cotton}
      freight: {unit: t*km, per: [output], factor: freight, group: distribution, optional: true}
  - id: weaving
    title: Weaving
    group: production
    losses: [{id: waste, basis: input, unit: "%", optional: true}]
    flows:
      power: {unit: kWh, per: [output], factor: power}
      film: {unit: kg, per: [output], factor: film, optional: true}
  - id: delivery
    title: Delivery
    group: distribution
    flows:
      lorry: {unit: t*km, per: [output], factor: freight, optional: true}
  - id: use
    title: Use
    group: use
    optional: true
    losses: [{id: wear, basis: input, unit: "%", optional: true}]
    flows:
      wash: {unit: kWh, per: [output], factor: power, optional: true}
"""
FACTORS = [
    {"item": "cotton", "unit": "kgCO2e/kg", "co2_fossil": 1.0, "n2o": 0.002, "ch4_biogenic": 0.01, "co2_land_use": 0.3,
     "co2_uptake": 1.6},
    {"item": "power", "unit": "kgCO2e/kWh", "co2_fossil": 0.6},
    {"item": "freight", "unit": "kgCO2e/(t*km)", "co2_fossil": 0.5, "co2_aircraft": 0.5},
    {"item": "film", "unit": "kgCO2e/kg", "co2_fossil": 2.0},
    {"item": "printed", "unit": "kgCO2e/kg", "value": 3.0, "gwp": "AR5"},
]  # fmt: skip


def factor_table(**changes):
    rows = [{"region": "GLO", "year": "2024", "kind": "life_cycle", "source": "S", "locator": "1", "gwp": "AR6", **row}
            for row in FACTORS]  # fmt: skip
    return pd.DataFrame([{**row, **changes.get(row["item"], {})} for row in rows])


def written_rule(folder, boundary="cradle_to_gate"):
    path = folder / "mill.yaml"
    path.write_text(RULE.replace("BOUNDARY", boundary), encoding="utf-8")
    return tp.load_rules(path)


def rows(*more, product="SHEET", **amounts):
    """Activity data of one product; amounts are `stage_flow`."""
    amounts = {"fibre_cotton": "1.2 kg", "weaving_power": "5 kWh", **amounts}
    lines = [{"stage": name.split("_")[0], "flow": name.split("_", 1)[1], "amount": value} for name, value in amounts.items()]
    own = {"grammage": "0.15 kg/m2", "piece_mass": "0.3 kg/piece", "fossil_carbon": "0.1 kg/kg", "biogenic_carbon": "0.3 kg/kg"}
    lines += [{"stage": "product", "flow": name, "amount": value} for name, value in own.items() if name not in more]
    return {"product": product, "rows": lines}


def calculated(rule, *more, factors=None, biogenic=None, **amounts):
    return tp.footprint(rows(*more, **amounts), rule, factors if factors is not None else factor_table(), biogenic=biogenic)


def refusals(call):
    with pytest.raises((tp.InputError, tp.UsageError)) as error:
        call()
    return [str(problem) for problem in error.value.problems]
