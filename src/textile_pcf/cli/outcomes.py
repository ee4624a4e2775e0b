"""Outcomes of worked cases as text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from textile_pcf.cli.width import pad, width
from textile_pcf.io.json_text import indented_json
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rule_cases import CaseOutcome, ComparedValue

NONE = "–"
Row = tuple[str, str, str, str]


def as_text(outcome: CaseOutcome, name: str, language: str, show_all: bool = False) -> str:
    """Return the outcome of a case as text: whether it holds, and a table of worked-out and calculated figures.

    Parameters
    ----------
    outcome : CaseOutcome
        Outcome of a case.
    name : str
        Name of the case.
    language : str
        `en` or `zh`.
    show_all : bool
        Show all figures. By default these are the totals of a case that holds, and the differences and stages of another.
    """
    compared, stopped = ("worked_so", "worked_refused") if outcome.holds else ("worked_not", "worked_stopped")
    head = f"{fixed_text(stopped if outcome.result is None else compared, language, name=name)}\n"
    if not outcome.values:
        return head
    close = sum(figure.close for figure in outcome.values)
    tolerance = f"{outcome.case.tolerance:g}"
    within = fixed_text("worked_within", language, close=close, count=len(outcome.values), tolerance=tolerance)
    shown = [figure for figure in outcome.values if show_all or not figure.close or figure.path[-1] == "total"]
    rows = [_row(figure) for figure in shown]
    if not outcome.holds:
        rows += _other_stages(outcome, {figure.label for figure in shown})
    titles = (
        within,
        fixed_text("worked_expected", language),
        fixed_text("worked_found", language),
        fixed_text("worked_off", language),
    )
    return head + _columns([titles, *rows] if any(row[3] for row in rows) else [(*titles[:3], ""), *rows])


def _row(figure: ComparedValue) -> Row:
    off = "" if figure.close or math.isnan(figure.relative_difference) else f"{figure.relative_difference * 100:+.3g} %"
    return figure.label, _cell_text(figure.expected), _cell_text(figure.calculated), off


def _other_stages(outcome: CaseOutcome, shown: set[str]) -> Iterator[Row]:
    """Yield rows of calculated stages that are not among the shown figures, with the expected figure if there is one."""
    expected = {figure.label: _cell_text(figure.expected) for figure in outcome.values}
    products = outcome.stages()
    for product, stages in products.items():
        for stage, emissions in stages.items():
            what = f"stages.{stage}" if len(products) == 1 else f"{product}.stages.{stage}"
            if what not in shown and (emissions or what in expected):
                yield what, expected.get(what, NONE), _cell_text(emissions), ""


def _cell_text(value: Any) -> str:
    """Return a figure as text."""
    if value is None:
        return NONE
    return f"{value:.12g}" if isinstance(value, float) else " ".join(str(value).split())[:60]


def _columns(rows: list[Row]) -> str:
    """Align rows in columns: the first to the left, the others to the right."""
    widths = [max(width(row[k]) for row in rows) for k in range(4)]
    lines = []
    for first, *others in rows:
        right = (" " * (columns - width(cell)) + cell for cell, columns in zip(others, widths[1:], strict=True))
        lines.append(("  " + "  ".join((pad(first, widths[0]), *right))).rstrip())
    return "".join(f"{line}\n" for line in lines)


def explain_outcome(outcome: CaseOutcome, language: str) -> str:
    """Return the explanation of each calculated product; "" if the rows were invalid."""
    result = outcome.result
    return "" if result is None else "".join(f"\n{result.explain(each, None, language)}\n\n" for each in result.products)


def as_json(outcomes: Iterable[CaseOutcome]) -> str:
    """Return all cases as JSON; texts of problems are English."""
    cases = [_case(outcome) for outcome in outcomes]
    document = {"cases": cases, "count": len(cases), "as_worked_out": sum(case["as_worked_out"] for case in cases)}
    return indented_json(document)


def _case(outcome: CaseOutcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "name": case.name,
        "file": case.document.name,
        "line": case.document.line(()),
        "as_worked_out": outcome.holds,
        "tolerance": case.tolerance,
        "unit": outcome.unit,
        "figures": [
            {"what": each.label, "worked_out": each.expected, "calculated": each.calculated, "close": each.close}
            for each in outcome.values
        ],
        "stages": outcome.stages(),
        "problems": [{"where": each.where, "what": each.what, "cure": each.cure} for each in outcome.problems],
    }
