"""The lines of a result as arrays: what each emits, and the numbers that its amount and its factor rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, Scalar
from textile_pcf.columns import take
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.rules.arrays import rule_arrays

BLOCK = 65_536
"""Exchanges that are looked at together, so that they stay in the cache."""


class AmountKeys(NamedTuple):
    """The numbers behind the amounts of all exchanges.

    Attributes
    ----------
    key : ndarray of intp, shape (exchanges,)
        Index in `codes`; -1 if there is no number.
    codes : ndarray of int, shape (amounts,)
        Distinct numbers: rows of the activity data, or −2 − (flow × `width` + entry) for numbers of the rule.
    width : int
    """

    key: IndexArray
    codes: IndexArray
    width: int


@dataclass(frozen=True, eq=False)
class Lines:
    """Exchanges inside the boundary, by product. What they rest on is computed on first use.

    Attributes
    ----------
    inventory : Inventory
    exchange : ndarray of intp, shape (lines,)
        Exchange of the inventory.
    every_exchange : bool
        Whether the lines are all exchanges, in their order.
    factor : ndarray of intp, shape (lines,)
        Index in `factor_rows`; -1 if there is no factor.
    value : ndarray, shape (lines,)
        Emissions, or of a link the units of the supplier. [kg CO2e, or supplier units, per product unit]
    emissions : ndarray, shape (lines,)
        Emissions, of links as well. [kg CO2e per product unit]
    factor_rows : ndarray of intp, shape (factors, 2)
        Distinct factors: factor table and row. In `keys` they follow the numbers behind amounts.
    part : ndarray, shape (lines,), or None
        Part of its factor that the printed row of each line is; None where no factor is composed. [1]
    """

    inventory: Inventory
    exchange: IndexArray
    every_exchange: bool
    factor: IndexArray
    value: FloatArray
    emissions: FloatArray
    factor_rows: IndexArray
    part: FloatArray | None = None

    def of_exchanges(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return what exchanges have for each line, shape (lines,)."""
        return values if self.every_exchange else values[self.exchange]

    @cached_property
    def product(self) -> IndexArray:
        """Product of each line, ascending, shape (lines,)."""
        return self.of_exchanges(self.inventory.product)

    @cached_property
    def starts(self) -> IndexArray:
        """First line of each product, shape (products + 1,)."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.product, minlength=len(self.inventory.products)))])

    @cached_property
    def stage(self) -> IndexArray:
        """Stage of each line, shape (lines,)."""
        return rule_arrays(self.inventory.activity.rules).flow_stage[self.of_exchanges(self.inventory.flow)]

    @cached_property
    def supplier(self) -> IndexArray:
        """Product of the run that each line takes, shape (lines,); -1 if none."""
        return self.of_exchanges(self.inventory.supplier)

    @cached_property
    def is_driver(self) -> BoolArray:
        """Whether each amount is the driver itself, shape (lines,)."""
        return self.of_exchanges(_is_driver(self.inventory))

    @cached_property
    def _amounts(self) -> AmountKeys:
        return _amount_keys(self.inventory)

    @property
    def codes(self) -> IndexArray:
        """Distinct numbers behind amounts, see `AmountKeys`."""
        return self._amounts.codes

    @cached_property
    def amount_key(self) -> IndexArray:
        """Index in `keys` of the number behind each amount, shape (lines,); -1 if there is none."""
        return self.of_exchanges(self._amounts.key)

    @cached_property
    def factor_key(self) -> IndexArray:
        """Index in `keys` of each factor, shape (lines,); -1 if there is none."""
        return np.where(self.factor >= 0, self.factor + len(self.codes), -1)

    def of(self, product: int) -> slice:
        """Return the lines of one product."""
        return slice(int(self.starts[product]), int(self.starts[product + 1]))

    @property
    def count(self) -> int:
        """Number of distinct numbers."""
        return len(self.codes) + len(self.factor_rows)

    def key(self, index: int) -> Source:
        """Return a number by its index in `keys`."""
        if index >= len(self.codes):
            return FactorRow(*self.factor_rows[index - len(self.codes)].tolist())
        code = int(self.codes[index])
        return ActivityRow(code) if code >= 0 else RuleNumber("flow", *divmod(-2 - code, self._amounts.width))

    @cached_property
    def keys(self) -> tuple[Source, ...]:
        """Distinct numbers: those behind amounts, then factors."""
        return tuple(map(self.key, range(self.count)))

    @cached_property
    def key_index(self) -> Mapping[Source, int]:
        """Index of each number in `keys`."""
        return {key: index for index, key in enumerate(self.keys)}

    @property
    def has_links(self) -> bool:
        """Whether a line takes a product of the run."""
        return self.inventory.matches.has_links and bool((self.supplier >= 0).any())


def result_lines(inventory: Inventory) -> Lines:
    """Return the lines of an inventory, sorted by product."""
    activity, product = inventory.activity, inventory.product
    order = np.flatnonzero(inventory.inside)
    every = len(order) == len(product)
    ordered = product if every else product[order]
    if (ordered[1:] < ordered[:-1]).any():
        order, every = order[np.argsort(ordered, kind="stable")], False
    factor, factor_rows = _factor_keys(inventory)
    value = emissions = inventory.amount * inventory.factor_totals
    if inventory.matches.has_links:
        linked, value = inventory.supplier >= 0, emissions.copy()
        units = inventory.supplier_units[linked] / rule_arrays(activity.rules).flow_factor[inventory.flow[linked]]
        value[linked] = inventory.amount[linked] * units
    if not every:
        factor, value, emissions = factor[order], value[order], emissions[order]
    return Lines(inventory, order, every, factor, value, emissions, factor_rows)


def _uncited(inventory: Inventory) -> BoolArray:
    """Whether each flow of the rule is its driver: it has a default without a source that refers to no property."""
    return np.array([
        spec.default is not None and spec.default.reference < 0 and not any(item.source for item in spec.default.citations)
        for spec in inventory.activity.rules.flows
    ], dtype=bool)  # fmt: skip


def _is_driver(inventory: Inventory) -> BoolArray:
    """Return whether the amount of each exchange is the driver itself, shape (exchanges,)."""
    uncited, entry = _uncited(inventory), inventory.quantities.entry
    return (entry >= 0) & uncited[inventory.flow] if uncited.any() else np.zeros(len(entry), dtype=bool)


def _amount_keys(inventory: Inventory) -> AmountKeys:
    """Return the number behind each amount that enters linearly."""
    flows, entry = inventory.activity.rules.flows, inventory.quantities.entry
    no_number = _uncited(inventory)
    no_number |= np.array([spec.default is not None and spec.default.reference >= 0 for spec in flows], dtype=bool)
    rows, exchange_row = inventory.activity.rows, inventory.activity.exchanges.row
    of_flow = rows.patterns.row_kind == RowKind.FLOW
    width = int(entry.max(initial=0)) + 1
    code = np.empty(len(entry), dtype=np.int64)
    for first in range(0, len(entry), BLOCK):
        at = slice(first, first + BLOCK)
        flow, row = inventory.flow[at], exchange_row[at]
        by_rule = entry[at] >= 0
        is_flow_row = (row >= 0) & of_flow[rows.pattern[np.maximum(row, 0)]] & ~by_rule
        is_number = by_rule & ~no_number[flow]
        code[at] = np.where(is_flow_row, row, np.where(is_number, -2 - (flow.astype(np.int64) * width + entry[at]), -1))
    shift = 2 + len(flows) * width  # from the lowest code to 0: marks instead of a sort
    code += shift
    used = np.zeros(shift + len(rows.pattern) + 1, dtype=bool)
    used[code] = True
    used[shift - 1] = False  # no number
    place = np.cumsum(used) - 1
    place[shift - 1] = -1
    return AmountKeys(place[code], np.flatnonzero(used) - shift, width)


def _factor_keys(inventory: Inventory) -> tuple[IndexArray, IndexArray]:
    """Return the row of a factor table behind each exchange."""
    rows = inventory.matches.factor_rows
    used = np.flatnonzero(rows[:, 1] >= 0)
    width = int(rows[:, 1].max(initial=0)) + 1
    numbers, index = np.unique(rows[used, 0] * width + rows[used, 1], return_inverse=True)
    of_request = np.full(len(rows), -1)
    of_request[used] = index
    matches = inventory.matches
    factor, distinct = take(of_request[matches.request_of_pattern], matches.pattern), np.stack(divmod(numbers, width), axis=1)
    return np.where(inventory.supplier >= 0, -1, factor) if matches.has_links else factor, distinct
