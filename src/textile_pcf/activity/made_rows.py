"""Tables of rows that are made of the rows of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textile_pcf.errors import InputError, Problem
from textile_pcf.io.table import Table


def made_rows(table: Table, columns: Mapping[str, list[Any]], rows: list[int], letters: Mapping[str, str]) -> Table:
    """Return a table of new rows, each with the location of the row that it was made of.

    Parameters
    ----------
    table : Table
        The table that was read.
    columns : mapping
        Cells of the new rows.
    rows : list of int
        Row of the table that each new row was made of.
    letters : mapping
        Letter of each column.

    Raises
    ------
    InputError
        There is no row.
    """
    if not rows:
        cure = "Write at least one amount."
        raise InputError([*table.shape_problems, Problem(table.name, "This form has no amounts.", cure, code="no-rows")])
    paths = [table.paths[row] for row in rows] if table.paths else ()
    lines = [table.lines[row] for row in rows]
    return replace(table, columns=columns, rows=len(rows), lines=lines, paths=paths, letters=letters)
