"""Rows of activity data that are changed: copies of the columns, and the location of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from textile_pcf.activity import Activity, build_activity
from textile_pcf.activity.row_patterns import RowKind
from textile_pcf.arrays import BoolArray, IndexArray
from textile_pcf.columns import Categorical
from textile_pcf.comparison.change_document import Place
from textile_pcf.io.table import Table
from textile_pcf.rules import PRODUCT, RuleSet

MADE = -1


@dataclass(frozen=True)
class ChangedTable(Table):
    """A table whose rows were changed; rows that a change made have its location.

    Attributes
    ----------
    original : Table
        The table before all changes.
    original_rows : sequence of int
        Row of that table; -1 for rows that a change made.
    places : sequence of str
        Location of the change that made a row; empty for others.
    """

    original: Table | None = field(default=None, repr=False)
    original_rows: Sequence[int] = field(default=(), repr=False)
    places: Sequence[str] = field(default=(), repr=False)

    def location(self, row: int, column: str | None = None) -> str:
        """Return the location of a row or cell in its file, or that of the change that made it."""
        if self.original_rows[row] == MADE or self.original is None:
            return self.places[row]
        return self.original.location(self.original_rows[row], column)


class ChangedRows:
    """Editable copies of the rows of activity data; the activity data themselves stay as they are.

    Parameters
    ----------
    activity : Activity
        The rows, as they stand after earlier changes.
    """

    def __init__(self, activity: Activity) -> None:
        table = activity.columns.table
        self.activity, self.rules = activity, activity.rules
        self.columns = {name: _cells(column) for name, column in table.columns.items()}
        self.rows = table.rows
        changed = table if isinstance(table, ChangedTable) else None
        self.original = table if changed is None else changed.original
        self.original_rows = list(range(table.rows)) if changed is None else list(changed.original_rows)
        self.places = [""] * table.rows if changed is None else list(changed.places)
        self.base = table

    def match(self, at: Place, *, stage_rows: bool) -> IndexArray:
        """Return the rows at a place: rows of stages and of the product itself, or rows of quantities."""
        cells, patterns = self.activity.columns, self.activity.rows.patterns
        is_stage = patterns.row_kind == RowKind.STAGE
        of_pattern = is_stage == stage_rows
        if at.stage is not None:
            of_pattern &= patterns.stage == self.stage_index(at.stage)
        if at.flow is not None:
            of_pattern &= np.array(_flow_ids(self.activity), dtype=object) == at.flow
        found = np.asarray(of_pattern, dtype=bool)[self.activity.rows.pattern]
        for column, wanted in (("product", at.product), ("component", at.component), ("item", at.item)):
            if wanted is not None:
                found &= _is_text(cells.texts[column], wanted)
        return np.flatnonzero(found)

    def stage_index(self, stage: str) -> int:
        """Return the index of a stage; of `product` that of the product itself. An unknown stage has none: -2."""
        indices = {"product": PRODUCT, **{spec.id: spec.index for spec in self.rules.stages}}
        return indices.get(stage, -2)

    def set(self, column: str, rows: IndexArray, value: Any) -> None:
        """Write a value into cells of a column, which is made if there is none."""
        cells = self.columns.setdefault(column, [""] * self.rows)
        for row in rows.tolist():
            cells[row] = value

    def add(self, row: Mapping[str, Any], place: str) -> None:
        """Append a row that a change makes."""
        for column in row:
            self.columns.setdefault(column, [""] * self.rows)
        for column, cells in self.columns.items():
            cells.append(row.get(column, ""))
        self.rows += 1
        self.original_rows.append(MADE)
        self.places.append(place)

    def remove(self, rows: IndexArray) -> None:
        """Leave rows out."""
        gone = set(rows.tolist())
        kept = [row for row in range(self.rows) if row not in gone]
        self.columns = {name: [cells[row] for row in kept] for name, cells in self.columns.items()}
        self.original_rows = [self.original_rows[row] for row in kept]
        self.places = [self.places[row] for row in kept]
        self.rows = len(kept)

    def build(self, rules: RuleSet | None = None) -> Activity:
        """Return activity data of the changed rows, checked like any other."""
        inherited = {one.name: getattr(self.base, one.name) for one in fields(Table)}
        inherited |= {"columns": self.columns, "rows": self.rows, "lines": range(self.rows), "notes": self.base.notes}
        inherited |= {"document": None, "paths": (), "pages": (), "source_type": "frame", "ragged": ()}
        table = ChangedTable(**inherited, original=self.original, original_rows=self.original_rows, places=self.places)
        return build_activity(table, rules or self.rules)


def _cells(column: Any) -> list[Any]:
    """Return a column as a list of cells; missing numbers are empty."""
    if isinstance(column, Categorical):
        return list(column)
    if isinstance(column, np.ndarray):
        return ["" if cell != cell else cell for cell in column.tolist()]
    return list(column)


def _flow_ids(activity: Activity) -> list[str]:
    """Return the id of the flow, property or loss of each pattern; for other patterns the text of the column `flow`."""
    rules, patterns = activity.rules, activity.rows.patterns
    specs: dict[int, Sequence[Any]] = {
        RowKind.FLOW: rules.flows, RowKind.PROPERTY: rules.properties, RowKind.LOSS: rules.losses
    }  # fmt: skip
    triples = zip(patterns.row_kind.tolist(), patterns.index.tolist(), patterns.first.tolist(), strict=True)
    return [
        specs[kind][index].id if kind in specs and index >= 0 else activity.columns.text("flow", first)
        for kind, index, first in triples
    ]


def _is_text(column: Categorical, wanted: str) -> BoolArray:
    return np.array([text == wanted for text in column.categories], dtype=bool)[column.codes]
