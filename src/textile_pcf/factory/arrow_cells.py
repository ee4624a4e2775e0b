"""Cells of arrow columns as numbers and times."""

from __future__ import annotations

from typing import Any

import numpy as np

from textile_pcf.arrays import BoolArray, FloatArray
from textile_pcf.factory.times import NEVER, Times, parse_times
from textile_pcf.units.number_text import parse_office_numbers


def numbers_of(column: Any) -> tuple[FloatArray, BoolArray]:
    """Return numbers, NaN where empty or invalid, and which are invalid."""
    import pyarrow as pa

    valid = np.zeros(len(column), dtype=bool)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_dictionary(column.type)):
        floats = column.cast(pa.float64())
        return floats.to_numpy(zero_copy_only=False), valid
    try:
        floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return parse_office_numbers([text or "" for text in column.to_pylist()])
    return floats, valid


def times_of(column: Any) -> tuple[Times, BoolArray]:
    """Return times, `NEVER` where empty or invalid, and which are invalid."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        return _timestamps(column, column.type.tz is not None), np.zeros(len(column), dtype=bool)
    texts = column.cast(pa.string())
    for unit in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return _timestamps(texts.cast(unit), unit.tz is not None), np.zeros(len(column), dtype=bool)
        except pa.ArrowInvalid:
            continue
    if (times := _parse_slashed(texts)) is not None:
        return times, np.zeros(len(column), dtype=bool)
    return parse_times([text or "" for text in texts.to_pylist()])


def _parse_slashed(texts: Any) -> Times | None:
    """Return times such as `2024/3/4 8:00`, as Excel writes them, if all are of one such form; else None."""
    from pyarrow import compute

    for form in ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        times = compute.strptime(texts, format=form, unit="us", error_is_null=True)
        if not times.null_count and compute.min(compute.year(times)).as_py() >= 1900:
            return _timestamps(times, absolute=False)
    return None


def _timestamps(column: Any, absolute: bool) -> Times:
    import pyarrow as pa

    micros = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    values = micros.fill_null(NEVER).to_numpy(zero_copy_only=False) if micros.null_count else micros.to_numpy()
    return Times(values, np.broadcast_to(np.bool_(absolute), len(values)), 0 if absolute else None, uniform=True)
