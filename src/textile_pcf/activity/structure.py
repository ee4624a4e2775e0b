"""What a table says beside its amounts: which rows speak of what, what takes place, and what the rule fills in.

Tables of the same rows have the same structure, whatever their amounts: it is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.cells import Cells
from textile_pcf.activity.flows import FlowRows, flow_rows
from textile_pcf.activity.homes import Homes, Others
from textile_pcf.activity.lanes import Laid, Lanes, Places, lay, make_lanes
from textile_pcf.activity.layout import layout
from textile_pcf.activity.meaning import Forms, Ints, Kind, Rows, among, parted
from textile_pcf.activity.seats import Seats, seats_of
from textile_pcf.activity.twice import rows_twice
from textile_pcf.columns import Array, Flags, picked, read_only
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet


@dataclass(frozen=True, eq=False)
class Given:
    """Quantities that rows give, on their seats: `place` takes the amount of `row`, or a chosen word (-1: none)."""

    place: Places
    row: Places
    word: Ints
    seats: Seats

    @cached_property
    def rows(self) -> Places:
        """Row of every seat, -1 where none gives it."""
        rows = np.full(self.seats.total, -1, dtype=np.intp)
        rows[self.place] = self.row
        return rows

    @cached_property
    def no_entries(self) -> Places:
        """That no seat takes an entry of a value of the rule: -1."""
        return np.full(self.seats.total, -1, dtype=np.intp)

    @cached_property
    def all_given(self) -> Places:
        """That every seat is given: 0."""
        return np.zeros(self.seats.total, dtype=np.intp)

    @cached_property
    def _nothing(self) -> Array:
        return np.full(self.seats.total, np.nan)

    @cached_property
    def _words(self) -> bool:
        return bool(np.any(self.word >= 0))

    @cached_property
    def full(self) -> bool:
        """Whether a row gives every seat its amount, or could."""
        return not self._words and bool(np.all(self.rows >= 0))

    def values(self, value: Array) -> Array:
        """Values on all seats, NaN where none is given; a chosen word as its place in the list of words."""
        told = picked(value, self.row)
        values = self._nothing.copy()
        values[self.place] = np.where(self.word >= 0, self.word, told) if self._words else told
        return values


@dataclass(frozen=True, eq=False)
class Outputs:
    """What stages gave in a period; the amounts stand in `row`."""

    stage: Ints
    seat: Places
    unit: Ints
    row: Places
    year: Ints


@dataclass(frozen=True, eq=False)
class Structure:
    """Rows understood and laid onto their seats. `takes_place` has a flag per stage seat, `present` one per flow seat."""

    rows: Rows
    lanes: Lanes
    stage_seats: Seats
    flow_seats: Seats
    takes_place: Flags
    present: Flags
    properties: Given
    losses: Given
    flows: FlowRows
    outputs: Outputs
    regions: tuple[str, ...]
    lost: tuple[Places, ...]
    """Seat of the loss of each stage seat, of a second loss, and so on; -1 where there is none, or the stage does not count."""

    @cached_property
    def full(self) -> bool:
        """Whether the rows tell every quantity, if each tells its amount, and none is of a period."""
        untold = len(self.flows.empty) + len(self.flows.totals) + len(self.outputs.row)
        return not untold and self.properties.full and self.losses.full

    @cached_property
    def one(self) -> Array:
        """1 of every product."""
        return read_only(np.ones(len(self.lanes.start)))

    @cached_property
    def untold(self) -> Array:
        """A property of every product that none tells."""
        return read_only(np.full(len(self.lanes.start), np.nan))


def structured(cells: Cells, rows: Rows, rules: RuleSet) -> tuple[Structure, list[Problem]]:
    """Bring rows onto seats, decide what takes place, and add the rows that the rule fills in."""
    lanes, problems = make_lanes(cells, rows, rules)
    laid, unlaid = lay(cells, rows, lanes, rules)
    problems += unlaid
    told, forms = layout(rules), rows.forms
    form = rows.form if laid.every else rows.form[laid.row]
    stage_seats = seats_of(np.arange(len(rules.stages)), rules, lanes)
    flow_seats = seats_of(told.flow_stage, rules, lanes)
    takes_place = _takes_place(told.stage_optional, stage_seats, forms, form, laid)
    at, rest = parted(forms.kind == Kind.FLOW, form)
    others = Others(picked(form, rest), picked(laid.seat, rest), rest if laid.every else laid.row[rest])
    homes = Homes.of(cells, rules, lanes, forms, others, stage_seats)
    flows, present, single = flow_rows(cells, rows, laid, form, at, rules, (stage_seats, flow_seats), takes_place, homes)
    problems += rows_twice(cells, rows, others if single and laid.every else None)
    losses = _given(Kind.LOSS, forms, others, seats_of(told.loss_stage, rules, lanes))
    structure = Structure(
        rows=rows,
        lanes=lanes,
        stage_seats=stage_seats,
        flow_seats=flow_seats,
        takes_place=takes_place,
        present=present,
        properties=_given(Kind.PROPERTY, forms, others, seats_of(told.property_stage, rules, lanes)),
        losses=losses,
        flows=flows,
        outputs=_outputs(cells, forms, others, homes),
        regions=homes.regions,
        lost=_lost(rules, stage_seats, losses.seats, takes_place),
    )
    return structure, problems


def _takes_place(optional: Flags, seats: Seats, forms: Forms, form: Places, laid: Laid) -> Flags:
    """A stage takes place unless it is optional and no row names it."""
    takes = np.repeat(~optional[:-1], seats.size)
    named = among(optional[forms.stage], form)
    takes[seats.at(forms.stage[form[named]], laid.seat[named])] = True
    return takes


def _given(kind: Kind, forms: Forms, others: Others, seats: Seats) -> Given:
    """Rows of properties or of losses on their seats."""
    chosen = others.of(forms.kind == kind)
    place = seats.at(picked(forms.index, chosen.form), chosen.seat)
    return Given(place, chosen.row, picked(forms.word, chosen.form), seats)


def _lost(rules: RuleSet, stages: Seats, losses: Seats, takes_place: Flags) -> tuple[Places, ...]:
    """Which losses multiply the mass through each stage seat, in their order."""
    counted = [() if spec.outside else spec.losses for spec in rules.stages]
    lost = []
    for number in range(max(map(len, counted), default=0)):
        seats = np.full(stages.total, -1, dtype=np.intp)
        for block, indices in zip(stages.blocks, counted, strict=True):
            if number < len(indices):
                start = int(losses.start[indices[number]])
                seats[block] = np.arange(start, start + block.stop - block.start)
        lost.append(np.where(takes_place, seats, -1))
    return tuple(lost)


def _outputs(cells: Cells, forms: Forms, others: Others, homes: Homes) -> Outputs:
    """Rows of what stages gave in a period."""
    told = others.of(forms.kind == Kind.OUTPUT)
    stage = forms.stage[told.form]
    own = cells.years[cells.texts["year"].codes[told.row]]
    year = np.where(own > 0, own, homes.year[homes.seats.at(stage, told.seat)]) if len(own) else own
    return Outputs(stage, told.seat, forms.meaning[told.form], told.row, year)
