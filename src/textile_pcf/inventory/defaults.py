"""Values of the rule for quantities that no row gives, and numbers that are drawn in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.activity import Activity
from textile_pcf.activity.indexing import between_components
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.rules import Default, FlowSpec, LossSpec, PropertySpec, QuantitySpec

QUANTITY_KINDS: dict[type[QuantitySpec], str] = {PropertySpec: "property", LossSpec: "loss", FlowSpec: "flow"}


@dataclass(frozen=True, slots=True)
class RuleNumber:
    """A number of the rule.

    Attributes
    ----------
    kind : str
        `property`, `loss` or `flow`.
    index : int
        Index of the property, loss or flow in the rule.
    entry : int
        Entry of a chosen value, such as one per kind of loom; 0 where the rule has one number.
    """

    kind: str
    index: int
    entry: int = 0


@dataclass(frozen=True, eq=False)
class RuleDraws:
    """Numbers of the rule that are drawn, and the entries that the stated numbers choose.

    Attributes
    ----------
    numbers : mapping of RuleNumber to ndarray, shape (products,)
        Value in each product. [canonical unit]
    entries : mapping of (str, int) to ndarray of intp, shape (entries,)
        Entry of each chosen value, by kind and index: a draw does not choose another one.
    """

    numbers: Mapping[RuleNumber, FloatArray]
    entries: Mapping[tuple[str, int], IndexArray]

    def has(self, spec: QuantitySpec) -> bool:
        """Return whether a number of a quantity is drawn."""
        kind = QUANTITY_KINDS[type(spec)]
        return any((number.kind, number.index) == (kind, spec.index) for number in self.numbers)

    def replace(self, values: FloatArray, kind: str, index: int, entry: IndexArray, product: IndexArray) -> FloatArray:
        """Return the values of the rule with those that are drawn.

        Parameters
        ----------
        values, entry, product : ndarray, shape (entries,)
            Stated values on the entries of a stage, the entry of the rule's value that each is, and the product of each.
        kind, index : str, int
            See `RuleNumber`.
        """
        for number, drawn in self.numbers.items():
            if (number.kind, number.index) == (kind, index):
                values = np.where(entry == number.entry, drawn[product], values)
        return values


def entry_count(activity: Activity, stage: int) -> int:
    """Return the number of entries of a stage: components in component stages, products elsewhere."""
    return activity.components.size if activity.rules.is_component_stage(stage) else len(activity.names)


def products_of_stage(activity: Activity, stage: int) -> IndexArray:
    """Return the product of each entry of a stage."""
    return activity.components.product if activity.rules.is_component_stage(stage) else np.arange(len(activity.names))


def property_on(activity: Activity, properties: FloatArray, index: int, stage: int) -> FloatArray:
    """Return the values of a property on the entries of a stage."""
    rules = activity.rules
    values = properties[activity.property_entries.block(index)]
    owner = rules.properties[index].stage
    return between_components(values, rules.is_component_stage(owner), rules.is_component_stage(stage), activity.components)


def chosen_entry(activity: Activity, properties: FloatArray, default: Default, stage: int) -> IndexArray:
    """Return the entry of a chosen value on each entry of a stage; -1 where none applies."""
    return default.entry(property_on(activity, properties, default.by, stage))


def evaluate_default(
    activity: Activity, properties: FloatArray, spec: QuantitySpec, draws: RuleDraws | None
) -> tuple[FloatArray, IndexArray]:
    """Return the rule's value on each entry of the stage of a quantity, and the entry of the value it is (-1: none).

    Parameters
    ----------
    activity : Activity
    properties : ndarray, shape (property entries,)
        Properties known so far. [canonical unit]
    spec : PropertySpec, LossSpec or FlowSpec
        A quantity with a value of the rule.
    draws : RuleDraws, optional
        Numbers of the rule that are drawn.

    Returns
    -------
    values : ndarray, shape (entries,)
        NaN where the value cannot be evaluated. [canonical unit]
    entry : ndarray of intp, shape (entries,)
    """
    default, stage = spec.default, spec.stage
    assert default is not None
    if default.reference >= 0:
        values = property_on(activity, properties, default.reference, stage) * default.values[0]
        return values, np.where(np.isnan(values), -1, 0)
    kind = QUANTITY_KINDS[type(spec)]
    if default.by < 0:
        size = entry_count(activity, stage)
        values, entry = np.full(size, default.values[0]), np.zeros(size, dtype=np.intp)
    else:
        entry = draws.entries[kind, spec.index] if draws else chosen_entry(activity, properties, default, stage)
        values = default.values_or_nan[entry]
    if draws:
        values = draws.replace(values, kind, spec.index, entry, products_of_stage(activity, stage))
    return values, entry
