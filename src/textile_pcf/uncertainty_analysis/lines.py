"""The lines of a result as arrays: what each emits, and the numbers that its amount and its factor rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.defaults import RuleNumber
from textile_pcf.inventory.draw_sources import ActivityRow, FactorRow, Source
from textile_pcf.inventory.inventory import Inventory
from textile_pcf.rules.arrays import rule_arrays

BLOCK = 65_536
"""Exchanges that are looked at together, so that they stay in the cache."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Exchanges inside the boundary.

    Attributes
    ----------
    exchange : ndarray of intp, shape (lines,)
        Exchange of the inventory.
    product, stage : ndarray of intp, shape (lines,)
    amount_key, factor_key : ndarray of intp, shape (lines,)
        Index in `keys` of the number behind the amount and the factor; -1 if there is none.
    supplier : ndarray of intp, shape (lines,)
        Product of the run that the line takes; -1 if none.
    value : ndarray, shape (lines,)
        Emissions, or of a link the units of the supplier. [kg CO2e, or supplier units, per product unit]
    is_driver : ndarray of bool, shape (lines,)
        Whether the amount is the driver itself.
    emissions : ndarray, shape (lines,)
        Emissions, of links as well. [kg CO2e per product unit]
    codes : ndarray of int, shape (amounts,)
        Distinct numbers behind amounts: rows of the activity data, or −2 − (flow × `width` + entry) for numbers of the rule.
    width : int
    factor_rows : ndarray of intp, shape (factors, 2)
        Distinct factors: factor table and row. In `keys` they follow the numbers behind amounts.
    starts : ndarray of intp, shape (products + 1,)
        First line of each product.
    """

    exchange: IndexArray
    product: IndexArray
    stage: IndexArray
    amount_key: IndexArray
    factor_key: IndexArray
    supplier: IndexArray
    value: FloatArray
    is_driver: BoolArray
    emissions: FloatArray
    codes: IndexArray
    width: int
    factor_rows: IndexArray
    starts: IndexArray

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
        return ActivityRow(code) if code >= 0 else RuleNumber("flow", *divmod(-2 - code, self.width))

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
        return bool((self.supplier >= 0).any())


def result_lines(inventory: Inventory) -> Lines:
    """Return the lines of an inventory, sorted by product."""
    activity, inside = inventory.activity, inventory.inside
    order = np.flatnonzero(inside)
    if (np.diff(inventory.product[order]) < 0).any():
        order = order[np.argsort(inventory.product[order], kind="stable")]
    at: Any = slice(None) if len(order) == len(inside) and (order[1:] > order[:-1]).all() else order  # a view where all stay
    amount, driver, codes, width = _amount_keys(inventory)
    factor, factor_rows = _factor_keys(inventory)
    linked = inventory.supplier >= 0
    emissions = inventory.amount * inventory.factor_totals
    value = emissions
    if linked.any():
        value = emissions.copy()
        units = inventory.supplier_units[linked] / rule_arrays(activity.rules).flow_factor[inventory.flow[linked]]
        value[linked] = inventory.amount[linked] * units
    product = inventory.product[at]
    return Lines(
        exchange=order,
        product=product,
        stage=rule_arrays(activity.rules).flow_stage[inventory.flow[at]],
        amount_key=amount[at],
        factor_key=np.where(factor >= 0, factor + len(codes), -1)[at],
        supplier=inventory.supplier[at],
        value=value[at],
        is_driver=driver[at],
        emissions=emissions[at],
        codes=codes,
        width=width,
        factor_rows=factor_rows,
        starts=np.concatenate([[0], np.cumsum(np.bincount(product, minlength=len(inventory.products)))]),
    )


def _amount_keys(inventory: Inventory) -> tuple[IndexArray, BoolArray, IndexArray, int]:
    """Return the number behind each amount that enters linearly, and whether the amount is the driver itself."""
    flows, entry = inventory.activity.rules.flows, inventory.quantities.entry
    references = np.array([spec.default is not None and spec.default.reference >= 0 for spec in flows], dtype=bool)
    uncited = np.array([
        spec.default is not None and spec.default.reference < 0 and not any(item.source for item in spec.default.citations)
        for spec in flows
    ], dtype=bool)  # fmt: skip
    rows, exchange_row = inventory.activity.rows, inventory.activity.exchanges.row
    of_flow = rows.patterns.row_kind == RowKind.FLOW
    width = int(entry.max(initial=0)) + 1
    code, driver = np.empty(len(entry), dtype=np.int64), np.empty(len(entry), dtype=bool)
    for first in range(0, len(entry), BLOCK):
        at = slice(first, first + BLOCK)
        flow, row = inventory.flow[at], exchange_row[at]
        by_rule = entry[at] >= 0
        driver[at] = by_rule & uncited[flow]
        is_flow_row = (row >= 0) & of_flow[rows.pattern[np.maximum(row, 0)]] & ~by_rule
        is_number = by_rule & ~references[flow] & ~driver[at]
        code[at] = np.where(is_flow_row, row, np.where(is_number, -2 - (flow.astype(np.int64) * width + entry[at]), -1))
    shift = 2 + len(flows) * width  # from the lowest code to 0: marks instead of a sort
    code += shift
    used = np.zeros(shift + len(rows.pattern) + 1, dtype=bool)
    used[code] = True
    used[shift - 1] = False  # no number
    place = np.cumsum(used) - 1
    place[shift - 1] = -1
    return place[code], driver, np.flatnonzero(used) - shift, width


def _factor_keys(inventory: Inventory) -> tuple[IndexArray, IndexArray]:
    """Return the row of a factor table behind each exchange."""
    rows = inventory.matches.factor_rows
    used = np.flatnonzero(rows[:, 1] >= 0)
    distinct, index = np.unique(rows[used], axis=0, return_inverse=True)
    of_factor = np.full(len(rows) + 1, -1)
    of_factor[used] = index.reshape(-1)
    return of_factor[inventory.factor], distinct
