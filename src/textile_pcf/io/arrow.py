"""pyarrow tables and Parquet files as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns import ArrowStrings, Categorical, recode
from textile_pcf.errors import PcfError, Problem, UsageError
from textile_pcf.io.arrow_faults import checked, reading, rows_of, text_columns, usual
from textile_pcf.io.column_cells import cells_of, from_columns
from textile_pcf.io.strict_yaml import read_bytes
from textile_pcf.io.table import Header, Table

EXACT = 1 << 53  # whole numbers up to here are floats too
MANY = 1_000  # texts of a piece: to make those of several pieces the same is to look each up twice


ALL_ONES_WHERE_SET = -np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").astype(np.int32)
"""Eight numbers for each byte of flags."""


def from_parquet(name: str, header: Header, error: type[PcfError]) -> Table:
    """Table of a Parquet file."""
    if not Path(name).is_file():
        read_bytes(name)
    try:
        import pyarrow  # noqa: F401 - whether it is there
    except ImportError:
        cure = "Install it: pip install 'textile_pcf[parquet]'"
        raise UsageError([Problem(name, "Reading Parquet needs pyarrow.", cure, code="extra")]) from None
    with reading(name, error):
        texts = text_columns(checked(name).schema_arrow)
        table = rows_of(name, lambda: checked(name, texts), lambda file: file.read())
        return from_arrow(table, name, header, error)


def from_arrow(table: Any, name: str, header: Header, error: type[PcfError]) -> Table:
    """Table of a pyarrow table."""

    def cells(column: Any) -> Any:
        kind = str(column.type)
        if kind.startswith(("int", "uint", "float", "double", "halffloat")):
            return _numbers(column)
        if kind not in ("string", "large_string") and not kind.startswith("dictionary<values=string"):
            return objects(column)
        return _of_texts(*dictionary_codes(column))

    def objects(column: Any) -> Any:
        values = np.empty(len(column), dtype=object)
        values[:] = column.to_pylist()
        return cells_of(values)

    table, rows = usual(table), table.num_rows
    empty = Table(name, {}, rows, "parquet" if name != "DataFrame" else "frame", range(rows))
    return from_columns(empty, table.column_names, [cells(column) for column in table.columns], header, error)


def _numbers(column: Any) -> Any:
    """Numbers of a pyarrow column, NaN where there is none; whole numbers that floats would blur are told as texts there."""
    import pyarrow as pa
    from pyarrow import compute

    if column.null_count and pa.types.is_integer(column.type):
        low, high = compute.min_max(column).as_py().values()
        if low is not None and not -EXACT <= low <= high <= EXACT:
            return _of_texts(*dictionary_codes(column.cast(pa.string())))
    return cells_of(column.to_numpy())


def _of_texts(codes: NDArray[np.int32], texts: Any) -> Categorical:
    """A column of coded texts: many, such as products, stay as they are where none could be stripped or stands twice."""
    import pyarrow as pa
    from pyarrow import compute

    many = len(texts) > MANY and not texts.null_count and texts.type in (pa.string(), pa.large_string())
    if many and ArrowStrings(texts).is_plain_ascii and len(compute.unique(texts)) == len(texts):
        return Categorical(codes, ArrowStrings(texts))
    return recode(codes, texts.to_pylist())


def dictionary_codes(column: Any) -> tuple[NDArray[np.int32], Any]:
    """Codes of a pyarrow column of texts, and the texts: where some are missing an empty one behind the others stands for them.

    Texts of several pieces with many texts each are put one after the other, so that the same may stand twice.
    """
    import pyarrow as pa

    many = False
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()  # all pieces have the same texts
    elif column.num_chunks > 1:
        many = max(len(chunk.dictionary) for chunk in column.chunks) > MANY
        column = column if many else one_dictionary(column)
    chunks = column.chunks
    texts = [chunk.dictionary for chunk in (chunks if many else chunks[:1])]
    told = pa.concat_arrays(texts) if texts else pa.array([], pa.string())
    if column.null_count:
        told = pa.concat_arrays([told, pa.array([""], told.type)])
    elif len(chunks) == 1:
        return _bare(chunks[0].indices), told
    codes, row, text = np.empty(len(column), dtype=np.int32), 0, 0
    for chunk in chunks:
        _put_codes(chunk.indices, text, len(told) - 1, codes[row : row + len(chunk)])
        row += len(chunk)
        text += len(chunk.dictionary) if many else 0
    return codes, told


def one_dictionary(column: Any) -> Any:
    """A pyarrow column whose pieces have one dictionary: their own where it is the same, else all in one, coded in 32 bits."""
    import pyarrow as pa

    first, *others = (chunk.dictionary for chunk in column.chunks)
    if all(map(first.equals, others)):
        return column
    wide = [pa.DictionaryArray.from_arrays(chunk.indices.cast("int32"), chunk.dictionary) for chunk in column.chunks]
    return pa.chunked_array(wide).unify_dictionaries()


def _bare(indices: Any) -> NDArray[np.int32]:
    """Codes of indices, whatever stands where there is none."""
    whole = indices.cast("int32")
    values = whole.buffers()[1]
    return np.frombuffer(values, dtype=np.int32, count=whole.offset + len(whole))[whole.offset :]


def _put_codes(indices: Any, first: int, nothing: int, codes: NDArray[np.int32]) -> None:
    """Codes counted from `first`, and `nothing` where there is none: to choose by a flag would take ten times as long."""
    if not indices.null_count:
        np.add(_bare(indices), first, out=codes)
        return
    start, end = indices.offset, indices.offset + len(indices)
    flags = np.frombuffer(indices.buffers()[0], dtype=np.uint8)[start // 8 : -(-end // 8)]
    np.subtract(_bare(indices), nothing - first, out=codes)
    codes &= ALL_ONES_WHERE_SET.take(flags, axis=0).reshape(-1)[start % 8 :][: len(codes)]
    codes += nothing
