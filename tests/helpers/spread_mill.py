"""A mill whose interval can be worked out by hand: 10 kWh per kg at 0.62 kg CO2e/kWh with gsd 1.2, and 2 kg of steam at 0.3."""

from __future__ import annotations

from pathlib import Path

import textile_pcf as tp

RULE = """\
rule: cloth
edition: "1"
title: {en: Cloth, zh: 布}
cutoff: {single: 1 %, total: 3 %}
sources: {s: {title: A survey}}
product: {unit: kg}
stages:
- id: making
  title: {en: Making, zh: 织造}
  group: production
  flows:
    electricity: {title: {en: Electricity, zh: 电力}, factor: electricity, unit: kWh, plausible: [4, 20]}
- id: drying
  title: {en: Drying, zh: 烘干}
  group: production
  flows:
    steam: {title: {en: Steam, zh: 蒸汽}, factor: steam, unit: kg}
"""
HEAD = "item,value,unit,region,year,kind,source,locator,gsd\n"
TABLE = f"""\
{HEAD}electricity,0.62,kgCO2e/kWh,GLO,2023,life_cycle,grid,table 1,1.2
steam,0.3,kgCO2e/kg,GLO,2023,life_cycle,grid,table 2,
"""
DESCRIPTION = "title: A table\nedition: '1'\nlicence: CC0\nsources: {grid: {title: Grid}}\nredistributable: "
ROWS = """\
product,stage,flow,amount,unit,item,note
P,making,electricity,10,kWh/kg,,
P,drying,steam,2,kg/kg,,
P,drying,cutoff,0.5,%,lubricant,not metered
"""


def write_mill(folder: Path, rows: str = ROWS, table: str = TABLE, redistributable: str = "true") -> Path:
    """Write rule, table with its description, and activity data into a folder."""
    files = {"rule.yaml": RULE, "grid.csv": table, "grid.yaml": DESCRIPTION + redistributable + "\n", "mill.csv": rows}
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def calculate(folder: Path) -> tp.Footprint:
    """The footprint of the mill in a folder."""
    return tp.footprint(folder / "mill.csv", folder / "rule.yaml", folder / "grid.csv")


def command(folder: Path, *more: str) -> list[str]:
    """The command that writes a report of the mill."""
    return ["report", f"{folder}/mill.csv", "--rule", f"{folder}/rule.yaml", "--factors", f"{folder}/grid.csv", *more]


class Words:
    """The text a person reads on a page, tags left out."""

    def __init__(self, path: Path) -> None:
        import html
        import re

        self.page = path.read_text(encoding="utf-8")
        body = re.sub(r"<style>.*?</style>", "", self.page, flags=re.DOTALL)
        self.text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def __contains__(self, words: str) -> bool:
        return words in self.text
