"""Plan of completion: the quantities that the rule completes because activity data give no value for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.rules import FlowSpec, LossSpec, PropertySpec, RuleSet


@dataclass(frozen=True, eq=False)
class Fill:
    """One quantity that the rule completes: by a value, a choice, another property, or a method.

    Attributes
    ----------
    spec : PropertySpec, LossSpec or FlowSpec
    entries : ndarray of intp, shape (n,)
        Where it is completed, in the flat array of its kind: property entries, loss entries or exchanges.
    positions : ndarray of intp, shape (n,)
        Component or product of each, on the stage of the quantity.
    """

    spec: PropertySpec | LossSpec | FlowSpec
    entries: IndexArray
    positions: IndexArray

    @property
    def is_constant(self) -> bool:
        """Whether the rule gives one number, whatever the other quantities are."""
        default = self.spec.default
        return default is not None and default.by < 0 and default.reference < 0


def constant_values(plan: Iterable[Fill]) -> dict[type, tuple[IndexArray, FloatArray]]:
    """Return the entries that are completed by one number each, and these numbers, by the class of specification.

    A rule has some forty of them, which are written at once.

    Parameters
    ----------
    plan : iterable of Fill

    Returns
    -------
    dict of type to (ndarray of intp, ndarray of float)
        [canonical unit]
    """
    found: dict[type, list[tuple[IndexArray, FloatArray]]] = {}
    for fill in plan:
        if fill.is_constant and fill.spec.default is not None:
            numbers = np.full(len(fill.entries), fill.spec.default.values[0])
            found.setdefault(type(fill.spec), []).append((fill.entries, numbers))
    return {
        kind: (np.concatenate([e for e, _ in parts]), np.concatenate([n for _, n in parts])) for kind, parts in found.items()
    }


def fill_properties(rules: RuleSet, entries: BlockIndex, empty: IndexArray) -> Iterator[Fill]:
    """Yield the properties that the rule completes, each after those it is computed from.

    Parameters
    ----------
    rules : RuleSet
    entries : BlockIndex
        One block per property.
    empty : ndarray of intp
        Property entries without a value, ascending.

    Yields
    ------
    Fill
    """
    for index, missing in _by_block(entries, empty):
        spec = rules.properties[index]
        if spec.default is not None or spec.method is not None:
            yield Fill(spec, missing, missing - entries.offsets[index])


def fill_losses(rules: RuleSet, entries: BlockIndex, empty: IndexArray) -> Iterator[Fill]:
    """Yield the losses that the rule completes.

    Parameters
    ----------
    rules : RuleSet
    entries : BlockIndex
        One block per loss.
    empty : ndarray of intp
        Loss entries without a value, ascending.

    Yields
    ------
    Fill
    """
    for index, missing in _by_block(entries, empty):
        spec = rules.losses[index]
        if spec.default is not None:
            yield Fill(spec, missing, missing - entries.offsets[index])


def fill_flows(rules: RuleSet, exchanges: Exchanges) -> Iterator[Fill]:
    """Yield the flows whose amount the rule completes.

    Parameters
    ----------
    rules : RuleSet
    exchanges : Exchanges

    Yields
    ------
    Fill
    """
    for index, missing in exchanges.without_amount():
        yield Fill(rules.flows[index], missing, exchanges.entry[missing])


def _by_block(entries: BlockIndex, empty: IndexArray) -> Iterator[tuple[int, IndexArray]]:
    """Yield each block that has entries without a value, with these entries."""
    first = np.searchsorted(empty, entries.offsets)
    last = np.searchsorted(empty, entries.offsets + entries.lengths)
    for index in np.flatnonzero(last > first).tolist():
        yield index, empty[first[index] : last[index]]
