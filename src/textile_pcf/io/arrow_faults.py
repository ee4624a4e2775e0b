"""Parquet files and arrow tables as others write them: what is wrong with a file, and columns as the few types used here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import EACCES, EDQUOT, EFBIG, EIO, EISDIR, EMFILE, ENFILE, ENOENT, ENOSPC, EPERM
from os import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np

from textile_pcf.errors import InputError, PcfError, Problem, UsageError

MARK, LENGTH = b"PAR1", 4  # the end of a Parquet file, and the bytes before it that tell how long its description is
SHORT = 1 << 31  # bytes
NO_ROOM = (ENOSPC, EDQUOT, EFBIG)
NO_WAY_IN = (EACCES, EPERM, ENOENT, EIO, EISDIR, EMFILE, ENFILE)  # other numbers come of places outside of the file
SAID = 120  # characters of what arrow says
ENCRYPTED = b"PARE"
DAMAGED = "Write it anew where it comes from; it is damaged, or written in a way that cannot be read here."


@contextmanager
def reading(name: str, error: type[PcfError] = InputError) -> Iterator[None]:
    """Whatever arrow finds wrong with a file while it is read is a problem of that file.

    Raises
    ------
    error
        Its bytes are no Parquet, damaged, encrypted, or not to be decoded.
    UsageError
        The file cannot be read at all.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OSError) as fault:
        number = getattr(fault, "errno", None)
        if number in NO_ROOM:
            raise
        if number in NO_WAY_IN:
            what = f"This file cannot be read ({getattr(fault, 'strerror', '') or fault})."
            raise UsageError([Problem(name, what, "Check the path and the rights.", code="no-file")]) from fault
        raise error([unreadable(name, fault)]) from None


def unreadable(name: str, fault: BaseException) -> Problem:
    """Why a file is not read."""
    with Path(name).open("rb") as file:
        first = file.read(4)
    if first not in (MARK, ENCRYPTED):
        return Problem(name, "This is not a Parquet file.", "Write it again.", code="parquet")
    if first == ENCRYPTED or "encrypt" in str(fault).lower():
        return Problem(name, "This Parquet file is encrypted.", "Write it without encryption.", code="parquet")
    said = " ".join(str(fault).split())[:SAID].rstrip(". ")
    return Problem(name, f"This Parquet file cannot be read: {said}.", DAMAGED, code="parquet")


def text_columns(schema: Any) -> tuple[str, ...]:
    """Columns of texts, to be read as codes."""
    return tuple(field.name for field in schema if is_text(field.type))


def is_text(kind: Any) -> bool:
    """Whether a type is one of texts, not coded."""
    return str(kind).removeprefix("large_") == "string"


def usual(table: Any) -> Any:
    """A table whose columns are of usual types: texts, also where they were bytes or decimals, coded texts, numbers."""
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        found = usual_column(column)
        if found is not column:
            table = table.set_column(place, name, found)
    return table


def usual_column(column: Any) -> Any:
    """The same cells as a usual type; those that have none as they are."""
    import pyarrow as pa

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return usual_column(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return column if is_text(kind.value_type) else usual_column(column.cast(kind.value_type))
    bare = str(kind).removeprefix("large_").removesuffix("_view")
    if not (bare == "binary" or str(kind) == "string_view" or pa.types.is_decimal(kind)):
        return column
    try:
        return column.cast(pa.string() if column.nbytes < SHORT else pa.large_string())
    except pa.ArrowInvalid:  # bytes that are no text; they are refused where they stand
        return column


def checked(path: str, texts: Sequence[str] = (), **options: Any) -> Any:
    """A Parquet file, opened, some texts to be read as codes; pages that have a checksum are compared with it."""
    from pyarrow import parquet

    return parquet.ParquetFile(path, read_dictionary=list(texts), page_checksum_verification=True, **options)


def rows_of(path: str, coded: Callable[[], Any], read: Callable[[Any], Any]) -> Any:
    """Rows of a Parquet file, of usual types; texts as codes, or where they are written by their differences, plainly.

    `coded` opens the file, `read` reads rows of an opened one.
    """
    import pyarrow as pa

    try:
        return sound(read(coded()))
    except (pa.ArrowException, OSError):
        return sound(read(checked(path, metadata=without_arrow_schema(path))))


def sound(table: Any) -> Any:
    """A table of usual types whose texts are UTF-8 and whose codes are those of texts: arrow does not look when it reads."""
    import pyarrow as pa

    told = usual(table)
    for column in told.columns:
        coded = pa.types.is_dictionary(column.type)
        for chunk in column.chunks if coded or is_text(column.type) else ():
            if coded and not _within(chunk):
                raise pa.ArrowInvalid("a code stands for no text")
            (chunk.dictionary if coded else chunk).validate(full=True)
    return told


def _within(chunk: Any) -> bool:
    """Whether all codes are those of texts; as numbers without sign, none of them is negative."""
    indices, texts = chunk.indices, len(chunk.dictionary)
    kind = f"u{indices.type.bit_width // 8}"
    every = np.frombuffer(indices.buffers()[1] or b"", dtype=kind)[indices.offset : indices.offset + len(indices)]
    if int(every.max(initial=0)) < texts:
        return True
    told = indices.drop_null().to_numpy().view(kind)  # nothing may stand where there is none
    return not len(told) or int(told.max()) < texts


def without_arrow_schema(path: str) -> Any:
    """What a Parquet file says of itself but for the schema that arrow wrote beside: where that calls a column a dictionary,
    pyarrow codes each row group of it anew, whatever it is asked.
    """
    import pyarrow as pa
    from pyarrow import parquet

    with Path(path).open("rb") as file:
        file.seek(-len(MARK) - LENGTH, SEEK_END)
        size = int.from_bytes(file.read(LENGTH), "little")
        file.seek(-len(MARK) - LENGTH - size, SEEK_END)
        told = file.read(size).replace(b"ARROW:schema", b"ARROW:unread")
    return parquet.read_metadata(pa.BufferReader(MARK + told + size.to_bytes(LENGTH, "little") + MARK))
