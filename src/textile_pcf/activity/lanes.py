"""Lanes: a product, or one fibre of it in the stages that come once per fibre. Rows are laid onto the lanes they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textile_pcf.activity.cells import Cells
from textile_pcf.activity.meaning import Ints, Kind, Rows
from textile_pcf.columns import Array
from textile_pcf.errors import Problem
from textile_pcf.rules import RuleSet

WHOLE = 1e-6  # how far shares may be from 100 %
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Lanes:
    """Lanes in the order of products, then fibres; arrays of shape (lanes,), `start` and `count` of shape (products,)."""

    product: Places
    component: Ints
    share: Array
    start: Places
    count: Places
    components: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of lanes."""
        return len(self.product)


def make_lanes(cells: Cells, rows: Rows, products: int, rules: RuleSet) -> tuple[Lanes, list[Problem]]:
    """Lanes from the share rows; a product without any is one fibre without a name."""
    problems = list(_bad_components(cells, rows, rules))
    share_rows = rows.of_kind(Kind.SHARE)
    product = cells.texts["product"].codes
    component = cells.texts["component"].codes
    blended = np.zeros(products, dtype=bool)
    blended[product[share_rows]] = True
    plain = np.flatnonzero(~blended)
    unnamed = _unnamed(cells)
    lane_product = np.concatenate([product[share_rows], plain])
    lane_component = np.concatenate([component[share_rows], np.full(len(plain), unnamed)])
    share = np.concatenate([rows.value[share_rows], np.ones(len(plain))])
    if len(share_rows):
        order = np.lexsort((lane_component, lane_product))
        lane_product, lane_component, share = lane_product[order], lane_component[order], share[order]
    count = np.bincount(lane_product, minlength=products)
    names = cells.texts["component"].categories
    components = names if unnamed < len(names) else (*names, "")
    lanes = Lanes(lane_product, lane_component, share, np.cumsum(count) - count, count, components)
    problems += _bad_shares(cells, share_rows, lanes, blended)
    return lanes, problems


def _unnamed(cells: Cells) -> int:
    names = cells.texts["component"].categories
    return names.index("") if "" in names else len(names)


def _bad_components(cells: Cells, rows: Rows, rules: RuleSet) -> Iterator[Problem]:
    """Components where none may stand, and shares without one."""
    forms = rows.forms
    named = cells.texts["component"].codes[forms.first] != _unnamed(cells)
    share = forms.kind == Kind.SHARE
    cure = "Name the fibre in the column `component`."
    yield from cells.problems_at(rows.among(share & ~named), "A share names no fibre.", cure, "component", "bad-share")
    component_stage = np.array([*(stage.component for stage in rules.stages), False])[forms.stage]
    wrong = named & ~share & ~component_stage & (forms.kind != Kind.WRONG)
    what = "This stage is common to all fibres, so no component can stand here."
    yield from cells.problems_at(rows.among(wrong), what, "Leave `component` empty.", "component", "component-in-common")
    if share.any() and not rules.components:
        what = f"{rules.name} has no stages per fibre, so shares mean nothing to it."
        yield from cells.problems_at(rows.among(share), what, "Remove the share rows.", "flow", "bad-share")


def _bad_shares(cells: Cells, share_rows: Places, lanes: Lanes, blended: NDArray[np.bool_]) -> Iterator[Problem]:
    if not len(share_rows):
        return
    total = np.bincount(lanes.product, weights=np.nan_to_num(lanes.share), minlength=len(blended))
    off = np.flatnonzero(blended & (np.abs(total - 1) > WHOLE))
    product = cells.texts["product"].codes
    for number in off:
        row = share_rows[product[share_rows] == number]
        what = f"The shares add up to {total[number] * 100:.6g} %."
        yield from cells.problems_at(row[:1], what, "They must add up to 100 %.", "amount", "shares")


@dataclass(frozen=True)
class Laid:
    """Rows laid onto seats: `seat` is a lane in component stages, a product in common ones; `row` the row it comes from.

    `every` says that each row of the table is laid once, in its order.
    """

    row: Places
    seat: Places
    every: bool = False


def lay(cells: Cells, rows: Rows, lanes: Lanes, rules: RuleSet) -> tuple[Laid, list[Problem]]:
    """Lay every usable row onto the seats it speaks of; a row with component replaces those without, for its fibre."""
    usable = rows.among((rows.forms.kind != Kind.WRONG) & (rows.forms.kind != Kind.SHARE))
    product = cells.texts["product"].codes
    if lanes.size == len(lanes.start) and cells.texts["component"].categories == ("",):  # every product is its own lane
        all_rows = len(usable) == len(product)
        return Laid(usable, np.asarray(product if all_rows else product[usable], dtype=np.intp), all_rows), []
    per_fibre = np.array([*(stage.component for stage in rules.stages), False])[rows.forms.stage[rows.form[usable]]]
    common, fibre = usable[~per_fibre], usable[per_fibre]
    if not len(fibre):
        return Laid(common, product[common]), []
    named = cells.texts["component"].codes[fibre] != _unnamed(cells)
    single, problems = _single(cells, fibre[named], lanes)
    every = _every(np.asarray(product, dtype=np.int64), fibre[~named], lanes)
    every = _without_replaced(cells, every, single)
    parts = (Laid(common, product[common]), single, every)
    laid = Laid(np.concatenate([part.row for part in parts]), np.concatenate([part.seat for part in parts]))
    order = np.argsort(laid.row, kind="stable")
    return Laid(laid.row[order], laid.seat[order]), problems


def _single(cells: Cells, rows: Places, lanes: Lanes) -> tuple[Laid, list[Problem]]:
    """Rows of one fibre."""
    span = len(lanes.components) + 1
    wanted = cells.texts["product"].codes[rows] * span + cells.texts["component"].codes[rows]
    have = lanes.product * span + lanes.component
    place = np.minimum(np.searchsorted(have, wanted), lanes.size - 1)
    found = have[place] == wanted
    problems: list[Problem] = []
    for row in rows[~found]:
        product = int(cells.texts["product"].codes[row])
        start, count = int(lanes.start[product]), int(lanes.count[product])
        fibres = [lanes.components[code] for code in lanes.component[start : start + count]]
        what = f"The product has no fibre {cells.text('component', int(row))!r}."
        named = ", ".join(filter(None, fibres))
        cure = f"Its fibres are: {named}." if named else "Add a row `product,share` for each fibre, or leave `component` empty."
        problems += cells.problems_at([int(row)], what, cure, "component", "unknown-component")
    return Laid(rows[found], place[found]), problems


def _every(product: Ints, rows: Places, lanes: Lanes) -> Laid:
    """Rows of all fibres of a product."""
    count = lanes.count[product[rows]]
    first = np.repeat(lanes.start[product[rows]] - (np.cumsum(count) - count), count)
    return Laid(np.repeat(rows, count), first + np.arange(count.sum()))


def _without_replaced(cells: Cells, every: Laid, single: Laid) -> Laid:
    flows = len(cells.texts["flow"].categories)
    stages = len(cells.texts["stage"].categories)

    def key(laid: Laid) -> Ints:
        flow = cells.texts["stage"].codes[laid.row] * flows + cells.texts["flow"].codes[laid.row]
        return np.asarray(laid.seat * (stages * flows) + flow, dtype=np.int64)

    kept = ~np.isin(key(every), key(single))
    return Laid(every.row[kept], every.seat[kept])
