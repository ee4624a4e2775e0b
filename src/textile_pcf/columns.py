"""Columns of a table as small integers and floats: each distinct text is looked at once, never once per row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]
Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind_ = TypeVar("Kind_", bound=np.generic)
DENSE = 1 << 16  # combinations that are counted in a table even where there are fewer rows
SHORT = 1 << 31  # combinations that 32 bits can count
HEAD = 1 << 16  # rows that are looked at first for what all of them say
LONGEST_SHOWN = 80  # characters of a cell that a message shows
LONG, LONGEST = 40, 400  # characters of texts that are read at once, and of a number at all
PLAIN_NUMBER = frozenset("0123456789+-.eE")
OF_NUMBERS = np.array([chr(code) in PLAIN_NUMBER or code == 0 for code in range(129)])
"""Whether a sign stands in numbers, by its code; all beyond ASCII do not. 0 fills up shorter texts."""
WIDE = 8  # as many times the rows may there be combinations to be counted in a table, not sorted


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """Many texts, kept as one pyarrow array without gaps: they become Python's own only where they are asked for."""

    array: Any

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Texts: ...

    def __getitem__(self, place: int | slice) -> str | Texts:
        return Texts(self.array[place]) if isinstance(place, slice) else self.array[place].as_py()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_pylist())

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and bool(self.array.index(text).as_py() >= 0)

    @classmethod
    def of_bytes(cls, rows: NDArray[np.uint8]) -> Texts:
        """Texts of one length in bytes, shape (texts, length)."""
        import pyarrow as pa

        count, length = rows.shape
        ends = np.arange(0, (count + 1) * length, length, dtype=np.int32) if length else np.zeros(count + 1, dtype=np.int32)
        return cls(pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(rows))))

    def even(self) -> NDArray[np.uint8] | None:
        """Bytes of all texts, shape (texts, length); None where they are not all of one length, or no texts at all."""
        data, lengths = self.bytes()
        length = int(lengths[0]) if len(lengths) else 0
        whole = length > 0 and len(data) < SHORT and bool((lengths == length).all())
        return data.reshape(-1, length) if whole else None

    def take(self, places: NDArray[np.intp]) -> Texts:
        """Texts at some places; those of one length are taken as rows of bytes, several times as fast."""
        rows = self.even()
        return Texts(self.array.take(places)) if rows is None else Texts.of_bytes(rows.take(places, axis=0))

    def bytes(self) -> tuple[NDArray[np.uint8], NDArray[np.integer[Any]]]:
        """Bytes of all texts one after the other, and how many each has."""
        _, offsets, data = self.array.buffers()
        kind = np.int64 if str(self.array.type).startswith("large") else np.int32
        ends = np.frombuffer(offsets, dtype=kind)[self.array.offset : self.array.offset + len(self) + 1]
        return np.frombuffer(data or b"", dtype=np.uint8)[ends[0] : ends[-1]], np.diff(ends)

    @property
    def plain(self) -> bool:
        """Whether all are printable ASCII without spaces, so that nothing could be stripped of them."""
        data, _ = self.bytes()
        return bool(data.min(initial=255) > ord(" ") and data.max(initial=0) < 127)


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A text column: `categories[codes]` gives it back. Codes are of 32 bits where a file keeps them so, else of 64.

    Where it is `ordered`, its categories are those that it has, in the order in which they first appear.
    """

    codes: Codes
    categories: tuple[str, ...] | Texts
    ordered: bool = field(default=False, repr=False)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Coded | list | tuple) else NotImplemented

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.categories[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        return map(tuple(self.categories).__getitem__, self.codes.tolist())


def text_of(value: Any) -> str:
    """Text of a cell: a whole number from a workbook without `.0`, nothing as the empty text.

    Examples
    --------
    >>> text_of(2024.0), text_of(None), text_of(" dyeing "), text_of(float("nan"))
    ('2024', '', 'dyeing', '')
    """
    if isinstance(value, str):
        return value.strip()
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return _written(value, str).strip()


def read_only(array: Array) -> Array:
    """The same array, which nobody can change any more."""
    array.setflags(write=False)
    return array


def shown(value: Any) -> str:
    """A cell as a message shows it: a text in quotes, a number plainly, neither without end.

    Examples
    --------
    >>> shown("1,5"), shown(np.float64("inf"))
    ("'1,5'", 'inf')
    """
    text = _written(value.item() if isinstance(value, np.generic) else value, repr)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _written(value: Any, written: Callable[[Any], str]) -> str:
    """Text of a value; of a whole number that Python refuses to write because of its length, the way it writes it."""
    try:
        return written(value)
    except ValueError:
        return hex(value)


def encode(values: Sequence[Any] | Coded) -> Coded:
    """Code a column of texts, in the order in which they first appear.

    Examples
    --------
    >>> encode(["dyeing", "weaving", "dyeing"])
    Coded(codes=array([0, 1, 0]), categories=('dyeing', 'weaving'))
    """
    if isinstance(values, Coded):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        distinct, codes = _distinct_numbers(values)
        return replace(recoded(codes, distinct.tolist()), ordered=True)
    raw: dict[Any, int] = dict.fromkeys(values, 0)
    texts: dict[str, int] = {}
    for value in raw:
        raw[value] = texts.setdefault(text_of(value), len(texts))
    codes = np.fromiter(map(raw.__getitem__, values), dtype=np.int64, count=len(values))
    return Coded(codes, tuple(texts), ordered=True)


def run_starts(values: NDArray[Any]) -> NDArray[np.intp]:
    """Where runs of equal values begin.

    Examples
    --------
    >>> run_starts(np.array([7, 7, 3, 7]))
    array([0, 2, 3])
    """
    starts = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=starts[1:])
    return np.flatnonzero(starts)


def _distinct_numbers(values: NDArray[Any]) -> tuple[NDArray[Any], Codes]:
    """Distinct numbers in the order in which they first appear, and the code of each row."""
    starts = run_starts(values)  # rows of a kind stand together
    seen = values[starts]
    whole = len(seen) and values.dtype.kind in "iu"
    low, high = (int(seen.min()), int(seen.max())) if whole else (0, 0)
    if whole and high - low < WIDE * len(seen):
        first, codes = _dense((seen - low).astype(np.intp), high - low + 1)
    else:
        _, first, codes = np.unique(seen, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    lengths = np.diff(np.append(starts, len(values)))
    return seen[first[order]], np.repeat(rank[codes.reshape(-1)], lengths)


def recoded(codes: NDArray[np.integer[Any]], values: Sequence[Any]) -> Coded:
    """A column that is coded already, its values as stripped texts: equal ones share a code.

    Examples
    --------
    >>> recoded(np.array([2, 0, 1]), ["dyeing ", "weaving", "dyeing"])
    Coded(codes=array([0, 0, 1]), categories=('dyeing', 'weaving'))
    """
    stripped = tuple(values) if _bare(values) else tuple(map(text_of, values))
    if len(set(stripped)) == len(stripped):
        return Coded(codes if codes.dtype == np.int32 else codes.astype(np.int64, copy=False), stripped)
    texts: dict[str, int] = {}
    places = [texts.setdefault(text, len(texts)) for text in stripped]
    return Coded(np.array(places, dtype=np.int64)[codes], tuple(texts))


def _bare(values: Sequence[Any]) -> bool:
    """Whether all are texts, none with anything that could be stripped: found out for all of them at once."""
    if set(map(type, values)) != {str}:
        return False
    joined = "".join(values)
    return joined.isascii() and joined.isprintable() and " " not in joined


def by_appearance(column: Coded) -> Coded:
    """The same column, its categories in the order in which they first appear, those that no row has left out.

    Examples
    --------
    >>> by_appearance(Coded(np.array([2, 2, 0]), ("a", "b", "c")))
    Coded(codes=array([0, 0, 1]), categories=('c', 'a'))
    """
    if column.ordered:
        return column
    codes, count = column.codes, len(column.categories)
    starts = run_starts(codes)
    seen = codes[starts]
    if len(seen) == count and np.array_equal(seen, np.arange(count)):
        return replace(column, ordered=True)
    first = np.full(count, len(codes), dtype=np.int64)
    first[seen[::-1]] = starts[::-1]
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(codes)))]
    place = np.zeros(count, dtype=np.int64)
    place[order] = np.arange(len(order))
    told = column.categories
    return Coded(place[codes], told.take(order) if isinstance(told, Texts) else tuple(told[code] for code in order), True)


def numbers(values: Sequence[Any] | NDArray[Any]) -> tuple[Array, NDArray[np.bool_]]:
    """Numbers of a column, NaN where the cell is empty, and which cells hold something that is no finite number.

    Examples
    --------
    >>> amounts, wrong = numbers(["1.5", "", "abc", 2])
    >>> amounts
    array([1.5, nan, nan, 2. ])
    >>> wrong
    array([False, False,  True, False])
    """
    if isinstance(values, Coded):
        floats, wrong = _read(list(values.categories))
        return floats[values.codes], wrong[values.codes]
    if isinstance(values, list) and set(map(type, values)) == {str}:
        return _read(values)
    array = np.asarray(_plain(values) if isinstance(values, list) else values)
    if array.dtype.kind in "fiu":
        floats = array.astype(np.float64, copy=False)
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.isfinite(np.add.reduce(floats))  # no sum of anything infinite or NaN is
        return floats, np.zeros(len(floats), dtype=bool) if finite else np.isinf(floats)
    column = encode(list(values))  # a workbook's cells: numbers and texts
    floats, wrong = _read(list(column.categories))
    return floats[column.codes], wrong[column.codes]


def _plain(values: list[Any]) -> list[Any]:
    """NaN for what is empty, where all other cells are floats; else the cells as they are."""
    kinds = set(map(type, values))
    if kinds == {float, str} and {value for value in values if type(value) is str} == {""}:
        return [np.nan if value == "" else value for value in values]
    return values


def _read(texts: list[str]) -> tuple[Array, Flags]:
    """Numbers in texts, and which texts are none: only plain digits, a point, signs and an exponent make a number."""
    if max(map(len, texts), default=0) > LONG or "\0" in "".join(texts):  # numpy would make all as long, and drop a last NUL
        found = np.array([_float(text) for text in texts], dtype=np.float64)
        return found, np.isnan(found) & (np.array(list(map(len, texts)), dtype=np.int64) > 0)
    array = np.array(texts or [""], dtype=np.str_)[: len(texts)]
    signs = array.view(np.uint32).reshape(len(array), array.itemsize // 4)
    plain = OF_NUMBERS.take(signs, mode="clip").all(axis=1)
    if not plain.all():
        array = np.where(plain, array, "")
    blank = array == ""
    try:
        floats = np.where(blank, "nan", array).astype(np.float64)
    except ValueError:
        floats = np.array([_float(text) for text in array.tolist()])
    floats[~np.isfinite(floats)] = np.nan
    return floats, np.isnan(floats) & ~(blank & plain)


def _float(text: str) -> float:
    """A number in plain digits, NaN where a text is none: `float` takes other digits, `1_000` and `nan` too."""
    try:
        number = float(text) if PLAIN_NUMBER.issuperset(text) and len(text) <= LONGEST else np.nan
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def picked(table: NDArray[Kind_], places: NDArray[np.integer[Any]]) -> NDArray[Kind_]:
    """`table[places]`, fast, for places that are known to lie inside and not to be negative.

    numpy takes by indices of another width ten times as slowly as it widens them.
    """
    return table.take(places.astype(np.intp, copy=False), mode="clip")


def combine(*columns: NDArray[np.integer[Any]] | Coded) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Distinct combinations of codes: the first row of each, and each row's combination. Codes are -1 or more.

    Combinations are counted in a table; only where there could be far more of them than rows are they sorted.

    Examples
    --------
    >>> combine(np.array([0, 1, 0]), np.array([2, 2, 2]))
    (array([0, 1]), array([0, 1, 0]))
    """
    key: NDArray[np.integer[Any]] = np.zeros(len(columns[0]), dtype=np.int32)
    span = 1
    for column in columns:
        if isinstance(column, Coded):
            codes, low, size = column.codes, 0, len(column.categories)
        else:
            codes, low = column, int(column.min(initial=0))
            size = int(column.max(initial=0)) - low + 1
        if size <= 1:
            continue
        if span > 1 and span * size > max(DENSE, WIDE * len(key)):
            first, place = _dense(key, span)
            span = len(first)
            key = place.astype(np.int32) if span * size < SHORT else place
        elif span * size >= SHORT:
            key = key.astype(np.int64)
        if span > 1:
            key *= size
        np.add(key, codes, out=key, casting="same_kind")
        if low:
            key -= low
        span *= size
    return _dense(key, span)


def _dense(key: NDArray[np.integer[Any]], span: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First row of each distinct key below `span`, in the order of the keys, and each row's place among them.

    What rows say is mostly said by the first of them already: only the others are marked one by one.
    """
    rows = len(key)
    if span > max(DENSE, WIDE * rows):
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return first, place.reshape(-1).astype(np.intp, copy=False)
    key = key.astype(np.intp, copy=False)
    seen = np.zeros(span, dtype=bool)
    marked = np.arange(min(rows, HEAD))
    seen[key[: len(marked)]] = True
    there, place = _places(seen, key)
    if rows > len(marked) and place.item(place.argmin()) < 0:
        late = np.flatnonzero(place < 0)
        seen[key[late]] = True
        there, place = _places(seen, key)
        marked = np.append(marked, late)
    first = np.empty(len(there), dtype=np.intp)
    first[place[marked[::-1]]] = marked[::-1]  # the first row of a key is written last
    return first, place.astype(np.intp)


def _places(seen: Flags, key: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.integer[Any]]]:
    """Keys that were seen, and the place of each row's key among them; -1 where it was not."""
    there = np.flatnonzero(seen)
    place = np.full(len(seen), -1, dtype=np.int32)
    place[there] = np.arange(len(there))
    return there, picked(place, key)


def repeated(*columns: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Rows whose combination of codes stands more than once.

    Examples
    --------
    >>> repeated(np.array([0, 1, 0, 1]), np.array([0, 0, 0, 1]))
    array([0, 2])
    """
    if not len(columns[0]):
        return np.empty(0, dtype=np.intp)
    key, span = np.asarray(columns[0], dtype=np.int64), int(columns[0].max()) + 1
    for column in columns[1:]:
        size = int(column.max()) + 1
        key = key * size + column
        span *= size
    place = key if span <= max(DENSE, WIDE * len(key)) else _dense(key, span)[1]
    seen = np.zeros(int(place.max()) + 1, dtype=bool)
    seen[place] = True
    if np.count_nonzero(seen) == len(place):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((np.bincount(place) > 1)[place])
