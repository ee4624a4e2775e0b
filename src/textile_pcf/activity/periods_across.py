"""Months or years across the columns of a form: totals are added up, amounts per unit of output are averaged by output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum, isnan
from typing import Any

from textile_pcf.activity.made_rows import made_rows
from textile_pcf.activity.number_cells import no_number
from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.errors import InputError, Problem
from textile_pcf.io.form_headers import TOTAL, is_period, shown_period
from textile_pcf.io.table import Table
from textile_pcf.messages.message import Message
from textile_pcf.units.number_text import parse_office_numbers

OUTPUT = "output"
TOLERANCE = 0.005
"""Part by which a written total may differ from the sum of its periods, as totals are rounded."""
Group = tuple[str, str, str]


@dataclass(frozen=True)
class _Form:
    """A form with periods across its columns.

    Attributes
    ----------
    table : Table
        The form as it was read.
    periods : list of str
        Names of its columns of periods.
    numbers : dict of str to ndarray, shape (rows,)
        Numbers of each of them, NaN where a cell is empty or no number.
    wrong : dict of str to ndarray, shape (rows,)
        Whether a cell is no number.
    """

    table: Table
    periods: list[str]
    numbers: dict[str, FloatArray]
    wrong: dict[str, BoolArray]

    def text(self, column: str, row: int) -> str:
        cells = self.table.columns.get(column)
        return "" if cells is None else str(cells[row]).strip()

    def group(self, row: int) -> Group:
        return self.text("product", row), self.text("stage", row), self.text("component", row)

    def filled_cells(self, row: int) -> dict[str, float]:
        """Amounts of a row by period, without empty cells."""
        found = {name: float(self.numbers[name][row]) for name in self.periods}
        return {name: amount for name, amount in found.items() if not isnan(amount)}

    def is_total(self, row: int) -> bool:
        """Whether the amounts of a row are totals of periods: not if they are per something, or a percentage."""
        unit = self.text("unit", row)
        return self.text("flow", row) == OUTPUT or not ("/" in unit or "每" in unit or " per " in unit or unit in ("%", "‰"))


def sum_periods(table: Table, periods: list[str]) -> Table:
    """Return the rows of a form with one amount each: the total of its periods, or their mean weighted by the outputs.

    A total becomes `per: period`, one row per year if the headers name years. An amount with a unit per something (kWh/kg), or
    in %, is averaged: the sum of amount times output over the sum of outputs, of the periods in which it is given.

    Parameters
    ----------
    table : Table
        A form with columns of periods, as lists of cells.
    periods : list of str
        Names of these columns.

    Raises
    ------
    InputError
        With every cell that is no number or negative, is empty while its stage has an output, or has no output; every total
        that differs from its sum; every mean without outputs.
    """
    parsed = {name: parse_office_numbers(table.columns[name]) for name in periods}
    form = _Form(table, periods, {name: one[0] for name, one in parsed.items()}, {name: one[1] for name, one in parsed.items()})
    problems = [problem for name, (_, wrong) in parsed.items() for row in wrong.nonzero()[0]
                for problem in _no_number(form, int(row), name)]  # fmt: skip
    problems += [problem for row in range(table.rows) for problem in _row_problems(form, row)]
    outputs: dict[Group, list[int]] = {}
    for row in range(table.rows):
        if form.text("flow", row) == OUTPUT:
            outputs.setdefault(form.group(row), []).append(row)
    problems += [problem for row in range(table.rows) for problem in _unequal_periods(form, row, outputs)]
    rows = [line for row in range(table.rows) for line in _lines(form, row, outputs, problems)]
    if problems:
        raise InputError([*table.shape_problems, *dict.fromkeys(problems)])
    return _table_of(form, rows)


def _no_number(form: _Form, row: int, name: str) -> Iterator[Problem]:
    cell = form.table.columns[name][row]
    yield Problem(
        form.table.location(row, name), *no_number(cell, shown_period(name)), form.text("product", row), "not-a-number"
    )


def _row_problems(form: _Form, row: int) -> Iterator[Problem]:
    """Yield the problems of the cells of one row: negative ones, a total that differs, a basis that cannot be."""
    product, filled = form.text("product", row), form.filled_cells(row)
    for name, amount in filled.items():
        if amount < 0:
            what = Message("{amount:g} in the period {period} is negative.", amount=amount, period=shown_period(name))
            cure = "Write what was used in the period; put a correction into the period that it corrects."
            yield Problem(form.table.location(row, name), what, cure, product, "negative")
    written = form.table.columns[TOTAL][row] if TOTAL in form.table.columns else ""
    if written != "" and filled and form.is_total(row):
        total = float(parse_office_numbers([written])[0][0])
        if not abs(total - fsum(filled.values())) <= TOLERANCE * abs(total):
            what = Message("The total {total} differs from the sum of its periods, {sum_of:g}.", total=str(written)[:60],
                           sum_of=fsum(filled.values()))  # fmt: skip
            yield Problem(form.table.location(row, TOTAL), what, "Correct the total or the periods.", product, "total")
    if filled and form.text("per", row) not in ("", "period") and form.is_total(row):
        what = Message("Amounts by period are totals of periods, and `per` says {per!r}.", per=form.text("per", row))
        yield Problem(form.table.location(row, "per"), what, "Leave `per` empty.", product, "bad-per")
    years = {name[:4] for name in filled if name[0] != "m"}
    if filled and years and form.text("year", row) not in ("", *years):
        other = "The year of this row is none of the years of its columns."
        yield Problem(form.table.location(row, "year"), other, "Leave the year of the row empty.", product, "bad-year")


def _unequal_periods(form: _Form, row: int, outputs: dict[Group, list[int]]) -> Iterator[Problem]:
    """Yield a problem per cell that is empty while the stage has an output in this period, or the other way round."""
    filled, of_output = form.filled_cells(row), outputs.get(form.group(row), [])
    if not filled or not of_output or row in of_output:
        return
    given = {name for other in of_output for name in form.filled_cells(other)}
    for name in form.periods:
        where, product = form.table.location(row, name), form.text("product", row)
        if name in given and name not in filled and form.is_total(row) and not form.wrong[name][row]:
            what = Message("The period {period} is empty, but the stage has an output in it.", period=shown_period(name))
            yield Problem(where, what, "Write the amount; 0 if nothing was used.", product, "period-empty")
        elif name in filled and name not in given:
            what = Message("There is an amount for the period {period}, but the stage has no output in it.",
                           period=shown_period(name))  # fmt: skip
            yield Problem(where, what, "Give the output of this period; 0 if there was none.", product, "no-output")


def _lines(form: _Form, row: int, outputs: dict[Group, list[int]], problems: list[Problem]) -> Iterator[dict[str, Any]]:
    """Yield the rows of activity data that a row of the form becomes."""
    filled, group = form.filled_cells(row), form.group(row)
    base = {"row": row, "amount": "", "per": form.text("per", row), "year": form.text("year", row)}
    if not filled:
        yield base
    elif form.is_total(row):
        if row in outputs.get(group, ()) and not _has_totals(form, group):
            return  # the output weighs amounts per unit of output, and divides nothing
        for year in dict.fromkeys(name[:4] if name[0] != "m" else "" for name in filled):
            amounts = [amount for name, amount in filled.items() if year in ("", name[:4])]
            yield {**base, "amount": fsum(amounts), "per": "period", "year": year or base["year"]}
    else:
        yield {**base, "amount": _mean(form, row, filled, outputs.get(group, []), problems)}


def _has_totals(form: _Form, group: Group) -> bool:
    """Whether any flow of a stage is given as totals."""
    return any(form.group(row) == group and form.text("flow", row) != OUTPUT and form.is_total(row) and form.filled_cells(row)
               for row in range(form.table.rows))  # fmt: skip


def _mean(form: _Form, row: int, filled: dict[str, float], outputs: Sequence[int], problems: list[Problem]) -> float:
    """Return the mean of amounts per unit of output, weighted by the outputs."""
    where, product = form.table.location(row, next(iter(filled))), form.text("product", row)
    weights = {name: fsum(form.filled_cells(other).get(name, 0.0) for other in outputs) for name in filled}
    if len({form.text("unit", other) for other in outputs}) > 1:
        what = "The outputs of this stage have several units, so they cannot weigh its amounts."
        problems.append(Problem(where, what, "Give the outputs in one unit.", product, "output-units"))
    elif not fsum(weights.values()) > 0:
        if len(filled) == 1 or len(set(filled.values())) == 1:
            return next(iter(filled.values()))
        what = "Amounts per unit of output of several periods are averaged by output, and no output is given."
        cure = "Add a row of this stage with flow `output` and the output of each period."
        problems.append(Problem(where, what, cure, product, "no-output"))
    else:
        return fsum(filled[name] * weights[name] for name in filled) / fsum(weights.values())
    return 0.0


def _table_of(form: _Form, rows: list[dict[str, Any]]) -> Table:
    """Return the rows as a table with the columns of activity data."""
    table, source = form.table, [line["row"] for line in rows]
    kept = [name for name in table.columns if name != TOTAL and not is_period(name)]
    columns: dict[str, list[Any]] = {name: [table.columns[name][row] for row in source] for name in kept}
    columns |= {name: [line[name] for line in rows] for name in ("amount", "per", "year")}
    letters = {**table.letters, "amount": table.letters.get(form.periods[0], "")}
    note = Message("{table}: amounts of {count} periods were added up, and amounts per unit of output averaged by output.",
                   table=table.name, count=len(form.periods))  # fmt: skip
    return replace(made_rows(table, columns, source, letters), notes=(*table.notes, note))
