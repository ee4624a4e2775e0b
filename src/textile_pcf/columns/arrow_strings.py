"""Sequence of strings backed by a pyarrow array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns.codes import SHORT


@dataclass(frozen=True, slots=True, eq=False)
class ArrowStrings(Sequence[str]):
    """Sequence of strings backed by a pyarrow array. Elements become Python strings on access.

    Attributes
    ----------
    array : pyarrow.StringArray or pyarrow.LargeStringArray
        Array without nulls.
    """

    array: Any

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> ArrowStrings: ...

    def __getitem__(self, index: int | slice) -> str | ArrowStrings:
        return ArrowStrings(self.array[index]) if isinstance(index, slice) else self.array[index].as_py()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_pylist())

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and bool(self.array.index(text).as_py() >= 0)

    @classmethod
    def from_matrix(cls, rows: NDArray[np.uint8]) -> ArrowStrings:
        """Build from strings of equal length.

        Parameters
        ----------
        rows : ndarray of uint8, shape (strings, length)
            UTF-8 bytes.

        Returns
        -------
        ArrowStrings
        """
        import pyarrow as pa

        count, length = rows.shape
        ends = np.arange(0, (count + 1) * length, length, dtype=np.int32) if length else np.zeros(count + 1, dtype=np.int32)
        return cls(pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(rows))))

    def as_matrix(self) -> NDArray[np.uint8] | None:
        """Return the UTF-8 bytes of strings of equal length.

        Returns
        -------
        ndarray of uint8, shape (strings, length), or None
            None if the lengths differ, or there are no strings or only empty ones.
        """
        data, lengths = self.bytes()
        length = int(lengths[0]) if len(lengths) else 0
        is_matrix = length > 0 and len(data) < SHORT and bool((lengths == length).all())
        return data.reshape(-1, length) if is_matrix else None

    def take(self, indices: NDArray[np.intp]) -> ArrowStrings:
        """Return the strings at `indices`, in that order.

        Strings of equal length are taken as rows of bytes, which is several times as fast.
        """
        rows = self.as_matrix()
        return ArrowStrings(self.array.take(indices)) if rows is None else ArrowStrings.from_matrix(rows.take(indices, axis=0))

    def starting_with(self, prefix: str) -> NDArray[np.bool_]:
        """Return which strings begin with a prefix, shape (strings,).

        Parameters
        ----------
        prefix : str

        Returns
        -------
        ndarray of bool
        """
        from pyarrow import compute

        return np.asarray(compute.starts_with(self.array, prefix).to_numpy(zero_copy_only=False), dtype=bool)

    def without_prefix(self, length: int) -> ArrowStrings:
        """Return the strings without their first characters.

        Parameters
        ----------
        length : int
            Characters to leave out of each string; all of them ASCII.

        Returns
        -------
        ArrowStrings
        """
        from pyarrow import compute

        rows = self.as_matrix()
        if rows is not None and rows.shape[1] > length:
            return ArrowStrings.from_matrix(rows[:, length:])
        return ArrowStrings(compute.utf8_slice_codeunits(self.array, length))

    def bytes(self) -> tuple[NDArray[np.uint8], NDArray[np.integer[Any]]]:
        """Return the concatenated UTF-8 bytes of all strings, and the length of each string in bytes.

        Returns
        -------
        data : ndarray of uint8
        lengths : ndarray of int, shape (strings,)
        """
        _, offsets, data = self.array.buffers()
        offset_type = np.int64 if str(self.array.type).startswith("large") else np.int32
        ends = np.frombuffer(offsets, dtype=offset_type)[self.array.offset : self.array.offset + len(self) + 1]
        return np.frombuffer(data or b"", dtype=np.uint8)[ends[0] : ends[-1]], np.diff(ends)

    @property
    def is_plain_ascii(self) -> bool:
        """Whether all strings are printable ASCII without spaces, so that stripping would not change them."""
        data, _ = self.bytes()
        return bool(data.min(initial=255) > ord(" ") and data.max(initial=0) < 127)


def find_texts(texts: Sequence[str], among: Sequence[str]) -> NDArray[np.intp]:
    """Return the index of each text among others, -1 where it does not occur.

    Parameters
    ----------
    texts, among : sequence of str or ArrowStrings
        What to look for, and distinct texts to look among; pyarrow looks where either of them is its own.

    Returns
    -------
    ndarray of intp, shape (texts,)

    Examples
    --------
    >>> find_texts(("b", "d"), ("a", "b", "c")).tolist()
    [1, -1]
    """
    if not isinstance(texts, ArrowStrings) and not isinstance(among, ArrowStrings):
        number = {text: index for index, text in enumerate(among)}
        return np.array([number.get(text, -1) for text in texts], dtype=np.intp)
    import pyarrow as pa
    from pyarrow import compute

    wanted, known = (
        (part.array if isinstance(part, ArrowStrings) else pa.array(part, pa.string())).cast(pa.large_string())
        for part in (texts, among)
    )
    if wanted.equals(known):  # a partition whose links are gathered takes what it names
        return np.arange(len(known))
    return np.asarray(compute.fill_null(compute.index_in(wanted, value_set=known), -1)).astype(np.intp)
