"""Apply one change to a run: another run comes out, and nothing is modified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from textile_pcf.activity import ALIASES, COLUMNS
from textile_pcf.arrays import IndexArray
from textile_pcf.calculation import CONVENTIONS, GWP_SETS
from textile_pcf.comparison.change_document import (
    AddRow,
    Change,
    ChangeFactors,
    ChangeInput,
    MoveRegion,
    MoveYear,
    Place,
    RemoveRows,
    ReplaceItem,
    ScaleAmount,
    SetAmount,
)
from textile_pcf.comparison.changed_rows import ChangedRows
from textile_pcf.comparison.rule_values import RuleValue, rule_values
from textile_pcf.errors import InputError, Problem
from textile_pcf.factors import load_factors, shipped_file
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.results import Run
from textile_pcf.rules import RuleSet, load_rules
from textile_pcf.supply import load_supply

SPREAD = ("low", "high")


def apply_change(run: Run, change: Change, location: str, folder: Path) -> Run:
    """Return the run after a change.

    Parameters
    ----------
    run : Run
    change : Change
    location : str
        Location of the change, for messages and as that of rows it makes.
    folder : Path
        Folder that paths of the change begin from.

    Raises
    ------
    InputError
        The change hits nothing, or what it makes is not valid.
    UsageError
        There is no such rule, table or file.
    """
    if isinstance(change, ChangeFactors):
        return replace(run, factors=load_factors(*(_table(folder, name) for name in change.tables)))
    if isinstance(change, ChangeInput):
        return _with_input(run, change, location, folder)
    rows = ChangedRows(run.activity)
    _edit(rows, change, location)
    return replace(run, activity=rows.build())


def apply_together(run: Run, changes: Sequence[Change], location: str) -> Run:
    """Return the run after changes of amounts at places that do not overlap: faster than one after the other.

    Parameters
    ----------
    run : Run
    changes : sequence of Change
        Changes of rows, not of inputs. None of them applies to rows that another one changes or makes.
    location : str
        Location of the changes, for messages.

    Raises
    ------
    InputError
        A change hits nothing, or what they make is not valid.
    """
    rows = ChangedRows(run.activity)
    for change in changes:
        _edit(rows, change, location)
    return replace(run, activity=rows.build())


def _table(folder: Path, name: str) -> str | Path:
    return folder / name if (folder / name).is_file() or shipped_file(name) is None else name


def _with_input(run: Run, change: ChangeInput, location: str, folder: Path) -> Run:
    if change.change == "rule":
        path = folder / change.to
        rules = load_rules(path if path.is_file() else change.to, run.activity.rules.boundary)  # another one is no saving
        return replace(run, activity=ChangedRows(run.activity).build(rules))
    if change.change == "supply":
        return replace(run, supply=load_supply(folder / change.to))
    known = GWP_SETS if change.change == "gwp" else CONVENTIONS
    if change.to not in known:
        cure = Message("Choose from: {choices}.", choices=", ".join(known))
        raise InputError([Problem(location, Message("There is no such set or convention."), cure, code="change")])
    return replace(run, gwp=change.to) if change.change == "gwp" else replace(run, biogenic=change.to)


def _edit(rows: ChangedRows, change: Change, location: str) -> None:
    """Change rows in place; they are copies."""
    if isinstance(change, AddRow):
        _add(rows, change.row, location)
    elif isinstance(change, RemoveRows):
        found = np.union1d(rows.match(change.at, stage_rows=False), rows.match(change.at, stage_rows=True))
        _require(len(found), rows, change.at, location)
        rows.remove(found)
    elif isinstance(change, SetAmount):
        _set_amount(rows, change, location)
    elif isinstance(change, ScaleAmount):
        _scale(rows, change, location)
    elif isinstance(change, ReplaceItem):
        _write(rows, change.at, {"item": change.item}, location)
    elif isinstance(change, MoveRegion | MoveYear):
        column = "region" if isinstance(change, MoveRegion) else "year"
        _move(rows, change.at, column, str(change.to), location)


def _add(rows: ChangedRows, row: Mapping[str, object], location: str) -> None:
    cells = {ALIASES.get(name, name): "" if value is None else value for name, value in row.items()}
    unknown = [name for name in cells if name not in COLUMNS]
    if unknown:
        raise InputError(_unknown_column(name, location) for name in unknown)
    for product in [cells["product"]] if "product" in cells else rows.activity.products:
        rows.add({"product": product, **cells}, location)


def _unknown_column(name: str, location: str) -> Problem:
    known = Message("Known here: {known}.", known=", ".join(COLUMNS))
    cure = did_you_mean(name, COLUMNS, known)
    return Problem(location, Message("{key!r} is not known here.", key=name[:60]), cure, code="unknown-column")


def _set_amount(rows: ChangedRows, change: SetAmount, location: str) -> None:
    amounts = {"amount": change.amount, "unit": change.unit}
    found = _write(rows, change.at, amounts, location)
    for column in SPREAD:
        if column in rows.columns:
            rows.set(column, found, "")


def _write(rows: ChangedRows, at: Place, cells: Mapping[str, object], location: str) -> IndexArray:
    """Write cells into the rows at a place, and make rows where the rule fills in; return the rows that were there."""
    found = rows.match(at, stage_rows=False)
    made = [value for value in rule_values(rows.activity, at) if value.row < 0]
    _require(len(found) + len(made), rows, at, location)
    for column, value in cells.items():
        rows.set(column, found, value)
    for made_value in made:
        rows.add({**made_value.cells, **cells}, location)
    return found


def _scale(rows: ChangedRows, change: ScaleAmount, location: str) -> None:
    cells, empty = rows.activity.columns, rows.activity.columns.empty
    found = rows.match(change.at, stage_rows=False)
    filled = list(rule_values(rows.activity, change.at))
    _require(len(found) + len(filled), rows, change.at, location)
    for row in found[~empty[found]].tolist():
        rows.set("amount", np.array([row]), float(cells.numbers["amount"][row]) * change.by)
        rows.set("unit", np.array([row]), cells.text("unit", row))
        for column in SPREAD:
            if column in cells.numbers and not np.isnan(cells.numbers[column][row]):
                rows.set(column, np.array([row]), float(cells.numbers[column][row]) * change.by)
    _fill(rows, filled, change.by, location)


def _fill(rows: ChangedRows, filled: list[RuleValue], by: float, location: str) -> None:
    """State scaled values of the rule: in the row that takes one, or in new rows where one row takes several."""
    values: dict[int, set[float]] = {}
    for value in filled:
        values.setdefault(value.row, set()).add(value.amount)
    for value in filled:
        cells = {"amount": value.amount * by, "unit": value.unit}
        if value.row >= 0 and len(values[value.row]) == 1:
            for column, cell in cells.items():
                rows.set(column, np.array([value.row]), cell)
        else:
            rows.add({**value.cells, **cells}, location)


def _move(rows: ChangedRows, at: Place, column: str, to: str, location: str) -> None:
    """Write a region or year into rows of quantities, or into the row of a stage or product, which is made if needed."""
    if at.flow is not None or at.component is not None or at.item is not None:
        _write(rows, at, {column: to}, location)
        return
    stage = "product" if at.stage is None else at.stage
    known = rows.stage_index(stage) > -2 and (at.product is None or at.product in rows.activity.products)
    _require(int(known), rows, at, location)
    place = Place(product=at.product, stage=stage)
    found = rows.match(place, stage_rows=True)
    rows.set(column, found, to)
    having = {rows.activity.columns.text("product", row) for row in found.tolist()}
    for product in rows.activity.products if at.product is None else (at.product,):
        if product not in having:
            rows.add({"product": product, "stage": stage, column: to}, location)


# -- changes that hit nothing -----------------------------------------------------------------------------------------


def _require(hits: int, rows: ChangedRows, at: Place, location: str) -> None:
    """Refuse a change that hits nothing; the nearest word is named."""
    if hits:
        return
    known = _known_words(rows)
    cure: str = Message("Name rows, or values that the rule fills in, as they stand after the changes before.")
    for name, names in known.items():
        wanted = getattr(at, name)
        if wanted is not None and wanted not in names:
            titled = _id_of_title(rows.rules, name, at)
            several = Message("There are: {known}.", known=", ".join(sorted(names)[:20]))
            cure = did_you_mean(wanted, names, several, titled)
            break
    what = Message("This change hits nothing: {place}.", place=at.text() or "product")
    raise InputError([Problem(location, what, cure, code="change-hits-nothing")])


def _id_of_title(rules: RuleSet, part: str, at: Place) -> str | None:
    """Return the id where a title of the rule stands for a stage or a flow; None for other words."""
    if part == "stage" and at.stage is not None:
        return rules.id_of_title(at.stage)
    if part == "flow" and at.flow is not None and at.stage is not None:
        return rules.id_of_title(at.flow, at.stage) if at.stage in rules.names else None
    return None


def _known_words(rows: ChangedRows) -> dict[str, set[str]]:
    """Return the words of each part of a place."""
    activity, rules = rows.activity, rows.rules
    names = {spec.id for specs in (rules.flows, rules.properties, rules.losses) for spec in specs}
    items = {*activity.columns.texts["item"].categories, *(spec.factor for spec in rules.flows if spec.factor)}
    return {
        "product": set(activity.products),
        "stage": {"product", *(spec.id for spec in rules.stages)},
        "component": {*activity.components.component_names} - {""},
        "flow": names,
        "item": items - {""},
    }
