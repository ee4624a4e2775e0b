"""The table `plants`: one value of each plant, with the output that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import factorize
from textile_pcf.errors import Problem
from textile_pcf.factory.mass_cells import known_units
from textile_pcf.factory.site_cells import kind_of, refuse_footers
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.io.headers import key
from textile_pcf.messages.message import Message
from textile_pcf.units import Unit, parse_unit
from textile_pcf.units.number_text import is_year, year_text

EQUAL = ("boundary", "gwp", "rule")
"""Columns in which the plants of a group agree; otherwise their values do not mean the same."""
EMISSIONS = parse_unit("kgCO2e").dimensions


@dataclass(frozen=True, eq=False)
class Plants:
    """The table `plants`.

    Attributes
    ----------
    table : FactoryTable
    groups : list of str
        Names of the groups, in the order of their first row.
    group : ndarray of intp, shape (rows,)
    first : ndarray of intp, shape (groups,)
        First row of each group.
    value, output : ndarray of float, shape (rows,)
        In the units of the first row of the group; NaN after a problem.
    units, output_units : list of str, shape (groups,)
    years : list of str, shape (rows,)
        Four digits, or empty.
    """

    table: FactoryTable
    groups: list[str]
    group: IndexArray
    first: IndexArray
    value: FloatArray
    output: FloatArray
    units: list[str]
    output_units: list[str]
    years: list[str]

    def cell(self, group: int, column: str) -> str:
        """Return a text of the first row of a group."""
        return self.table.texts(column)[int(self.first[group])]


def read_plants(table: FactoryTable, problems: list[Problem]) -> Plants:
    """Interpret the table `plants`.

    Parameters
    ----------
    table : FactoryTable
    problems : list of Problem
        Problems are appended: a plant twice, plants of a group that differ in boundary, gwp or rule, units that do not fit.
    """
    refuse_footers(table, "plant", problems)
    table.require(("plant", "value", "output"), problems)
    groups = factorize(table.texts("group"))
    group = groups.codes.astype(np.intp)
    first = np.full(len(groups.categories), table.rows, dtype=np.intp)
    np.minimum.at(first, group, np.arange(table.rows))
    values, texts = table.amounts("value", problems, low=None)
    outputs, own = table.split_quantities("output", problems)
    output_texts = [inside or named for inside, named in zip(own, table.texts("output_unit"), strict=True)]
    for row in [row for row, inside in enumerate(own) if inside and table.texts("output_unit")[row] not in ("", inside)]:
        what = Message("This amount is in {own!r}, and the column `output_unit` says {other!r}.",
                       own=own[row], other=table.texts("output_unit")[row])  # fmt: skip
        table.problem(problems, row, "output", what, Message("Write the unit once."))
    value_units, output_units = _units(table, "unit", texts, problems), _units(table, "output_unit", output_texts, problems)
    values = _in_first_unit(
        table, "value", (within_range(table, "value", values, problems), value_units), first[group], problems
    )
    outputs = _in_first_unit(
        table, "output", (within_range(table, "output", outputs, problems), output_units), first[group], problems
    )
    _check_ratio(table, value_units, output_units, problems)
    _check_equal(table, group, first, problems)
    names = [unit.text if unit is not None else "" for unit in value_units]
    made = [unit.text if unit is not None else "" for unit in output_units]
    of_first = first.tolist()
    return Plants(table, list(groups.categories), group, first, values, outputs, [names[row] for row in of_first],
                  [made[row] for row in of_first], _years(table, problems))  # fmt: skip


def _units(table: FactoryTable, column: str, texts: list[str], problems: list[Problem]) -> list[Unit | None]:
    """Return the unit of each row, None after a problem."""
    known = known_units(texts)
    for row in [row for row, text in enumerate(texts) if text not in known]:
        if texts[row]:
            table.unit(row, problems, column, texts[row])
        else:
            table.problem(problems, row, column, Message("The unit is missing."), Message("Fill it in."))
    return [known.get(text) for text in texts]


def _in_first_unit(
    table: FactoryTable, column: str, amounts: tuple[FloatArray, list[Unit | None]], first: IndexArray, problems: list[Problem]
) -> FloatArray:
    """Return amounts in the unit of the first row of their group; an amount of 0 or less, or of another kind, is a problem."""
    values, units = amounts
    factors = np.full(table.rows, np.nan)
    for row, (unit, other) in enumerate(zip(units, first.tolist(), strict=True)):
        target = units[other]
        if unit is None or target is None:
            continue
        if unit.dimensions == target.dimensions:
            factors[row] = unit.factor / target.factor
            continue
        what = Message("This is {kind}, and {where} of the same group is {other}.",
                       kind=kind_of(unit), where=table.location(other), other=kind_of(target))  # fmt: skip
        table.problem(problems, row, column, what, Message("Give all plants of a group in one kind of unit."))
    for row in np.flatnonzero(values <= 0).tolist():
        what = Message("The {column} cannot be {value:g}.", column=column, value=float(values[row]))
        table.problem(problems, row, column, what, Message("Give a number above zero, or delete the row."))
    return np.asarray(values * factors, dtype=np.float64)


def _check_ratio(table: FactoryTable, values: list[Unit | None], outputs: list[Unit | None], problems: list[Problem]) -> None:
    """Append a problem for each value that is no emission per unit of the output."""
    for row, (value, output) in enumerate(zip(values, outputs, strict=True)):
        if value is None or output is None or (value * output).dimensions == EMISSIONS:
            continue
        what = Message("A value in {unit!r} is no emission per {output!r}.", unit=value.text, output=output.text)
        table.problem(problems, row, "unit", what, Message("Give it in kgCO2e/{unit}.", unit=output.text))


def _check_equal(table: FactoryTable, group: IndexArray, first: IndexArray, problems: list[Problem]) -> None:
    """Append a problem for each plant that stands twice in a group, or differs from its first in boundary, gwp or rule."""
    seen: dict[tuple[int, str], int] = {}
    names = table.texts("plant")
    columns = {name: table.texts(name) for name in EQUAL}
    for row, number in enumerate(group.tolist()):
        other = seen.setdefault((number, key(names[row])), row)
        if names[row] and other != row:
            what = Message("{name!r} is already in {where}.", name=names[row][:60], where=table.location(other))
            table.problem(problems, row, "plant", what, Message("Give each plant once in a group."))
        for name, texts in columns.items():
            head = int(first[number])
            if key(texts[row]) != key(texts[head]):
                differing = "{column} is {text!r} here and {other!r} in {where}."
                values = {"column": name, "text": texts[row][:60], "other": texts[head][:60]}
                cure = Message("Compare plants of one boundary, gwp and rule; use groups.")
                table.problem(problems, row, name, Message(differing, where=table.location(head), **values), cure)


def _years(table: FactoryTable, problems: list[Problem]) -> list[str]:
    """Return the year of each row, empty where there is none; other texts are problems."""
    years = [year_text(text) for text in table.texts("year")]
    for row, year in enumerate(years):
        if year and not is_year(year):
            what = Message("{text!r} is not a year.", text=year[:60])
            table.problem(problems, row, "year", what, Message("Write four digits, such as 2024."))
    return years
