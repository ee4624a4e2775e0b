"""pyarrow tables and Parquet files as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns import ArrowStrings, Categorical, recode, take
from textile_pcf.errors import PcfError, Problem, UsageError
from textile_pcf.io.arrow_faults import open_parquet, parquet_errors, read_rows, text_columns, to_common_types
from textile_pcf.io.column_cells import normalize_cells, table_from_columns
from textile_pcf.io.opened_files import read_bytes
from textile_pcf.io.table import Header, Table

MAX_EXACT_INTEGER = 1 << 53
"""Integers up to this magnitude are represented exactly as float64."""
LARGE_DICTIONARY = 1_000
"""Number of distinct texts from which a dictionary is kept in pyarrow instead of being merged or stripped."""
BIT_MASKS = -np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").astype(np.int32)
"""The eight bits of each byte as masks: -1 where the bit is set, else 0. Shape (256, 8)."""


def from_parquet(name: str, header: Header, error: type[PcfError]) -> Table:
    """Read a Parquet file as a table.

    Parameters
    ----------
    name : str
        Path of the file.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise for a problem of the file.

    Returns
    -------
    Table
        Columns of texts are `Categorical`, columns of numbers are arrays.

    Raises
    ------
    error
        The file is not a readable Parquet file, or its columns are wrong.
    UsageError
        The file does not exist, or pyarrow is not installed.
    """
    if not Path(name).is_file():
        read_bytes(name)  # raises the UsageError of a missing file
    try:
        import pyarrow  # noqa: F401 - only to find out whether it is installed
    except ImportError:
        cure = "Install it: pip install 'textile_pcf[parquet]'"
        raise UsageError([Problem(name, "Reading Parquet needs pyarrow.", cure, code="extra")]) from None
    with parquet_errors(name, error):
        texts = text_columns(open_parquet(name).schema_arrow)
        table = read_rows(name, lambda: open_parquet(name, texts), lambda file: file.read())
        return from_arrow(table, name, header, error)


def from_arrow(table: Any, name: str, header: Header, error: type[PcfError]) -> Table:
    """Convert a pyarrow table.

    Parameters
    ----------
    table : pyarrow.Table
        The data.
    name : str
        Path of the Parquet file; `DataFrame` for a table in memory.
    header : Header
        The known columns.
    error : type of PcfError
        Class of the error to raise.

    Returns
    -------
    Table
        Columns of texts are `Categorical`, columns of numbers are arrays, other columns are lists.

    Raises
    ------
    error
        With every unknown or duplicated column and every cell that is neither a text nor a number.
    """
    table, rows = to_common_types(table), table.num_rows
    empty = Table(name, {}, rows, "parquet" if name != "DataFrame" else "frame", range(rows))
    return table_from_columns(empty, table.column_names, [column_cells(column) for column in table.columns], header, error)


def column_cells(column: Any) -> Any:
    """Return the cells of a pyarrow column: an array, a `Categorical` or a list."""
    type_name = str(column.type)
    if type_name.startswith(("int", "uint", "float", "double", "halffloat")):
        return _numbers(column)
    if type_name in ("string", "large_string") or type_name.startswith("dictionary<values=string"):
        return _categorical(*dictionary_codes(column))
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return normalize_cells(values)


def _numbers(column: Any) -> Any:
    """Return a numeric column as an array with NaN for nulls.

    A column of integers with nulls, of which some are too large for float64, is returned as texts.
    """
    import pyarrow as pa
    from pyarrow import compute

    if column.null_count and pa.types.is_integer(column.type):
        low, high = compute.min_max(column).as_py().values()
        if low is not None and not -MAX_EXACT_INTEGER <= low <= high <= MAX_EXACT_INTEGER:
            return _categorical(*dictionary_codes(column.cast(pa.string())))
    return normalize_cells(column.to_numpy())


def _categorical(codes: NDArray[np.int32], texts: Any) -> Categorical:
    """Return a categorical column.

    A large dictionary, such as one of product names, stays in pyarrow if its texts are ASCII and need no stripping.
    """
    import pyarrow as pa

    is_large = len(texts) > LARGE_DICTIONARY and not texts.null_count and texts.type in (pa.string(), pa.large_string())
    if is_large and ArrowStrings(texts).is_plain_ascii:
        encoded = texts.dictionary_encode()
        distinct = encoded.dictionary
        if len(distinct) == len(texts):
            return Categorical(codes, ArrowStrings(texts))
        if len(distinct) > LARGE_DICTIONARY:  # each row group has its own dictionary: links to products repeat the other items
            return Categorical(take(encoded.indices.to_numpy(), codes), ArrowStrings(distinct))
    return recode(codes, texts.to_pylist())


def dictionary_codes(column: Any) -> tuple[NDArray[np.int32], Any]:
    """Return the codes and the texts of a pyarrow text column.

    Large dictionaries of several chunks are concatenated, not merged: a text may then occur more than once.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Texts, or a dictionary of texts.

    Returns
    -------
    codes : ndarray of int32
        Index into the texts, shape (rows,).
    texts : pyarrow.Array
        If the column has nulls, an empty text is appended, and the nulls have its code.
    """
    import pyarrow as pa

    concatenate = False
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()  # pyarrow gives all chunks the same dictionary
    elif column.num_chunks > 1:
        concatenate = max(len(chunk.dictionary) for chunk in column.chunks) > LARGE_DICTIONARY
        column = column if concatenate else one_dictionary(column)
    chunks = column.chunks
    dictionaries = [chunk.dictionary for chunk in (chunks if concatenate else chunks[:1])]
    texts = pa.concat_arrays(dictionaries) if dictionaries else pa.array([], pa.string())
    if column.null_count:
        texts = pa.concat_arrays([texts, pa.array([""], texts.type)])
    elif len(chunks) == 1:
        return _index_values(chunks[0].indices), texts
    codes, row, offset = np.empty(len(column), dtype=np.int32), 0, 0
    for chunk in chunks:
        _fill_codes(chunk.indices, offset, len(texts) - 1, codes[row : row + len(chunk)])
        row += len(chunk)
        offset += len(chunk.dictionary) if concatenate else 0
    return codes, texts


def one_dictionary(column: Any) -> Any:
    """Return a dictionary column whose chunks share one dictionary.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        A dictionary column of at least one chunk.

    Returns
    -------
    pyarrow.ChunkedArray
        The column itself if its dictionaries are equal; else a column with the union of them and 32-bit codes.
    """
    import pyarrow as pa

    first, *others = (chunk.dictionary for chunk in column.chunks)
    if all(map(first.equals, others)):
        return column
    wide = [pa.DictionaryArray.from_arrays(chunk.indices.cast("int32"), chunk.dictionary) for chunk in column.chunks]
    return pa.chunked_array(wide).unify_dictionaries()


def _index_values(indices: Any) -> NDArray[np.int32]:
    """Return the values of pyarrow indices without a copy; the values of nulls are undefined."""
    narrow = indices.cast("int32")
    values = narrow.buffers()[1]
    return np.frombuffer(values, dtype=np.int32, count=narrow.offset + len(narrow))[narrow.offset :]


def _fill_codes(indices: Any, offset: int, null_code: int, codes: NDArray[np.int32]) -> None:
    """Write `index + offset`, and `null_code` for nulls, into `codes`.

    Nulls are masked with integer arithmetic, which takes a tenth of the time of `numpy.where`.
    """
    if not indices.null_count:
        np.add(_index_values(indices), offset, out=codes)
        return
    start, end = indices.offset, indices.offset + len(indices)
    validity = np.frombuffer(indices.buffers()[0], dtype=np.uint8)[start // 8 : -(-end // 8)]
    np.subtract(_index_values(indices), null_code - offset, out=codes)
    codes &= BIT_MASKS.take(validity, axis=0).reshape(-1)[start % 8 :][: len(codes)]
    codes += null_code
