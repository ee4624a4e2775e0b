"""Keys of products: 64 bits, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns import ArrowStrings, cell_text
from textile_pcf.io.arrow_faults import is_text_type, to_common_type
from textile_pcf.io.table import clean_cell

STIRS = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without order: 2^64 over the golden ratio
NOTHING = np.uint64(0x5851F42D4C957F2D)  # the key of no number
WORD = 8  # bytes
PIECE = 100_000  # texts whose keys are made at a time


def keys(column: Any) -> NDArray[np.uint64]:
    """Key of each product, the same in every run: computed on the bytes of the texts, or on the numbers."""
    import pyarrow as pa
    from pyarrow import compute

    column = to_common_type(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type):
        return _number_keys(column)
    if not is_text_type(column.type):
        column = pa.array([cell_text(clean_cell(cell)) for cell in column.to_pylist()], pa.large_string())
    texts = joined(column.cast(pa.large_string()))
    if texts.null_count:
        texts = texts.fill_null("")  # a copy, whether there is one or not
    if not ArrowStrings(texts).is_plain_ascii:
        texts = joined(compute.utf8_trim_whitespace(texts))
    every = np.empty(len(texts), dtype=np.uint64)
    for first in range(0, len(texts), PIECE):
        every[first : first + PIECE] = _text_keys(ArrowStrings(texts.slice(first, PIECE)))
    return every


def _number_keys(column: Any) -> NDArray[np.uint64]:
    """Keys of whole numbers; that of a missing one is the key of no number."""
    missing = column.null_count
    every = _mixed(joined(column.fill_null(0) if missing else column).to_numpy().astype(np.int64).view(np.uint64))
    return np.where(joined(column.is_null()).to_numpy(zero_copy_only=False), NOTHING, every) if missing else every


def joined(texts: Any) -> Any:
    """Texts in one piece."""
    import pyarrow as pa

    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _text_keys(texts: ArrowStrings) -> NDArray[np.uint64]:
    """Keys of texts, eight bytes at a time."""
    _, lengths = texts.bytes()
    total = lengths.astype(np.uint64)
    for place, word in enumerate(_words(texts)):
        stirred = (total ^ word) * STIRS
        stirred ^= stirred >> np.uint64(32)
        longer = lengths > place * WORD  # the key of a text is the same whatever the length of those beside it
        total = stirred if longer.all() else np.where(longer, stirred, total)
    return _mixed(total)


def _words(texts: ArrowStrings) -> Iterator[NDArray[np.uint64]]:
    """Eight bytes of each text, the next eight, and so on; behind its end nothing."""
    rows = texts.as_matrix()
    if rows is not None and rows.shape[1] >= WORD:  # read where they stand; the last eight share bytes with those before
        count, length = rows.shape
        for first in range(0, length, WORD):
            at = min(first, length - WORD)
            word = np.ndarray(count, "<u8", rows, at, (length,))
            yield word if at == first else word >> np.uint64(8 * (first - at))
        return
    data, lengths = texts.bytes()
    width = -(-int(lengths.max(initial=0)) // WORD) * WORD
    padded = np.zeros((len(texts), width), dtype=np.uint8)
    padded[np.arange(width) < lengths[:, None]] = data
    yield from padded.view("<u8").T


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of each number well stirred (splitmix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
