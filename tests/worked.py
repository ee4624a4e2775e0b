"""Worked cases of the tests: `tests/cases/*.yaml`, run and compared by what `textile-pcf rules test` uses.

No test stands here. `textile_pcf.rule_cases.CaseDocument` says what may stand in a case. The tests also want cases
as files: the command line and Brightway, our witness, read files.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import textile_pcf as tp
from paths import TESTS
from textile_pcf import rule_cases
from textile_pcf.io.strict_yaml import Document
from textile_pcf.rule_cases import Case
from textile_pcf.rule_cases.run import factor_row, short_factor
from textile_pcf.rule_cases.schema import CaseDocument, Expected
from textile_pcf.rules import RuleSet

__all__ = ["CASES", "KEYS", "LOADED", "PRODUCT_KEYS", "factor_row"]
CASES = TESTS / "cases"
KEYS, PRODUCT_KEYS = set(CaseDocument.model_fields), set(Expected.model_fields)
LOADED: dict[str, RuleSet] = {}
"""Rules of cases, read once."""


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file, in the order of the files."""
    return tuple(rule_cases.cases_at(CASES))


def case_of(data: dict[str, Any]) -> Case:
    """A case by what is written in it; paths start from `tests/cases`."""
    return Case(Document("case", data), CASES)


def run(data: dict[str, Any], folder: Path) -> tp.Footprint:
    """The result of a case; its rows are also written to `activity.csv`, for witnesses that read a file."""
    write_table([{"product": "P", "stage": "", "flow": "", **row} for row in data["rows"]], folder / "activity.csv")
    return rule_cases.run(case_of(data), LOADED)


def expected_products(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is expected of each product."""
    expect = data.get("expect", {})
    if set(expect) <= PRODUCT_KEYS:
        return {str(data["rows"][0].get("product", "P")): expect}
    return expect


# ---------------------------------------------------------------- cases as files


def rule_of(data: dict[str, Any], folder: Path) -> str | Path:
    """Name of a shipped rule, or the path of the case's own."""
    rule = data["rule"]
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


def factors_of(data: dict[str, Any], folder: Path) -> list[Path]:
    """The tables of a case as files, in the order in which they are asked; none where it says nothing."""
    factors = data.get("factors")
    if factors is None:
        return []
    if isinstance(factors, list):
        tables = {"hand": [factor_row(row) for row in factors]}
    elif all(isinstance(table, list) for table in factors.values()):
        tables = {name: [factor_row(row) for row in table] for name, table in factors.items()}
    else:
        tables = {"hand": [short_factor(case_of(data), item, told) for item, told in factors.items()]}
    return [write_table(rows, folder / f"{name}.csv") for name, rows in tables.items()]
