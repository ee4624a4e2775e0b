"""Numbers with a spread that do not enter footprints linearly: properties, losses, shares and outputs of all products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from textile_pcf.activity import Activity
from textile_pcf.activity.placed_amounts import PlacedAmounts
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, FloatArray, IndexArray
from textile_pcf.inventory.defaults import RuleDraws, RuleNumber, products_of_stage
from textile_pcf.inventory.dependence import Dependents
from textile_pcf.inventory.draw_sources import ActivityRow
from textile_pcf.inventory.quantities import Quantities
from textile_pcf.rules import LossSpec, PropertySpec
from textile_pcf.uncertainty_analysis.distributions import Distribution
from textile_pcf.uncertainty_analysis.spreads import Spreads

LOSS, MORE = -2, -1  # stand for the property where a number is a loss, or more than amounts of flows depends on it
Dependence = tuple[Dependents | None, ...]
"""See `dependents_of_properties`."""


class NonlinearNumbers(NamedTuple):
    """Numbers with a spread that do not enter linearly, each of one product: arrays of shape (numbers,).

    Attributes
    ----------
    product : ndarray of intp
    row : ndarray of intp
        Row of the activity data, or −1 − index in the numbers of the rule.
    stated : ndarray
        Stated value. [canonical unit]
    mean, squared : ndarray
        Mean as a multiple of the stated value, and squared coefficient of variation. [1]
    spec : ndarray of intp
        Property where nothing but amounts of flows depends on the number, else `LOSS` or `MORE`.
    """

    product: IndexArray
    row: IndexArray
    stated: FloatArray
    mean: FloatArray
    squared: FloatArray
    spec: IndexArray

    def those(self, chosen: BoolArray | IndexArray) -> NonlinearNumbers:
        """Return some of the numbers, by a mask or by their indices."""
        indices, floats = (self.product, self.row, self.spec), (self.stated, self.mean, self.squared)
        product, row, spec = (column[chosen] for column in indices)
        stated, mean, squared = (column[chosen] for column in floats)
        return NonlinearNumbers(product, row, stated, mean, squared, spec)

    def rounds(self, dependence: Dependence) -> Iterator[IndexArray]:
        """Yield numbers that can move at once, so that what each of them moves is known.

        Products do not depend on one another. Within a product, numbers on which nothing but flows depends move together where
        no flow depends on two of them; every other number moves alone. Losses and properties do not share a round.
        """
        sets = _sets_of_properties(np.unique(self.spec[self.spec >= 0]).tolist(), dependence)
        number = np.array([*(sets.get(spec, 0) for spec in range(len(dependence))), LOSS, MORE])[self.spec]
        order = np.argsort(self.product * (len(dependence) - LOSS) + self.spec, kind="stable")
        cell = np.stack([self.product, self.spec])[:, order]
        begins = np.append(True, (cell[:, 1:] != cell[:, :-1]).any(axis=0))[: len(order)]
        place = np.arange(len(order))
        rank = np.empty(len(order), dtype=np.intp)
        rank[order] = place - np.maximum.accumulate(np.where(begins, place, 0))
        turn = (number - LOSS) * (int(rank.max(initial=0)) + 1) + rank
        for one in np.flatnonzero(np.bincount(turn)).tolist():
            yield np.flatnonzero(turn == one)


def _sets_of_properties(specs: list[int], dependence: Dependence) -> dict[int, int]:
    """Return the number of the set of each property, from 1: no flow depends on two properties of a set."""
    taken: list[frozenset[int]] = []
    found = {}
    for spec in specs:
        depending = dependence[spec]
        own = depending.flows if depending is not None else frozenset()
        free = next((number for number, one in enumerate(taken) if not one & own), len(taken))
        if free == len(taken):
            taken.append(frozenset())
        taken[free] |= own
        found[spec] = free + 1
    return found


@dataclass(frozen=True, eq=False)
class MovedNumbers:
    """Activity data in which numbers that do not enter linearly stand where they are put.

    Attributes
    ----------
    activity : Activity
    numbers : NonlinearNumbers
        Their products are those of `activity`.
    rule_spreads : mapping of RuleNumber to (float, Distribution)
        See `numbers_of_rule`.
    entries : mapping of (str, int) to ndarray of intp
        Entry of each chosen value of the rule, see `inventory.draws.chosen_entries`.
    """

    activity: Activity
    numbers: NonlinearNumbers
    rule_spreads: Mapping[RuleNumber, tuple[float, Distribution]]
    entries: Mapping[tuple[str, int], IndexArray]

    @cached_property
    def _takers(self) -> list[IndexArray]:
        """Numbers of products that are each number of the rule."""
        return [np.flatnonzero(self.numbers.row == -1 - index) for index in range(len(self.rule_spreads))]

    @cached_property
    def _of_rows(self) -> IndexArray:
        return np.flatnonzero(self.numbers.row >= 0)

    @cached_property
    def _placed(self) -> PlacedAmounts:
        numbers = self.numbers
        return PlacedAmounts(self.activity, numbers.row[self._of_rows], numbers.product[self._of_rows])

    def at(self, multiples: FloatArray) -> tuple[Activity, RuleDraws]:
        """Return activity data and draws with the numbers at these multiples of the stated ones.

        Parameters
        ----------
        multiples : ndarray, shape (numbers,)
        """
        numbers, drawn = self.numbers, self.numbers.stated * multiples
        activity = self._placed.with_amounts(drawn[self._of_rows])
        rule_draws = dict[RuleNumber, FloatArray]()
        for (number, (stated, spread)), takers in zip(self.rule_spreads.items(), self._takers, strict=True):
            rule_draws[number] = np.full(len(activity.names), stated * spread.mean)
            rule_draws[number][numbers.product[takers]] = drawn[takers]
        return activity, RuleDraws(rule_draws, self.entries)


def numbers_of_rule(activity: Activity, spreads: Spreads) -> dict[RuleNumber, tuple[float, Distribution]]:
    """Return the properties and losses of the rule that have a spread, with their stated values and distributions."""
    specs: tuple[PropertySpec | LossSpec, ...] = (*activity.rules.properties, *activity.rules.losses)
    found = {}
    for spec in specs:
        if spec.default is None or spec.default.reference >= 0:
            continue
        kind = "property" if isinstance(spec, PropertySpec) else "loss"
        for entry, stated in enumerate(spec.default.values.tolist()):
            number = RuleNumber(kind, spec.index, entry)
            spread = None if np.isnan(stated) else spreads.of(number, stated)
            if spread is not None and spread.varies:
                found[number] = stated, spread
    return found


def nonlinear_numbers(
    activity: Activity,
    quantities: Quantities,
    spreads: Spreads,
    rule_spreads: dict[RuleNumber, tuple[float, Distribution]],
    dependence: Dependence,
) -> NonlinearNumbers:
    """Return the numbers of all products that have a spread and do not enter linearly, without those that move nothing.

    Parameters
    ----------
    activity, quantities
        Activity data and stated quantities.
    spreads : Spreads
    rule_spreads : dict
        See `numbers_of_rule`.
    dependence : tuple of Dependents or None
        See `dependents_of_properties`.
    """
    groups = [_of_rows(activity, spreads, dependence)]
    for index, (number, (stated, spread)) in enumerate(rule_spreads.items()):
        products = _products_with(activity, quantities, number)
        spec = LOSS if number.kind == "loss" else number.index if dependence[number.index] is not None else MORE
        values = (-1 - index, stated, spread.mean, spread.squared_variation, spec)
        groups.append(NonlinearNumbers(products, *(np.full(len(products), value) for value in values)))
    found = NonlinearNumbers(*(np.concatenate(column) for column in zip(*groups, strict=True)))
    moves = np.array([*(one is None or len(one.flows) > 0 for one in dependence), True, True])[found.spec]
    return found.those(moves)


def _of_rows(activity: Activity, spreads: Spreads, dependence: Dependence) -> NonlinearNumbers:
    """Return the properties, losses, shares and outputs of rows that have a spread."""
    rows, patterns = _rows_with_spread(activity, spreads), activity.rows.patterns
    known = [(row, spreads.of(ActivityRow(row), float(activity.value[row]))) for row in rows.tolist()]
    varied = [(row, spread.mean, spread.squared_variation) for row, spread in known if spread is not None and spread.varies]
    row = np.array([one for one, *_ in varied], dtype=np.intp)
    mean, squared = np.array([moments for _, *moments in varied], dtype=np.float64).reshape(-1, 2).T
    pattern = activity.rows.pattern[row]
    kind, index = patterns.row_kind[pattern], patterns.index[pattern]
    of_flows = np.array([spec for spec, one in enumerate(dependence) if one is not None], dtype=np.intp)
    spec = np.where((kind == RowKind.PROPERTY) & np.isin(index, of_flows), index, np.where(kind == RowKind.LOSS, LOSS, MORE))
    product = activity.columns.texts["product"].codes[row].astype(np.intp)
    return NonlinearNumbers(product, row, activity.value[row], mean, squared, spec)


def _rows_with_spread(activity: Activity, spreads: Spreads) -> IndexArray:
    """Return the rows of properties, losses, shares and outputs that may have a spread, ascending."""
    candidates = spreads.candidate_rows
    if candidates is None:
        return np.empty(0, dtype=np.intp)
    properties, is_number = activity.structure.properties, np.zeros(len(candidates) + 1, dtype=bool)
    numbers = properties.rows if properties.options is None else properties.rows[properties.options < 0]
    for rows in (numbers, activity.loss_rows, activity.outputs.row, activity.components.share_row):
        is_number[rows] = True  # the last is that of no row
    return np.flatnonzero(candidates & is_number[:-1])


def _products_with(activity: Activity, quantities: Quantities, number: RuleNumber) -> IndexArray:
    """Return the products that take a number of the rule, ascending; of a loss, where its stage takes place."""
    if number.kind == "property":
        spec: PropertySpec | LossSpec = activity.rules.properties[number.index]
        taken = quantities.property_entry[activity.property_entries.block(spec.index)] == number.entry
    else:
        spec = activity.rules.losses[number.index]
        block = activity.loss_entries.block(spec.index)
        taken = (quantities.loss_entry[block] == number.entry) & activity.structure.loss_active[block]
    found = np.zeros(len(activity.names), dtype=bool)
    found[products_of_stage(activity, spec.stage)[taken]] = True
    return np.flatnonzero(found)
