"""From a worked case to its result: rule, rows and factors as they stand in the file, each cell with its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity.columns import HEADER
from textile_pcf.calculation import footprint
from textile_pcf.errors import FactorError, InputError, PcfError, Problem, RuleError
from textile_pcf.factors import FactorSheet, FactorTable, TableDocument, check_table, load_factors
from textile_pcf.factors.table import COLUMNS as FACTOR_COLUMNS
from textile_pcf.io.documents import validate_document
from textile_pcf.io.records import from_document
from textile_pcf.io.strict_yaml import Document, DocumentPath
from textile_pcf.io.table import Header
from textile_pcf.io.table import Table as Cells
from textile_pcf.results import Footprint
from textile_pcf.rule_cases.cases import BESIDE, Case
from textile_pcf.rules import RuleDocument, RuleSet, load_rules
from textile_pcf.rules.compile_rule import compile_rule

PRODUCT = "P"
"""Product of rows that name none."""
HAND = "hand"
"""Name of the table, source and locator of factors that are written in a case."""
FACTORS = Header(FACTOR_COLUMNS, {})


def run(case: Case, loaded: dict[str, RuleSet] | None = None) -> Footprint:
    """The result of a case. [kg CO2e per product unit]

    Parameters
    ----------
    case : Case
    loaded : dict, optional
        Rules read before, which are not read again.

    Raises
    ------
    PcfError
        Rule, rows or factors are refused; problems of what stands in the case tell its lines.
    """
    options = {key: value for key, value in case.data.get("options", {}).items() if key != "unit" and value is not None}
    if isinstance(options.get("supply"), str):
        options["supply"] = case.home / options["supply"]
    return footprint(rows_of(case), rule_of(case, {} if loaded is None else loaded), factors_of(case), **options)


# ---------------------------------------------------------------- the rule


def rule_of(case: Case, loaded: dict[str, RuleSet]) -> RuleSet:
    """The rule of a case: a shipped one, a file, or the one that stands in it."""
    written = case.data.get("rule")
    if isinstance(written, Mapping):
        document = case.part("rule")
        text = json.dumps(written, sort_keys=True, default=str)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return compile_rule(validate_document(RuleDocument, document, RuleError), document, None, sha256)
    name = str(path_of(case.home, written) if written else _beside(case))
    if name not in loaded:
        loaded[name] = load_rules(name)
    return loaded[name]


def path_of(home: Path, told: str) -> str | Path:
    """A path from the folder of the case; a name as it is.

    Examples
    --------
    >>> path_of(Path("rules"), "denim.yaml").as_posix(), path_of(Path("rules"), "cotton_fabric")
    ('rules/denim.yaml', 'cotton_fabric')
    """
    is_path = "/" in told or "\\" in told or Path(told).suffix.lower() in (".yaml", ".yml", ".csv", ".xlsx", ".parquet")
    return home / told if is_path else told


def _beside(case: Case) -> Path:
    """The rule beside a file of cases."""
    path = Path(case.document.name)
    beside = path.with_name(f"{path.stem.removesuffix(BESIDE)}{path.suffix}")
    if path.stem.endswith(BESIDE) and beside.is_file():
        return beside
    cure = f"Write `rule:` with a name or a path, or name this file as the rule with {BESIDE} behind it."
    raise RuleError([Problem(case.place("rule"), "This case names no rule, and none stands beside it.", cure, code="no-rule")])


# ---------------------------------------------------------------- rows and factors


def rows_of(case: Case) -> Cells:
    """The rows of a case as a table of activity data."""
    filled = {"product": PRODUCT, "stage": "", "flow": ""}
    rows = []
    for row in case.data["rows"]:
        given = {HEADER.name(key) for key in row}
        rows.append({**{name: value for name, value in filled.items() if name not in given}, **row})
    return from_document(_table(case, rows, (("rows", number) for number in range(len(rows)))), HEADER, InputError)


def _table(case: Case, rows: list[dict[str, Any]], homes: Iterable[DocumentPath]) -> Document:
    """Rows as a document that `from_document` reads, with the lines at which they stand in the case."""
    lines: dict[DocumentPath, int] = {}
    if case.document.lines:
        lines[()] = lines[("rows",)] = case.document.line(())
        for number, home in enumerate(homes):
            lines[("rows", number)] = case.document.line(home)
            lines.update({("rows", number, *at[len(home) :]): line for at, line in case.document.lines.items()
                          if at[: len(home)] == home})  # fmt: skip
    return Document(case.document.name, {"rows": rows}, lines)


def factors_of(case: Case) -> FactorTable:
    """The factors of a case: written in it, or tables by name and path; the shipped ones where it says nothing."""
    factors = case.data.get("factors")
    if not factors:
        return load_factors()
    if isinstance(factors, list) and all(isinstance(each, str) for each in factors):
        return load_factors(*(path_of(case.home, name) for name in factors))
    return FactorTable(tuple(_written(case, factors)))


def _written(case: Case, factors: list[Any] | dict[str, Any]) -> Iterable[FactorSheet]:
    """Tables written in a case, in the order in which they are asked."""
    if isinstance(factors, dict) and not any(isinstance(table, list) for table in factors.values()):
        rows = [short_factor(case, item, told) for item, told in factors.items()]
        yield _checked(case, HAND, rows, [("factors", item) for item in factors])
        return
    tables = {HAND: factors} if isinstance(factors, list) else factors
    for name, table in tables.items():
        home: DocumentPath = ("factors",) if isinstance(factors, list) else ("factors", name)
        if not isinstance(table, list) or not table or not all(isinstance(row, Mapping) for row in table):
            cure = 'Write {item: "0.5 kgCO2e/kWh"}, or a list of rows, or a list of names and paths.'
            raise FactorError([Problem(case.place(*map(str, home)), "These are no factors.", cure, code="case")])
        yield _checked(case, name, [factor_row(row) for row in table], [(*home, number) for number in range(len(table))])


def factor_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of factors with what one made by hand need not say.

    Examples
    --------
    >>> factor_row({"item": "steam", "value": 0.1, "unit": "kgCO2e/MJ"})["region"]
    'GLO'
    """
    return {"region": "GLO", "year": "", "kind": "life_cycle", "source": HAND, "locator": HAND, **row}


def short_factor(case: Case, item: str, told: Any) -> dict[str, Any]:
    """A row from `item: "0.5 kgCO2e/kWh"`."""
    value, _, unit = str(told).strip().partition(" ")
    if not isinstance(told, str) or not unit:
        what = f"{told!r} is not a value with its unit."
        raise FactorError([Problem(case.place("factors", item), what, "Write for example `0.5 kgCO2e/kWh`.", code="case")])
    return factor_row({"item": item, "value": value, "unit": unit.strip()})


def _checked(case: Case, name: str, rows: list[dict[str, Any]], homes: list[DocumentPath]) -> FactorSheet:
    cells = from_document(_table(case, rows, homes), FACTORS, FactorError)
    return check_table(name, cells, TableDocument())


# ---------------------------------------------------------------- places


def relocate(case: Case, problem: Problem, error: PcfError) -> Problem:
    """A problem at its line of the case; one of a rule or table in a file of its own stays at its place there."""
    name = case.document.name
    if problem.where.startswith(f"{name} (") and case.document.lines:  # it stands nowhere in the rows: something is missing
        return replace(problem, where=f"{name}:{case.document.line(('rows',))}{problem.where.removeprefix(name)}")
    if problem.where.startswith((f"{name}:", f"{name} (")) or isinstance(error, RuleError | FactorError):
        return problem
    return replace(problem, where=case.place(problem.where))
