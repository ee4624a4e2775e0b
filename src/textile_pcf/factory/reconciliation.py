"""Two tables of one period beside each other: `tp.factory.reconcile`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from textile_pcf.errors import InputError, Problem
from textile_pcf.factory.percentages import tolerance_of
from textile_pcf.factory.period_rows import OUTPUT, ActivityTable, period_rows, read_activity
from textile_pcf.factory.results import FactoryResult
from textile_pcf.factory.sharing import EXACT
from textile_pcf.factory.site_cells import kind_of
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, UnitError, convert, parse_unit

SIDES = ("top_down", "bottom_up")
KEY = ("product", "stage", "flow")


@dataclass
class _Sums:
    """Amounts of one flow on both sides, in one unit."""

    unit: Unit
    location: str
    amounts: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def total(self, side: str) -> float | None:
        """Return the sum of a side, None where it has no row."""
        return fsum(self.amounts[side]) if self.amounts[side] else None


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
    has no row; such a row is flagged. Rows that are not `per: period` are told and not compared.

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
    sums = _sums(read, chosen, problems)
    if problems:
        raise InputError(problems)
    rows = [{**dict(zip(KEY, key, strict=True)), **_compare(sums[key], part)} for key in sorted(sums)]
    totals = _totals(sums)
    warnings = [*_notes(read, chosen), *_above(totals)]
    return FactoryResult({"rows": rows, "totals": totals}, (), tuple(warnings), csv_table="rows")


def _sums(
    tables: dict[str, ActivityTable], chosen: dict[str, list[int]], problems: list[Problem]
) -> dict[tuple[str, ...], _Sums]:
    """Return the amounts of each product, stage and flow; units that do not fit are problems."""
    sums: dict[tuple[str, ...], _Sums] = {}
    for side, table in tables.items():
        for row in chosen[side]:
            unit = _unit(table, row, problems)
            if unit is None:
                continue
            entry = sums.setdefault(table.key(row, KEY), _Sums(unit, table.location(row)))
            conversion = convert(unit, entry.unit)
            if conversion is None or conversion.inverse:
                what = "This total measures {kind}, and that in {where} {other}."
                kinds = {"kind": kind_of(unit), "other": kind_of(entry.unit)}
                cure = Message("Give both in one kind of unit.")
                table.table.problem(problems, row, "unit", Message(what, where=entry.location, **kinds), cure)
                continue
            entry.amounts[side].append(float(table.amount[row]) * conversion.factor)
    return sums


def _unit(table: ActivityTable, row: int, problems: list[Problem]) -> Unit | None:
    """Return the unit of a row, None after a problem."""
    text = table.units[row]
    try:
        if text:
            return parse_unit(text)
        what, cure = "A total of a period has no unit.", "Fill in the column `unit`."
        table.table.problem(problems, row, "unit", Message(what), Message(cure))
    except UnitError as error:
        table.table.problem(problems, row, "unit", error.what, error.cure)
    return None


def _compare(sums: _Sums, tolerance: float) -> dict[str, Any]:
    """Return both sides of a flow, their difference, and whether it is flagged."""
    top_down, bottom_up = (sums.total(side) for side in SIDES)
    row: dict[str, Any] = {"unit": sums.unit.text, **dict(zip(SIDES, (top_down, bottom_up), strict=True))}
    if top_down is None or bottom_up is None:
        return {**row, "difference": None, "relative": None, "flagged": True}
    difference = bottom_up - top_down
    flagged = abs(difference) > (tolerance + EXACT) * abs(top_down)
    return {**row, "difference": difference, "relative": difference / top_down if top_down else None, "flagged": flagged}


def _totals(sums: dict[tuple[str, ...], _Sums]) -> list[dict[str, Any]]:
    """Return the sums of each flow over products and stages, one row for each kind of unit; outputs of stages do not add up."""
    totals: dict[tuple[str, Any], _Sums] = {}
    for key in sorted(sums):
        entry, flow = sums[key], key[2]
        if flow == OUTPUT:
            continue
        total = totals.setdefault((flow, entry.unit.dimensions), _Sums(entry.unit, entry.location))
        conversion = convert(entry.unit, total.unit)
        assert conversion is not None
        for side in SIDES:
            total.amounts[side] += [amount * conversion.factor for amount in entry.amounts[side]]
    rows = []
    for (flow, _), total in totals.items():
        compared = _compare(total, 0.0)
        rows.append({"flow": flow, **{name: value for name, value in compared.items() if name != "flagged"}})
    return rows


def _above(totals: Iterable[dict[str, Any]]) -> Iterable[Message]:
    """Yield a warning for each flow of which the products take more than the site."""
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
