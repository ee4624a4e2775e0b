"""Exchanges of processes: rows of flows, and the flows that the rule adds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textile_pcf._frozen import cached_property, quick_init
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import RowAssignment
from textile_pcf.activity.geography import Geography
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.activity.quantity_index import QuantityIndex
from textile_pcf.activity.row_patterns import Per, RowKind, Rows, rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray, repeated
from textile_pcf.columns import distinct_codes, group_rows, rows_by_code, take
from textile_pcf.rules import FlowSpec
from textile_pcf.rules.arrays import rule_arrays

FROM_RULE, NOT_GIVEN = -1, -1
NO_MASSES = np.zeros((1, 3), dtype=bool)
BY_OUTPUT = np.array([True, False, False])


@quick_init
@dataclass(frozen=True, eq=False)
class ExchangePatterns:
    """Properties of exchanges that depend on their pattern only. Patterns added by the rule follow those of the table.

    Attributes
    ----------
    flow : ndarray of int, shape (patterns,)
        Index of the flow in the rule, -1 for patterns of other rows.
    per : ndarray of int, shape (patterns,)
        What the amount is given per, see `Per`.
    item : ndarray of int, shape (patterns,)
        Code in the column `item`, -1 for the item of the rule; any one of them where the pattern stands for several links.
    region : ndarray of int, shape (patterns,)
        Code in `Geography.regions`, -1 for the region of the process.
    year : ndarray of int, shape (patterns,)
        Year, 0 for the year of the process.
    masses : ndarray of bool, shape (patterns, 3)
        Whether the mass output, input and loss of the process multiply the amount.
    """

    flow: IntArray
    per: IntArray
    item: IntArray
    region: IntArray
    year: IntArray
    masses: BoolArray

    @cached_property
    def of_flows(self) -> tuple[IndexArray, IndexArray]:
        """Patterns of flows, and for each pattern its position among these; any position for patterns of other rows."""
        is_flow = self.flow >= 0
        chosen = is_flow.nonzero()[0]
        return chosen, np.maximum(is_flow.cumsum() - 1, 0) if len(chosen) else chosen


@quick_init
@dataclass(frozen=True, eq=False)
class Exchanges:
    """Exchanges of all processes.

    Attributes
    ----------
    pattern : ndarray of intp, shape (exchanges,)
        Index into `patterns`.
    entry : ndarray of intp, shape (exchanges,)
        Component in component stages, product in common ones.
    row : ndarray of intp, shape (exchanges,)
        Row of the table, -1 for an exchange that the rule adds.
    process : ndarray of intp, shape (exchanges,)
        Process of the exchange.
    patterns : ExchangePatterns
    geography : Geography
        Region and year of processes.
    empty : ndarray of intp
        Exchanges without an amount, ascending.
    items : ndarray of int, shape (rows,), or None
        Code in the column `item` of each row, where patterns have several; None where each has one.
    """

    pattern: IndexArray
    entry: IndexArray
    row: IndexArray
    process: IndexArray
    patterns: ExchangePatterns
    geography: Geography
    empty: IndexArray
    items: IntArray | None = None

    def __len__(self) -> int:
        return len(self.pattern)

    @cached_property
    def flow(self) -> IntArray:
        """Index of the flow in the rule. Shape (exchanges,)."""
        return take(self.patterns.flow, self.pattern)

    def flows_of(self, exchanges: IndexArray) -> IntArray:
        """Return the flow of some exchanges."""
        return take(self.patterns.flow, take(self.pattern, exchanges))

    @cached_property
    def item(self) -> IntArray:
        """Code in the column `item`, -1 for the item of the rule. Shape (exchanges,)."""
        item = take(self.patterns.item, self.pattern)
        return item if self.items is None else np.where(self.row >= 0, self.items[self.row], item)

    @cached_property
    def per(self) -> IntArray:
        """Basis of the amount. Shape (exchanges,)."""
        return take(self.patterns.per, self.pattern)

    @cached_property
    def region(self) -> IntArray:
        """Requested region as a code of `Geography.regions`. Shape (exchanges,)."""
        region = take(self.patterns.region, self.pattern)
        if not (self.patterns.region == NOT_GIVEN).any():
            return region
        return np.where(region == NOT_GIVEN, self.geography.region[self.process], region)

    @cached_property
    def year(self) -> IntArray:
        """Requested year, 0 for none. Shape (exchanges,)."""
        year = take(self.patterns.year, self.pattern)
        return np.where(year == 0, self.geography.year[self.process], year) if (self.patterns.year == 0).any() else year

    def group_by_place(self) -> tuple[IndexArray, IndexArray, IntArray, IntArray]:
        """Group exchanges by pattern, region and year.

        Returns
        -------
        group : ndarray of intp, shape (exchanges,)
            Groups ascend by pattern, region and year.
        pattern, region, year : ndarray of int, shape (groups,)

        Notes
        -----
        Processes have few distinct places (`Geography.places`), so exchanges are grouped by pattern and place first. A region
        or year that the pattern gives replaces that of the place; groups that are equal then, of some hundreds, are joined.
        """
        places = self.geography.places
        place = take(places.of_process, self.process)
        first, group = group_rows(self.pattern, place)
        pattern, region, year = self.pattern[first], places.region[place[first]], places.year[place[first]]
        own_region, own_year = self.patterns.region[pattern], self.patterns.year[pattern]
        if (own_region == NOT_GIVEN).all() and not own_year.any():
            return group, pattern, region, year
        region, year = np.where(own_region == NOT_GIVEN, region, own_region), np.where(own_year == 0, year, own_year)
        first, joined = group_rows(pattern, region, year)
        return take(joined, group), pattern[first], region[first], year[first]

    @property
    def patterns_have_geography(self) -> bool:
        """Whether every pattern gives its region and year itself."""
        year, region = self.patterns.year, self.patterns.region
        return np.count_nonzero(year) == len(year) and (not len(region) or region.item(region.argmin()) > NOT_GIVEN)

    @cached_property
    def has_other_basis(self) -> bool:
        """Whether some amounts are per product or per period."""
        return bool((self.patterns.per != Per.DRIVER).any())

    @cached_property
    def period_totals(self) -> IndexArray:
        """Exchanges whose amount is the total of a period."""
        return rows_where(self.patterns.per == Per.PERIOD, self.pattern)

    @cached_property
    def no_rule_entry(self) -> IndexArray:
        """Index of the default entry used by each exchange, all -1 (none). Shape (exchanges,)."""
        return repeated(-1, len(self))

    @cached_property
    def unit_scale(self) -> FloatArray:
        """Non-mass driver of each exchange, all 1. Shape (exchanges,)."""
        return repeated(1.0, len(self))

    @cached_property
    def driven(self) -> tuple[tuple[FlowSpec, tuple[str | int, ...], IndexArray], ...]:
        """Flows with drivers that are no mass, with these drivers and the exchanges that they multiply, if there are any.

        All of these exchanges are found in one pass, then divided by flow.
        """
        drivers = {spec.index: (spec, names) for spec, names in rule_arrays(self.geography.rules).flow_other_drivers}
        selected = np.isin(self.patterns.flow, [*drivers]) & (self.patterns.per == Per.DRIVER)
        rows = rows_where(selected, self.pattern)
        return tuple((*drivers[flow], rows[of_flow]) for flow, of_flow in rows_by_code(self.flows_of(rows)))

    @cached_property
    def summed_years(self) -> tuple[IndexArray, ...]:
        """Exchanges of one entry, item and region whose amounts of several years are summed: not all are totals of a period.

        One array for each such sum, with one exchange of each year. It is kept with the structure, which saves a fifth of the
        time of a product whose rows were seen before.
        """
        years = self.year
        if not len(years) or years.item(years.argmin()) == years.item(years.argmax()):  # all are of one year
            return ()
        has_year = years != 0
        has_year[self.empty] = False
        dated = has_year.nonzero()[0]
        distinct, same = group_rows(self.flow[dated], self.entry[dated], self.item[dated], self.region[dated])
        first, _ = group_rows(same, years[dated])
        if len(first) == len(distinct):  # each sum is of one year
            return ()
        not_per_period = np.bincount(same, weights=self.per[dated] != Per.PERIOD)
        several = (np.bincount(same[first], minlength=len(not_per_period)) > 1) & (not_per_period > 0)
        kept = first[several[same[first]]]  # one exchange of each year
        kept = kept[np.argsort(same[kept], kind="stable")]
        return tuple(part for part in np.split(dated[kept], np.flatnonzero(np.diff(same[kept])) + 1) if len(part))

    @cached_property
    def other_drivers(self) -> tuple[IndexArray, tuple[IndexArray, ...]]:
        """Exchanges not driven by the mass output of their process alone; which of these output, input and loss drive."""
        masses, is_flow = self.patterns.masses, self.patterns.flow >= 0
        others = rows_where(is_flow & (masses != BY_OUTPUT).any(axis=1), self.pattern)
        pattern = take(self.pattern, others)
        return others, tuple(rows_where(is_flow & of_mass, pattern) for of_mass in masses.T)

    def without_amount(self, selected: BoolArray) -> Iterator[tuple[int, IndexArray]]:
        """Yield each selected flow that has exchanges without an amount, with these exchanges.

        Parameters
        ----------
        selected : ndarray of bool, shape (flows + 1,)
            One flag per flow of the rule, and one that is not read.
        """
        pattern = take(self.pattern, self.empty)
        at = rows_where(selected[self.patterns.flow], pattern)
        empty = take(self.empty, at)
        for index, rows in rows_by_code(take(self.patterns.flow, take(pattern, at))):
            yield index, take(empty, rows)

    def take(self, indices: IndexArray) -> Exchanges:
        """Return the exchanges at `indices`, in that order."""
        names = ("pattern", "entry", "row", "process")
        empty = np.flatnonzero(np.isin(indices, self.empty))
        return replace(self, **{name: getattr(self, name)[indices] for name in names}, empty=empty)


def build_exchanges(
    cells: ActivityColumns,
    rows: Rows,
    assignment: RowAssignment,
    index: QuantityIndex,
    stage_active: BoolArray,
    geography: Geography,
) -> tuple[Exchanges, BoolArray]:
    """Build the exchanges from rows of flows, and add those that the rule has a value for.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    assignment : RowAssignment
    index : QuantityIndex
    stage_active : ndarray of bool, shape (processes,)
        Whether the process takes place.
    geography : Geography
        Region and year of processes; also gives the rule and the index of processes.

    Returns
    -------
    exchanges : Exchanges
    is_given : ndarray of bool, shape (flow entries,)
        Whether a flow entry has an exchange.
    """
    rules, processes = geography.rules, geography.processes
    at, is_given = index.flows, index.is_given
    entry, row, pattern = take(assignment.entry, at), assignment.table_rows(at), take(assignment.pattern, at)
    patterns = _exchange_patterns(cells, rows, geography, None if assignment.identity else distinct_codes(pattern))
    stage = np.append(rule_arrays(rules).flow_stage, -1)[patterns.flow]  # patterns of other kinds have no exchanges
    process = take(np.append(processes.offsets, 0)[stage], pattern)
    process += entry
    empty = np.flatnonzero(cells.empty[row]) if cells.has_empty else np.empty(0, dtype=np.intp)
    items = None if cells.pattern_items is cells.texts["item"] else cells.texts["item"].codes
    exchanges = Exchanges(pattern, entry, row, process, patterns, geography, empty, items)
    return _add_rule_exchanges(exchanges, index.entries(RowKind.FLOW), stage_active, is_given), is_given


def _exchange_patterns(cells: ActivityColumns, rows: Rows, geography: Geography, used: IndexArray | None) -> ExchangePatterns:
    """Return the patterns of flows; only those in `used` count, as all rows of a pattern may be overridden."""
    patterns = rows.patterns
    is_flow = patterns.row_kind == RowKind.FLOW
    if used is not None:
        is_flow &= np.isin(np.arange(len(is_flow)), used)
    flow, per = np.where(is_flow, patterns.index, -1), np.where(is_flow, patterns.per, Per.DRIVER)
    masses = np.append(rule_arrays(geography.rules).flow_masses > 0, NO_MASSES, axis=0)[flow] & (per == Per.DRIVER)[:, None]
    masses[per == Per.PERIOD, 0] = True  # a period's amount is per kg of output
    return ExchangePatterns(flow=flow, per=per, masses=masses, **pattern_labels(cells, geography, is_flow))


def pattern_labels(cells: ActivityColumns, geography: Geography, is_flow: BoolArray) -> dict[str, IntArray]:
    """Return item, region and year of the patterns of a table, as `ExchangePatterns` has them.

    Parameters
    ----------
    cells : ActivityColumns
    geography : Geography
    is_flow : ndarray of bool, shape (patterns,)
        Whether exchanges have the pattern.

    Returns
    -------
    dict of str to ndarray of int, shapes (patterns,)
    """
    item = cells.texts["item"].codes.take(geography.patterns.first).astype(np.int64, copy=False)
    region, year = geography.pattern_region.copy(), geography.pattern_year.copy()
    region[region == geography.regions.index("")] = NOT_GIVEN
    region[~is_flow], year[~is_flow] = 0, 1
    return {"item": item, "region": region, "year": year}


def _add_rule_exchanges(
    exchanges: Exchanges, flow_entries: BlockIndex, stage_active: BoolArray, is_given: BoolArray
) -> Exchanges:
    """Add exchanges of active processes that the rule has a value for and no row gives; marks them in `is_given`."""
    arrays, processes = rule_arrays(exchanges.geography.rules), exchanges.geography.processes
    added: list[tuple[int, IndexArray]] = []
    for index in np.flatnonzero(arrays.flow_added_by_rule).tolist():
        block = flow_entries.block(index)
        entry = np.flatnonzero(stage_active[processes.block(int(arrays.flow_stage[index]))] & ~is_given[block])
        if len(entry):
            is_given[block][entry] = True
            added.append((index, entry))
    if not added:
        return exchanges
    patterns = exchanges.patterns
    flow = np.array([index for index, _ in added])
    number = np.repeat(np.arange(len(added)), [len(entry) for _, entry in added])
    entry = np.concatenate([entry for _, entry in added])
    new: dict[str, Any] = {"flow": flow, "per": Per.DRIVER, "item": FROM_RULE, "region": NOT_GIVEN, "year": 0}
    columns = {name: np.append(getattr(patterns, name), np.full(len(added), value)) for name, value in new.items()}
    masses = np.append(patterns.masses, arrays.flow_masses[flow] > 0, axis=0)
    first = len(exchanges)
    return Exchanges(
        pattern=np.append(exchanges.pattern, len(patterns.flow) + number),
        entry=np.append(exchanges.entry, entry),
        row=np.append(exchanges.row, np.full(len(entry), FROM_RULE)),
        process=np.append(exchanges.process, processes.offsets[arrays.flow_stage[flow]][number] + entry),
        patterns=ExchangePatterns(**columns, masses=masses),
        geography=exchanges.geography,
        empty=np.append(exchanges.empty, np.arange(first, first + len(entry))),
        items=exchanges.items,
    )
