"""Rows `cutoff`: what a mill leaves out of the result, with an estimate of its share and the reason."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.indexing import ElementsByProduct
from textile_pcf.activity.row_patterns import Rows
from textile_pcf.arrays import FloatArray, IndexArray
from textile_pcf.columns import group_rows, take
from textile_pcf.errors import Problem
from textile_pcf.messages.message import Message
from textile_pcf.rules import RuleSet

CUTOFF = "cutoff"
TOLERANCE = 1e-9  # of rounding, above the whole result


class LeftOut(NamedTuple):
    """Rows of a table that leave something out, one entry per row.

    Attributes
    ----------
    row, product : ndarray of intp
        Row of the table, and its product.
    share : ndarray of float
        Estimated part of the gross emissions of the product. [1]
    flow, stage : ndarray of intp
        Flow or stage of the rule that is left out; -1 where the row names another thing.
    """

    row: IndexArray
    product: IndexArray
    share: FloatArray
    flow: IndexArray
    stage: IndexArray

    def of_products(self, products: IndexArray) -> LeftOut:
        """Return the rows of some products, product by product.

        Parameters
        ----------
        products : ndarray of intp, shape (products,)
            Index of each; an index may occur several times.
        """
        count = max(int(products.max(initial=-1)), int(self.product.max(initial=-1))) + 1
        own, product = ElementsByProduct.grouped(self.product, count).of_all(products)
        return LeftOut(self.row[own], product, self.share[own], self.flow[own], self.stage[own])


def check_cutoffs(cells: ActivityColumns, rows: Rows) -> Iterator[Problem]:
    """Yield a problem for each row `cutoff` without item or reason, with a component, or with estimates above 100 %.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows

    Yields
    ------
    Problem
    """
    if not rows.has_cutoffs:
        return
    cutoffs = rows.cutoffs
    checks = (
        ("item", True, "What is left out has no name.", "Write what it is in the column `item`: the id of a flow, or words."),
        ("note", True, "What is left out has no reason.", "Write in the column `note` why it is left out."),
        ("component", False, "A row `cutoff` is about the whole product.", "Leave `component` empty."),
    )
    for column, wanted, what, cure in checks:
        texts = cells.texts[column]
        is_empty = np.array([not text.strip() for text in texts.categories], dtype=bool)
        if not (is_empty == wanted).any():
            continue
        empty = is_empty[texts.codes[cutoffs]]
        yield from cells.problems_at(cutoffs[empty == wanted], Message(what), Message(cure), column, CUTOFF)
    share = _shares(cells, rows)
    what, cure = (
        Message("More than all of the result is left out."),
        Message("Write the estimated part, such as 1 with unit %."),
    )
    yield from cells.problems_at(cutoffs[share > 1], what, cure, "amount", CUTOFF)
    product = take(cells.texts["product"].codes, cutoffs).astype(np.intp)
    total = np.bincount(product, weights=np.where(share > 1, 0, np.nan_to_num(share)))
    for each in np.flatnonzero(total > 1 + TOLERANCE):
        what = Message("More than all of the result is left out: {total:.6g} % in all rows.", total=100 * total[each])
        yield from cells.problems_at(cutoffs[product == each][:1], what, cure, "amount", CUTOFF)


def rows_left_out(cells: ActivityColumns, rows: Rows, rules: RuleSet) -> LeftOut:
    """Return the rows `cutoff` of a table, each with what it leaves out.

    Parameters
    ----------
    cells : ActivityColumns
    rows : Rows
    rules : RuleSet
    """
    cutoffs = rows.cutoffs
    stage, item = cells.texts["stage"], cells.texts["item"]
    first, group = group_rows(stage.codes[cutoffs], item.codes[cutoffs])
    targets = [_target(rules, cells.text("stage", int(row)), cells.text("item", int(row))) for row in cutoffs[first]]
    flow, left_stage = np.array(targets, dtype=np.intp).reshape(-1, 2)[group].T
    product = take(cells.texts["product"].codes, cutoffs).astype(np.intp)
    return LeftOut(cutoffs, product, _shares(cells, rows), flow, left_stage)


def _shares(cells: ActivityColumns, rows: Rows) -> FloatArray:
    """Return the estimated part of the result that each row `cutoff` leaves out. [1]"""
    return take(cells.numbers["amount"], rows.cutoffs) * take(rows.patterns.factor, take(rows.pattern, rows.cutoffs))


def left_out_title(rules: RuleSet, stage: str, item: str, language: str = "en") -> str:
    """Return the name of what a row `cutoff` leaves out; its words as written where it is no stage or flow of the rule.

    Parameters
    ----------
    rules : RuleSet
    stage : str
        Stage of the row, or `product`.
    item : str
        What the row leaves out: an id, a title, or words.
    language : str, optional
        `en` or `zh`.

    Returns
    -------
    str
        With the name of its stage before it, where a flow is of another stage than the row.

    Examples
    --------
    >>> from textile_pcf.rules import load_rules
    >>> rules = load_rules("cotton_fabric@2026.2")
    >>> left_out_title(rules, "spinning", "land_use_change"), left_out_title(rules, "product", "sizing.water")
    ('Land use change of bought lint', 'Warping and sizing, Fresh water')
    """
    flow, left_stage = _target(rules, stage, item)
    if flow < 0:
        return item if left_stage < 0 else rules.title(rules.stages[left_stage].id, language=language)
    spec = rules.flows[flow]
    owner = rules.stage_id(spec.stage)
    title = rules.title(owner, spec.id, language)
    if owner == stage:
        return title
    return f"{rules.title(owner, language=language)}{'，' if language == 'zh' else ', '}{title}"


@lru_cache(maxsize=4096)
def _target(rules: RuleSet, stage: str, item: str) -> tuple[int, int]:
    """Return the flow and the stage of the rule that a row leaves out, -1 where it is none."""
    owner, _, name = item.rpartition(".")
    stages = {key: spec.index for spec in rules.stages for key in _names(rules, spec.id, "")}
    if owner in stages or stage in stages:
        place = rules.stages[stages.get(owner, stages.get(stage, -1))]
        for index in place.flows:
            if (name if owner in stages else item).casefold() in _names(rules, place.id, rules.flows[index].id):
                return index, -1
    return -1, stages.get(item.casefold(), -1)


def _names(rules: RuleSet, stage: str, flow: str) -> set[str]:
    """Return id and titles of a stage or flow, without capitals."""
    return {text.casefold() for text in (flow or stage, rules.title(stage, flow), rules.title(stage, flow, "zh"))}
