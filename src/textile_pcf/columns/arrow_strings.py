"""Many texts, kept in pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from textile_pcf.columns.codes import SHORT


@dataclass(frozen=True, slots=True, eq=False)
class ArrowStrings(Sequence[str]):
    """Many texts, kept as one pyarrow array without gaps: they become Python's own only where they are asked for."""

    array: Any

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> ArrowStrings: ...

    def __getitem__(self, place: int | slice) -> str | ArrowStrings:
        return ArrowStrings(self.array[place]) if isinstance(place, slice) else self.array[place].as_py()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_pylist())

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and bool(self.array.index(text).as_py() >= 0)

    @classmethod
    def from_matrix(cls, rows: NDArray[np.uint8]) -> ArrowStrings:
        """Texts of one length in bytes, shape (texts, length)."""
        import pyarrow as pa

        count, length = rows.shape
        ends = np.arange(0, (count + 1) * length, length, dtype=np.int32) if length else np.zeros(count + 1, dtype=np.int32)
        return cls(pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(rows))))

    def as_matrix(self) -> NDArray[np.uint8] | None:
        """Bytes of all texts, shape (texts, length); None where they are not all of one length, or no texts at all."""
        data, lengths = self.bytes()
        length = int(lengths[0]) if len(lengths) else 0
        whole = length > 0 and len(data) < SHORT and bool((lengths == length).all())
        return data.reshape(-1, length) if whole else None

    def take(self, places: NDArray[np.intp]) -> ArrowStrings:
        """Texts at some places; those of one length are taken as rows of bytes, several times as fast."""
        rows = self.as_matrix()
        return ArrowStrings(self.array.take(places)) if rows is None else ArrowStrings.from_matrix(rows.take(places, axis=0))

    def bytes(self) -> tuple[NDArray[np.uint8], NDArray[np.integer[Any]]]:
        """Bytes of all texts one after the other, and how many each has."""
        _, offsets, data = self.array.buffers()
        kind = np.int64 if str(self.array.type).startswith("large") else np.int32
        ends = np.frombuffer(offsets, dtype=kind)[self.array.offset : self.array.offset + len(self) + 1]
        return np.frombuffer(data or b"", dtype=np.uint8)[ends[0] : ends[-1]], np.diff(ends)

    @property
    def is_plain_ascii(self) -> bool:
        """Whether all are printable ASCII without spaces, so that nothing could be stripped of them."""
        data, _ = self.bytes()
        return bool(data.min(initial=255) > ord(" ") and data.max(initial=0) < 127)
