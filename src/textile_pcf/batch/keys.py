"""Keys of products: 64 bits, the same in every run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns import Texts

STIRS = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without order: 2^64 over the golden ratio
PIECE = 100_000  # texts whose keys are made at a time


def keys(column: Any) -> NDArray[np.uint64]:
    """Key of each product, the same in every run: computed on the bytes of the texts, or on the numbers."""
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type):
        return _mixed(column.to_numpy().astype(np.int64).view(np.uint64))
    texts = _joined(column.cast(pa.large_string()))
    if texts.null_count:
        texts = texts.fill_null("")  # a copy, whether there is one or not
    if not Texts(texts).plain:
        texts = _joined(compute.utf8_trim_whitespace(texts))
    every = np.empty(len(texts), dtype=np.uint64)
    for first in range(0, len(texts), PIECE):
        every[first : first + PIECE] = _text_keys(texts.slice(first, PIECE))
    return every


def _joined(texts: Any) -> Any:
    """Texts in one piece."""
    import pyarrow as pa

    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _text_keys(texts: Any) -> NDArray[np.uint64]:
    """Keys of texts, eight bytes at a time."""
    data, lengths = Texts(texts).bytes()
    longest = int(lengths.max(initial=0))
    width = -(-longest // 8) * 8
    padded = np.zeros((len(texts), width), dtype=np.uint8)
    if longest and int(lengths.min()) == longest:
        padded[:, :longest] = data.reshape(-1, longest)
    elif longest:
        padded[np.arange(width) < lengths[:, None]] = data
    words = padded.view(np.uint64)
    total = lengths.astype(np.uint64)
    for place in range(words.shape[1]):
        total ^= words[:, place]
        total *= STIRS
        total ^= total >> np.uint64(32)
    return _mixed(total)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of each number well stirred (splitmix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
