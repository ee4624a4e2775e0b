"""Lanes: a product, or one fibre of it in the stages that come once per fibre. Rows are laid onto the lanes they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, Rows
from textile_pcf.arrays import FloatArray, IndexArray, IntArray
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays

NO_ROWS = np.empty(0, dtype=np.intp)
WHOLE = 1e-6  # how far shares may be from 100 %


@dataclass(frozen=True, eq=False)
class Components:
    """Lanes in the order of products, then fibres; arrays of shape (lanes,), `start` and `count` of shape (products,).

    `row` is where the share of a lane is told, -1 for a product that is one fibre.
    """

    product: IndexArray
    component: IntArray
    row: IndexArray
    start: IndexArray
    count: IndexArray
    component_names: tuple[str, ...]
    share: FloatArray

    @property
    def size(self) -> int:
        """Number of lanes."""
        return len(self.product)

    @cached_property
    def has_blends(self) -> bool:
        """Whether the shares of some product are told."""
        return bool(np.any(self.row >= 0))

    @property
    def one_per_product(self) -> bool:
        """Whether every product is its own lane."""
        return len(self.product) == len(self.start)

    def with_shares(self, value: FloatArray) -> Components:
        """The lanes with the shares that rows tell."""
        return replace(self, share=np.where(self.row >= 0, value[self.row], 1.0)) if self.has_blends else self


def build_components(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> tuple[Components, list[Problem]]:
    """Lanes from the share rows; a product without any is one fibre without a name."""
    texts = cells.texts
    problems = list(_bad_components(cells, rows, rules))
    share_rows, products = rows.of_kind(RowKind.SHARE), len(texts["product"].categories)
    product, component = texts["product"].codes, texts["component"].codes
    unnamed = _unnamed(cells)
    names = tuple(texts["component"].categories)
    components = names if unnamed < len(names) else (*names, "")
    every = np.arange(products)
    if not len(share_rows):
        ones = np.ones(products)
        return Components(
            every, np.full(products, unnamed), np.full(products, -1), every, ones.astype(np.intp), components, ones
        ), problems
    blended = np.zeros(products, dtype=bool)
    blended[product[share_rows]] = True
    plain = np.flatnonzero(~blended)
    component_product = np.concatenate([product[share_rows], plain])
    lane_component = np.concatenate([component[share_rows], np.full(len(plain), unnamed)])
    row = np.concatenate([share_rows, np.full(len(plain), -1)])
    order = np.lexsort((lane_component, component_product))
    count = np.bincount(component_product, minlength=products)
    start = np.cumsum(count) - count
    lanes = Components(
        component_product[order], lane_component[order], row[order], start, count, components, np.ones(len(order))
    )
    return lanes, problems


def _unnamed(cells: ActivityColumns) -> int:
    names = cells.texts["component"].categories
    return names.index("") if "" in names else len(names)


def _bad_components(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> Iterator[Problem]:
    """Components where none may stand, and shares without one."""
    forms = rows.patterns
    named = cells.texts["component"].codes[forms.first] != _unnamed(cells)
    share = forms.row_kind == RowKind.SHARE
    cure = "Name the fibre in the column `component`."
    yield from cells.problems_at(rows.where(share & ~named), "A share names no fibre.", cure, "component", "bad-share")
    component_stage = rule_arrays(rules).stage_is_component[forms.stage]
    wrong = named & ~share & ~component_stage & (forms.row_kind != RowKind.WRONG)
    what = "This stage is common to all fibres, so no component can stand here."
    yield from cells.problems_at(rows.where(wrong), what, "Leave `component` empty.", "component", "component-in-common")
    if share.any() and not rules.components:
        what = f"{rules.name} has no stages per fibre, so shares mean nothing to it."
        yield from cells.problems_at(rows.where(share), what, "Remove the share rows.", "flow", "bad-share")


def check_shares(cells: ActivityColumns, lanes: Components) -> Iterator[Problem]:
    """Shares that do not add up; told at the first row of them."""
    if not lanes.has_blends:
        return
    told = np.flatnonzero(lanes.row >= 0)
    total = np.bincount(lanes.product[told], weights=np.nan_to_num(lanes.share[told]), minlength=len(lanes.start))
    for number in np.flatnonzero((np.abs(total - 1) > WHOLE) & (lanes.row[lanes.start] >= 0)):
        start = int(lanes.start[number])
        row = lanes.row[start : start + int(lanes.count[number])].min()
        what = f"The shares add up to {total[number] * 100:.6g} %."
        yield from cells.problems_at([int(row)], what, "They must add up to 100 %.", "amount", "shares")


@dataclass(frozen=True, eq=False)
class RowAssignment:
    """Rows laid onto seats: `seat` is a lane in component stages, a product in common ones; `row` the row it comes from.

    `every` says that each row of the table is laid once, in its order; then `row` is not told.
    """

    row: IndexArray
    entry: IndexArray
    identity: bool = False


def assign_rows(cells: ActivityColumns, rows: Rows, lanes: Components, rules: RuleSet) -> tuple[RowAssignment, list[Problem]]:
    """Lay every usable row onto the seats it speaks of; a row with component replaces those without, for its fibre."""
    useful = (rows.patterns.row_kind != RowKind.WRONG) & (rows.patterns.row_kind != RowKind.SHARE)
    product = cells.texts["product"].codes.astype(np.intp, copy=False)
    if lanes.one_per_product and cells.texts["component"].categories == ("",):  # every product is its own lane
        if useful.all():
            return RowAssignment(NO_ROWS, product, identity=True), []
        usable = rows.where(useful)
        return RowAssignment(usable, product[usable]), []
    usable = rows.where(useful)
    per_fibre = rule_arrays(rules).stage_is_component[rows.patterns.stage[rows.pattern[usable]]]
    common, fibre = usable[~per_fibre], usable[per_fibre]
    if not len(fibre):
        return RowAssignment(common, product[common]), []
    named = cells.texts["component"].codes[fibre] != _unnamed(cells)
    single, problems = _named(cells, fibre[named], lanes)
    every = _unnamed_rows(product, fibre[~named], lanes)
    every = _without_replaced(cells, every, single)
    parts = (RowAssignment(common, product[common]), single, every)
    laid = RowAssignment(np.concatenate([part.row for part in parts]), np.concatenate([part.entry for part in parts]))
    order = np.argsort(laid.row, kind="stable")
    return RowAssignment(laid.row[order], laid.entry[order]), problems


def _named(cells: ActivityColumns, rows: IndexArray, lanes: Components) -> tuple[RowAssignment, list[Problem]]:
    """Rows of one fibre."""
    span = len(lanes.component_names) + 1
    wanted = cells.texts["product"].codes[rows] * span + cells.texts["component"].codes[rows]
    have = lanes.product * span + lanes.component
    place = np.minimum(np.searchsorted(have, wanted), lanes.size - 1)
    found = have[place] == wanted
    problems: list[Problem] = []
    for row in rows[~found]:
        product = int(cells.texts["product"].codes[row])
        start, count = int(lanes.start[product]), int(lanes.count[product])
        fibres = [lanes.component_names[code] for code in lanes.component[start : start + count]]
        what = f"The product has no fibre {cells.text('component', int(row))!r}."
        named = ", ".join(filter(None, fibres))
        cure = f"Its fibres are: {named}." if named else "Add a row `product,share` for each fibre, or leave `component` empty."
        problems += cells.problems_at([int(row)], what, cure, "component", "unknown-component")
    return RowAssignment(rows[found], place[found]), problems


def _unnamed_rows(product: IntArray, rows: IndexArray, lanes: Components) -> RowAssignment:
    """Rows of all fibres of a product."""
    count = lanes.count[product[rows]]
    first = np.repeat(lanes.start[product[rows]] - (np.cumsum(count) - count), count)
    return RowAssignment(np.repeat(rows, count), first + np.arange(count.sum()))


def _without_replaced(cells: ActivityColumns, every: RowAssignment, single: RowAssignment) -> RowAssignment:
    flows = len(cells.texts["flow"].categories)
    stages = len(cells.texts["stage"].categories)

    def key(laid: RowAssignment) -> IntArray:
        flow = cells.texts["stage"].codes[laid.row] * flows + cells.texts["flow"].codes[laid.row]
        return np.asarray(laid.entry * (stages * flows) + flow, dtype=np.int64)

    kept = ~np.isin(key(every), key(single))
    return RowAssignment(every.row[kept], every.entry[kept])
