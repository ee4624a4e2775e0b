"""Times of mills: forms, the midnight after, offsets, and hours that a clock jumps over or shows twice."""

from __future__ import annotations

import numpy as np
import pytest

import textile_pcf as tp
from textile_pcf.factory.times import HOUR, NEVER, Clock, load_zone, local_to_utc, parse_time, parse_times


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2024/3/4 8:00", "2024-03-04T08:00:00"),
        ("2024-03-04 24:00", "2024-03-05"),
        ("2024-02-28 24:00:00", "2024-02-29 0:00"),
        ("2024-03-04T08:00:00.5+08:00", "2024-03-04 00:00:00.500000Z"),
        ("2024-03-04 08:00+0800", "2024-03-04 00:00Z"),
    ],
)
def test_forms_of_one_time(text, same):
    assert parse_time(text)[0] == parse_time(same)[0]


@pytest.mark.parametrize(
    "text",
    [
        "8:00",
        "2024-02-30",
        "2024-03/04",
        "2024-03-04 25:00",
        "2024-03-04 24:01",
        "2024-03-04 8:60",
        "0000-01-01",
        "4.3.2024",
        "٢٠٢٤-03-04",
    ],
)
def test_no_times(text):
    assert parse_time(text) is None
    assert parse_times([text])[1].tolist() == [True]


def test_berlin_jumps_and_repeats_an_hour():
    zone = load_zone("Europe/Berlin")
    texts = [
        "2024-03-31 01:59",
        "2024-03-31 02:30",
        "2024-03-31 03:00",
        "2024-10-27 01:59",
        "2024-10-27 02:30",
        "2024-10-27 03:00",
    ]
    utc, missing, ambiguous = local_to_utc(parse_times(texts)[0].values, zone)
    assert missing.tolist() == [False, True, False, False, False, False]
    assert ambiguous.tolist() == [False, False, False, False, True, False]
    assert [Clock(zone).text(value) for value in utc[[0, 2, 3, 5]]] == [
        "2024-03-31T01:59:00+01:00",
        "2024-03-31T03:00:00+02:00",
        "2024-10-27T01:59:00+02:00",
        "2024-10-27T03:00:00+01:00",
    ]


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)])
def test_lengths_of_days(day, hours):
    values = parse_times([day, f"{day} 24:00"])[0].values
    utc, *_ = local_to_utc(values, load_zone("Europe/Berlin"))
    assert utc[1] - utc[0] == hours * HOUR


def test_zone_agrees_with_the_standard_library():
    from datetime import datetime, timedelta

    zone = load_zone("Europe/Berlin")
    hours = np.arange(0, 3 * 366 * 24) * HOUR + parse_time("2023-01-01")[0]
    utc, missing, ambiguous = local_to_utc(hours, zone)
    assert int(missing.sum()) == 3 and int(ambiguous.sum()) == 3
    for k in range(0, len(hours), 97):
        if not missing[k] and not ambiguous[k]:
            local = datetime(1970, 1, 1) + timedelta(microseconds=int(hours[k]))
            assert local.replace(tzinfo=zone).timestamp() == utc[k] / 1e6


def test_empty_times_stay_empty():
    assert local_to_utc(np.array([NEVER]), load_zone("Asia/Shanghai"))[0].tolist() == [NEVER]


def test_unknown_zone():
    with pytest.raises(tp.UsageError, match="There is no time zone 'Mars/Base'"):
        load_zone("Mars/Base")
