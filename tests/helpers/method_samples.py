"""Factors, activity data and rules of the tests of allocation, sets of global warming potentials and boundaries."""

from __future__ import annotations

import json
import warnings

import pandas as pd

import textile_pcf as tp


def factors(**values):
    """Return a table of factors: item=(value, unit) or (value, unit, gwp, year)."""
    rows = []
    for item, given in values.items():
        value, unit, gwp, year = (*given, "", "")[:4]
        rows.append({"item": item, "value": value, "unit": unit, "region": "GLO", "year": year, "kind": "life_cycle",
                     "source": "hand", "locator": "hand", "gwp": gwp})  # fmt: skip
    return pd.DataFrame(rows)


POWER = {"electricity": (0.5, "kgCO2e/kWh"), "diesel": (4, "kgCO2e/kg"), "carbon": (1, "kgCO2e/kg")}


def calculate(rows, rule, table=None, **options):
    frame = pd.DataFrame(rows)
    frame.columns = ["stage", "flow", "amount", "unit", "item"][: frame.shape[1]]
    if "product" not in frame:
        frame = frame.assign(product="P")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tp.footprint(frame, rule, factors(**POWER) if table is None else table, **options)


def written(tmp_path, rule):
    path = tmp_path / "rule.yaml"
    path.write_text(rule if isinstance(rule, str) else json.dumps(rule, default=str), encoding="utf-8")
    return path
