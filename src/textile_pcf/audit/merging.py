"""Which published sums give masked factors away, and which stages to merge so that none does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.audit.disclosure import COUNTED_APART, REMOVALS, Unknowns, determined, equation
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message
from textile_pcf.results import SPLIT, Footprint
from textile_pcf.results.tables import line_groups

ALL_PARTS = tuple(range(len(SPLIT)))


def exposed_stages(result: Footprint, row: IndexArray, terms: Unknowns) -> tuple[tuple[int, ...], ...]:
    """Return the stages of each product with a masked row that the published sums determine."""
    if not len(terms.row):
        return ((),) * len(result.products)
    lines = result.lines
    with_masks = np.unique(lines.product[terms.line]).tolist()
    equations = [each for number in with_masks for each in _sums(result, terms, lines.product == number)]
    open_rows = determined(np.array(equations), terms.row)
    given_away = (row >= 0) & open_rows[np.maximum(row, 0)]
    stages: dict[int, set[int]] = {}
    for product, stage in zip(lines.product[given_away].tolist(), lines.stage[given_away].tolist(), strict=True):
        stages.setdefault(product, set()).add(stage)
    return tuple(tuple(sorted(stages.get(number, ()))) for number in range(len(result.products)))


def _sums(result: Footprint, terms: Unknowns, of_product: BoolArray) -> Iterator[FloatArray]:
    """Yield the published sums of one product: stages, groups, fibres, parts, aircraft, shares of the gross emissions."""
    lines, inventory = result.lines, result.inventory
    inside, positive = inventory.inside, [part for part in ALL_PARTS if SPLIT[part] != "uptake"]
    for stage in np.unique(lines.stage[of_product]):
        yield equation(terms, of_product & (lines.stage == stage), ALL_PARTS)
        yield equation(terms, of_product & (lines.stage == stage), REMOVALS)
    for column in ("group", "component"):
        _, code = line_groups(result, column)
        for each in np.unique(code[of_product]):
            yield equation(terms, of_product & inside & (code == each), ALL_PARTS)
    for part in (*ALL_PARTS, len(SPLIT)):
        yield equation(terms, of_product & inside, [part])
    yield equation(terms, of_product & inside, [COUNTED_APART])
    yield equation(terms, of_product & inside & lines.ruled, positive)


class MaskedLines(NamedTuple):
    """A result to be published: masked row of each line, lines with terms of masked rows, and the terms."""

    result: Footprint
    row: IndexArray
    masked: BoolArray
    terms: Unknowns

    def stages_of(self, lines: BoolArray) -> BoolArray:
        """Return which stages have some of these lines, shape (products, stages)."""
        found = np.zeros(self.result.by_stage.shape, dtype=bool)
        found[self.result.lines.product[lines], self.result.lines.stage[lines]] = True
        return np.asarray(found, dtype=bool)


def stages_to_merge(shown: MaskedLines, exposed: tuple[tuple[int, ...], ...]) -> BoolArray:
    """Return the stages to merge, shape (products, stages), so that no published sum determines a masked row.

    Stages that are exposed are merged; a product gives its largest other stages as well, until nothing is determined. Stages
    outside the boundary are hidden, not added.

    Raises
    ------
    UsageError
        All stages of a product are merged, and its total still determines a masked row.
    """
    result, inside = shown.result, shown.result.inventory.inside
    outside = np.array([info.outside for info in result.stages])
    merged: BoolArray = shown.stages_of(shown.masked) & outside
    for product, stages in enumerate(exposed):
        merged[product, list(stages)] = True
    gross = np.zeros_like(result.by_stage)
    lines = result.lines
    np.add.at(gross, (lines.product[inside], lines.stage[inside]), np.abs(lines.emissions[inside]))
    gross[:, outside] = 0.0
    for product in np.flatnonzero((merged & ~outside).sum(axis=1) == 1).tolist():
        merged[product, int(np.where(merged[product], -1.0, gross[product]).argmax())] |= bool(gross[product].any())
    while (open_rows := determined(_strict_sums(shown, merged), shown.terms.row)).any():
        given_away = (shown.row >= 0) & open_rows[np.maximum(shown.row, 0)] & inside
        merged |= shown.stages_of(given_away)
        products = np.unique(lines.product[given_away]).tolist()
        if not products:
            _refuse_publication(result, int(lines.product[shown.masked][0]))
        for product in products:
            others = np.where(merged[product], 0.0, gross[product])
            if not others.any():
                _refuse_publication(result, product)
            merged[product, int(others.argmax())] = True
    return merged


def _refuse_publication(result: Footprint, product: int) -> None:
    name = result.products[product]
    what = Message("The total of {product} alone gives a number away that must not be passed on.", product=name)
    cure = "Take a factor that may be passed on, or do not publish this product."
    raise UsageError([Problem("--strict", what, cure, code="licence")])


def _strict_sums(shown: MaskedLines, merged: BoolArray) -> FloatArray:
    """Return the sums of a strict publication: stages that are not merged, and the merged sum of each product.

    A merged sum with amounts of the mill that nobody publishes has an unknown of its own; equal ones of several products have
    the same one, since a reader may guess that they are equal.
    """
    result, terms = shown.result, shown.terms
    lines, inside = result.lines, result.inventory.inside
    equations: list[FloatArray] = []
    amounts: list[float | None] = []
    stages = shown.stages_of(shown.masked) & ~merged
    own = result.inventory.source_row >= 0
    for product in np.unique(lines.product[terms.line]).tolist():
        of_product = lines.product == product
        for stage in np.flatnonzero(stages[product]).tolist():
            chosen = of_product & (lines.stage == stage)
            equations += [equation(terms, chosen, ALL_PARTS), equation(terms, chosen, REMOVALS)]
            amounts += [None, None]
        together = of_product & inside & merged[product, lines.stage]
        emitted = np.abs(lines.emissions[together & own & ~shown.masked])
        equations.append(equation(terms, together, ALL_PARTS))
        amounts.append(round(float(emitted.sum()), 12) if emitted.any() else None)
    known = sorted({amount for amount in amounts if amount is not None})
    extra = np.zeros((len(equations), len(known)))
    for number, amount in enumerate(amounts):
        if amount is not None:
            extra[number, known.index(amount)] = 1.0
    return np.column_stack([np.array(equations), extra])
