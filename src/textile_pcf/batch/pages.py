"""Pages of a column of a Parquet file, as their headers tell: whether all its cells are codes of its dictionary.

pyarrow does not say so: a column whose dictionary grew too large goes on without it, and its encodings are told as one set.
Headers are structs of Thrift's compact protocol.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from textile_pcf.columns import ArrowStrings

LONGEST = 4096  # bytes of a header
TYPE, WHOLE, SIZE, VALUES = 1, 2, 3, 1  # fields of a header, and of what it says of the page
DICTIONARY_PAGE, SAYS = 2, {0: (5, 2), 2: (7, 2), 3: (8, 4)}  # by type: the field that says more, and there the encoding
BITS = 63
CODES = (2, 8)  # encodings of pages that hold codes
PLAIN = (0, 2)  # those of dictionaries
CODECS = {"SNAPPY": "snappy", "ZSTD": "zstd", "GZIP": "gzip", "BROTLI": "brotli"}
LENGTH = 4  # bytes before each text that tell its length
NO_HEADERS = (KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError)  # what reading other bytes ends with
TRUE, FALSE, NUMBERS, TEXT, STRUCT = 1, 2, (4, 5, 6), 8, 12  # kinds of fields


def dictionary_size(file: BinaryIO, chunk: Any) -> int | None:
    """Texts in the dictionary of a column chunk; None where some cells are no codes of it, or its pages are not understood.

    Parameters
    ----------
    file : binary file
        Only the headers are read.
    chunk : pyarrow.parquet.ColumnChunkMetaData
        What the file says of a column in a row group.
    """
    if not chunk.dictionary_page_offset:
        return None
    at, end = chunk.dictionary_page_offset, chunk.dictionary_page_offset + chunk.total_compressed_size
    texts, cells = None, 0
    try:
        while at < end:
            header, at = _header(file, at)
            more, encoding = SAYS[header[TYPE]]
            told = header[more]
            if header[TYPE] == DICTIONARY_PAGE:
                texts = told[VALUES]
            elif told[encoding] in CODES:
                cells += told[VALUES]
            else:
                return None
            at += max(header[SIZE], 0)
    except NO_HEADERS:
        return None
    return texts if at == end and cells == chunk.num_values else None


def even_texts(file: BinaryIO, chunk: Any, count: int) -> Any:
    """Texts of a dictionary as a pyarrow array, where all are ASCII of one length, such as codes of products; else None.

    pyarrow makes a dictionary of them, to be looked up in, which takes three times as long.
    """
    import pyarrow as pa

    codec = CODECS.get(chunk.compression, "")
    try:
        header, at = _header(file, chunk.dictionary_page_offset)
        more, encoding = SAYS[header[TYPE]]
        if not (codec or chunk.compression == "UNCOMPRESSED") or header[more][encoding] not in PLAIN:
            return None
        file.seek(at)
        packed = file.read(max(header[SIZE], 0))
        cells = np.frombuffer(pa.decompress(packed, header[WHOLE], codec) if codec else packed, dtype=np.uint8)
    except (pa.ArrowException, OSError, *NO_HEADERS):
        return None  # reading tells what is wrong
    width = int.from_bytes(cells[:LENGTH].tobytes(), "little")
    if len(cells) != count * (LENGTH + width):
        return None
    cells = cells.reshape(count, LENGTH + width)
    if cells.max(initial=0) > 127 or np.any(cells[:, :LENGTH] != cells[:1, :LENGTH]):
        return None
    return ArrowStrings.from_matrix(cells[:, LENGTH:]).array


def _header(file: BinaryIO, at: int) -> tuple[dict[int, Any], int]:
    """Fields of the header at a place of a file, and the place behind it."""
    file.seek(at)
    told, size = _struct(file.read(LONGEST), 0)
    return told, at + size


def _struct(data: bytes, at: int) -> tuple[dict[int, Any], int]:
    """Fields of a struct by number, and the place behind it."""
    told: dict[int, Any] = {}
    number = 0
    while head := data[at]:
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _number(data, at)
        told[number], at = _field(data, at, head & 15)
    return told, at + 1


def _field(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in NUMBERS:
        return _number(data, at)
    if kind == STRUCT:
        return _struct(data, at)
    if kind == TEXT:
        length, at = _count(data, at)
        return None, at + length
    if kind not in (TRUE, FALSE):
        raise ValueError(kind)  # headers of pages hold nothing else
    return kind == TRUE, at


def _count(data: bytes, at: int) -> tuple[int, int]:
    """A number without sign, seven bits a byte."""
    told, shift = data[at] & 127, 7
    while data[at] > 127:
        if shift > BITS:
            raise ValueError(shift)  # no number is so long; without end it would fill the memory
        at += 1
        told |= (data[at] & 127) << shift
        shift += 7
    return told, at + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    told, at = _count(data, at)
    return (told >> 1) ^ -(told & 1), at
