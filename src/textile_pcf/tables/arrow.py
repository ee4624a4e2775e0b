"""Parquet files and arrow tables as others write them: what is wrong with a file, and columns as the few types used here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Any

from textile_pcf.errors import InputError, PcfError, Problem, UsageError

CODES = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
"""Encodings of a column that arrow can read as codes."""
SHORT = 1 << 31  # bytes
NO_ROOM = (ENOSPC, EDQUOT, EFBIG)
SAID = 120  # characters of what arrow says
MARKS = {b"PAR1": "", b"PARE": "It is encrypted."}
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
        if number is not None:
            what = f"This file cannot be read ({getattr(fault, 'strerror', '') or fault})."
            raise UsageError([Problem(name, what, "Check the path and the rights.", code="no-file")]) from fault
        raise error([unreadable(name, fault)]) from None


def unreadable(name: str, fault: BaseException) -> Problem:
    """Why a file is not read."""
    with Path(name).open("rb") as file:
        first = file.read(4)
    if MARKS.get(first, "no") == "no":
        return Problem(name, "This is not a Parquet file.", "Write it again.", code="parquet")
    if first == b"PARE" or "encrypt" in str(fault).lower():
        return Problem(name, "This Parquet file is encrypted.", "Write it without encryption.", code="parquet")
    said = " ".join(str(fault).split())[:SAID].rstrip(". ")
    return Problem(name, f"This Parquet file cannot be read: {said}.", DAMAGED, code="parquet")


def coded_columns(file: Any) -> tuple[str, ...]:
    """Columns of texts of a Parquet file that can be read as codes: not those that are written by their differences."""
    texts = [field.name for field in file.schema_arrow if is_text(field.type)]
    metadata, plain = file.metadata, set(texts)
    places = {metadata.schema.column(place).path: place for place in range(metadata.num_columns)}
    for group in range(metadata.num_row_groups):
        told = metadata.row_group(group)
        plain -= {name for name in plain if name in places and not CODES.issuperset(told.column(places[name]).encodings)}
    return tuple(name for name in texts if name in plain)


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


def checked(path: str, dictionaries: Sequence[str] = (), **options: Any) -> Any:
    """A Parquet file, opened; pages that have a checksum are compared with it."""
    from pyarrow import parquet

    return parquet.ParquetFile(path, read_dictionary=list(dictionaries), page_checksum_verification=True, **options)
