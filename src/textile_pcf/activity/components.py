"""Components: a product, or each of its fibres in the stages that are calculated per fibre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from textile_pcf._frozen import cached_property
from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.row_patterns import RowKind, Rows, without_process
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray, IntArray
from textile_pcf.columns import take
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet
from textile_pcf.rules.arrays import rule_arrays
from textile_pcf.rules.specs import comparison_key

NO_ROWS = np.empty(0, dtype=np.intp)
SHARE_TOLERANCE = 1e-6  # by how much the sum of shares may differ from 1

RowsAndEntries = tuple[IndexArray, IndexArray]
"""Rows of a table, and the component or product of each."""


@dataclass(frozen=True, eq=False)
class Components:
    """Components of all products, in the order of products, then of fibres.

    Attributes
    ----------
    product : ndarray of intp, shape (components,)
        Product of each component.
    component : ndarray of int, shape (components,)
        Code of the fibre in `component_names`.
    share_row : ndarray of intp, shape (components,)
        Row of the table that gives the share, -1 for a product with one unnamed component.
    start, count : ndarray of intp, shape (products,)
        First component and number of components of each product.
    component_names : tuple of str
        Names of fibres; `""` for the component of a product without shares.
    share : ndarray of float, shape (components,)
        Share of the mass of the product. [kg/kg]
    """

    product: IndexArray
    component: IntArray
    share_row: IndexArray
    start: IndexArray
    count: IndexArray
    component_names: tuple[str, ...]
    share: FloatArray

    @property
    def size(self) -> int:
        """Number of components."""
        return len(self.product)

    @cached_property
    def has_blends(self) -> bool:
        """Whether rows give the shares of some product."""
        return bool(np.any(self.share_row >= 0))

    @property
    def one_per_product(self) -> bool:
        """Whether every product has one component."""
        return len(self.product) == len(self.start)

    def products_of(self, is_component: BoolArray, entry: IndexArray) -> IndexArray:
        """Return the product of elements such as exchanges.

        Parameters
        ----------
        is_component : ndarray of bool, shape (elements,)
            Whether the stage of each has components.
        entry : ndarray of intp, shape (elements,)
            Component of each in such a stage, product in others.
        """
        return np.where(is_component, self.product[np.where(is_component, entry, 0)], entry)

    def with_shares(self, value: FloatArray) -> Components:
        """Return the components with the shares that rows give.

        Parameters
        ----------
        value : ndarray of float, shape (rows,)
            Amounts of the table in canonical units.

        Returns
        -------
        Components
        """
        return replace(self, share=np.where(self.share_row >= 0, value[self.share_row], 1.0)) if self.has_blends else self


def build_components(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> tuple[Components, list[Problem]]:
    """Build the components from the share rows; a product without share rows has one unnamed component.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    rules : RuleSet

    Returns
    -------
    components : Components
        All shares are 1 until `Components.with_shares`.
    problems : list of Problem
    """
    texts = cells.texts
    problems = list(_component_problems(cells, rows, rules))
    share_rows, count_products = rows.of_kind(RowKind.SHARE), len(texts["product"].categories)
    product, component = texts["product"].codes, texts["component"].codes
    unnamed = _unnamed_code(cells)
    names = tuple(texts["component"].categories)
    names = names if unnamed < len(names) else (*names, "")
    products = np.arange(count_products)
    if not len(share_rows):
        ones = np.ones(count_products)
        fibres, no_share = np.full(count_products, unnamed), np.full(count_products, -1)
        return Components(products, fibres, no_share, products, ones.astype(np.intp), names, ones), problems
    blended = np.zeros(count_products, dtype=bool)
    blended[product[share_rows]] = True
    single = np.flatnonzero(~blended)
    component_product = np.concatenate([product[share_rows], single])
    fibre = np.concatenate([component[share_rows], np.full(len(single), unnamed)])
    row = np.concatenate([share_rows, np.full(len(single), -1)])
    order = np.lexsort((fibre, component_product))
    count = np.bincount(component_product, minlength=count_products)
    start = np.cumsum(count) - count
    ordered = component_product[order], fibre[order], row[order]
    problems += _fibres_in_other_letters(cells, share_rows)
    return Components(*ordered, start, count, names, np.ones(len(order))), problems


def _unnamed_code(cells: ActivityColumns) -> int:
    """Code of the empty component; the next free code where no cell is empty."""
    names = cells.texts["component"].categories
    return names.index("") if "" in names else len(names)


def _component_problems(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> Iterator[Problem]:
    """Yield problems of components in common stages, and of share rows without a component."""
    patterns = rows.patterns
    named = cells.texts["component"].codes[patterns.first] != _unnamed_code(cells)
    share = patterns.row_kind == RowKind.SHARE
    cure = "Name the fibre in the column `component`."
    yield from cells.problems_at(rows.where(share & ~named), "A share names no fibre.", cure, "component", "bad-share")
    component_stage = rule_arrays(rules).stage_is_component[patterns.stage]
    wrong = named & ~component_stage & ~without_process(patterns)
    what = "This stage is common to all fibres, so `component` is empty here."
    yield from cells.problems_at(rows.where(wrong), what, "Leave `component` empty.", "component", "component-in-common")
    if share.any() and not rules.components:
        what = Message("{name} has no stages per fibre, so shares mean nothing to it.", name=rules.name)
        yield from cells.problems_at(rows.where(share), what, "Remove the share rows.", "flow", "bad-share")


def _fibres_in_other_letters(cells: ActivityColumns, share_rows: IndexArray) -> Iterator[Problem]:
    """Yield a problem for each share of a fibre that its product has in other letters too, such as `Cotton` and `cotton`."""
    names, code = cells.texts["component"].categories, cells.texts["component"].codes[share_rows]
    keys, key_of_name = np.unique([comparison_key(name) for name in names], return_inverse=True)
    if len(keys) == len(names):
        return
    pair = cells.texts["product"].codes[share_rows] * len(keys) + key_of_name[code]
    _, first, group = np.unique(pair, return_index=True, return_inverse=True)
    other = code[first][group]
    for index in np.flatnonzero(other != code):
        fibres = {"fibre": names[code[index]], "other": names[other[index]]}
        what = Message("The fibre {fibre!r} is {other!r} in other letters.", **fibres)
        cure = Message("Write {other!r} in all rows, with one share.", other=fibres["other"])
        yield from cells.problems_at([int(share_rows[index])], what, cure, "component", "bad-share")


def check_shares(cells: ActivityColumns, components: Components) -> Iterator[Problem]:
    """Yield a problem for each product whose shares do not add up to 1, at its first share row.

    Parameters
    ----------
    cells : ActivityColumns
    components : Components
        With the shares of `Components.with_shares`.

    Yields
    ------
    Problem
    """
    if not components.has_blends:
        return
    shared = np.flatnonzero(components.share_row >= 0)
    weights = np.nan_to_num(components.share[shared])
    total = np.bincount(components.product[shared], weights=weights, minlength=len(components.start))
    for product in np.flatnonzero((np.abs(total - 1) > SHARE_TOLERANCE) & (components.share_row[components.start] >= 0)):
        start = int(components.start[product])
        row = components.share_row[start : start + int(components.count[product])].min()
        what = Message("The shares add up to {total:.6g} %.", total=total[product] * 100)
        yield from cells.problems_at([int(row)], what, "They must add up to 100 %.", "amount", "shares")


@dataclass(frozen=True, eq=False)
class RowAssignment:
    """Assignment of rows to components and products.

    Attributes
    ----------
    row : ndarray of intp, shape (assigned rows,)
        Row of the table; empty where `identity` is True.
    entry : ndarray of intp, shape (assigned rows,)
        Component in component stages, product in common ones.
    pattern : ndarray of intp, shape (assigned rows,)
        Pattern of the row.
    identity : bool
        Whether each row of the table is assigned once, in the order of the table.
    once : bool
        Whether each row that is about a process is assigned once, and none names a component.
    """

    row: IndexArray
    entry: IndexArray
    pattern: IndexArray
    identity: bool = False
    once: bool = False

    def table_rows(self, assigned: IndexArray) -> IndexArray:
        """Return the rows of the table of some assigned rows."""
        return assigned if self.identity else take(self.row, assigned)


def assign_rows(
    cells: ActivityColumns, rows: Rows, components: Components, rules: RuleSet
) -> tuple[RowAssignment, list[Problem]]:
    """Assign valid rows to components and products.

    A row that names a component overrides rows without one, for that component. Share rows and rows `cutoff` are not assigned.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    components : Components
    rules : RuleSet

    Returns
    -------
    assignment : RowAssignment
    problems : list of Problem
        Rows that name a component which their product does not have.
    """
    valid = ~without_process(rows.patterns)
    product = cells.texts["product"].codes.astype(np.intp, copy=False)
    if components.one_per_product and cells.texts["component"].categories == ("",):
        if valid.all():
            return RowAssignment(NO_ROWS, product, rows.pattern, identity=True, once=True), []
        valid_rows = rows.where(valid)
        return RowAssignment(valid_rows, take(product, valid_rows), take(rows.pattern, valid_rows), once=True), []
    valid_rows = rows.where(valid)
    per_component = rule_arrays(rules).stage_is_component[rows.patterns.stage[rows.pattern[valid_rows]]]
    common, of_component = valid_rows[~per_component], valid_rows[per_component]
    if not len(of_component):
        return RowAssignment(common, product[common], rows.pattern[common]), []
    has_name = cells.texts["component"].codes[of_component] != _unnamed_code(cells)
    named, problems = _named(cells, of_component[has_name], components)
    unnamed = _without_overridden(cells, _unnamed(product, of_component[~has_name], components), named)
    parts = ((common, product[common]), named, unnamed)
    row, entry = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(row, kind="stable")
    return RowAssignment(row[order], entry[order], rows.pattern[row[order]]), problems


def _named(cells: ActivityColumns, rows: IndexArray, components: Components) -> tuple[RowsAndEntries, list[Problem]]:
    """Assign rows that name a component to that component of their product."""
    span = len(components.component_names) + 1
    key = cells.texts["product"].codes[rows] * span + cells.texts["component"].codes[rows]
    component_key = components.product * span + components.component
    index = np.minimum(np.searchsorted(component_key, key), components.size - 1)
    exists = component_key[index] == key
    problems: list[Problem] = []
    for row in rows[~exists]:
        product = int(cells.texts["product"].codes[row])
        start, count = int(components.start[product]), int(components.count[product])
        names = [components.component_names[code] for code in components.component[start : start + count]]
        what = Message("The product has no fibre {component!r}.", component=cells.text("component", int(row)))
        fibres = ", ".join(filter(None, names))
        cure = (
            Message("Its fibres are: {fibres}.", fibres=fibres)
            if fibres
            else "Add a row `product,share` for each fibre, or leave `component` empty."
        )
        problems += cells.problems_at([int(row)], what, cure, "component", "unknown-component")
    return (rows[exists], index[exists]), problems


def _unnamed(product: IntArray, rows: IndexArray, components: Components) -> RowsAndEntries:
    """Assign rows without a component to all components of their product."""
    count = components.count[product[rows]]
    first = np.repeat(components.start[product[rows]] - (np.cumsum(count) - count), count)
    return np.repeat(rows, count), first + np.arange(count.sum())


def _without_overridden(cells: ActivityColumns, unnamed: RowsAndEntries, named: RowsAndEntries) -> RowsAndEntries:
    """Drop rows without a component where a row that names the component gives the same flow."""
    flows = len(cells.texts["flow"].categories)
    stages = len(cells.texts["stage"].categories)

    def key(row: IndexArray, entry: IndexArray) -> IntArray:
        flow = cells.texts["stage"].codes[row] * flows + cells.texts["flow"].codes[row]
        return np.asarray(entry * (stages * flows) + flow, dtype=np.int64)

    kept = ~np.isin(key(*unnamed), key(*named))
    row, entry = unnamed
    return row[kept], entry[kept]
