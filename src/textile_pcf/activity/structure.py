"""Structure of activity data: everything that follows from the rows but not from their amounts.

Tables with the same rows have the same structure, so it can be cached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from textile_pcf._frozen import Keeper, cached_property, quick_init
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.completion import (
    Fill,
    constant_amounts,
    fill_flows,
    fill_losses,
    fill_properties,
    rule_constants,
)
from textile_pcf.activity.components import Components, RowAssignment, assign_rows, build_components
from textile_pcf.activity.duplicates import find_duplicates
from textile_pcf.activity.exchanges import Exchanges, build_exchanges
from textile_pcf.activity.geography import Geography, RowSubset, rows_of_kind
from textile_pcf.activity.indexing import BlockIndex, ElementsByProduct, block_index
from textile_pcf.activity.quantity_index import QuantityIndex, quantity_index
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, Rows, rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray, read_only, repeated
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@quick_init
@dataclass(frozen=True, eq=False)
class GivenQuantities:
    """Properties or losses that rows give.

    Attributes
    ----------
    rows : ndarray of int, shape (entries,)
        Row of the table that gives each entry, -1 where none does.
    options : ndarray of int, shape (entries,), or None
        Index of the chosen option, -1 where none is chosen; None where no row chooses one.
    given : ndarray of intp
        Entries with a value, ascending; mostly few. The others have no row, or one without an amount.
    stated : ndarray of intp
        Entries whose row gives an amount and chooses no option, ascending.
    """

    rows: IndexArray
    options: IntArray | None
    given: IndexArray
    stated: IndexArray

    @cached_property
    def empty(self) -> IndexArray:
        """Entries without a value, ascending."""
        is_empty = np.ones(len(self.rows), dtype=bool)
        is_empty[self.given] = False
        return is_empty.nonzero()[0]

    @cached_property
    def no_rule_entry(self) -> IntArray:
        """Index of the default entry used by each quantity, all -1 (none). Shape (entries,)."""
        return repeated(-1, len(self.rows))

    def values(self, value: FloatArray) -> FloatArray:
        """Return the value of each entry.

        Parameters
        ----------
        value : ndarray of float, shape (rows,)
            Amounts of the table in canonical units.

        Returns
        -------
        ndarray of float, shape (entries,)
            NaN where no row gives a value; the index of the option where one is chosen.
        """
        if self.options is None and len(self.given) == len(self.rows):
            return value.take(self.rows, mode="clip")
        values = np.full(len(self.rows), np.nan)
        values[self.stated] = value.take(self._stated_rows)
        if self.options is not None:
            values[self._chosen] = self.options.take(self._chosen)
        return values

    @cached_property
    def _stated_rows(self) -> IndexArray:
        """Row of the table of each entry in `stated`."""
        return self.rows.take(self.stated)

    @cached_property
    def _chosen(self) -> IndexArray:
        """Entries for which a row chooses an option."""
        return self.given[self.options.take(self.given) >= 0] if self.options is not None else self.given[:0]


@dataclass(frozen=True, eq=False)
class Outputs:
    """Outputs of processes in a period.

    Attributes
    ----------
    stage : ndarray of int, shape (outputs,)
        Stage.
    entry : ndarray of intp, shape (outputs,)
        Component in component stages, product in common ones.
    unit : ndarray of int, shape (outputs,)
        Index of the unit in `Rows.units`.
    row : ndarray of intp, shape (outputs,)
        Row of the table.
    year : ndarray of int, shape (outputs,)
        Year of the period, 0 for none.
    """

    stage: IntArray
    entry: IndexArray
    unit: IntArray
    row: IndexArray
    year: IntArray


@quick_init
@dataclass(frozen=True, eq=False)
class Structure(Keeper):
    """Rows interpreted under a rule and assigned to processes.

    It keeps what does not depend on amounts, nor on labels of rows that leave nothing out (`activity.relabelling`).

    Attributes
    ----------
    rows : Rows
    components : Components
        Components with all shares 1.
    processes, flow_entries, property_entries, loss_entries : BlockIndex
        One block per stage, flow, property and loss of the rule.
    stage_active : ndarray of bool, shape (processes,)
        Whether the process takes place.
    is_given : ndarray of bool, shape (flow entries,)
        Whether the flow has an exchange.
    properties, losses : GivenQuantities
    exchanges : Exchanges
    outputs : Outputs
    regions : tuple of str
        Names of the region codes.
    process_losses : tuple of ndarray of intp, shape (processes,)
        Entry of the first loss of each process, of the second one, and so on; -1 where there is none or the process does not
        take place.
    signature : tuple or None
        What tables of this structure have in common; None if it is not cached. See `structure_cache`.
    """

    rows: Rows
    components: Components
    processes: BlockIndex
    flow_entries: BlockIndex
    property_entries: BlockIndex
    loss_entries: BlockIndex
    stage_active: BoolArray
    is_given: BoolArray
    properties: GivenQuantities
    losses: GivenQuantities
    exchanges: Exchanges
    outputs: Outputs
    regions: tuple[str, ...]
    process_losses: tuple[IndexArray, ...]
    signature: tuple[object, ...] | None = None

    @property
    def rules(self) -> RuleSet:
        """The rule under which the rows are interpreted."""
        return self.exchanges.geography.rules

    @cached_property
    def completion(self) -> tuple[Fill, ...]:
        """What the rule completes, in this order: properties, losses, amounts of flows; empty where rows give all of it.

        It depends on the rows and on which amounts are empty, so it is kept with the structure.
        """
        return self._fills(constant=True)

    @cached_property
    def computed(self) -> tuple[Fill, ...]:
        """What the rule completes by a number that depends on other quantities, in the same order."""
        return self._fills(constant=False)

    def _fills(self, constant: bool) -> tuple[Fill, ...]:
        rules = self.rules
        return (
            *fill_properties(rules, self.property_entries, self.properties.given, constant),
            *fill_losses(rules, self.loss_entries, self.losses.given, constant),
            *fill_flows(rules, self.exchanges, constant),
        )

    @cached_property
    def constant_amounts(self) -> tuple[IndexArray, FloatArray]:
        """Exchanges, ascending, whose amount the rule completes by one number, and these numbers."""
        return constant_amounts(rule_constants(self.rules).flows, self.exchanges)

    @cached_property
    def exchanges_by_product(self) -> ElementsByProduct:
        """Exchanges of each product."""
        stage = rule_arrays(self.rules).flow_stage[self.exchanges.flow]
        return self._by_product(stage, self.exchanges.entry)

    @cached_property
    def places_by_product(self) -> ElementsByProduct:
        """Rows of `exchanges.geography` of each product."""
        geography = self.exchanges.geography
        return self._by_product(geography.patterns.stage[geography.rows.pattern], geography.rows.entry)

    @cached_property
    def outputs_by_product(self) -> ElementsByProduct:
        """Outputs of periods of each product."""
        return self._by_product(self.outputs.stage, self.outputs.entry)

    def _by_product(self, stage: IntArray, entry: IndexArray) -> ElementsByProduct:
        is_component = rule_arrays(self.rules).stage_is_component[stage]
        return ElementsByProduct.grouped(self.components.products_of(is_component, entry), len(self.components.start))

    @cached_property
    def given_by_flow(self) -> list[BoolArray]:
        """For each flow of the rule, whether each entry has an exchange."""
        return [self.is_given[block] for block in self.flow_entries.blocks]

    @cached_property
    def gives_flows_once(self) -> bool:
        """Whether no flow has several exchanges in one product or component, so that nothing need be summed or compared."""
        return int(np.count_nonzero(self.is_given)) == len(self.exchanges)

    @cached_property
    def loss_active(self) -> BoolArray:
        """Whether the stage of each loss takes place. Shape (loss entries,)."""
        losses = self.rules.losses
        active = [self.stage_active[self.processes.blocks[spec.stage]] for spec in losses]
        return np.concatenate(active) if active else np.empty(0, dtype=bool)

    @cached_property
    def ones(self) -> FloatArray:
        """Array of 1. Shape (products,)."""
        return read_only(np.ones(len(self.components.start)))

    @cached_property
    def not_given(self) -> FloatArray:
        """Array of NaN: values of a property that no row gives. Shape (products,)."""
        return read_only(np.full(len(self.components.start), np.nan))


def build_structure(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> tuple[Structure, list[Problem]]:
    """Assign rows to processes, decide which processes take place, and add the exchanges of the rule.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    rules : RuleSet

    Returns
    -------
    structure : Structure
    problems : list of Problem
    """
    components, problems = build_components(cells, rows, rules)
    assignment, assignment_problems = assign_rows(cells, rows, components, rules)
    problems += assignment_problems
    patterns = rows.patterns
    processes = block_index(np.arange(len(rules.stages)), rules, components)
    index = quantity_index(patterns, assignment, components, rules)
    stage_active = _stage_active(rule_arrays(rules).stage_optional, processes, patterns, assignment)
    stage_rows = rows_of_kind(RowKind.STAGE, patterns, assignment)
    output_rows = rows_of_kind(RowKind.OUTPUT, patterns, assignment)
    geography = Geography.of(cells, rules, components, patterns, stage_rows, processes)
    exchanges, is_given = build_exchanges(cells, rows, assignment, index, stage_active, geography)
    if not (assignment.identity and index.unique):
        problems += find_duplicates(cells, rows, assignment.once and index.unique)
    structure = Structure(
        rows=rows,
        components=components,
        processes=processes,
        flow_entries=index.entries(RowKind.FLOW),
        property_entries=index.entries(RowKind.PROPERTY),
        loss_entries=index.entries(RowKind.LOSS),
        stage_active=stage_active,
        is_given=is_given,
        properties=_given_quantities(RowKind.PROPERTY, cells, patterns, assignment, index),
        losses=_given_quantities(RowKind.LOSS, cells, patterns, assignment, index),
        exchanges=exchanges,
        outputs=_outputs(cells, patterns, output_rows, geography),
        regions=geography.regions,
        process_losses=find_process_losses(rules, processes, index.entries(RowKind.LOSS), stage_active),
    )
    return structure, problems


def _stage_active(optional: BoolArray, processes: BlockIndex, patterns: RowPatterns, assignment: RowAssignment) -> BoolArray:
    """Return whether each process takes place: its stage is not optional, or a row names it. Shape (processes,)."""
    active = np.repeat(~optional[:-1], processes.lengths)
    is_optional = optional[patterns.stage]
    named, first = rows_where(is_optional, assignment.pattern), np.where(is_optional, processes.offsets[patterns.stage], 0)
    active[take(first, take(assignment.pattern, named)) + take(assignment.entry, named)] = True
    return active


def _given_quantities(
    row_kind: RowKind, cells: ActivityColumns, patterns: RowPatterns, assignment: RowAssignment, index: QuantityIndex
) -> GivenQuantities:
    """Return the row and the option of each property or loss. Rows give few of them: the others are not looked at."""
    assigned_row, options = index.rows(row_kind), None
    named = (assigned_row >= 0).nonzero()[0]
    assigned = take(assigned_row, named).astype(np.intp)
    row = assignment.table_rows(assigned)
    has_amount = ~cells.empty[row] if cells.has_empty else np.ones(len(row), dtype=bool)
    has_value = has_amount
    if (patterns.option[patterns.row_kind == row_kind] >= 0).any():
        option = take(patterns.option, take(assignment.pattern, assigned))
        options = np.full(len(assigned_row), -1, dtype=np.int16)
        options[named] = option
        has_value, has_amount = has_amount | (option >= 0), has_amount & (option < 0)
    rows = assigned_row.copy()
    rows[named] = row
    return GivenQuantities(rows, options, named[has_value], named[has_amount])


def find_process_losses(
    rules: RuleSet, processes: BlockIndex, losses: BlockIndex, stage_active: BoolArray
) -> tuple[IndexArray, ...]:
    """Return the entries of the losses that multiply the mass through each process, in the order of the rule.

    Parameters
    ----------
    rules : RuleSet
    processes, losses : BlockIndex
        One block per stage and per loss.
    stage_active : ndarray of bool, shape (processes,)

    Returns
    -------
    tuple of ndarray of intp, shape (processes,)
        See `Structure.process_losses`.
    """
    losses_of_stage = [() if spec.outside else spec.losses for spec in rules.stages]
    process_losses = []
    for number in range(max(map(len, losses_of_stage), default=0)):
        entries = np.full(processes.total, -1, dtype=np.intp)
        for block, indices in zip(processes.blocks, losses_of_stage, strict=True):
            if number < len(indices):
                start = int(losses.offsets[indices[number]])
                entries[block] = np.arange(start, start + block.stop - block.start)
        process_losses.append(np.where(stage_active, entries, -1))
    return tuple(process_losses)


def _outputs(cells: ActivityColumns, patterns: RowPatterns, rows: RowSubset, geography: Geography) -> Outputs:
    """Return the outputs of a period with the year of the row, else of the process."""
    stage = patterns.stage[rows.pattern]
    year = cells.years[cells.texts["year"].codes[rows.row]]
    if len(year):
        year = np.where(year > 0, year, geography.year[geography.processes.entry(stage, rows.entry)])
    return Outputs(stage, rows.entry, patterns.unit[rows.pattern], rows.row, year)
