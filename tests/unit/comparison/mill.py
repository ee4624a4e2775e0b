"""A rule of one making stage, and runs under it, for worked examples of comparisons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

import textile_pcf as tp

HEAD = "item,value,unit,kind,region,year,source,locator\n"


def rule(folder: Path, name: str = "mill", loss: str = "", edition: str = "1", more: str = "", head: str = "") -> Path:
    """Write a rule: making takes electricity, fibre (1.5 kg CO2e per kg) and steam; `loss` is lost of the input."""
    losses = f"    losses: [{{id: waste, basis: input, unit: '1', value: {loss}, source: s, locator: a}}]\n" if loss else ""
    path = folder / f"{name}-{edition}.yaml"
    path.write_text(
        f"rule: {name}\nedition: '{edition}'\n{head}product: {{unit: kg}}\nsources: {{s: {{title: Made up}}}}\n"
        f"stages:\n  - id: making\n{losses}    flows:\n"
        "      electricity: {unit: kWh, per: input, factor: electricity, optional: true}\n"
        "      fibre: {unit: kg, per: input, factor: fibre, optional: true}\n"
        "      steam: {unit: kg, factor: steam, optional: true}\n"
        f"{more}",
        encoding="utf-8",
    )
    return path


def factors(folder: Path, electricity: float, fibre: float = 1.5, name: str = "f") -> Path:
    """Write a table of emission factors."""
    path = folder / f"{name}{electricity}-{fibre}.csv"
    path.write_text(
        HEAD
        + f"electricity,{electricity},kgCO2e/kWh,life_cycle,GLO,,s,1\n"
        + f"fibre,{fibre},kgCO2e/kg,life_cycle,GLO,,s,2\nsteam,0.3,kgCO2e/kg,life_cycle,GLO,,s,3\n",
        encoding="utf-8",
    )
    return path


def rows(product: str = "P", **amounts: float) -> list[dict[str, Any]]:
    """Return rows of activity data: an amount per kg for each flow of making."""
    units = {"electricity": "kWh/kg"}
    return [
        {"product": product, "stage": "making", "flow": flow, "amount": amount, "unit": units.get(flow, "kg/kg")}
        for flow, amount in amounts.items()
    ]


def run(data: list[dict[str, Any]], rule: Path, table: Path, **options: Any) -> tp.Footprint:
    """Calculate rows."""
    return tp.footprint(pd.DataFrame(data), rule, table, **options)
