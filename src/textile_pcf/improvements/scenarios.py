"""Measures as scenarios of a change file, which other documents and a live report can show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from textile_pcf.activity import Activity
from textile_pcf.arrays import IndexArray
from textile_pcf.calculation import calculate_run
from textile_pcf.comparison.apply_changes import apply_change
from textile_pcf.comparison.change_document import Change, Place, SetAmount
from textile_pcf.errors import check_language, warn_caller, wrong_type
from textile_pcf.improvements.document import Improvements, RowChange, read_improvements
from textile_pcf.improvements.patches import State, apply_measure, given_rows, scenario_changes, with_added
from textile_pcf.messages.message import Message
from textile_pcf.messages.titles import titles_with_ids
from textile_pcf.results import Footprint, Run

TOLERANCE = 1e-12  # relative to the total: what a measure and its scenario may differ by


def measure_scenarios(result: Footprint, improvements: Any, language: str | None = None) -> list[dict[str, Any]]:
    """Return the measures of a document of improvements as scenarios of a change file, each by itself.

    Parameters
    ----------
    result : Footprint
        From `footprint` or `calculate`.
    improvements : path or mapping
        A document of improvements, or its content.
    language : str, optional
        `en` or `zh`: scenarios bear the titles of the measures in this language, as far as they have one. By default their ids.

    Returns
    -------
    list of dict
        `name` (id or title of the measure) and `changes`, as `scenario` and `to_live_report` take them.

    Raises
    ------
    RuleError
        The document is not valid.
    InputError
        No given row is measured that a measure changes.

    Warns
    -----
    PcfWarning
        Measures that changes of rows do not express, such as electricity of one's own, which needs the yearly output.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint(*tp.load_example("viscose_woven"))
    >>> motors = {"id": "motors", "source": "offer", "investment": "0 CNY", "lifetime": 10, "saving": "0 CNY",
    ...           "changes": [{"stage": "weaving", "flow": "electricity", "multiply": 0.8}]}
    >>> tp.improvements.measure_scenarios(result, {"discount": "8 %", "improvements": [motors]})
    [{'name': 'motors', 'changes': [{'change': 'scale', 'at': {'stage': 'weaving', 'flow': 'electricity'}, 'by': 0.8}]}]
    """
    if not isinstance(result, Footprint):
        raise wrong_type("result", result, "a calculated result", "Calculate it first: footprint(path, rule).")
    document = read_improvements(improvements)
    names = [measure.id for measure in document.measures]
    if language is not None:
        check_language(language)
        names = titles_with_ids([measure.model_dump() for measure in document.measures], language)
    found, others = [], []
    for number, measure in enumerate(document.measures):
        changes = _as_changes(result, document, number) if measure.supply is None else None
        if changes is None:
            others.append(names[number])
        else:
            found.append({"name": names[number], "changes": changes})
    if others:
        text = "Measures that changes of rows do not express are left out: {measures}. Use `improvements rank`."
        warn_caller([Message(text, measures=", ".join(others))])
    return found


def _as_changes(result: Footprint, document: Improvements, number: int) -> list[dict[str, Any]] | None:
    """Return the changes of a measure as a change file has them; None where they do not give what the measure gives."""
    run, found = result.run, []
    for place, change in enumerate(document.measures[number].changes or ()):
        location = document.location(number, "changes", place)
        rows = given_rows(run.activity, change, location)
        for each in _changes(run, rows, change, location):
            run = apply_change(run, each, location, Path())
            found.append(each.model_dump(mode="json", exclude_defaults=True))
    expected = calculate_run(apply_measure(State(result.run), document, number).run).totals
    differs = abs(calculate_run(run).totals - expected) > TOLERANCE * abs(expected)
    return None if differs.any() else found


def _changes(run: Run, rows: IndexArray, change: RowChange, location: str) -> Iterator[Change]:
    if change.add is None:
        yield from scenario_changes(run.activity, rows, change)
        return
    added = replace(run, activity=with_added(run.activity, rows, change.add, location)).activity
    for row in rows.tolist():
        yield _set_row(added, row, change)


def _set_row(activity: Activity, row: int, change: RowChange) -> SetAmount:
    """Return the change that sets a row to its amount in other activity data."""
    columns = activity.columns
    item = columns.text("item", row)
    place = Place(product=columns.text("product", row), stage=change.stage, component=columns.text("component", row),
                  flow=change.flow, item=item or None)  # fmt: skip
    return SetAmount(change="set", at=place, amount=float(columns.numbers["amount"][row]), unit=columns.text("unit", row))
