"""A mill whose footprint can be worked out by hand: 10 kWh per kg of cloth at 0.6205 kg CO2e/kWh are 6.205 kg."""

from __future__ import annotations

from pathlib import Path

import pytest

import textile_pcf as tp

RULE = """\
rule: cloth
edition: "1"
boundary: cradle_to_gate
biogenic: zero_zero
sources:
  study: {title: A study of weaving}
product: {unit: kg}
stages:
- id: making
  group: production
  flows:
    electricity: {kind: life_cycle, factor: electricity, unit: kWh, per: output}
"""
TABLE = """\
item,value,unit,region,year,kind,source,locator,gwp
electricity,0.6205,kgCO2e/kWh,CN,2023,life_cycle,grid,table 1,AR6
"""
DESCRIPTION = """\
title: Grid of a test
edition: "1"
licence: CC0
redistributable: true
sources:
  grid: {title: Grid}
"""
MILL = """\
product,stage,flow,amount,unit,region,year
P,making,electricity,10,kWh/kg,CN,2023
"""


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """Folder with rule, table, its description, and activity data."""
    for name, text in {"rule.yaml": RULE, "grid.csv": TABLE, "grid.yaml": DESCRIPTION, "mill.csv": MILL}.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


def calculate(folder: Path) -> tp.Footprint:
    """The footprint of the mill in a folder."""
    return tp.footprint(folder / "mill.csv", folder / "rule.yaml", folder / "grid.csv")
