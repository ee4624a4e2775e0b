"""The tables `meters` and `events`: what each meter measures, where it hangs, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IntArray
from textile_pcf.errors import Problem
from textile_pcf.factory.carriers import ReportedUnits, reported_units
from textile_pcf.factory.reading_arrays import Registers, Resets
from textile_pcf.factory.run_clock import RunClock
from textile_pcf.factory.tables import FactoryTable, within_range
from textile_pcf.factory.times import HOUR, NEVER
from textile_pcf.factory.vocabulary import constant
from textile_pcf.messages.message import Message
from textile_pcf.messages.suggestion import did_you_mean
from textile_pcf.units import UnitError, convert, parse_unit

MINUTE = HOUR // 60
LONGEST = 10 * 366 * 24 * 60
"""Longest interval of a meter. [min]"""


@dataclass(frozen=True, eq=False)
class MeterTable:
    """The meters of a run, sorted by their id. Lists and arrays have the shape (meters,).

    Attributes
    ----------
    ids, carriers, units, flows, items, stages : list of str
        Id, carrier, reported unit, and flow, item and stage of the activity rows (the last two may be empty).
    machines : list of tuple of str
        Machines that each meter serves.
    parent : ndarray of int
        Index of the meter above; -1 without one.
    outside : ndarray of bool
        Whether its use is outside production.
    registers : Registers
    """

    table: FactoryTable
    row: IntArray
    ids: list[str]
    carriers: list[str]
    units: list[str]
    flows: list[str]
    items: list[str]
    stages: list[str]
    machines: list[tuple[str, ...]]
    parent: IntArray
    outside: BoolArray
    registers: Registers

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def has_children(self) -> BoolArray:
        """Whether meters hang below it. Shape (meters,)."""
        below = np.zeros(len(self.ids), dtype=bool)
        below[self.parent[self.parent >= 0]] = True
        return below

    def location(self, meter: int, column: str | None = None) -> str:
        """Return the location of a meter's row."""
        return self.table.location(int(self.row[meter]), column)


def read_meters(table: FactoryTable, problems: list[Problem]) -> MeterTable:
    """Interpret the table of meters.

    Parameters
    ----------
    table : FactoryTable
        As read.
    problems : list of Problem
        Problems are appended.
    """
    table.require(("meter", "carrier", "unit"), problems)
    ids = table.texts("meter")
    for row, first in _find_repeated(ids):
        what = Message("Meter {meter!r} is already at {where}.", meter=ids[row], where=table.location(first))
        table.problem(problems, row, "meter", what, Message("Give each meter one row."))
    order = sorted(range(table.rows), key=lambda row: ids[row])
    reported = reported_units(table, problems)
    registers = _registers(table, reported, problems)
    machines = [tuple(dict.fromkeys(text.split())) for text in table.texts("machine")]
    uses = table.words("use", "meter_use", problems, "production")
    flows = [own or flow for own, flow in zip(table.texts("flow"), reported.flows, strict=True)]
    index = np.array(order, dtype=np.int64)

    def by_id(values: Sequence[str]) -> list[str]:
        return [values[row] for row in order]

    place = {ids[row]: position for position, row in reversed(list(enumerate(order)))}
    parent = _parents(table, place, problems)[index]
    meters = MeterTable(
        table, index, by_id(ids), by_id(reported.carriers), by_id(reported.units), by_id(flows), by_id(table.texts("item")),
        by_id(table.texts("stage")), [machines[row] for row in order], parent,
        np.array([uses[row] == "outside" for row in order], dtype=bool), registers.take(index),
    )  # fmt: skip
    problems += check_tree(meters)
    return meters


def _find_repeated(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return each row whose text stands in an earlier row, and that row."""
    first: dict[str, int] = {}
    return [(row, first[text]) for row, text in enumerate(texts) if text and first.setdefault(text, row) != row]


def _registers(table: FactoryTable, reported: ReportedUnits, problems: list[Problem]) -> Registers:
    readings = table.words("reading", "reading", problems)
    cumulative = np.array([word == "cumulative" for word in readings], dtype=bool)
    starts = np.array([word == "start" for word in table.words("stamp", "stamp", problems, "end")], dtype=bool)
    length = table.quantities("interval", "min", problems, 0.0)
    too_long = length > LONGEST
    length = np.rint(within_range(table, "interval", length, problems, LONGEST) * MINUTE)
    multiplier, rollover = (
        within_range(table, name, table.numbers(name, problems, 0.0), problems) for name in ("multiplier", "rollover")
    )
    for row in range(table.rows):
        if readings[row] == "interval" and not length[row] > 0 and not too_long[row]:
            what = Message("An interval meter needs the length of its intervals.")
            table.problem(
                problems, row, "interval", what, Message("Write it as 15 min, or write cumulative if it is a register.")
            )
        if multiplier[row] == 0 or rollover[row] == 0:
            column = "multiplier" if multiplier[row] == 0 else "rollover"
            table.problem(
                problems, row, column, Message("This cannot be 0."), Message("Leave it empty, or give a larger number.")
            )
        for column in ("rollover",) if readings[row] == "interval" else ("interval", "stamp") if readings[row] else ():
            if table.texts(column)[row]:
                what = Message(
                    "{column!r} does not apply to a meter whose readings are {kind}.", column=column, kind=readings[row]
                )
                table.problem(problems, row, column, what, Message("Leave it empty."))
    scale = np.where(np.isnan(multiplier), 1.0, multiplier) * reported.factors
    length_micros = np.nan_to_num(length).astype(np.int64)
    rates = _max_rates(table, reported, problems)
    return Registers(cumulative, length_micros, starts, scale, rollover, rates, constant("rollover_part"))


def _max_rates(table: FactoryTable, reported: ReportedUnits, problems: list[Problem]) -> FloatArray:
    """Return the largest amount per time of each meter, in reported units per µs; infinite without one."""
    values, units = table.split_quantities("max_rate", problems)
    values = within_range(table, "max_rate", values, problems)
    rates = np.full(table.rows, np.inf)
    for row in np.flatnonzero(~np.isnan(values)).tolist():
        try:
            own = parse_unit(table.texts("unit")[row])
        except UnitError:
            continue  # reported where the unit is read
        per_hour = own / parse_unit("h")
        unit = per_hour if not units[row] else table.unit(row, problems, "max_rate", units[row])
        conversion = None if unit is None else convert(unit, per_hour)
        if unit is not None and (conversion is None or conversion.inverse):
            what = Message("{unit!r} is no {own} per time.", unit=units[row], own=own.text)
            table.problem(problems, row, "max_rate", what, Message("Write it as kW or {own}/h.", own=own.text))
        elif conversion is not None and not values[row] > 0:
            table.problem(
                problems, row, "max_rate", Message("This is not above 0."), Message("Leave it empty, or give the limit.")
            )
        elif conversion is not None:
            rates[row] = values[row] * conversion.factor * reported.factors[row] / HOUR
    return np.where(np.isnan(rates), np.inf, rates)


def _parents(table: FactoryTable, place: dict[str, int], problems: list[Problem]) -> IntArray:
    """Return the index (by id) of the parent of each row."""
    parents = np.full(table.rows, -1, dtype=np.int64)
    for row, text in enumerate(table.texts("parent")):
        if text and text not in place:
            what = Message("There is no meter {meter!r} above this one.", meter=text)
            cure = did_you_mean(text, list(place), Message("Add its row, or leave the cell empty."))
            table.problem(problems, row, "parent", what, cure)
        elif text:
            parents[row] = place[text]
    return parents


def check_tree(meters: MeterTable) -> list[Problem]:
    """Return the problems of the tree of meters: circles, other carriers below, machines above other meters.

    Parameters
    ----------
    meters : MeterTable
    """
    problems: list[Problem] = []

    def add(meter: int, column: str, what: str, cure: str) -> None:
        problems.append(Problem(meters.location(meter, column), what, cure, code="meters"))

    above = meters.parent.copy()
    for _ in range(len(meters).bit_length()):  # jump 2, 4, 8 … meters up: only a circle never ends
        above = np.where(above >= 0, above[above], -1)
    for meter in np.flatnonzero(above >= 0).tolist():
        what = Message("Meter {meter!r} hangs below itself.", meter=meters.ids[meter])
        add(meter, "parent", what, Message("Correct the column `parent`: a main meter has none."))
    has_children = meters.has_children
    for meter in range(len(meters)):
        parent = int(meters.parent[meter])
        if parent >= 0 and (meters.carriers[parent], meters.units[parent]) != (meters.carriers[meter], meters.units[meter]):
            text = "Meter {meter!r} measures {carrier} in {unit}, its main meter {parent!r} {other} in {other_unit}."
            values = {"meter": meters.ids[meter], "carrier": meters.carriers[meter], "unit": meters.units[meter]}
            above_it = {"parent": meters.ids[parent], "other": meters.carriers[parent], "other_unit": meters.units[parent]}
            add(
                meter,
                "parent",
                Message(text, **values, **above_it),
                Message("Name a main meter of the same carrier and kind of unit."),
            )
        if has_children[meter] and meters.machines[meter]:
            what = Message("Meter {meter!r} has meters below it, so it serves no machine.", meter=meters.ids[meter])
            add(meter, "machine", what, Message("Leave the machine empty, or give the machine a meter of its own."))
        if meters.outside[meter] and (has_children[meter] or meters.machines[meter]):
            what = Message(
                "Meter {meter!r} is outside production, but has machines or meters below it.", meter=meters.ids[meter]
            )
            add(meter, "use", what, Message("Write outside only at a meter without both."))
    return problems


@dataclass(frozen=True, eq=False)
class Events:
    """Events of meters.

    Attributes
    ----------
    resets : Resets
        Changes of registers, by meter and time.
    reset_rows : ndarray of int
        Row of each.
    void_meter, void_start, void_end, void_rows : ndarray of int, shape (voids,)
        Readings of a meter from start to end, both included, that do not count.
    """

    table: FactoryTable | None
    resets: Resets
    reset_rows: IntArray
    void_meter: IntArray
    void_start: IntArray
    void_end: IntArray
    void_rows: IntArray


def read_events(table: FactoryTable | None, meters: MeterTable, clock: RunClock, problems: list[Problem]) -> Events:
    """Interpret the table of events.

    Parameters
    ----------
    table : FactoryTable or None
        As read; None without events.
    meters : MeterTable
    clock : RunClock
    problems : list of Problem
        Problems are appended.
    """
    if table is None:
        none, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Events(None, Resets(none, none, floats, floats), none, none, none, none, none)
    table.require(("meter", "time", "kind"), problems)
    kinds = table.words("kind", "event", problems)
    times = clock.convert(table.times("time", problems), lambda row: table.location(row, "time"), problems)
    ends = clock.convert(table.times("end", problems), lambda row: table.location(row, "end"), problems)
    old, new = (within_range(table, name, table.numbers(name, problems), problems) for name in ("old_value", "new_value"))
    place = {text: position for position, text in enumerate(meters.ids)}
    owner = np.array([place.get(text, -1) for text in table.texts("meter")], dtype=np.int64)
    for row in range(table.rows):
        if owner[row] < 0 and table.texts("meter")[row]:
            what = Message("There is no meter {meter!r} in the table of meters.", meter=table.texts("meter")[row])
            table.problem(problems, row, "meter", what, Message("Add it there, or correct the name."))
        elif kinds[row] == "reset" and owner[row] >= 0 and not meters.registers.cumulative[owner[row]]:
            what = Message("Meter {meter!r} has no register to reset.", meter=table.texts("meter")[row])
            table.problem(problems, row, "kind", what, Message("Void its readings, or call the meter cumulative."))
        if kinds[row] == "void" and ends[row] != NEVER and ends[row] < times[row]:
            table.problem(problems, row, "end", Message("The end is before the start."), Message("Correct one of them."))
    good = (owner >= 0) & (times != NEVER)
    reset = np.flatnonzero(good & np.array([kind == "reset" for kind in kinds], dtype=bool))
    reset = reset[np.lexsort((times[reset], owner[reset]))]
    for one, other in zip(reset[:-1].tolist(), reset[1:].tolist(), strict=True):
        if owner[one] == owner[other] and times[one] == times[other]:
            what = Message("This register was changed at the same time in {where} already.", where=table.location(one))
            table.problem(problems, other, "time", what, Message("Delete one of the rows, or correct its time."))
    void = np.flatnonzero(good & np.array([kind == "void" for kind in kinds], dtype=bool))
    resets = Resets(owner[reset], times[reset], old[reset], np.nan_to_num(new[reset], nan=0.0))
    ends = np.where(ends == NEVER, times, ends)
    return Events(table, resets, reset, owner[void], times[void], ends[void], void)
