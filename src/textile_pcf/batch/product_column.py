"""The product column of a partition as runs of equal texts, which the plan of the partitions has read already.

Decoding the column a second time takes an eighth of the time of reading the rows of a catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textile_pcf.arrays import IndexArray
from textile_pcf.batch.fingerprints import ProductRuns
from textile_pcf.batch.hashing import in_one_chunk
from textile_pcf.columns import Categorical, by_first_appearance
from textile_pcf.io.arrow import column_cells
from textile_pcf.io.arrow_faults import is_text_type
from textile_pcf.io.table import Table

LONG = 4  # rows of an average run: shorter runs take as much memory as the column
MAX_RUNS = 1 << 22  # runs of a file that are kept: about 100 MB


@dataclass(frozen=True, eq=False)
class ProductColumn:
    """Product column of the rows of a partition.

    Attributes
    ----------
    place : int
        Index of the column in the file.
    names : list of str
        Names of all columns of the file.
    texts : pyarrow.StringArray, shape (runs,)
        Text of each run of equal texts, as it is stored.
    lengths : ndarray of intp, shape (runs,)
        Number of rows of each run.
    """

    place: int
    names: list[str]
    texts: Any
    lengths: IndexArray

    @property
    def other_names(self) -> list[str]:
        """Names of the other columns, in the order of the file."""
        return self.names[: self.place] + self.names[self.place + 1 :]

    def cells(self) -> Categorical:
        """Return the column, coded by first appearance: only the runs are looked at, some fortieth of the rows.

        It is not kept: of all partitions it takes 8 bytes per row of the file.
        """
        import pyarrow as pa

        numbers = pa.array(np.arange(len(self.texts), dtype=np.int32))
        of_runs = by_first_appearance(column_cells(pa.chunked_array([pa.DictionaryArray.from_arrays(numbers, self.texts)])))
        codes = np.repeat(of_runs.codes.astype(np.int64, copy=False), self.lengths)
        return Categorical(codes, of_runs.categories, ordered=True)

    def insert_into(self, table: Table) -> Table:
        """Insert the column into a table of the other columns.

        Parameters
        ----------
        table : Table
            All rows of the partition.

        Returns
        -------
        Table
            The columns of the file, in its order.
        """
        columns = list(table.columns.items())
        place = sum(bool(str(name).strip()) for name in self.names[: self.place])  # columns without a name are left out
        return replace(table, columns=dict([*columns[:place], ("product", self.cells()), *columns[place:]]))


def run_texts(cells: Any, starts: IndexArray) -> Any:
    """Return the text of each run of a product column; None if runs are short, or a cell is empty or no text.

    Parameters
    ----------
    cells : pyarrow.ChunkedArray, shape (rows,)
        Product column of a row group.
    starts : ndarray of intp, shape (runs,)
        Row on which each run begins.

    Returns
    -------
    pyarrow.StringArray or None
    """
    import pyarrow as pa

    stored = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    if cells.null_count or not is_text_type(stored) or len(starts) * LONG > len(cells):
        return None
    return in_one_chunk(cells).take(pa.array(starts)).cast(pa.string())


def product_column(runs: Sequence[ProductRuns], skip: int, rows: int, place: int, names: list[str]) -> ProductColumn | None:
    """Return the product column of a partition; None if the texts of a row group are not known.

    Parameters
    ----------
    runs : sequence of ProductRuns
        Runs of the row groups that the partition is read from.
    skip : int
        Rows at the top of the first row group that belong to the partition before.
    rows : int
        Number of rows of the partition.
    place, names
        As in `ProductColumn`.

    Returns
    -------
    ProductColumn or None
    """
    import pyarrow as pa

    filled = [one for one in runs if one.rows]
    if len(names) < 2 or not all(one.texts is not None for one in filled):
        return None
    first_row = np.cumsum([-skip, *(one.rows for one in filled)])
    start = np.concatenate([one.starts + row for one, row in zip(filled, first_row[:-1], strict=True)])
    end = np.append(start[1:], first_row[-1])
    is_own = (end > 0) & (start < rows)
    first_run = np.cumsum([0, *(len(one.starts) for one in filled)])
    for number in range(1, len(filled)):  # the last product of a row group may go on in the next
        is_own[first_run[number]] &= filled[number].texts[0] != filled[number - 1].texts[-1]
    texts = pa.concat_arrays([one.texts for one in filled]).filter(pa.array(is_own))
    begin = np.maximum(start[is_own], 0)
    return ProductColumn(place, names, texts, np.diff(np.append(begin, rows)))
