"""Some products of activity data, each once or repeated: the same rows, read once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.components import Components
from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.geography import Geography, RowSubset
from textile_pcf.activity.indexing import BlockIndex, block_index, ranges
from textile_pcf.activity.structure import GivenQuantities, Outputs, Structure, find_process_losses
from textile_pcf.arrays import IndexArray, IntArray
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays


@dataclass(frozen=True, eq=False)
class _Selection:
    """Products that are made of some products of activity data, and where the entries of these stand among theirs.

    Attributes
    ----------
    rules : RuleSet
    products : ndarray of intp, shape (products,)
        Earlier product of each product.
    before : Components
        Components of the earlier products.
    """

    rules: RuleSet
    products: IndexArray
    before: Components

    @cached_property
    def components(self) -> IndexArray:
        """Earlier component of each component."""
        return ranges(self.before.start[self.products], self.before.count[self.products])

    @cached_property
    def after(self) -> Components:
        """Components of the products."""
        before, own, count = self.before, self.components, self.before.count[self.products]
        return Components(
            product=np.repeat(np.arange(len(self.products)), count),
            component=before.component[own],
            share_row=before.share_row[own],
            start=np.cumsum(count) - count,
            count=count,
            component_names=before.component_names,
            share=before.share[own],
        )

    def blocks(self, index: BlockIndex, stages: IndexArray) -> tuple[BlockIndex, IndexArray]:
        """Return the index of the new blocks, one per stage of `stages`, and the earlier entry of each entry."""
        is_component = rule_arrays(self.rules).stage_is_component[stages].tolist()
        of_block = (self.components if component else self.products for component in is_component)
        entries = [offset + own for offset, own in zip(index.offsets.tolist(), of_block, strict=True)]
        return block_index(stages, self.rules, self.after), np.concatenate([np.empty(0, dtype=np.intp), *entries])

    def entries(self, product: IndexArray, stage: IntArray, entry: IndexArray) -> IndexArray:
        """Return the new entry of elements such as exchanges.

        Parameters
        ----------
        product : ndarray of intp, shape (elements,)
            The new product of each.
        stage, entry : ndarray of int, shape (elements,)
            Stage and earlier entry of each.
        """
        is_component = rule_arrays(self.rules).stage_is_component[stage]
        shift = self.after.start - self.before.start[self.products]
        return np.where(is_component, entry + shift[product], product).astype(np.intp, copy=False)


def take_products(activity: Activity, products: IndexArray) -> tuple[Activity, IndexArray]:
    """Return some products of activity data, in this order; a product may occur several times.

    Rows keep their number in the table; nothing is read again.

    Parameters
    ----------
    activity : Activity
        Without problems.
    products : ndarray of intp, shape (products,)
        Index of each product.

    Returns
    -------
    activity : Activity
        Its components, processes, properties, losses and exchanges stand product by product within each block.
    exchange : ndarray of intp, shape (exchanges,)
        Earlier exchange of each exchange.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> activity = tp.read_activity("examples/cotton_poplin/activity.csv", "cotton_fabric")
    >>> three, exchange = take_products(activity, np.array([0, 0, 0]))
    >>> len(three.exchanges) == len(exchange) == 3 * len(activity.exchanges)
    True
    """
    structure, arrays = activity.structure, rule_arrays(activity.rules)
    selection = _Selection(activity.rules, products, activity.components)
    processes, process = selection.blocks(structure.processes, np.arange(len(activity.rules.stages)))
    property_entries, properties = selection.blocks(structure.property_entries, arrays.property_stage)
    loss_entries, losses = selection.blocks(structure.loss_entries, arrays.loss_stage)
    flow_entries, flows = selection.blocks(structure.flow_entries, arrays.flow_stage)
    exchanges, exchange = _exchanges(selection, structure, processes)
    outputs, output = _outputs(selection, structure)
    stage_active, after = structure.stage_active[process], selection.after
    taken = Structure(
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
        structure=taken,
        names=_names(activity, products),
        components=after,
        exchange_value=activity.exchange_value[exchange],
        properties=activity.properties[properties],
        losses=activity.losses[losses],
        output_value=activity.output_value[output],
        taken=products if activity.taken is None else activity.taken[products],
    ), exchange


def repeat_product(activity: Activity, product: int, times: int) -> Activity:
    """Return one product of activity data as that many products, see `take_products`."""
    return take_products(activity, np.full(times, product))[0]


def _names(activity: Activity, products: IndexArray) -> tuple[str, ...]:
    if len(products) and (products == products[0]).all():  # one text, however often
        return (activity.names[int(products[0])],) * len(products)
    return tuple(activity.names[product] for product in products.tolist())


def _given(quantities: GivenQuantities, entries: IndexArray) -> GivenQuantities:
    options = None if quantities.options is None else quantities.options[entries]
    given, stated = (_is_among(entries, which) for which in (quantities.given, quantities.stated))
    return GivenQuantities(quantities.rows[entries], options, given, stated)


def _is_among(values: IndexArray, ascending: IndexArray) -> IndexArray:
    """Return which values are among others; unlike `numpy.isin` without a look at all of these."""
    if not len(ascending):
        return np.empty(0, dtype=np.intp)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.flatnonzero(ascending[place] == values)


def _exchanges(selection: _Selection, structure: Structure, processes: BlockIndex) -> tuple[Exchanges, IndexArray]:
    """Return the exchanges of the products, and the earlier exchange of each."""
    exchanges, geography, arrays = structure.exchanges, structure.exchanges.geography, rule_arrays(selection.rules)
    chosen, product = structure.exchanges_by_product.of_all(selection.products)
    stage = arrays.flow_stage[exchanges.patterns.flow[exchanges.pattern[chosen]]]
    entry = selection.entries(product, stage, exchanges.entry[chosen])
    at, row_product = structure.places_by_product.of_all(selection.products)
    row_pattern = geography.rows.pattern[at]
    row_entry = selection.entries(row_product, geography.patterns.stage[row_pattern], geography.rows.entry[at])
    taken = Exchanges(
        pattern=exchanges.pattern[chosen],
        entry=entry,
        row=exchanges.row[chosen],
        process=processes.entry(stage, entry),
        patterns=exchanges.patterns,
        geography=Geography(
            rules=selection.rules,
            components=selection.after,
            patterns=geography.patterns,
            rows=RowSubset(row_pattern, row_entry, geography.rows.row[at]),
            processes=processes,
            regions=geography.regions,
            pattern_region=geography.pattern_region,
            pattern_year=geography.pattern_year,
        ),
        empty=_is_among(chosen, exchanges.empty),
        items=exchanges.items,
    )
    return taken, chosen


def _outputs(selection: _Selection, structure: Structure) -> tuple[Outputs, IndexArray]:
    """Return the outputs of periods of the products, and the earlier output of each."""
    outputs = structure.outputs
    chosen, product = structure.outputs_by_product.of_all(selection.products)
    entry = selection.entries(product, outputs.stage[chosen], outputs.entry[chosen])
    return Outputs(outputs.stage[chosen], entry, outputs.unit[chosen], outputs.row[chosen], outputs.year[chosen]), chosen
