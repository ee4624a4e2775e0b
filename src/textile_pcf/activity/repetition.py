"""One product of activity data, repeated as that many products: the same rows with other amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.components import Components
from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.geography import Geography, RowSubset
from textile_pcf.activity.indexing import BlockIndex, block_index
from textile_pcf.activity.structure import GivenQuantities, Outputs, Structure, find_process_losses
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class _Repetition:
    """Entries of one product among those of all products, and where they stand when it is repeated.

    Attributes
    ----------
    rules : RuleSet
    product, times : int
        The product, and how many products are made of it.
    before, after : Components
        Components of all products, and of the repeated product.
    """

    rules: RuleSet
    product: int
    times: int
    before: Components
    after: Components

    def blocks(self, index: BlockIndex, stages: IndexArray) -> tuple[BlockIndex, IndexArray]:
        """Return the index of the repeated blocks, one per stage of `stages`, and the earlier entry of each entry."""
        is_component = rule_arrays(self.rules).stage_is_component[stages]
        first = index.offsets + np.where(is_component, self.before.start[self.product], self.product)
        size = np.where(is_component, self.before.count[self.product], 1)
        block = np.repeat(np.arange(len(size)), size * self.times)
        within = np.arange(len(block)) - (np.cumsum(size * self.times) - size * self.times)[block]
        return block_index(stages, self.rules, self.after), first[block] + within % size[block]

    def entries(self, chosen: IndexArray, stage: IntArray, entry: IndexArray) -> tuple[IndexArray, IndexArray]:
        """Return the elements of the product, repeated, and their new entries.

        Parameters
        ----------
        chosen : ndarray of intp, shape (elements of the product,)
        stage, entry : ndarray of int, shape (elements of the product,)
        """
        count, start = int(self.before.count[self.product]), int(self.before.start[self.product])
        number = np.arange(self.times)[:, None]
        is_component = rule_arrays(self.rules).stage_is_component[stage]
        entries = np.where(is_component, number * count + entry - start, number)
        return np.tile(chosen, self.times), entries.reshape(-1).astype(np.intp)


def repeat_product(activity: Activity, product: int, times: int) -> Activity:
    """Return one product of activity data as that many products.

    Rows keep their number in the table; nothing is read again.

    Parameters
    ----------
    activity : Activity
        Without problems.
    product : int
        Index of the product.
    times : int
        How many products are made of it.

    Returns
    -------
    Activity
        Its components, processes, properties, losses and exchanges stand product by product within each block.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", "cotton_fabric")
    >>> len(repeat_product(activity, 0, 3).exchanges) == 3 * len(activity.exchanges)
    True
    """
    before, structure, arrays = activity.components, activity.structure, rule_arrays(activity.rules)
    after = _components(before, product, times)
    repetition = _Repetition(activity.rules, product, times, before, after)
    processes, process = repetition.blocks(structure.processes, np.arange(len(activity.rules.stages)))
    property_entries, properties = repetition.blocks(structure.property_entries, arrays.property_stage)
    loss_entries, losses = repetition.blocks(structure.loss_entries, arrays.loss_stage)
    flow_entries, flows = repetition.blocks(structure.flow_entries, arrays.flow_stage)
    exchanges, exchange = _exchanges(repetition, structure, processes)
    outputs, output = _outputs(repetition, structure)
    stage_active = structure.stage_active[process]
    repeated = Structure(
        rows=structure.rows,
        components=replace(after, share=np.ones(after.size)),
        processes=processes,
        flow_entries=flow_entries,
        property_entries=property_entries,
        loss_entries=loss_entries,
        stage_active=stage_active,
        is_given=structure.is_given[flows],
        properties=_given(structure.properties, properties),
        losses=_given(structure.losses, losses),
        exchanges=exchanges,
        outputs=outputs,
        regions=structure.regions,
        process_losses=find_process_losses(activity.rules, processes, loss_entries, stage_active),
    )
    return replace(
        activity,
        structure=repeated,
        names=(activity.names[product],) * times,
        components=after,
        exchange_value=activity.exchange_value[exchange],
        properties=activity.properties[properties],
        losses=activity.losses[losses],
        output_value=activity.output_value[output],
        repeated=(product if activity.repeated is None else activity.repeated[0], times),
    )


def _components(before: Components, product: int, times: int) -> Components:
    """Return the components of one product, repeated."""
    own = np.arange(before.start[product], before.start[product] + before.count[product])
    return Components(
        product=np.repeat(np.arange(times), len(own)),
        component=np.tile(before.component[own], times),
        share_row=np.tile(before.share_row[own], times),
        start=np.arange(times) * len(own),
        count=np.full(times, len(own)),
        component_names=before.component_names,
        share=np.tile(before.share[own], times),
    )


def _given(quantities: GivenQuantities, entries: IndexArray) -> GivenQuantities:
    options = None if quantities.options is None else quantities.options[entries]
    given, stated = (_found(entries, which) for which in (quantities.given, quantities.stated))
    return GivenQuantities(quantities.rows[entries], options, given, stated)


def _found(values: IndexArray, ascending: IndexArray) -> IndexArray:
    """Return which values are among others; unlike `numpy.isin` without a look at all of these."""
    if not len(ascending):
        return np.empty(0, dtype=np.intp)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.flatnonzero(ascending[place] == values)


def _exchanges(repetition: _Repetition, structure: Structure, processes: BlockIndex) -> tuple[Exchanges, IndexArray]:
    """Return the repeated exchanges, and the earlier exchange of each."""
    exchanges, product, arrays = structure.exchanges, repetition.product, rule_arrays(repetition.rules)
    own = structure.exchanges_by_product.of(product)
    stage = arrays.flow_stage[exchanges.patterns.flow[exchanges.pattern[own]]]
    chosen, entry = repetition.entries(own, stage, exchanges.entry[own])
    geography, rows = exchanges.geography, exchanges.geography.rows
    placed = structure.places_by_product.of(product)
    at, row_entry = repetition.entries(placed, geography.patterns.stage[rows.pattern[placed]], rows.entry[placed])
    repeated = Exchanges(
        pattern=exchanges.pattern[chosen],
        entry=entry,
        row=exchanges.row[chosen],
        process=processes.entry(np.tile(stage, repetition.times), entry),
        patterns=exchanges.patterns,
        geography=Geography(
            rules=repetition.rules,
            components=repetition.after,
            patterns=geography.patterns,
            rows=RowSubset(rows.pattern[at], row_entry, rows.row[at]),
            processes=processes,
            regions=geography.regions,
            pattern_region=geography.pattern_region,
            pattern_year=geography.pattern_year,
        ),
        empty=_found(chosen, exchanges.empty),
        items=exchanges.items,
    )
    return repeated, chosen


def _outputs(repetition: _Repetition, structure: Structure) -> tuple[Outputs, IndexArray]:
    """Return the repeated outputs of periods, and the earlier output of each."""
    outputs, own = structure.outputs, structure.outputs_by_product.of(repetition.product)
    chosen, entry = repetition.entries(own, outputs.stage[own], outputs.entry[own])
    return Outputs(outputs.stage[chosen], entry, outputs.unit[chosen], outputs.row[chosen], outputs.year[chosen]), chosen


def with_amounts(activity: Activity, amounts: Mapping[int, FloatArray]) -> Activity:
    """Return activity data with other amounts of some rows, one per product.

    Parameters
    ----------
    activity : Activity
        One product, repeated.
    amounts : mapping of int to ndarray, shape (products,)
        Amounts by row of the table. Shares keep the sum that the activity data give: the others give way in proportion.
        [canonical unit]

    Returns
    -------
    Activity
    """
    if not amounts:
        return activity
    rows, drawn = np.array(sorted(amounts)), np.stack([amounts[row] for row in sorted(amounts)], axis=1)
    components, structure, arrays = activity.components, activity.structure, rule_arrays(activity.rules)

    def replaced(values: FloatArray, row: IndexArray, product: IndexArray) -> FloatArray:
        column = np.minimum(np.searchsorted(rows, row), len(rows) - 1)
        return np.where(rows[column] == row, drawn[product, column], values)

    def of_entries(stages: IndexArray) -> IndexArray:
        products = np.arange(len(activity.names))
        of_block = [components.product if arrays.stage_is_component[stage] else products for stage in stages.tolist()]
        return np.concatenate([np.empty(0, dtype=np.intp), *of_block])

    stage, entry = structure.outputs.stage, structure.outputs.entry
    count = components.size // len(activity.names)
    output_product = np.where(arrays.stage_is_component[stage], entry // count, entry)
    return replace(
        activity,
        components=_with_shares(components, replaced(components.share, components.share_row, components.product)),
        exchange_value=replaced(activity.exchange_value, activity.exchanges.row, activity.exchange_products),
        properties=replaced(activity.properties, activity.property_rows, of_entries(arrays.property_stage)),
        losses=replaced(activity.losses, activity.loss_rows, of_entries(arrays.loss_stage)),
        output_value=replaced(activity.output_value, structure.outputs.row, output_product),
    )


def _with_shares(components: Components, share: FloatArray) -> Components:
    """Return repeated components with other shares, which add up to what the earlier ones add up to."""
    stated, drawn = (values.reshape(len(components.start), -1).sum(axis=1) for values in (components.share, share))
    return replace(components, share=share * (stated / drawn)[components.product])
