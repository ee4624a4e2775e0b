"""Labels of rows whose kind is known: what their units mean, and whether items and years can be, found once for each text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from textile_pcf.activity.columns import ActivityColumns
from textile_pcf.activity.fuel_amounts import FuelKey, fuel_codes, fuel_keys, has_fuels
from textile_pcf.activity.interpretation import find_meanings
from textile_pcf.activity.per_length import is_per_length
from textile_pcf.activity.row_patterns import InvalidRow
from textile_pcf.activity.vocabulary import bad_year
from textile_pcf.columns import cell_text
from textile_pcf.factors import LINK
from textile_pcf.io.records import plain_cells
from textile_pcf.io.safe_text import first_control
from textile_pcf.rules import RuleSet
from textile_pcf.units import Unit
from textile_pcf.units.number_text import year_text

MAX_TEXTS = 20_000  # distinct items, and units of kinds with years per rule; only invented ones reach it


class UnlabelledRow(NamedTuple):
    """What a row says without its labels.

    Attributes
    ----------
    is_empty : bool
        Whether it has no amount.
    stage, flow, per : str
    chooses : bool
        Whether its item is the option of a choice.
    """

    is_empty: bool
    stage: str
    flow: str
    per: str
    chooses: bool


class UnlabelledRows(NamedTuple):
    """What the rows of a table say without their labels.

    Attributes
    ----------
    rows : list of UnlabelledRow
    numbers : list of int
        Numbers that stand for them in the keys of a cache.
    choices : list of int
        Rows whose item is an option.
    """

    rows: list[UnlabelledRow]
    numbers: list[int]
    choices: list[int]


class RowLabels(NamedTuple):
    """What the unit of a row means, with the option that the row chooses and its year.

    Attributes
    ----------
    factor : float
        Factor to the canonical unit.
    inverse : bool
        Whether the canonical amount is the factor divided by the amount.
    option : int
        Index of the chosen option, -1 where none is chosen.
    unit : Unit or None
    note : str
        Values of a fuel that the conversion rests on.
    per_length : bool
        Whether the unit is per length, so that the row may be converted by the mass of a metre.
    year : int
        0 where the cell is empty.
    """

    factor: float
    inverse: bool
    option: int
    unit: Unit | None
    note: str
    per_length: bool
    year: int


class LabelCache:
    """What was found of units, items and years under a rule: a service is sent ever new combinations of them, and few new ones.

    Attributes
    ----------
    rules : RuleSet
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._numbers, self._count = dict[UnlabelledRow, int](), count()  # no number twice, whichever threads ask
        self._labels: dict[tuple[int, object, object, object], RowLabels] = {}
        self._items: set[str] = set()

    def number(self, rows: list[UnlabelledRow]) -> UnlabelledRows:
        """Return rows with the number of each distinct one."""
        numbers = [self._numbers.setdefault(row, next(self._count)) for row in rows]
        return UnlabelledRows(rows, numbers, [place for place, row in enumerate(rows) if row.chooses])

    def are_plain(self, items: Sequence[str]) -> bool:
        """Return whether texts can be items and none is a product of the run."""
        if self._items.issuperset(items):
            return True
        if first_control("".join(items)) or LINK in "\n".join(items):
            return False
        if len(self._items) > MAX_TEXTS:
            self._items.clear()
        self._items.update(items)
        return True

    def of_rows(self, cells: ActivityColumns, rows: UnlabelledRows) -> list[RowLabels] | None:
        """Return what unit and year of each row of a table mean; None if some cannot be."""
        others = _options_and_fuels(cells, self.rules, rows)
        keys = list(zip(rows.numbers, _cells_of(cells, "unit"), _cells_of(cells, "year"), others, strict=True))
        found = list(map(self._labels.get, keys))
        if None in found:
            missing = [place for place, labels in enumerate(found) if labels is None]
            new = self._interpret(cells, missing, [rows.rows[place] for place in missing], [keys[place] for place in missing])
            if new is None:
                return None
            if len(self._labels) > MAX_TEXTS:
                self._labels.clear()
            for place, labels in zip(missing, new, strict=True):
                found[place] = self._labels[keys[place]] = labels
        return found  # type: ignore[return-value]

    def _interpret(
        self, cells: ActivityColumns, places: list[int], rows: list[UnlabelledRow], keys: list[tuple[int, Any, Any, Any]]
    ) -> list[RowLabels] | None:
        """Return what unit and year of rows mean that were not seen before; None if some cannot be."""
        _, units, years, others = zip(*keys, strict=True)
        texts, year_texts = list(map(cell_text, units)), [year_text(cell_text(year)) for year in years]
        if any(map(bad_year, year_texts)):
            return None
        fuels = [other if isinstance(other, FuelKey) else None for other in others]
        options = [other if row.chooses else "" for row, other in zip(rows, others, strict=True)]
        is_empty, stages, flows, bases, _ = zip(*rows, strict=True)
        key_columns = (is_empty, stages, flows, texts, bases, options, fuels)
        meanings = find_meanings(cells, self.rules, np.array(places), key_columns)
        found = []
        for meaning, text, year in zip(meanings, texts, year_texts, strict=True):
            if isinstance(meaning, InvalidRow):
                return None
            factor, inverse = meaning.conversion.factor, meaning.conversion.inverse
            per_length = is_per_length(text, self.rules)
            found.append(RowLabels(factor, inverse, meaning.option, meaning.unit, meaning.note, per_length, int(year or 0)))
        return found


def _cells_of(cells: ActivityColumns, name: str) -> Sequence[Any]:
    """Return the cells of a column as they were written; an absent column is empty everywhere."""
    columns = cells.table.columns
    return plain_cells(columns, name) if name in columns else [""] * cells.rows


def _options_and_fuels(cells: ActivityColumns, rules: RuleSet, rows: UnlabelledRows) -> Sequence[object]:
    """Return what else the unit of each row rests on: the chosen option, the fuel, or nothing."""
    others: list[object] = [None] * cells.rows
    if has_fuels(cells, rules):
        every = np.arange(cells.rows)
        others = [*fuel_keys(cells, rules, every, fuel_codes(cells, rules, every))]
    for row in rows.choices:
        others[row] = cells.texts["item"][row]
    return others
