"""Two tables of one period beside each other: `tp.factory.reconcile`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.percentages import tolerance_of
from textile_pcf.factory.period_rows import OUTPUT, ActivityTable, period_rows, read_activity
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.sharing import EXACT, sum_by_group
from textile_pcf.factory.site_cells import kind_of
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, convert, parse_unit

SIDES = ("top_down", "bottom_up")
KEY = ("product", "stage", "flow")
PLAIN = parse_unit("1")


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of both sides by some key, in one unit for each.

    Attributes
    ----------
    keys : list of tuple of str, shape (sums,)
    units : list of Unit, shape (sums,)
        Unit of the first row, of the top-down table where it has one.
    values : dict of str to ndarray of float, shape (sums,)
        Sum of each side; NaN where it has no row.
    """

    keys: list[tuple[str, ...]]
    units: list[Unit]
    values: dict[str, FloatArray]


def reconcile(top_down: Any, bottom_up: Any, *, tolerance: str | None = None) -> FactoryResult:
    """Compare the totals of a period that two tables of activity data give.

    Parameters
    ----------
    top_down : path, DataFrame, pyarrow Table, list of dict or FactoryResult
        What the site's bills were allocated to (`allocate`).
    bottom_up : path, DataFrame, pyarrow Table, list of dict or FactoryResult
        What was metered or reckoned at batches (`meters`).
    tolerance : str, optional
        Part of the top-down amount by which the other may differ before it is flagged; 10 % by default.

    Returns
    -------
    FactoryResult
        With the tables `rows` (product, stage, flow) and `totals` (flow), in the unit of the top-down table.

    Raises
    ------
    InputError
        A table has no total of a period, or the two measure a flow in different kinds of units; with every problem.
    UsageError
        A file does not exist, or the tolerance is none.

    Notes
    -----
    The difference is bottom-up minus top-down, and the relative difference is per top-down amount. Both are null where a side
    has no row; such a row is flagged. A warning counts the rows that are not `per: period`; they are not compared.

    Examples
    --------
    >>> row = {"product": "A", "stage": "dyeing", "flow": "electricity", "per": "period"}
    >>> result = reconcile([{**row, "amount": "800 MWh"}], [{**row, "amount": "700000 kWh"}])
    >>> [(each["bottom_up"], each["difference"], each["relative"], each["flagged"]) for each in result["rows"]]
    [(700.0, -100.0, -0.125, True)]
    """
    part = tolerance_of(tolerance, "reconcile_tolerance")
    problems: list[Problem] = []
    sources = zip(SIDES, (top_down, bottom_up), strict=True)
    found = {side: read_activity(source, problems) for side, source in sources}
    read = {side: table for side, table in found.items() if table is not None}
    chosen = {side: period_rows(table, problems) for side, table in read.items()}
    units = {side: _units(table, chosen[side], problems) for side, table in read.items()}
    if problems:
        raise InputError(problems)
    sums = _sums(read, chosen, units, problems)
    if problems:
        raise InputError(problems)
    rows, totals = _rows(sums, part), _totals(sums)
    warnings = [*_notes(read, chosen), *_above(totals)]
    return FactoryResult({"rows": rows, "totals": totals}, (), tuple(warnings), csv_table="rows")


def _units(table: ActivityTable, rows: list[int], problems: list[Problem]) -> list[Unit]:
    """Return the unit of each row; units that are none are problems."""
    found: dict[str, Unit] = {}
    for row in rows:
        text = table.units[row]
        if text in found:
            continue
        try:
            if text:
                found[text] = parse_unit(text)
                continue
            what, cure = "A total of a period has no unit.", "Fill in the column `unit`."
            table.table.problem(problems, row, "unit", Message(what), Message(cure))
        except UnitError as error:
            table.table.problem(problems, row, "unit", error.what, error.cure)
    return [found.get(table.units[row], PLAIN) for row in rows]


def _sums(
    tables: dict[str, ActivityTable], chosen: dict[str, list[int]], units: dict[str, list[Unit]], problems: list[Problem]
) -> Sums:
    """Return the sums of each product, stage and flow; units that do not fit are problems."""
    of_row = [unit for side in SIDES for unit in units[side]]
    keys = [key for side in SIDES for key in _chosen(tables[side].keys(KEY), chosen[side])]
    index = {key: number for number, key in enumerate(sorted(set(keys)))}
    group = np.fromiter(map(index.__getitem__, keys), dtype=np.intp, count=len(keys))
    first = np.full(len(index), -1, dtype=np.intp)
    first[group[::-1]] = np.arange(len(group))[::-1]
    factors = np.fromiter(
        (_factor(unit, of_row[row]) for unit, row in zip(of_row, first[group].tolist(), strict=True)), np.float64
    )
    _check_kinds(tables, chosen, (of_row, first[group], factors), problems)
    amounts = np.concatenate([tables[side].amount[chosen[side]] for side in SIDES]) * factors
    on_top = np.arange(len(keys)) < len(chosen["top_down"])
    values = {side: _sum(amounts, group, mask, len(index)) for side, mask in zip(SIDES, (on_top, ~on_top), strict=True)}
    return Sums(list(index), [of_row[row] for row in first.tolist()], values)


def _chosen(cells: list[tuple[str, ...]], rows: list[int]) -> Iterable[tuple[str, ...]]:
    return (cells[row] for row in rows)


def _factor(unit: Unit, other: Unit) -> float:
    """Return how many of another unit are in one, NaN if they measure different things."""
    if unit is other:
        return 1.0
    conversion = convert(unit, other)
    return float("nan") if conversion is None or conversion.inverse else conversion.factor


def _check_kinds(
    tables: dict[str, ActivityTable], chosen: dict[str, list[int]], of_rows: tuple[list[Unit], IndexArray, FloatArray],
    problems: list[Problem],
) -> None:  # fmt: skip
    """Append a problem for each row in a unit of another kind than the first row of its product, stage and flow."""
    units, first, factors = of_rows
    places = [(tables[side], row) for side in SIDES for row in chosen[side]]
    for number in np.flatnonzero(np.isnan(factors)).tolist():
        table, row = places[number]
        other, other_row = places[first[number]]
        what = "This total measures {kind}, and that in {where} {other}."
        kinds = {"kind": kind_of(units[number]), "other": kind_of(units[first[number]])}
        message = Message(what, where=other.location(other_row), **kinds)
        table.table.problem(problems, row, "unit", message, Message("Give both in one kind of unit."))


def _sum(amounts: FloatArray, group: IndexArray, rows: BoolArray, groups: int) -> FloatArray:
    """Return the sum of each group, NaN where it has no row."""
    present = np.bincount(group[rows], minlength=groups) > 0
    return np.where(present, sum_by_group(amounts[rows], group[rows], groups), np.nan)


def _compare(sums: Sums, tolerance: float) -> Iterable[dict[str, Any]]:
    """Yield both sides of each sum, their difference, and whether it is flagged; what is not known is None."""
    top_down, bottom_up = (sums.values[side] for side in SIDES)
    difference = bottom_up - top_down
    relative = np.divide(difference, top_down, out=np.full(len(difference), np.nan), where=np.abs(top_down) > 0)
    flagged = ~(np.abs(difference) <= (tolerance + EXACT) * np.abs(top_down))
    columns = [column.tolist() for column in (top_down, bottom_up, difference, relative)]
    for unit, flag, *numbers in zip(sums.units, flagged.tolist(), *columns, strict=True):
        known = (None if number != number else number for number in numbers)
        yield {"unit": unit.text, **dict(zip((*SIDES, "difference", "relative"), known, strict=True)), "flagged": flag}


def _rows(sums: Sums, tolerance: float) -> list[dict[str, Any]]:
    """Return one row for each product, stage and flow."""
    compared = zip(sums.keys, _compare(sums, tolerance), strict=True)
    return [{"product": key[0], "stage": key[1], "flow": key[2], **row} for key, row in compared]


def _totals(sums: Sums) -> list[dict[str, Any]]:
    """Return the sums of each flow over products and stages, one row for each kind of unit; outputs of stages do not add up."""
    rows = [row for row, key in enumerate(sums.keys) if key[2] != OUTPUT]
    keys = [(sums.keys[row][2], sums.units[row].dimensions) for row in rows]
    index = {key: number for number, key in enumerate(dict.fromkeys(sorted(keys)))}
    group = np.array([index[key] for key in keys], dtype=np.intp)
    units: dict[int, Unit] = {}
    factors = np.array([_factor(sums.units[row], units.setdefault(int(number), sums.units[row]))
                        for row, number in zip(rows, group, strict=True)])  # fmt: skip
    values = {}
    for side in SIDES:
        amounts = sums.values[side][rows] * factors
        values[side] = _sum(amounts, group, ~np.isnan(amounts), len(index))
    total = Sums([(flow,) for flow, _ in index], [units[number] for number in range(len(index))], values)
    compared = zip(total.keys, _compare(total, 0.0), strict=True)
    return [{"flow": key[0], **{name: value for name, value in row.items() if name != "flagged"}} for key, row in compared]


def _above(totals: Iterable[dict[str, Any]]) -> Iterable[Message]:
    """Yield a warning for each flow if the products take more of it than the site."""
    what = "Bottom-up, the products take {amount:.10g} {unit} of {flow!r} more than the site ({relative:.1%})."
    for row in totals:
        if row["difference"] is not None and row["difference"] > EXACT * abs(row["top_down"]):
            relative = float("inf") if row["relative"] is None else row["relative"]
            yield Message(what, amount=row["difference"], unit=row["unit"], flow=row["flow"], relative=relative)


def _notes(tables: dict[str, ActivityTable], chosen: dict[str, list[int]]) -> Iterable[str]:
    """Yield the notes of reading, rows that are not compared, and years that differ."""
    for side, table in tables.items():
        yield from table.table.table.notes
        others = table.table.rows - len(chosen[side])
        if others:
            what = "Rows of {table} that are no totals of a period are not compared: {count}."
            yield Message(what, count=others, table=table.table.table.name)
    years = [{tables[side].texts["year"][row] for row in chosen[side]} for side in tables]
    if years[0] != years[1]:
        texts = [", ".join(sorted(filter(None, each))) or "–" for each in years]
        yield Message("The tables are of different years: top-down {top}, bottom-up {bottom}.", top=texts[0], bottom=texts[1])
