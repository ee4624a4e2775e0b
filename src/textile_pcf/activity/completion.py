"""Plan of completion: the quantities that the rule completes because activity data give no value for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.exchanges import Exchanges
from textile_pcf.activity.indexing import BlockIndex
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.rules import QuantitySpec, RuleSet


@dataclass(frozen=True, eq=False)
class Fill:
    """One quantity that the rule completes: by a value, a choice, another property, or a method.

    Attributes
    ----------
    spec : PropertySpec, LossSpec or FlowSpec
    entries : ndarray of intp, shape (n,), or slice
        Where it is completed, in the flat array of its kind: property entries, loss entries or exchanges. A slice where no row
        gives the property or loss, as is the rule: whole blocks are written four times as fast as single entries.
    positions : ndarray of intp, shape (n,), or slice
        Component or product of each, on the stage of the quantity.
    """

    spec: QuantitySpec
    entries: IndexArray | slice
    positions: IndexArray | slice


class BlockConstants(NamedTuple):
    """Constant numbers of the rule for blocks of properties or losses.

    Attributes
    ----------
    numbers : ndarray, shape (blocks,)
        [canonical unit]
    entries : ndarray of int, shape (blocks,)
        Entry of the rule's value that each is: 0, or -1 where there is none.
    some : bool
        Whether there is any.
    """

    numbers: FloatArray
    entries: IntArray
    some: bool


class Constants(NamedTuple):
    """Numbers of the rule that do not depend on other quantities; NaN where it has none, or one that depends on them.

    Attributes
    ----------
    properties, losses : BlockConstants
    flows : ndarray, shape (flows + 1,)
        The last, reached by the index -1, is NaN. [canonical unit]
    """

    properties: BlockConstants
    losses: BlockConstants
    flows: FloatArray


@lru_cache(maxsize=32)
def rule_constants(rules: RuleSet) -> Constants:
    """Return the constant numbers of a rule, which has some forty."""
    properties, losses, flows = (
        np.array([_constant(spec) for spec in specs], dtype=np.float64)
        for specs in (rules.properties, rules.losses, rules.flows)
    )
    return Constants(_of_blocks(properties), _of_blocks(losses), np.append(flows, np.nan))


def _of_blocks(numbers: FloatArray) -> BlockConstants:
    is_known = ~np.isnan(numbers)
    return BlockConstants(numbers, is_known.astype(np.int16) - np.int16(1), bool(is_known.any()))


def is_constant(spec: QuantitySpec) -> bool:
    """Return whether the rule has one number that does not depend on other quantities."""
    return spec.default is not None and spec.default.by < 0 and spec.default.reference < 0


def _constant(spec: QuantitySpec) -> float:
    return float(spec.default.values[0]) if spec.default is not None and is_constant(spec) else np.nan


def constant_amounts(numbers: FloatArray, exchanges: Exchanges) -> tuple[IndexArray, FloatArray]:
    """Return the exchanges whose amount is a constant number of the rule, and these numbers.

    They are in the order of the exchanges, not by flow: arrays of all exchanges are written in one pass from end to end.

    Parameters
    ----------
    numbers : ndarray, shape (flows + 1,)
        See `Constants`.
    exchanges : Exchanges

    Returns
    -------
    tuple of (ndarray of intp, ndarray of float)
    """
    of_empty = take(numbers[exchanges.patterns.flow], exchanges.pattern[exchanges.empty])
    known = np.flatnonzero(~np.isnan(of_empty))
    return exchanges.empty.take(known), of_empty.take(known)


def fill_properties(rules: RuleSet, entries: BlockIndex, given: IndexArray, constant: bool = True) -> Iterator[Fill]:
    """Yield the properties that the rule completes, each after those it is computed from.

    Parameters
    ----------
    rules : RuleSet
    entries : BlockIndex
        One block per property.
    given : ndarray of intp
        Property entries with a value, ascending.
    constant : bool, optional
        Also those that are a constant number.

    Yields
    ------
    Fill
    """
    selected = constant | np.isnan(rule_constants(rules).properties.numbers)
    for index, missing, positions in _by_block(entries, given, selected):
        spec = rules.properties[index]
        if spec.default is not None or spec.method is not None:
            yield Fill(spec, missing, positions)


def fill_losses(rules: RuleSet, entries: BlockIndex, given: IndexArray, constant: bool = True) -> Iterator[Fill]:
    """Yield the losses that the rule completes.

    Parameters
    ----------
    rules : RuleSet
    entries : BlockIndex
        One block per loss.
    given : ndarray of intp
        Loss entries with a value, ascending.
    constant : bool, optional
        Also those that are a constant number.

    Yields
    ------
    Fill
    """
    selected = constant | np.isnan(rule_constants(rules).losses.numbers)
    for index, missing, positions in _by_block(entries, given, selected):
        spec = rules.losses[index]
        if spec.default is not None:
            yield Fill(spec, missing, positions)


def fill_flows(rules: RuleSet, exchanges: Exchanges, constant: bool = True) -> Iterator[Fill]:
    """Yield the flows whose amount the rule completes.

    Parameters
    ----------
    rules : RuleSet
    exchanges : Exchanges
    constant : bool, optional
        Also those that are a constant number.

    Yields
    ------
    Fill
    """
    selected = constant | np.isnan(rule_constants(rules).flows)
    for index, missing in exchanges.without_amount(selected):
        yield Fill(rules.flows[index], missing, exchanges.entry[missing])


def _by_block(
    entries: BlockIndex, given: IndexArray, selected: BoolArray
) -> Iterator[tuple[int, IndexArray | slice, IndexArray | slice]]:
    """Yield each selected block that has entries without a value, with these entries, and their positions in the block."""
    first, last = entries.bounds_in(given)
    for index in np.flatnonzero(selected & (last - first < entries.lengths)).tolist():
        if first[index] == last[index]:
            yield index, entries.block(index), slice(None)
        else:
            is_empty = np.ones(entries.lengths[index], dtype=bool)
            is_empty[given[first[index] : last[index]] - entries.offsets[index]] = False
            missing = is_empty.nonzero()[0]
            yield index, missing + entries.offsets[index], missing
