"""Worked cases: how `tests/cases/*.yaml` become files, a run, and a comparison. No test stands here.

A case: `name`; `rule` (a shipped `name@edition`, a path from `tests/cases`, or the rule itself); `rows` (product P where none
is named); and `expect` (any keys of the JSON product object; with several products one entry per id) or `expect_error` (words
of the message). Optional: `factors` (absent: the shipped table `default`), `options` (gwp, biogenic, unit), `work` (the
arithmetic), `tags`, `expect_lines`, `expect_masses`, `expect_warnings`.

`factors` is a list of rows, or `{item: "0.5 kgCO2e/kWh"}`, or several tables in the order asked: `{mine: [], second: []}`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import textile_pcf as tp
from textile_pcf.documents import read_yaml

CASES = Path(__file__).parent / "cases"
KEYS = {
    "name", "rule", "rows", "factors", "options", "work", "tags",
    "expect", "expect_error", "expect_lines", "expect_masses", "expect_warnings",
}  # fmt: skip
PRODUCT_KEYS = {
    "product", "unit", "total", "stages", "groups", "split", "aircraft", "by_component", "masses", "memo", "warnings",
    "carbon_content", "beside",
}  # fmt: skip
RELATIVE = 1e-9
ZERO = 1e-12  # what counts as nothing beside an expected 0


@dataclass(frozen=True)
class Case:
    """One worked case and the file it stands in."""

    file: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def id(self) -> str:
        return f"{self.file}: {self.name}"


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file, in the order of the files."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        document = read_yaml(path, tp.RuleError, (list,))
        found += [Case(path.stem, data) for data in document.data]
    return tuple(found)


# ---------------------------------------------------------------- from a case to files


def rule_of(case: dict[str, Any], folder: Path) -> str | Path:
    """Name of a shipped rule, or the path of the case's own."""
    rule = case["rule"]
    if isinstance(rule, str):
        return CASES / rule if rule.endswith(".yaml") else rule
    return write_rule(rule, folder)


def write_rule(rule: dict[str, Any], folder: Path) -> Path:
    """A rule as a file."""
    path = folder / f"{rule['rule']}.yaml"
    path.write_text(yaml.safe_dump(rule, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_table(rows: list[dict[str, Any]], path: Path) -> Path:
    """Rows as a CSV file with the columns they have."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def factor_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of factors with what a hand-made one needs not say."""
    return {"region": "GLO", "year": "", "kind": "life_cycle", "source": "hand", "locator": "hand", **row}


def short_factors(factors: dict[str, str]) -> list[dict[str, Any]]:
    """Rows from `{item: "0.5 kgCO2e/kWh"}`."""
    rows = []
    for item, told in factors.items():
        value, unit = told.split(" ", 1)
        rows.append(factor_row({"item": item, "value": value, "unit": unit}))
    return rows


def factors_of(case: dict[str, Any], folder: Path) -> list[Path]:
    """The tables of a case, in the order in which they are asked; none where it says nothing."""
    factors = case.get("factors")
    if factors is None:
        return []
    if isinstance(factors, list):
        tables = {"hand": [factor_row(row) for row in factors]}
    elif all(isinstance(table, list) for table in factors.values()):
        tables = {name: [factor_row(row) for row in table] for name, table in factors.items()}
    else:
        tables = {"hand": short_factors(factors)}
    return [write_table(rows, folder / f"{name}.csv") for name, rows in tables.items()]


def run(case: dict[str, Any], folder: Path) -> tp.Footprint:
    """The result of a case, through the public functions only."""
    options = {key: value for key, value in case.get("options", {}).items() if key != "unit"}
    rows = write_table([{"product": "P", "stage": "", "flow": "", **row} for row in case["rows"]], folder / "activity.csv")
    return tp.footprint(rows, rule_of(case, folder), factors_of(case, folder) or None, **options)


# ---------------------------------------------------------------- comparing


def close(found: float, wanted: float) -> bool:
    """Equal to 1e-9, or both nothing."""
    return math.isclose(found, wanted, rel_tol=RELATIVE, abs_tol=ZERO if wanted == 0 else 0.0)


def differences(wanted: Any, found: Any, where: str = "") -> Iterator[str]:
    """Everything in which a result is not what was worked out."""
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            if not isinstance(found, dict) or key not in found:
                there = list(found) if isinstance(found, dict) else found
                yield f"{where}.{key} is not there; there is {there}"
            else:
                yield from differences(value, found[key], f"{where}.{key}".lstrip("."))
    elif isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        if not close(found, wanted):
            yield f"{where}: worked out {wanted!r}, calculated {found!r}"
    elif wanted != found:
        yield f"{where}: worked out {wanted!r}, calculated {found!r}"


def expected_products(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is expected of each product."""
    expect = case.get("expect", {})
    if set(expect) <= PRODUCT_KEYS:
        return {str(case["rows"][0].get("product", "P")): expect}
    return expect


def line_differences(case: dict[str, Any], result: tp.Footprint) -> Iterator[str]:
    """`expect_lines`: each says enough to name one line of the sum, and numbers that it must have."""
    table = result.contributions
    for wanted in case.get("expect_lines", []):
        names = {key: value for key, value in wanted.items() if not isinstance(value, float) and key in NAMES}
        rows = table
        for key, value in names.items():
            rows = rows[rows[key].astype(str) == str(value)]
        if len(rows) != 1:
            yield f"{len(rows)} lines are {names}"
            continue
        found = {key: (value.item() if hasattr(value, "item") else value) for key, value in rows.iloc[0].items()}
        found["year"] = str(found["year"])
        rest = {key: str(value) if key == "year" else value for key, value in wanted.items() if key not in names}
        yield from differences(rest, found, f"line {names}")


NAMES = ("product", "component", "stage", "flow", "item")


def mass_differences(case: dict[str, Any], result: tp.Footprint) -> Iterator[str]:
    """`expect_masses`: input, output, loss of one stage and fibre each."""
    table = result.masses
    for wanted in case.get("expect_masses", []):
        product = wanted.get("product", result.products[0])
        chosen = (table["product"] == product) & (table["stage"] == wanted["stage"])
        chosen &= table["component"] == wanted.get("component", "")
        rows = table[chosen]
        if len(rows) != 1:
            yield f"{len(rows)} masses are {wanted}"
            continue
        numbers = {key: value for key, value in wanted.items() if key in ("input", "output", "loss")}
        yield from differences(numbers, rows.iloc[0].to_dict(), f"mass {wanted['stage']} {wanted.get('component', '')}")
