"""Numbers and times that nobody can mean are refused with their place: they would overflow further on."""

from __future__ import annotations

import pytest

import textile_pcf as tp
from metered_mill import at, batch, meter, readings, run

READ = readings(E1=[("8:00", 0), ("9:00", 10)])
FELL = readings(E1=[("8:00", 50), ("9:00", 10)])
E1, B1 = meter("E1", machine="M1"), batch("B1", "8:00", "9:00")
HOURLY = {"reading": "interval"}
BEYOND, NO_TIME = "too large to calculate. Check the number", "is not a time. Write it as 2024-03-04 08:00"


def reset(old, new, time="8:30"):
    return {"meter": "E1", "time": at(time), "kind": "reset", "old_value": old, "new_value": new}


@pytest.mark.parametrize(
    ("read", "meters", "batches", "events", "place", "words"),
    [
        (readings(E1=[("8:00", -1e308), ("9:00", 1e308)]), [E1], [B1], None, "row 1", BEYOND),
        (READ, [{**E1, "multiplier": "1e200"}], [B1], None, "row 0 (multiplier)", BEYOND),
        (READ, [{**E1, "rollover": "1e200"}], [B1], None, "row 0 (rollover)", BEYOND),
        (READ, [{**E1, "max_rate": "1e200 kW"}], [B1], None, "row 0 (max_rate)", BEYOND),
        (READ, [{**E1, **HOURLY, "interval": "1e300 h"}], [B1], None, "row 0 (interval)", BEYOND),
        (READ, [{**E1, **HOURLY, "interval": "1e-300 s"}], [B1], None, "row 0 (interval)", "needs the length of its intervals"),
        (READ, [E1], [{**B1, "output": "1e308"}], None, "row 0 (output)", BEYOND),
        (READ, [E1], [{**B1, "input": "1e308"}], None, "row 0 (input)", BEYOND),
        (FELL, [E1], [B1], [reset("1e308", "0")], "row 0 (old_value)", BEYOND),
        (FELL, [E1], [B1], [reset("60", "-1e308")], "row 0 (new_value)", BEYOND),
        (FELL, [E1], [B1], [reset("60", "3"), reset("70", "4")], "row 1 (time)", "at the same time in row 0 already"),
        (readings(E1=[("0000-01-01 8:00", 0), ("9:00", 1)]), [E1], [B1], None, "row 0", NO_TIME),
        (readings(E1=[("8:00", 0), ("9999-12-31 9:00", 1)]), [E1], [B1], None, "row 1", NO_TIME),
        (READ, [E1], [batch("B1", "0001-01-01 8:00", "9:00")], None, "row 0 (start)", NO_TIME),
        (READ, [E1], [batch("B1", "8:00", "9999-12-31 24:00")], None, "row 0 (end)", NO_TIME),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_refused_with_place(read, meters, batches, events, place, words, zone):
    with pytest.raises(tp.InputError) as caught:
        run(read, meters, batches, events, time_zone=zone)
    problem = next(each for each in caught.value.problems if place in each.where)
    assert words in str(problem)
    assert problem.localized("zh") != str(problem)


@pytest.mark.parametrize("time", ["0000-03-04 08:00", "9999-12-31 08:00"])
def test_files_with_such_times(tmp_path, time):
    path = tmp_path / "readings.csv"
    path.write_text(f"meter,time,value\nE1,{time},0\nE1,2024-03-04 09:00,10\n", encoding="utf-8")
    with pytest.raises(tp.InputError, match=r"readings\.csv:2: .* is not a time"):
        run(path, [E1], [B1])


def test_times_of_the_other_kind_are_one_problem():
    read = [READ[0], {"meter": "E1", "time": "2024-03-04T09:00+08:00", "value": 10}]
    with pytest.raises(tp.InputError) as caught:
        run(read, [E1], [B1])
    assert ["has an offset" in str(problem) for problem in caught.value.problems] == [True]


@pytest.mark.parametrize("gap", ["1e300 h", "20000 d"])
def test_a_gap_of_ages(gap):
    with pytest.raises(tp.UsageError, match="is no max_gap"):
        run(READ, [E1], [B1], max_gap=gap)
