"""Rows of flows on their seats, those among them that the rule fills in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import RowAssignment
from textile_pcf.activity.geography import Geography
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.quantity_index import QuantityIndex
from textile_pcf.activity.row_patterns import PER_DRIVER, PER_PERIOD, RowKind, Rows, rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

FROM_RULE, NOT_GIVEN = -1, -1
NO_MASSES = np.zeros((1, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class ExchangePatterns:
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
class Exchanges:
    """Flow rows: the form of each, its seat, the row of the table it stands in (-1: filled in), its stage seat in `place`."""

    pattern: IndexArray
    entry: IndexArray
    row: IndexArray
    process: IndexArray
    patterns: ExchangePatterns
    geography: Geography
    empty: IndexArray
    """Which of them tell no amount."""

    def __len__(self) -> int:
        return len(self.pattern)

    @cached_property
    def flow(self) -> IntArray:
        """Place of the flow in the rule."""
        return take(self.patterns.flow, self.pattern)

    @cached_property
    def per(self) -> IntArray:
        """What the amount is per."""
        return take(self.patterns.per, self.pattern)

    @cached_property
    def region(self) -> IntArray:
        """Region that is asked for, by its code in `regions`."""
        told = take(self.patterns.region, self.pattern)
        return (
            np.where(told == NOT_GIVEN, self.geography.region[self.process], told)
            if (self.patterns.region == NOT_GIVEN).any()
            else told
        )

    @cached_property
    def year(self) -> IntArray:
        """Year that is asked for, 0 for none."""
        told = take(self.patterns.year, self.pattern)
        return np.where(told == 0, self.geography.year[self.process], told) if (self.patterns.year == 0).any() else told

    @property
    def patterns_have_geography(self) -> bool:
        """Whether every form tells its region and year itself."""
        return not ((self.patterns.region == NOT_GIVEN) | (self.patterns.year == 0)).any()

    @cached_property
    def has_other_basis(self) -> bool:
        """Whether some are per product or for a period."""
        return bool((self.patterns.per != PER_DRIVER).any())

    @cached_property
    def period_totals(self) -> IndexArray:
        """Those that tell the total of a period."""
        return rows_where(self.patterns.per == PER_PERIOD, self.pattern)

    @cached_property
    def no_rule_entry(self) -> IndexArray:
        """That each takes no entry of a value of the rule: -1."""
        return np.broadcast_to(np.intp(-1), len(self))

    @cached_property
    def unit_scale(self) -> FloatArray:
        """That nothing but masses multiplies any: 1."""
        return np.broadcast_to(1.0, len(self))

    @cached_property
    def driver_rows(self) -> tuple[IndexArray | slice, ...]:
        """Which of them the output, input and loss of their stage multiply."""
        told, rows = self.patterns.flow >= 0, list[IndexArray | slice]()
        for wanted in self.patterns.masses.T:
            every = bool(wanted[told].all())
            rows.append(slice(None) if every else rows_where(wanted, self.pattern) if wanted.any() else slice(0))
        return tuple(rows)

    def without_amount(self) -> Iterator[tuple[int, IndexArray]]:
        """Rows that tell no amount, flow by flow."""
        flows = self.patterns.flow[self.pattern[self.empty]]
        for index in np.unique(flows).tolist():
            yield index, self.empty[flows == index]

    def take(self, places: IndexArray) -> Exchanges:
        """Some of them, in that order."""
        names = ("pattern", "entry", "row", "process")
        empty = np.flatnonzero(np.isin(places, self.empty))
        return replace(self, **{name: getattr(self, name)[places] for name in names}, empty=empty)


def build_exchanges(
    cells: ActivityColumns,
    rows: Rows,
    laid: RowAssignment,
    form: IndexArray,
    slots: QuantityIndex,
    rules: RuleSet,
    of_stages: BlockIndex,
    stage_active: BoolArray,
    homes: Geography,
) -> tuple[Exchanges, BoolArray]:
    """Rows of flows with those that the rule fills in, and which flow seats have one. `form` is that of the laid rows."""
    at, of_flows, present = slots.flows, slots.entries(RowKind.FLOW), slots.is_given
    seat, row = take(laid.entry, at), at if laid.identity else take(laid.row, at)
    form = take(form, at)
    told = _exchange_patterns(cells, rows, rules, homes, None if laid.identity else np.unique(form))
    stage = np.append(rule_arrays(rules).flow_stage, -1)[told.flow]  # forms of other kinds have no flow, and no row here
    place = take(np.append(of_stages.offsets, 0)[stage], form) + seat
    empty = np.flatnonzero(cells.empty[row]) if cells.has_empty else np.empty(0, dtype=np.intp)
    given = Exchanges(form, seat, row, place, told, homes, empty)
    return _add_rule_exchanges(given, rules, of_stages, of_flows, stage_active, present), present


def _exchange_patterns(
    cells: ActivityColumns, rows: Rows, rules: RuleSet, homes: Geography, there: IndexArray | None
) -> ExchangePatterns:
    """Forms of flows, of those that are `there` where not all are: rows of one fibre may replace all rows of a form."""
    forms = rows.patterns
    is_flow, untold = forms.row_kind == RowKind.FLOW, homes.regions.index("")
    if there is not None:
        is_flow &= np.isin(np.arange(len(is_flow)), there)
    region, year = homes.pattern_region, homes.pattern_year
    flow, per = np.where(is_flow, forms.index, -1), np.where(is_flow, forms.per, PER_DRIVER)
    masses = np.append(rule_arrays(rules).flow_masses > 0, NO_MASSES, axis=0)[flow] & (per == PER_DRIVER)[:, None]
    masses[per == PER_PERIOD, 0] = True  # a period's amount is per kg of output
    return ExchangePatterns(
        flow=flow,
        per=per,
        item=cells.texts["item"].codes[forms.first].astype(np.int64),
        region=np.where(is_flow, np.where(region == untold, NOT_GIVEN, region), 0),
        year=np.where(is_flow, year, 1),
        masses=masses,
    )


def _add_rule_exchanges(
    given: Exchanges, rules: RuleSet, of_stages: BlockIndex, of_flows: BlockIndex, stage_active: BoolArray, present: BoolArray
) -> Exchanges:
    """Rows for flows that have a value in the rule, belong to a stage that takes place, and are not given; now `present`."""
    told = rule_arrays(rules)
    filled: list[tuple[int, IndexArray]] = []
    for index in np.flatnonzero(told.flow_added_by_rule).tolist():
        here = of_flows.block(index)
        seat = np.flatnonzero(stage_active[of_stages.block(int(told.flow_stage[index]))] & ~present[here])
        if len(seat):
            present[here][seat] = True
            filled.append((index, seat))
    if not filled:
        return given
    count, forms = [len(seat) for _, seat in filled], given.patterns
    flow = np.array([index for index, _ in filled])
    number, seat = np.repeat(np.arange(len(filled)), count), np.concatenate([seat for _, seat in filled])
    new: dict[str, Any] = {"flow": flow, "per": PER_DRIVER, "item": FROM_RULE, "region": NOT_GIVEN, "year": 0}
    columns = {name: np.append(getattr(forms, name), np.full(len(filled), value)) for name, value in new.items()}
    masses = np.append(forms.masses, told.flow_masses[flow] > 0, axis=0)
    first = len(given)
    return Exchanges(
        pattern=np.append(given.pattern, len(forms.flow) + number),
        entry=np.append(given.entry, seat),
        row=np.append(given.row, np.full(len(seat), FROM_RULE)),
        process=np.append(given.process, of_stages.offsets[told.flow_stage[flow]][number] + seat),
        patterns=ExchangePatterns(**columns, masses=masses),
        geography=given.geography,
        empty=np.append(given.empty, np.arange(first, first + len(seat))),
    )
