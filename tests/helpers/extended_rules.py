"""A small rule that others extend, and files of rules in a folder."""

from __future__ import annotations

from pathlib import Path

BASE = """
rule: base
edition: "1"
status: interpretation
title: Base
based_on: [{standard: Some standard, access: news}]
sources: {s: {title: Survey}}
pieces:
  road: {parameters: {distance: null}, unit: t*km, value: <distance>, source: s, locator: table <distance>, factor: lorry}
product: {unit: kg}
stages:
  - id: spinning
    losses: [{id: waste, unit: "%", basis: input, value: 10, source: s, locator: p. 1}]
    flows:
      inbound: {use: road, with: {distance: 0.5}}
      electricity: {unit: kWh, factor: electricity, note: Read the meter.}
  - id: weaving
    flows:
      heat: {unit: MJ, factor: steam}
      gas: {unit: m3, factor: natural_gas}
alternatives: [{one_of: [weaving.heat, weaving.gas]}]
"""
OWN = 'rule: own\nedition: "1"\nextends: base.yaml\n'


def written(folder: Path, text: str, name: str = "own.yaml", **files: str) -> Path:
    """Files of rules in a folder; `base.yaml` is always there."""
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    for stem, content in files.items():
        (folder / f"{stem}.yaml").write_text(content, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name
