"""Numbers behind the footprint of a product: rows of the activity data, numbers of the rule, and factors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.repetition import repeat_product
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.inventory.defaults import QUANTITY_KINDS, RuleNumber
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.inventory.quantities import Quantities, complete_quantities
from textile_pcf.rules import QuantitySpec, RuleSet


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """The number of a row of the activity table, in the canonical unit of its quantity; an output in the unit of its row.

    Attributes
    ----------
    row : int
        Row of the table, as in `Inventory.source_row`.
    """

    row: int


@dataclass(frozen=True, slots=True)
class FactorRow:
    """The value of a row of a factor table, as a multiple of the printed value.

    Attributes
    ----------
    sheet, row : int
        Factor table and its row, as in `Inventory.factors`.
    """

    sheet: int
    row: int


ROW_KINDS = {RowKind.PROPERTY: "property", RowKind.LOSS: "loss", RowKind.FLOW: "flow"}
"""Kinds of quantities that rows give, as those of `RuleNumber`."""
Source = ActivityRow | RuleNumber | FactorRow
"""A number that may be drawn. Everything that rests on it is drawn with it."""


def stated_values(inventory: Inventory, product: int) -> dict[Source, float]:
    """Return every number that the footprint of a product rests on, with the value that is stated.

    Parameters
    ----------
    inventory : Inventory
        Inventory of a run, such as `Footprint.inventory`.
    product : int
        Index of the product.

    Returns
    -------
    dict of Source to float
        Rows of the activity data and numbers of the rule in canonical units, 1 for each factor. Choices and chosen entries
        are no numbers, nor is what a flow or property takes from another property.

    Examples
    --------
    >>> import textile_pcf as tp
    >>> result = tp.footprint("examples/cotton_poplin/activity.csv", rule="cotton_fabric")
    >>> stated_values(result.inventory, 0)[ActivityRow(1)]  # grammage [kg/m2]
    0.2
    """
    activity = inventory.activity
    one = repeat_product(activity, product, 1)
    quantities = complete_quantities(one)
    rows = number_rows(one)
    values: dict[Source, float] = {ActivityRow(row): float(activity.value[row]) for row in rows.tolist()}
    for number in _rule_numbers(one, quantities):
        values[number] = float(default_values(one, number)[number.entry])
    return values | stated_factors(inventory, product)


def stated_factors(inventory: Inventory, product: int) -> dict[Source, float]:
    """Return the factors among the numbers of `stated_values`, each 1."""
    exchanges = inventory.activity.structure.exchanges_by_product.of(product)
    used = np.unique(inventory.matches.request[exchanges])
    factors = inventory.matches.factor_rows[used].tolist()
    return {FactorRow(sheet, row): 1.0 for sheet, row in factors if row >= 0}


def number_rows(activity: Activity) -> IndexArray:
    """Return the rows of the table that give a number of an activity data of one product."""
    outputs, components = activity.outputs.row, activity.components.share_row
    options = activity.structure.properties.options
    properties = activity.property_rows if options is None else activity.property_rows[options < 0]
    rows: IndexArray = np.unique(np.concatenate([activity.exchanges.row, properties, activity.loss_rows, outputs, components]))
    rows = rows[rows >= 0]
    given: IndexArray = rows[~np.isnan(activity.value[rows])]
    return given


def _rule_numbers(activity: Activity, quantities: Quantities) -> Iterator[RuleNumber]:
    """Yield the numbers of the rule that are used, without values that are those of other properties."""
    exchanges = activity.exchanges
    blocks: list[tuple[QuantitySpec, IntArray]] = [
        *((spec, quantities.property_entry[activity.property_entries.block(spec.index)]) for spec in activity.rules.properties),
        *((spec, quantities.loss_entry[activity.loss_entries.block(spec.index)]) for spec in activity.rules.losses),
        *((spec, quantities.entry[exchanges.flow == spec.index]) for spec in activity.rules.flows),
    ]
    for spec, entries in blocks:
        if spec.default is not None and spec.default.reference < 0:
            kind = QUANTITY_KINDS[type(spec)]
            yield from (RuleNumber(kind, spec.index, entry) for entry in np.unique(entries[entries >= 0]).tolist())


def spec_of(activity: Activity, source: Source) -> QuantitySpec | None:
    """Return the property, loss or flow of a number of the rule or of a row; None if there is none."""
    if isinstance(source, FactorRow):
        return None
    if isinstance(source, RuleNumber):
        return spec_of_number(activity.rules, source)
    patterns, pattern = activity.rows.patterns, activity.rows.pattern[source.row]
    kind = ROW_KINDS.get(patterns.row_kind[pattern], "")
    return _spec(activity.rules, kind, int(patterns.index[pattern]))


def spec_of_number(rules: RuleSet, number: RuleNumber) -> QuantitySpec | None:
    """Return the property, loss or flow of a number of the rule; None if there is none."""
    return _spec(rules, number.kind, number.index)


def _spec(rules: RuleSet, kind: str, index: int) -> QuantitySpec | None:
    of_kind: dict[str, Sequence[QuantitySpec]] = {"property": rules.properties, "loss": rules.losses, "flow": rules.flows}
    specs = of_kind.get(kind, ())
    return specs[index] if 0 <= index < len(specs) else None


def default_values(activity: Activity, number: RuleNumber) -> FloatArray:
    """Return the values of the rule for a quantity, one per entry; none if the rule gives it no number of its own."""
    spec = spec_of(activity, number)
    return np.empty(0) if spec is None or spec.default is None or spec.default.reference >= 0 else spec.default.values
