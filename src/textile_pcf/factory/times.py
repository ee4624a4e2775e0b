"""Times: texts to microseconds, with or without a time zone.

Inside the package a time is an integer, microseconds since 1970-01-01. Without a zone and without offsets that is one clock
that never jumps; with offsets, or with a zone, it is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, IntArray
from textile_pcf.columns import factorize
from textile_pcf.errors import Problem, UsageError
from textile_pcf.messages.message import Message

SECOND = 1_000_000
"""Microseconds in a second."""
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
EPOCH = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Other years are no years of a reading or batch."""
EARLIEST, LATEST = ((date(year, 1, 1).toordinal() - EPOCH) * DAY for year in (FIRST_YEAR, LAST_YEAR + 1))
NEVER = np.iinfo(np.int64).min
"""The value of an empty or unreadable time."""
TIME_CURE = "Write it as 2024-03-04 08:00, with seconds, and with an offset such as +08:00, where there are any."
_TIME = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, eq=False)
class Times:
    """A column of times as written: on a clock without a zone, or with an offset of its own.

    Attributes
    ----------
    values : ndarray of int, shape (rows,)
        Microseconds; UTC where `absolute`, else of the local clock; `NEVER` where there is none.
    absolute : ndarray of bool, shape (rows,)
        Whether the text has an offset.
    offset : int or None
        First offset of the column in minutes.
    uniform : bool
        Whether `absolute` is known to be the same for all.
    """

    values: IntArray
    absolute: BoolArray
    offset: int | None
    uniform: bool = False


def parse_time(text: str) -> tuple[int, int | None] | None:
    """Return the microseconds of a text and its offset in minutes (None without one); None if it is no time.

    Parameters
    ----------
    text : str
        A date, or a date and a time of day; 24:00 is the midnight after.

    Examples
    --------
    >>> parse_time("1970-01-02"), parse_time("1970/1/1 24:00"), parse_time("1970-01-01T08:00:00+08:00")
    ((86400000000, None), (86400000000, None), (0, 480))
    >>> parse_time("8:00") is None, parse_time("2024-02-30 8:00") is None
    (True, True)
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[k] or 0) for k in (1, 3, 4, 5, 6, 7))
    if (
        not FIRST_YEAR <= year <= LAST_YEAR
        or hour > 24
        or minute > 59
        or second > 59
        or (hour == 24 and (minute or second or match[8]))
    ):
        return None
    try:
        days = date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None
    fraction = int((match[8] or "0").ljust(9, "0")[:6])
    value = days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + fraction
    if not match[9]:
        return value, None
    sign, digits = (-1 if match[9][0] == "-" else 1), match[9].replace(":", "")[1:]
    offset = 0 if match[9] == "Z" else sign * (int(digits[:2]) * 60 + int(digits[2:]))
    return value - offset * 60 * SECOND, offset


def parse_times(texts: Sequence[Any]) -> tuple[Times, BoolArray]:
    """Return a column of texts as times, and which are neither empty nor a time. Each distinct text is parsed once.

    Parameters
    ----------
    texts : sequence of str, shape (rows,)
        Cells.

    Returns
    -------
    times : Times
    invalid : ndarray of bool, shape (rows,)

    Examples
    --------
    >>> times, invalid = parse_times(["1970-01-01 00:01", "", "noon"])
    >>> times.values[0], invalid.tolist()
    (np.int64(60000000), [False, False, True])
    """
    if (uniform := _iso_times(texts)) is not None:
        return uniform, np.zeros(len(texts), dtype=bool)
    column = factorize(texts)
    found = [parse_time(text) for text in column.categories]
    values = np.array([NEVER if one is None else one[0] for one in found] or [0], dtype=np.int64)
    absolute = np.array([one is not None and one[1] is not None for one in found] or [False])
    invalid = np.array([one is None and text != "" for one, text in zip(found, column.categories, strict=True)] or [False])
    offsets = [one[1] for one in found if one is not None and one[1] is not None]
    return Times(values[column.codes], absolute[column.codes], offsets[0] if offsets else None), invalid[column.codes]


def _iso_times(texts: Sequence[Any]) -> Times | None:
    """Return times if all are texts such as 2024-03-04 08:00 or 2024-03-04T08:00:00, else None. This is ten times as fast."""
    if not len(texts) or not isinstance(texts, list) or set(map(type, texts)) != {str} or len(set(map(len, texts))) != 1:
        return None
    length = len(texts[0])
    if length not in (16, 19):
        return None
    cells = np.array(texts, dtype=f"U{length}").view(np.uint32).reshape(len(texts), length)
    signs = {4: "-", 7: "-", 13: ":", 16: ":"}
    plain = bool(
        (cells[:, [k for k in range(length) if k not in (*signs, 10)]] - ord("0") < 10).all()
    )  # below "0" wraps around
    plain = plain and all((cells[:, k] == ord(sign)).all() for k, sign in signs.items() if k < length)
    if not plain or not ((cells[:, 10] == ord(" ")) | (cells[:, 10] == ord("T"))).all():
        return None
    try:
        values = np.array(texts, dtype="datetime64[us]").astype(np.int64)
    except ValueError:  # 24:00, or a day that does not exist
        return None
    if int(values.min()) < EARLIEST or int(values.max()) > LATEST:
        return None
    return Times(values, np.broadcast_to(np.bool_(False), len(values)), None, uniform=True)


def load_zone(name: str | None) -> Any:
    """Return a time zone by its name, None without one.

    Parameters
    ----------
    name : str or None
        Such as `Asia/Shanghai`.

    Raises
    ------
    UsageError
        There is no such zone, or the system has no zones and `tzdata` is not installed.
    """
    if name is None:
        return None
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError):
        pass
    if not available_timezones():
        what, cure = "This system has no time zones.", 'Run: pip install "textile_pcf[factory]"'
        raise UsageError([Problem("time_zone", Message(what), Message(cure), code="extra")])
    what, cure = "There is no time zone {zone!r}.", "Write a name such as Asia/Shanghai."
    raise UsageError([Problem("time_zone", Message(what, zone=str(name)), Message(cure), code="time-zone")])


@lru_cache(maxsize=64)
def _transitions(zone: Any, year: int) -> tuple[tuple[int, int, int], ...]:
    """Return the changes of the clock in a year: UTC of each, and the offsets before and after it. [µs]"""

    def offset(seconds: int) -> int:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        return int(moment.astimezone(zone).utcoffset().total_seconds())  # type: ignore[union-attr]

    first, last = ((date(each, 1, 1).toordinal() - EPOCH) * 86_400 for each in (year, year + 1))
    changes = []
    for start in range(first, last, 86_400):
        low, high = start, start + 86_400
        before, after = offset(low), offset(high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        changes.append((high * SECOND, before * SECOND, after * SECOND))
    return tuple(changes)


def local_to_utc(values: IntArray, zone: Any) -> tuple[IntArray, BoolArray, BoolArray]:
    """Return the UTC of local times, and which of them do not exist or come twice.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Local clock. [µs]
    zone : zoneinfo.ZoneInfo
        The time zone.

    Returns
    -------
    utc : ndarray of int, shape (n,)
    missing, ambiguous : ndarray of bool, shape (n,)
        Times that the clock jumps over, and times that it shows twice.

    Examples
    --------
    >>> zone = load_zone("Asia/Shanghai")
    >>> local_to_utc(np.array([8 * HOUR]), zone)[0]
    array([0])
    """
    missing, ambiguous = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    known = values[values != NEVER]
    if not len(known):
        return values, missing, ambiguous
    years = [_year(int(each), 0) for each in (known.min() - 2 * DAY, known.max() + 2 * DAY)]
    changes = [change for year in range(years[0], years[1] + 1) for change in _transitions(zone, year)]
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(known.min()) - 2 * DAY)
    first = int(start.astimezone(zone).utcoffset().total_seconds()) * SECOND  # type: ignore[union-attr]
    ends = [(utc + before, utc + after) for utc, before, after in changes if utc > known.min() - 2 * DAY]
    offsets = np.array([first, *(after for utc, _, after in changes if utc > known.min() - 2 * DAY)], dtype=np.int64)
    edges = np.array([max(pair) for pair in ends], dtype=np.int64)
    for before, after in ends:
        inside = (values >= min(before, after)) & (values < max(before, after))
        missing |= inside & (after > before)
        ambiguous |= inside & (after < before)
    utc = values - offsets[np.searchsorted(edges, values, side="right")]
    return np.where(values == NEVER, NEVER, utc), missing, ambiguous


def _year(value: int, offset: int) -> int:
    return (datetime(1970, 1, 1) + timedelta(microseconds=value + offset * 60 * SECOND)).year


@dataclass(frozen=True)
class Clock:
    """How the times of a run are written.

    Attributes
    ----------
    zone : zoneinfo.ZoneInfo or None
        Zone in which times are shown.
    offset : int or None
        Offset in minutes, if times have offsets and there is no zone.

    Examples
    --------
    >>> Clock().text(0), Clock(offset=480).text(0), Clock(offset=480).year(-1)
    ('1970-01-01T00:00:00', '1970-01-01T08:00:00+08:00', 1970)
    """

    zone: Any = None
    offset: int | None = None

    def text(self, value: int) -> str:
        """Return a time in ISO form, with an offset where the run has a zone or offsets."""
        moment = self._moment(value)
        return moment.isoformat()

    def year(self, value: int) -> int:
        """Return the year in which a time is, on the clock of the run."""
        return self._moment(value).year

    def years(self, values: IntArray) -> list[int]:
        """Return the year of each time, on the clock of the run."""
        if self.zone is not None:
            return [self.year(value) for value in values.tolist()]
        local = values + (self.offset or 0) * 60 * SECOND
        years = local.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64) + 1970
        return years.tolist()  # type: ignore[no-any-return]

    def _moment(self, value: int) -> datetime:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=int(value))
        if self.zone is not None:
            return moment.replace(tzinfo=UTC).astimezone(self.zone)
        if self.offset is not None:
            return moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=self.offset)))
        return moment
