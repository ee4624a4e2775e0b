"""Rows of flows on their seats, those among them that the rule fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.activity.columns import Cells
from textile_pcf.activity.components import Laid
from textile_pcf.activity.geography import Homes
from textile_pcf.activity.indexing import Seats
from textile_pcf.activity.quantity_index import Slots
from textile_pcf.activity.row_patterns import AS_RULE, PERIOD, Kind, Rows, among
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import picked
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import layout

BY_RULE, UNTOLD = -1, -1
NO_MASSES = np.zeros((1, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class FlowForms:
    """What rows of flows of each form say; forms that the rule fills in stand behind those of the table.

    `item` is a code of the table's column, -1 for the rule's own; `region` -1 and `year` 0 are those of the seat.
    """

    flow: IntArray
    per: IntArray
    item: IntArray
    region: IntArray
    year: IntArray
    masses: BoolArray
    """Whether output, input and loss of its stage multiply it, shape (forms, 3)."""


@dataclass(frozen=True, eq=False)
class FlowRows:
    """Flow rows: the form of each, its seat, the row of the table it stands in (-1: filled in), its stage seat in `place`."""

    form: IndexArray
    seat: IndexArray
    row: IndexArray
    place: IndexArray
    forms: FlowForms
    homes: Homes
    empty: IndexArray
    """Which of them tell no amount."""

    def __len__(self) -> int:
        return len(self.form)

    @cached_property
    def flow(self) -> IntArray:
        """Place of the flow in the rule."""
        return picked(self.forms.flow, self.form)

    @cached_property
    def per(self) -> IntArray:
        """What the amount is per."""
        return picked(self.forms.per, self.form)

    @cached_property
    def region(self) -> IntArray:
        """Region that is asked for, by its code in `regions`."""
        told = picked(self.forms.region, self.form)
        return np.where(told == UNTOLD, self.homes.region[self.place], told) if (self.forms.region == UNTOLD).any() else told

    @cached_property
    def year(self) -> IntArray:
        """Year that is asked for, 0 for none."""
        told = picked(self.forms.year, self.form)
        return np.where(told == 0, self.homes.year[self.place], told) if (self.forms.year == 0).any() else told

    @property
    def located(self) -> bool:
        """Whether every form tells its region and year itself."""
        return not ((self.forms.region == UNTOLD) | (self.forms.year == 0)).any()

    @cached_property
    def periods(self) -> bool:
        """Whether some are per product or for a period."""
        return bool((self.forms.per != AS_RULE).any())

    @cached_property
    def totals(self) -> IndexArray:
        """Those that tell the total of a period."""
        return among(self.forms.per == PERIOD, self.form)

    @cached_property
    def told(self) -> IndexArray:
        """That each takes no entry of a value of the rule: -1."""
        return np.broadcast_to(np.intp(-1), len(self))

    @cached_property
    def unscaled(self) -> FloatArray:
        """That nothing but masses multiplies any: 1."""
        return np.broadcast_to(1.0, len(self))

    @cached_property
    def multiplied(self) -> tuple[IndexArray | slice, ...]:
        """Which of them the output, input and loss of their stage multiply."""
        told, rows = self.forms.flow >= 0, list[IndexArray | slice]()
        for wanted in self.forms.masses.T:
            every = bool(wanted[told].all())
            rows.append(slice(None) if every else among(wanted, self.form) if wanted.any() else slice(0))
        return tuple(rows)

    def empty_of(self) -> Iterator[tuple[int, IndexArray]]:
        """Rows that tell no amount, flow by flow."""
        flows = self.forms.flow[self.form[self.empty]]
        for index in np.unique(flows).tolist():
            yield index, self.empty[flows == index]

    def at(self, places: IndexArray) -> FlowRows:
        """Some of them, in that order."""
        names = ("form", "seat", "row", "place")
        empty = np.flatnonzero(np.isin(places, self.empty))
        return replace(self, **{name: getattr(self, name)[places] for name in names}, empty=empty)


def flow_rows(
    cells: Cells,
    rows: Rows,
    laid: Laid,
    form: IndexArray,
    slots: Slots,
    rules: RuleSet,
    of_stages: Seats,
    takes_place: BoolArray,
    homes: Homes,
) -> tuple[FlowRows, BoolArray]:
    """Rows of flows with those that the rule fills in, and which flow seats have one. `form` is that of the laid rows."""
    at, of_flows, present = slots.flows, slots.seats(Kind.FLOW), slots.present
    seat, row = picked(laid.seat, at), at if laid.every else picked(laid.row, at)
    form = picked(form, at)
    told = _flow_forms(cells, rows, rules, homes, None if laid.every else np.unique(form))
    stage = np.append(layout(rules).flow_stage, -1)[told.flow]  # forms of other kinds have no flow, and no row here
    place = picked(np.append(of_stages.start, 0)[stage], form) + seat
    empty = np.flatnonzero(cells.empty[row]) if cells.any_empty else np.empty(0, dtype=np.intp)
    given = FlowRows(form, seat, row, place, told, homes, empty)
    return _with_filled(given, rules, of_stages, of_flows, takes_place, present), present


def _flow_forms(cells: Cells, rows: Rows, rules: RuleSet, homes: Homes, there: IndexArray | None) -> FlowForms:
    """Forms of flows, of those that are `there` where not all are: rows of one fibre may replace all rows of a form."""
    forms = rows.forms
    is_flow, untold = forms.kind == Kind.FLOW, homes.regions.index("")
    if there is not None:
        is_flow &= np.isin(np.arange(len(is_flow)), there)
    region, year = homes.told_region, homes.told_year
    flow, per = np.where(is_flow, forms.index, -1), np.where(is_flow, forms.per, AS_RULE)
    masses = np.append(layout(rules).flow_masses > 0, NO_MASSES, axis=0)[flow] & (per == AS_RULE)[:, None]
    masses[per == PERIOD, 0] = True  # a period's amount is per kg of output
    return FlowForms(
        flow=flow,
        per=per,
        item=cells.texts["item"].codes[forms.first].astype(np.int64),
        region=np.where(is_flow, np.where(region == untold, UNTOLD, region), 0),
        year=np.where(is_flow, year, 1),
        masses=masses,
    )


def _with_filled(
    given: FlowRows, rules: RuleSet, of_stages: Seats, of_flows: Seats, takes_place: BoolArray, present: BoolArray
) -> FlowRows:
    """Rows for flows that have a value in the rule, belong to a stage that takes place, and are not given; now `present`."""
    told = layout(rules)
    filled: list[tuple[int, IndexArray]] = []
    for index in np.flatnonzero(told.flow_filled).tolist():
        here = of_flows.block(index)
        seat = np.flatnonzero(takes_place[of_stages.block(int(told.flow_stage[index]))] & ~present[here])
        if len(seat):
            present[here][seat] = True
            filled.append((index, seat))
    if not filled:
        return given
    count, forms = [len(seat) for _, seat in filled], given.forms
    flow = np.array([index for index, _ in filled])
    number, seat = np.repeat(np.arange(len(filled)), count), np.concatenate([seat for _, seat in filled])
    new: dict[str, Any] = {"flow": flow, "per": AS_RULE, "item": BY_RULE, "region": UNTOLD, "year": 0}
    columns = {name: np.append(getattr(forms, name), np.full(len(filled), value)) for name, value in new.items()}
    masses = np.append(forms.masses, told.flow_masses[flow] > 0, axis=0)
    first = len(given)
    return FlowRows(
        form=np.append(given.form, len(forms.flow) + number),
        seat=np.append(given.seat, seat),
        row=np.append(given.row, np.full(len(seat), BY_RULE)),
        place=np.append(given.place, of_stages.start[told.flow_stage[flow]][number] + seat),
        forms=FlowForms(**columns, masses=masses),
        homes=given.homes,
        empty=np.append(given.empty, np.arange(first, first + len(seat))),
    )
