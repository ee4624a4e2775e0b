"""What came of worked cases, for a terminal and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from textile_pcf.cli.width import padded, width
from textile_pcf.messages.catalogue import fixed_text
from textile_pcf.rule_cases import CaseOutcome, ComparedValue

NONE = "–"
Row = tuple[str, str, str, str]


def as_text(outcome: CaseOutcome, name: str, language: str, everything: bool = False) -> str:
    """A case by its name: whether it is as worked out, and what was worked out beside what is calculated.

    Of a case that holds the totals are shown; of one that does not, what differs and every stage.
    """
    held, stopped = ("worked_so", "worked_refused") if outcome.holds else ("worked_not", "worked_stopped")
    head = f"{fixed_text(stopped if outcome.result is None else held, language, name=name)}\n"
    if not outcome.values:
        return head
    close = sum(figure.close for figure in outcome.values)
    tolerance = f"{outcome.case.tolerance:g}"
    within = fixed_text("worked_within", language, close=close, count=len(outcome.values), tolerance=tolerance)
    told = [figure for figure in outcome.values if everything or not figure.close or figure.path[-1] == "total"]
    rows = [_row(figure) for figure in told]
    if not outcome.holds:
        rows += _other_stages(outcome, {figure.label for figure in told})
    titles = (
        within,
        fixed_text("worked_expected", language),
        fixed_text("worked_found", language),
        fixed_text("worked_off", language),
    )
    return head + _columns([titles, *rows] if any(row[3] for row in rows) else [(*titles[:3], ""), *rows])


def _row(figure: ComparedValue) -> Row:
    off = "" if figure.close or math.isnan(figure.relative_difference) else f"{figure.relative_difference * 100:+.3g} %"
    return figure.label, _told(figure.expected), _told(figure.calculated), off


def _other_stages(outcome: CaseOutcome, shown: set[str]) -> Iterator[Row]:
    """Calculated emissions of stages that are not among the figures shown, with what was worked out where it was."""
    expected = {figure.label: _told(figure.expected) for figure in outcome.values}
    products = outcome.stages()
    for product, stages in products.items():
        for stage, found in stages.items():
            what = f"stages.{stage}" if len(products) == 1 else f"{product}.stages.{stage}"
            if what not in shown and (found or what in expected):
                yield what, expected.get(what, NONE), _told(found), ""


def _told(value: Any) -> str:
    """A figure as a person reads it."""
    if value is None:
        return NONE
    return f"{value:.12g}" if isinstance(value, float) else " ".join(str(value).split())[:60]


def _columns(rows: list[Row]) -> str:
    """Rows in columns: the first to the left, the others to the right."""
    widths = [max(width(row[k]) for row in rows) for k in range(4)]
    lines = []
    for first, *others in rows:
        right = (" " * (columns - width(cell)) + cell for cell, columns in zip(others, widths[1:], strict=True))
        lines.append(("  " + "  ".join((padded(first, widths[0]), *right))).rstrip())
    return "".join(f"{line}\n" for line in lines)


def explained(outcome: CaseOutcome, language: str) -> str:
    """Every term of what was calculated, product by product; nothing where the rows were refused."""
    result = outcome.result
    return "" if result is None else "".join(f"\n{result.explain(each, None, language)}\n\n" for each in result.products)


def as_json(outcomes: Iterable[CaseOutcome]) -> str:
    """All cases for a program; texts of problems in English, as in other results."""
    cases = [_case(outcome) for outcome in outcomes]
    told = {"cases": cases, "count": len(cases), "as_worked_out": sum(case["as_worked_out"] for case in cases)}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


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
