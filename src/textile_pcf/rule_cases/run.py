"""Calculate a worked case: the rule, rows and factors as they are written in the file, each cell with its line."""

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
from textile_pcf.messages.message import Message
from textile_pcf.results import Footprint
from textile_pcf.rule_cases.cases import CASES_SUFFIX, Case
from textile_pcf.rules import RuleDocument, RuleSet, compile_document, load_rules
from textile_pcf.rules.compile_rule import compile_rule
from textile_pcf.rules.flatten import is_composed

PRODUCT = "P"
"""Product of rows that name none."""
BY_HAND = "hand"
"""Name of the table, source and locator of factors written in a case."""
FACTORS = Header(FACTOR_COLUMNS, {})


def run(case: Case, loaded: dict[str, RuleSet] | None = None) -> Footprint:
    """Calculate a worked case. [kg CO2e per product unit]

    Parameters
    ----------
    case : Case
        The case.
    loaded : dict, optional
        Cache of rules; rules that are read are added.

    Returns
    -------
    Footprint
        The result.

    Raises
    ------
    PcfError
        The rule, rows or factors are invalid; problems of what is written in the case name its lines.
    """
    options = {key: value for key, value in case.data.get("options", {}).items() if key != "unit" and value is not None}
    if isinstance(options.get("supply"), str):
        options["supply"] = case.folder / options["supply"]
    return footprint(rows_of(case), rule_of(case, {} if loaded is None else loaded), factors_of(case), **options)


# ---------------------------------------------------------------- the rule


def rule_of(case: Case, loaded: dict[str, RuleSet]) -> RuleSet:
    """Return the rule of a case: a shipped one, one in a file, or one written in the case."""
    written = case.data.get("rule")
    if isinstance(written, Mapping):
        document = case.part("rule")
        text = json.dumps(written, sort_keys=True, default=str)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if is_composed(document):
            return compile_document(document, case.folder)
        return compile_rule(validate_document(RuleDocument, document, RuleError), document, None, sha256)
    name = str(path_of(case.folder, written) if written else _rule_file(case))
    if name not in loaded:
        loaded[name] = load_rules(name)
    return loaded[name]


def path_of(folder: Path, text: str) -> str | Path:
    """Return a path relative to the folder of the case; a name remains as it is.

    Examples
    --------
    >>> path_of(Path("rules"), "denim.yaml").as_posix(), path_of(Path("rules"), "cotton_fabric")
    ('rules/denim.yaml', 'cotton_fabric')
    """
    is_path = "/" in text or "\\" in text or Path(text).suffix.lower() in (".yaml", ".yml", ".csv", ".xlsx", ".parquet")
    return folder / text if is_path else text


def _rule_file(case: Case) -> Path:
    """Return the rule that a file of cases belongs to by its name."""
    path = Path(case.document.name)
    rule_file = path.with_name(f"{path.stem.removesuffix(CASES_SUFFIX)}{path.suffix}")
    if path.stem.endswith(CASES_SUFFIX) and rule_file.is_file():
        return rule_file
    cure = Message(
        "Write `rule:` with a name or a path, or name this file as the rule with {cases_suffix} behind it.",
        cases_suffix=CASES_SUFFIX,
    )
    raise RuleError(
        [Problem(case.location("rule"), "This case names no rule, and there is none in its folder.", cure, code="no-rule")]
    )


# ---------------------------------------------------------------- rows and factors


def rows_of(case: Case) -> Cells:
    """Return the rows of a case as a table of activity data."""
    defaults = {"product": PRODUCT, "stage": "", "flow": ""}
    rows = []
    for row in case.data["rows"]:
        names = {HEADER.name(key) for key in row}
        rows.append({**{name: value for name, value in defaults.items() if name not in names}, **row})
    return from_document(_table(case, rows, (("rows", number) for number in range(len(rows)))), HEADER, InputError)


def _table(case: Case, rows: list[dict[str, Any]], paths: Iterable[DocumentPath]) -> Document:
    """Return rows as a document with the lines at which they are written in the case."""
    lines: dict[DocumentPath, int] = {}
    if case.document.lines:
        lines[()] = lines[("rows",)] = case.document.line(())
        for number, path in enumerate(paths):
            lines[("rows", number)] = case.document.line(path)
            lines.update({("rows", number, *at[len(path) :]): line for at, line in case.document.lines.items()
                          if at[: len(path)] == path})  # fmt: skip
    return Document(case.document.name, {"rows": rows}, lines)


def factors_of(case: Case) -> FactorTable | None:
    """Return the factors of a case: written in it, or tables by name or path; None for those of the rule's edition."""
    factors = case.data.get("factors")
    if not factors:
        return None
    if isinstance(factors, list) and all(isinstance(each, str) for each in factors):
        return load_factors(*(path_of(case.folder, name) for name in factors))
    return FactorTable(tuple(_tables_in_case(case, factors)))


def _tables_in_case(case: Case, factors: list[Any] | dict[str, Any]) -> Iterable[FactorSheet]:
    """Yield the tables written in a case, in the order in which they are searched."""
    if isinstance(factors, dict) and not any(isinstance(table, list) for table in factors.values()):
        rows = [short_factor(case, item, text) for item, text in factors.items()]
        yield _check_rows(case, BY_HAND, rows, [("factors", item) for item in factors])
        return
    tables = {BY_HAND: factors} if isinstance(factors, list) else factors
    for name, table in tables.items():
        path: DocumentPath = ("factors",) if isinstance(factors, list) else ("factors", name)
        if not isinstance(table, list) or not table or not all(isinstance(row, Mapping) for row in table):
            cure = 'Write {item: "0.5 kgCO2e/kWh"}, or a list of rows, or a list of names and paths.'
            raise FactorError([Problem(case.location(*map(str, path)), "These are no factors.", cure, code="case")])
        yield _check_rows(case, name, [factor_row(row) for row in table], [(*path, number) for number in range(len(table))])


def factor_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of factors with defaults for what factors made by hand need not state.

    Examples
    --------
    >>> factor_row({"item": "steam", "value": 0.1, "unit": "kgCO2e/MJ"})["region"]
    'GLO'
    """
    return {"region": "GLO", "year": "", "kind": "life_cycle", "source": BY_HAND, "locator": BY_HAND, **row}


def short_factor(case: Case, item: str, text: Any) -> dict[str, Any]:
    """Return a row of factors from `item: "0.5 kgCO2e/kWh"`."""
    value, _, unit = str(text).strip().partition(" ")
    if not isinstance(text, str) or not unit:
        message = Message("{text!r} is not a value with its unit.", text=text)
        raise FactorError(
            [Problem(case.location("factors", item), message, "Write for example `0.5 kgCO2e/kWh`.", code="case")]
        )
    return factor_row({"item": item, "value": value, "unit": unit.strip()})


def _check_rows(case: Case, name: str, rows: list[dict[str, Any]], paths: list[DocumentPath]) -> FactorSheet:
    cells = from_document(_table(case, rows, paths), FACTORS, FactorError)
    return check_table(name, cells, TableDocument())


# ---------------------------------------------------------------- locations


def relocate(case: Case, problem: Problem, error: PcfError) -> Problem:
    """Return a problem with its line in the case. Problems of a rule or table in another file keep their location."""
    name = case.document.name
    if problem.where.startswith(f"{name} (") and case.document.lines:  # it stands nowhere in the rows: something is missing
        return replace(problem, where=f"{name}:{case.document.line(('rows',))}{problem.where.removeprefix(name)}")
    if problem.where.startswith((f"{name}:", f"{name} (")) or isinstance(error, RuleError | FactorError):
        return problem
    return replace(problem, where=case.location(problem.where))
