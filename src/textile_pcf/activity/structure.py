"""What a table says beside its amounts: which rows speak of what, what takes place, and what the rule fills in.

Tables of the same rows have the same structure, whatever their amounts: it is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import Cells
from textile_pcf.activity.components import Laid, Lanes, lay, make_lanes
from textile_pcf.activity.duplicates import rows_twice
from textile_pcf.activity.exchanges import FlowRows, flow_rows
from textile_pcf.activity.geography import Homes, Others, others_of
from textile_pcf.activity.indexing import Seats, seats_of
from textile_pcf.activity.quantity_index import Slots, slots_of
from textile_pcf.activity.row_patterns import Forms, Kind, Rows, among
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray, read_only
from textile_pcf.columns import picked
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import layout


@dataclass(frozen=True, eq=False)
class Given:
    """Quantities that rows give: the row of every seat, -1 where none gives it, and the word that it chooses.

    `words` are -1 where none is chosen; None where there is no choice.
    """

    rows: IndexArray
    words: IntArray | None

    @cached_property
    def no_entries(self) -> IndexArray:
        """That no seat takes an entry of a value of the rule: -1."""
        return np.full(len(self.rows), -1, dtype=np.intp)

    @cached_property
    def all_given(self) -> IndexArray:
        """That every seat is given: 0."""
        return np.zeros(len(self.rows), dtype=np.intp)

    @cached_property
    def _untold(self) -> IndexArray:
        return np.flatnonzero(self.rows < 0)

    @property
    def full(self) -> bool:
        """Whether a row gives every seat its amount, or could."""
        return self.words is None and not len(self._untold)

    def values(self, value: FloatArray) -> FloatArray:
        """Values on all seats, NaN where none is given; a chosen word as its place in the list of words."""
        values = picked(value, self.rows)
        values[self._untold] = np.nan
        return values if self.words is None else np.where(self.words >= 0, self.words, values)


@dataclass(frozen=True, eq=False)
class Outputs:
    """What stages gave in a period; the amounts stand in `row`."""

    stage: IntArray
    seat: IndexArray
    unit: IntArray
    row: IndexArray
    year: IntArray


@dataclass(frozen=True, eq=False)
class Structure:
    """Rows understood and laid onto their seats. `takes_place` has a flag per stage seat, `present` one per flow seat."""

    rows: Rows
    lanes: Lanes
    stage_seats: Seats
    flow_seats: Seats
    property_seats: Seats
    loss_seats: Seats
    takes_place: BoolArray
    present: BoolArray
    properties: Given
    losses: Given
    flows: FlowRows
    outputs: Outputs
    regions: tuple[str, ...]
    lost: tuple[IndexArray, ...]
    """Seat of the loss of each stage seat, of a second loss, and so on; -1 where there is none, or the stage does not count."""

    @cached_property
    def full(self) -> bool:
        """Whether the rows tell every quantity, if each tells its amount, and none is of a period."""
        untold = len(self.flows.empty) + len(self.flows.totals) + len(self.outputs.row)
        return not untold and self.properties.full and self.losses.full

    @cached_property
    def one(self) -> FloatArray:
        """1 of every product."""
        return read_only(np.ones(len(self.lanes.start)))

    @cached_property
    def untold(self) -> FloatArray:
        """A property of every product that none tells."""
        return read_only(np.full(len(self.lanes.start), np.nan))


def structured(cells: Cells, rows: Rows, rules: RuleSet) -> tuple[Structure, list[Problem]]:
    """Bring rows onto seats, decide what takes place, and add the rows that the rule fills in."""
    lanes, problems = make_lanes(cells, rows, rules)
    laid, unlaid = lay(cells, rows, lanes, rules)
    problems += unlaid
    forms = rows.forms
    form = rows.form if laid.every else rows.form[laid.row]
    stage_seats = seats_of(np.arange(len(rules.stages)), rules, lanes)
    slots = slots_of(forms, form, laid, lanes, rules)
    takes_place = _takes_place(layout(rules).stage_optional, stage_seats, forms, form, laid)
    homes = Homes.of(cells, rules, lanes, forms, others_of(Kind.STAGE, forms, form, laid), stage_seats)
    flows, present = flow_rows(cells, rows, laid, form, slots, rules, stage_seats, takes_place, homes)
    if not (laid.every and slots.single):
        problems += rows_twice(cells, rows)
    structure = Structure(
        rows=rows,
        lanes=lanes,
        stage_seats=stage_seats,
        flow_seats=slots.seats(Kind.FLOW),
        property_seats=slots.seats(Kind.PROPERTY),
        loss_seats=slots.seats(Kind.LOSS),
        takes_place=takes_place,
        present=present,
        properties=_given(Kind.PROPERTY, forms, form, laid, slots),
        losses=_given(Kind.LOSS, forms, form, laid, slots),
        flows=flows,
        outputs=_outputs(cells, forms, others_of(Kind.OUTPUT, forms, form, laid), homes),
        regions=homes.regions,
        lost=_lost(rules, stage_seats, slots.seats(Kind.LOSS), takes_place),
    )
    return structure, problems


def _takes_place(optional: BoolArray, seats: Seats, forms: Forms, form: IndexArray, laid: Laid) -> BoolArray:
    """A stage takes place unless it is optional and no row names it."""
    takes = np.repeat(~optional[:-1], seats.size)
    named = among(optional[forms.stage], form)
    takes[seats.at(forms.stage[form[named]], laid.seat[named])] = True
    return takes


def _given(kind: Kind, forms: Forms, form: IndexArray, laid: Laid, slots: Slots) -> Given:
    """Rows of properties or of losses on their seats."""
    at = slots.rows(kind).astype(np.intp)
    words = None
    if (forms.word[forms.kind == kind] >= 0).any():
        words = np.append(forms.word, -1)[np.append(form, len(forms.word))[at]]
    return Given(at if laid.every else np.append(laid.row, -1)[at], words)


def _lost(rules: RuleSet, stages: Seats, losses: Seats, takes_place: BoolArray) -> tuple[IndexArray, ...]:
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


def _outputs(cells: Cells, forms: Forms, told: Others, homes: Homes) -> Outputs:
    """Rows of what stages gave in a period."""
    stage = forms.stage[told.form]
    own = cells.years[cells.texts["year"].codes[told.row]]
    year = np.where(own > 0, own, homes.year[homes.seats.at(stage, told.seat)]) if len(own) else own
    return Outputs(stage, told.seat, forms.meaning[told.form], told.row, year)
