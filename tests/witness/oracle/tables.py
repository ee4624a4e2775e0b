"""Tables as written, read by the oracle itself."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from oracle.system import Row

from paths import ROOT

YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same documents, read ten times faster where PyYAML has its C library."""


@dataclass
class Table:
    """A factor table as written."""

    rows: list[Row]


def read_table(path: Path) -> Table:
    """Rows of a CSV file, and behind them what its edition composes of cited rows; shipped files are read once."""
    return _shipped(path) if path.is_relative_to(ROOT) else _read(path)


@cache
def _shipped(path: Path) -> Table:
    return _read(path)


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{key: (value or "").strip() for key, value in row.items()} for row in csv.DictReader(file)]
    return Table([*rows, *_composed_rows(path, rows)])


def _composed_rows(path: Path, rows: list[Row]) -> Iterator[Row]:
    """Rows of `composed.yaml`; the inputs stand in `inputs`, to be valued under the sets of the run."""
    document = path.with_name("composed.yaml")
    if not document.is_file():
        return
    for item, factor in yaml.load(document.read_text(encoding="utf-8"), YAML)["tables"].get(path.stem, {}).items():
        kind, per = factor.get("kind", "life_cycle"), factor.get("unit", "kgCO2e/kg")
        for region in factor["regions"]:
            grid = [row for row in rows if (row["item"], row["kind"], row["region"]) == ("electricity", "life_cycle", region)]
            for year in [row["year"] for row in grid] if factor.get("years") == "electricity" else [factor.get("years", "")]:
                yield {"item": item, "kind": kind, "region": region, "year": year, "unit": per, "value": "0",
                       "inputs": factor["inputs"], "proxy_for": ";".join(factor.get("proxy_for", ()))}  # fmt: skip
