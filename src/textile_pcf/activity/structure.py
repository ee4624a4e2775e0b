"""What a table says beside its amounts: which rows speak of what, what takes place, and what the rule fills in.

Tables of the same rows have the same structure, whatever their amounts: it is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.components import Components, RowAssignment, assign_rows, build_components
from textile_pcf.activity.duplicates import find_duplicates
from textile_pcf.activity.exchanges import Exchanges, build_exchanges
from textile_pcf.activity.geography import Geography, RowSubset, rows_of_kind
from textile_pcf.activity.indexing import BlockIndex, block_index
from textile_pcf.activity.quantity_index import QuantityIndex, quantity_index
from textile_pcf.activity.row_patterns import RowKind, RowPatterns, Rows, rows_where
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray, read_only
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class GivenQuantities:
    """Quantities that rows give: the row of every seat, -1 where none gives it, and the word that it chooses.

    `words` are -1 where none is chosen; None where there is no choice.
    """

    rows: IndexArray
    options: IntArray | None

    @cached_property
    def no_rule_entry(self) -> IndexArray:
        """That no seat takes an entry of a value of the rule: -1."""
        return np.full(len(self.rows), -1, dtype=np.intp)

    @cached_property
    def all_given(self) -> IndexArray:
        """That every seat is given: 0."""
        return np.zeros(len(self.rows), dtype=np.intp)

    @cached_property
    def _not_given(self) -> IndexArray:
        return np.flatnonzero(self.rows < 0)

    @property
    def is_complete(self) -> bool:
        """Whether a row gives every seat its amount, or could."""
        return self.options is None and not len(self._not_given)

    def values(self, value: FloatArray) -> FloatArray:
        """Values on all seats, NaN where none is given; a chosen word as its place in the list of words."""
        values = take(value, self.rows)
        values[self._not_given] = np.nan
        return values if self.options is None else np.where(self.options >= 0, self.options, values)


@dataclass(frozen=True, eq=False)
class Outputs:
    """What stages gave in a period; the amounts stand in `row`."""

    stage: IntArray
    entry: IndexArray
    unit: IntArray
    row: IndexArray
    year: IntArray


@dataclass(frozen=True, eq=False)
class Structure:
    """Rows understood and laid onto their seats. `stage_active` has a flag per stage seat, `present` one per flow seat."""

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
    """Seat of the loss of each stage seat, of a second loss, and so on; -1 where there is none, or the stage does not count."""

    @cached_property
    def is_complete(self) -> bool:
        """Whether the rows tell every quantity, if each tells its amount, and none is of a period."""
        untold = len(self.exchanges.empty) + len(self.exchanges.period_totals) + len(self.outputs.row)
        return not untold and self.properties.is_complete and self.losses.is_complete

    @cached_property
    def ones(self) -> FloatArray:
        """1 of every product."""
        return read_only(np.ones(len(self.components.start)))

    @cached_property
    def not_given(self) -> FloatArray:
        """A property of every product that none tells."""
        return read_only(np.full(len(self.components.start), np.nan))


def build_structure(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> tuple[Structure, list[Problem]]:
    """Bring rows onto seats, decide what takes place, and add the rows that the rule fills in."""
    lanes, problems = build_components(cells, rows, rules)
    laid, unlaid = assign_rows(cells, rows, lanes, rules)
    problems += unlaid
    forms = rows.patterns
    form = rows.pattern if laid.identity else rows.pattern[laid.row]
    processes = block_index(np.arange(len(rules.stages)), rules, lanes)
    slots = quantity_index(forms, form, laid, lanes, rules)
    stage_active = _stage_active(rule_arrays(rules).stage_optional, processes, forms, form, laid)
    homes = Geography.of(cells, rules, lanes, forms, rows_of_kind(RowKind.STAGE, forms, form, laid), processes)
    flows, present = build_exchanges(cells, rows, laid, form, slots, rules, processes, stage_active, homes)
    if not (laid.identity and slots.unique):
        problems += find_duplicates(cells, rows)
    structure = Structure(
        rows=rows,
        components=lanes,
        processes=processes,
        flow_entries=slots.entries(RowKind.FLOW),
        property_entries=slots.entries(RowKind.PROPERTY),
        loss_entries=slots.entries(RowKind.LOSS),
        stage_active=stage_active,
        is_given=present,
        properties=_given_quantities(RowKind.PROPERTY, forms, form, laid, slots),
        losses=_given_quantities(RowKind.LOSS, forms, form, laid, slots),
        exchanges=flows,
        outputs=_outputs(cells, forms, rows_of_kind(RowKind.OUTPUT, forms, form, laid), homes),
        regions=homes.regions,
        process_losses=_process_losses(rules, processes, slots.entries(RowKind.LOSS), stage_active),
    )
    return structure, problems


def _stage_active(
    optional: BoolArray, seats: BlockIndex, forms: RowPatterns, form: IndexArray, laid: RowAssignment
) -> BoolArray:
    """A stage takes place unless it is optional and no row names it."""
    takes = np.repeat(~optional[:-1], seats.lengths)
    named = rows_where(optional[forms.stage], form)
    takes[seats.entry(forms.stage[form[named]], laid.entry[named])] = True
    return takes


def _given_quantities(
    kind: RowKind, forms: RowPatterns, form: IndexArray, laid: RowAssignment, slots: QuantityIndex
) -> GivenQuantities:
    """Rows of properties or of losses on their seats."""
    at = slots.rows(kind).astype(np.intp)
    words = None
    if (forms.option[forms.row_kind == kind] >= 0).any():
        words = np.append(forms.option, -1)[np.append(form, len(forms.option))[at]]
    return GivenQuantities(at if laid.identity else np.append(laid.row, -1)[at], words)


def _process_losses(rules: RuleSet, stages: BlockIndex, losses: BlockIndex, stage_active: BoolArray) -> tuple[IndexArray, ...]:
    """Which losses multiply the mass through each stage seat, in their order."""
    counted = [() if spec.outside else spec.losses for spec in rules.stages]
    lost = []
    for number in range(max(map(len, counted), default=0)):
        seats = np.full(stages.total, -1, dtype=np.intp)
        for block, indices in zip(stages.blocks, counted, strict=True):
            if number < len(indices):
                start = int(losses.offsets[indices[number]])
                seats[block] = np.arange(start, start + block.stop - block.start)
        lost.append(np.where(stage_active, seats, -1))
    return tuple(lost)


def _outputs(cells: ActivityColumns, forms: RowPatterns, told: RowSubset, homes: Geography) -> Outputs:
    """Rows of what stages gave in a period."""
    stage = forms.stage[told.pattern]
    own = cells.years[cells.texts["year"].codes[told.row]]
    year = np.where(own > 0, own, homes.year[homes.processes.entry(stage, told.entry)]) if len(own) else own
    return Outputs(stage, told.entry, forms.unit[told.pattern], told.row, year)
