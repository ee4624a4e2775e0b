"""Robust reading of Parquet files and arrow tables: errors of a file as problems, columns as a few common types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, EIO, EISDIR, EMFILE, ENFILE, ENOENT, ENOSPC, EPERM
from os import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.errors import InputError, PcfError, Problem, UsageError
from textile_pcf.messages.message import Message

MAGIC, LENGTH_BYTES = b"PAR1", 4
"""Marker at both ends of a Parquet file, and the size of the length field before the last one."""
ENCRYPTED_MAGIC = b"PARE"
MAX_STRING_BYTES = 1 << 31
"""Bytes of text from which a column needs 64-bit offsets."""
DISK_FULL_ERRORS = (ENOSPC, EDQUOT, EFBIG)
ACCESS_ERRORS = (EACCES, EPERM, ENOENT, EIO, EISDIR, EMFILE, ENFILE)
"""Error numbers of a file that cannot be opened. pyarrow raises OSError with other numbers for damaged content."""
MAX_MESSAGE_LENGTH = 120
DAMAGED = "Export it again from its source; it is damaged, or in a form that cannot be read here."


@contextmanager
def parquet_errors(name: str, error: type[PcfError] = InputError) -> Iterator[None]:
    """Turn errors of pyarrow within the `with` block into problems of a file.

    Parameters
    ----------
    name : str
        Path of the file that is read.
    error : type of PcfError
        Class of the error to raise.

    Raises
    ------
    error
        The file is not Parquet, is damaged or encrypted, or has texts that are not UTF-8.
    UsageError
        The file cannot be opened.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OSError) as fault:
        number = getattr(fault, "errno", None)
        if number in DISK_FULL_ERRORS:
            raise
        if number in ACCESS_ERRORS:
            what = Message("This file cannot be read ({reason}).", reason=getattr(fault, "strerror", "") or fault)
            raise UsageError([Problem(name, what, "Check the path and the rights.", code="no-file")]) from fault
        raise error([unreadable(name, fault)]) from None


def unreadable(name: str, fault: BaseException) -> Problem:
    """Return the problem that explains why a Parquet file cannot be read."""
    with Path(name).open("rb") as file:
        first = file.read(4)
    if first not in (MAGIC, ENCRYPTED_MAGIC):
        return Problem(name, "This is not a Parquet file.", "Write it again.", code="parquet")
    if first == ENCRYPTED_MAGIC or "encrypt" in str(fault).lower():
        return Problem(name, "This Parquet file is encrypted.", "Write it without encryption.", code="parquet")
    message = " ".join(str(fault).split())[:MAX_MESSAGE_LENGTH].rstrip(". ")
    return Problem(name, Message("This Parquet file cannot be read: {message}.", message=message), DAMAGED, code="parquet")


def text_columns(schema: Any) -> tuple[str, ...]:
    """Return the names of the text columns of an arrow schema, which are read as dictionaries."""
    return tuple(field.name for field in schema if is_text_type(field.type))


def is_text_type(arrow_type: Any) -> bool:
    """Return whether an arrow type is a string type; a dictionary of strings is not."""
    return str(arrow_type).removeprefix("large_") == "string"


def to_common_types(table: Any) -> Any:
    """Convert every column of an arrow table with `to_common_type`; columns of common types are not copied."""
    for index, name in enumerate(table.column_names):
        column = table.column(index)
        converted = to_common_type(column)
        if converted is not column:
            table = table.set_column(index, name, converted)
    return table


def to_common_type(column: Any) -> Any:
    """Convert an arrow column to strings, a dictionary of strings, or numbers where its type allows it.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Bytes and decimals become strings; extension types and other dictionaries become their values.

    Returns
    -------
    pyarrow.ChunkedArray
        The column itself if its type is common already or cannot be converted.
    """
    import pyarrow as pa

    arrow_type = column.type
    if isinstance(arrow_type, pa.BaseExtensionType):
        return to_common_type(column.cast(arrow_type.storage_type))
    if pa.types.is_dictionary(arrow_type):
        if str(arrow_type.value_type) == "string_view":  # of polars
            chunks = [pa.DictionaryArray.from_arrays(one.indices, one.dictionary.cast(pa.string())) for one in column.chunks]
            return pa.chunked_array(chunks, pa.dictionary(arrow_type.index_type, pa.string()))
        return column if is_text_type(arrow_type.value_type) else to_common_type(column.cast(arrow_type.value_type))
    short_name = str(arrow_type).removeprefix("large_").removesuffix("_view")
    if not (short_name == "binary" or str(arrow_type) == "string_view" or pa.types.is_decimal(arrow_type)):
        return column
    try:
        return column.cast(pa.string() if column.nbytes < MAX_STRING_BYTES else pa.large_string())
    except pa.ArrowInvalid:  # bytes that are not text: each cell is refused later, with its location
        return column


def open_parquet(path: str, texts: Sequence[str] = (), **options: Any) -> Any:
    """Open a Parquet file with checksum verification.

    Parameters
    ----------
    path : str
        Path of the file.
    texts : sequence of str
        Columns to be read as dictionaries.
    **options
        Further arguments of `pyarrow.parquet.ParquetFile`.

    Returns
    -------
    pyarrow.parquet.ParquetFile
    """
    from pyarrow import parquet

    return parquet.ParquetFile(path, read_dictionary=list(texts), page_checksum_verification=True, **options)


def read_rows(path: str, open_file: Callable[[], Any], read: Callable[[Any], Any]) -> Any:
    """Read rows of a Parquet file; texts as dictionaries where their encoding allows it, else as strings.

    Parameters
    ----------
    path : str
        Path of the file.
    open_file : callable
        Opens the file with its text columns as dictionaries.
    read : callable
        Reads a pyarrow table from the opened file.

    Returns
    -------
    pyarrow.Table
        Columns of common types; see `to_common_type`.
    """
    import pyarrow as pa

    try:
        return validate_texts(read(open_file()))
    except (pa.ArrowException, OSError):  # pyarrow cannot read delta-encoded texts as dictionaries
        return validate_texts(read(open_parquet(path, metadata=without_arrow_schema(path))))


def validate_texts(table: Any) -> Any:
    """Convert a table to common types and check its texts, which pyarrow does not do when it reads a file.

    Raises
    ------
    pyarrow.ArrowInvalid
        A text is not UTF-8, or a dictionary code has no text.
    """
    import pyarrow as pa

    converted = to_common_types(table)
    for column in converted.columns:
        is_dictionary = pa.types.is_dictionary(column.type)
        for chunk in column.chunks if is_dictionary or is_text_type(column.type) else ():
            if is_dictionary and not _codes_in_range(chunk):
                raise pa.ArrowInvalid("a code stands for no text")
            (chunk.dictionary if is_dictionary else chunk).validate(full=True)
    return converted


def _codes_in_range(chunk: Any) -> bool:
    """Return whether every code has a text; read as unsigned integers, negative codes are out of range too."""
    indices, texts = chunk.indices, len(chunk.dictionary)
    dtype = f"u{indices.type.bit_width // 8}"
    codes = np.frombuffer(indices.buffers()[1] or b"", dtype=dtype)[indices.offset : indices.offset + len(indices)]
    if int(codes.max(initial=0)) < texts:
        return True
    valid = indices.drop_null().to_numpy().view(dtype)  # the codes of nulls are undefined
    return not len(valid) or int(valid.max()) < texts


def without_arrow_schema(path: str) -> Any:
    """Return the metadata of a Parquet file without its arrow schema.

    If that schema declares a column as a dictionary, pyarrow encodes each row group anew, whatever `read_dictionary` says.

    Returns
    -------
    pyarrow.parquet.FileMetaData
    """
    import pyarrow as pa
    from pyarrow import parquet

    with Path(path).open("rb") as file:
        file.seek(-len(MAGIC) - LENGTH_BYTES, SEEK_END)
        size = int.from_bytes(file.read(LENGTH_BYTES), "little")
        file.seek(-len(MAGIC) - LENGTH_BYTES - size, SEEK_END)
        footer = file.read(size).replace(b"ARROW:schema", b"ARROW:unread")
    return parquet.read_metadata(pa.BufferReader(MAGIC + footer + size.to_bytes(LENGTH_BYTES, "little") + MAGIC))
