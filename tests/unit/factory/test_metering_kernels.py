"""Kernels of `factory.meters`: small arrays whose result is seen at once, where random series seldom reach."""

from __future__ import annotations

import numpy as np
import pytest

from textile_pcf.factory import reading_arrays
from textile_pcf.factory.placing import Sums, place, segments_of
from textile_pcf.factory.reading_arrays import Intervals, LastReadings, Registers, Resets, by_meter, ragged_search
from textile_pcf.factory.registers import intervals_of

NONE = Resets(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, np.float64, np.float64)))


@pytest.mark.parametrize("few", [0, 64])
@pytest.mark.parametrize("side", ["left", "right"])
def test_search_in_slices_one_by_one_and_side_by_side(monkeypatch, few, side):
    monkeypatch.setattr(reading_arrays, "FEW", few)
    values, targets = np.array([1, 3, 3, 5, 2, 2, 9]), np.array([3, 3, 0, 6, 2, 2, 10, 7])
    low, high = np.array([0, 0, 0, 0, 4, 4, 4, 7]), np.array([4, 2, 4, 4, 7, 7, 7, 7])
    expected = [a + int(np.searchsorted(values[a:b], t, side)) for a, b, t in zip(low, high, targets, strict=True)]
    assert ragged_search(values, low, high, targets, side).tolist() == expected
    assert ragged_search(values, low[:0], high[:0], targets[:0], side).tolist() == []


def registers(meters, **changes):
    """Registers that count, without limits."""
    arrays = {"cumulative": np.ones(meters, dtype=bool), "length": np.zeros(meters, dtype=np.int64),
              "starts": np.zeros(meters, dtype=bool), "scale": np.ones(meters), "rollover": np.full(meters, np.nan),
              "max_rate": np.full(meters, np.inf), "rollover_part": 0.5}  # fmt: skip
    return Registers(**{**arrays, **{name: np.array(values) for name, values in changes.items()}})


def resets(*rows):
    return Resets(*(np.array([row[k] for row in rows], dtype=np.float64 if k > 1 else np.int64) for k in range(4)))


def found_in(rows, kernel, events=NONE):
    """Intervals of rows (meter, time, value), the faults, and the state behind them."""
    last = LastReadings(len(kernel.scale), len(events.meter))
    columns = [np.array([row[k] for row in rows], dtype=np.float64 if k == 2 else np.int64) for k in range(3)]
    intervals, faults = intervals_of(by_meter(*columns), kernel, events, last)
    return intervals, faults, last


def amounts(intervals):
    return [amount for each in intervals for amount in each.amount.tolist() if amount]


def test_a_fault_names_its_meter_and_both_values():
    _, (fault,), _ = found_in([(0, 1, 5.0), (0, 2, 6.0), (1, 1, 5.0), (1, 1, 7.0)], registers(2))
    assert fault.kind == "two_values"
    assert [each.tolist() for each in (fault.row, fault.meter, fault.time, fault.before, fault.value)] == [
        [3], [1], [1], [5.0], [7.0],
    ]  # fmt: skip


def test_repetitions_are_counted_at_their_meter():
    _, faults, last = found_in([(0, 1, 5.0), (0, 2, 6.0), (1, 1, 5.0), (1, 1, 5.0), (1, 1, 5.0)], registers(2))
    assert not faults
    assert last.duplicates.tolist() == [0, 2]


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_one_scale_of_all_meters(scale):
    intervals, _, _ = found_in([(0, 1, 5.0), (0, 2, 6.5)], registers(1, scale=[scale]))
    assert amounts(intervals) == [1.5 * scale]


@pytest.mark.parametrize(
    ("scale", "rate", "kinds"), [(2.0, 40.0, []), (2.0, 39.0, ["fall"]), (0.5, 10.0, []), (0.5, 9.0, ["fall"])]
)
def test_a_register_that_began_again_within_its_rate(scale, rate, kinds):
    kernel = registers(1, scale=[scale], rollover=[100.0], max_rate=[rate])
    intervals, faults, last = found_in([(0, 1, 90.0), (0, 2, 10.0)], kernel)  # 20 have passed
    assert [fault.kind for fault in faults] == kinds
    assert amounts(intervals) == ([] if kinds else [20.0 * scale])
    assert last.rollovers.tolist() == [0 if kinds else 1]


@pytest.mark.parametrize(("rate", "kinds"), [(10.0, []), (9.0, ["fall"])])
def test_a_register_that_began_again_in_a_longer_interval(rate, kinds):
    kernel = registers(1, rollover=[100.0], max_rate=[rate])  # 20 have passed in 2 µs
    _, faults, _ = found_in([(0, 1, 90.0), (0, 3, 10.0)], kernel)
    assert [fault.kind for fault in faults] == kinds


def test_a_register_that_was_full():
    intervals, faults, _ = found_in([(0, 1, 100.0), (0, 2, 5.0)], registers(1, rollover=[100.0]))
    assert not faults
    assert amounts(intervals) == [5.0]


def test_a_scale_of_interval_meters():
    kernel = registers(2, cumulative=[False, False], length=[5, 5], scale=[40.0, 0.5])
    intervals, faults, _ = found_in([(0, 5, 1.5), (0, 10, 2.0), (1, 5, 3.0)], kernel)
    assert not faults
    assert amounts(intervals) == [60.0, 80.0, 1.5]


@pytest.mark.parametrize(("value", "used"), [(0.0, 10.0), (0.5, 10.5)])
def test_a_register_that_stands_at_its_beginning(value, used):
    intervals, faults, _ = found_in([(0, 1, 90.0), (0, 2, value)], registers(1, rollover=[100.0]))
    assert not faults
    assert amounts(intervals) == [used]


def test_below_zero_no_register_began_again():
    _, (fault,), _ = found_in([(0, 1, 90.0), (0, 2, -1.0)], registers(1, rollover=[100.0]))
    assert fault.kind == "fall"


def test_rates_before_and_after_a_reset():
    rows, change = [(0, 5, 5.0), (0, 10, 7.0)], resets((0, 8, 9.0, 4.0))  # 4 in 3 µs, then 3 in 2 µs, each twice
    intervals, faults, last = found_in(rows, registers(1, scale=[2.0], max_rate=[3.0]), change)
    assert not faults
    assert amounts(intervals) == [8.0, 6.0]
    assert (last.resets.tolist(), last.reset_used.tolist()) == ([1], [True])
    _, (fault,), _ = found_in(rows, registers(1, scale=[2.0], max_rate=[2.9]), change)
    assert (fault.kind, fault.row.tolist(), fault.before.tolist()) == ("rate", [1], [6.0])
    assert fault.value.tolist() == [pytest.approx(5.8)]


def test_a_rate_of_one_meter_says_nothing_of_the_others():
    rows = [(0, 0, 0.0), (0, 2, 50.0), (1, 0, 0.0), (1, 2, 6.0)]
    _, faults, _ = found_in(rows, registers(2, max_rate=[np.inf, 3.0]))
    assert not faults
    _, (fault,), _ = found_in(rows, registers(2, max_rate=[np.inf, 2.9]))
    assert (fault.meter.tolist(), fault.before.tolist(), fault.value.tolist()) == ([1], [6.0], [pytest.approx(5.8)])


def test_what_lies_outside_the_window_is_nothing():
    segments = segments_of(1, np.array([0]), np.array([20]), np.array([30]), (20, 30))
    sums = Sums(segments)
    start, end = np.array([0, 10, 18, 30, 40]), np.array([10, 18, 26, 40, 50])
    place(
        Intervals(np.array([0]), np.array([0]), start, end, np.array([1.0, 2.0, 4.0, 8.0, 16.0])), segments, (20, 30), 99, sums
    )
    assert (sums.check.tolist(), sums.covered.tolist()) == ([3.0], [6])
    assert sums.total(segments, segments.inside((20, 30))).tolist() == [3.0]
    assert (sums.first.tolist(), sums.last.tolist()) == ([0], [50])
    assert (sums.known * segments.inside((20, 30))).sum() == 6


def test_an_amount_at_its_limit_among_shorter_intervals_is_kept():
    intervals, faults, _ = found_in([(0, 0, 0.0), (0, 1, 1.0), (0, 3, 7.0)], registers(1, max_rate=[3.0]))
    assert not faults
    assert amounts(intervals) == [1.0, 6.0]


def test_two_amounts_of_one_interval_overlap():
    _, (fault,), _ = found_in([(0, 5, 1.0), (0, 5, 1.0)], registers(1, cumulative=[False], length=[5]))
    assert (fault.kind, fault.row.tolist()) == ("overlap", [1])


def test_a_third_amount_that_overlaps_the_second():
    kernel = registers(1, cumulative=[False], length=[5])
    _, (fault,), _ = found_in([(0, 5, 1.0), (0, 10, 1.0), (0, 12, 1.0)], kernel)
    assert (fault.kind, fault.row.tolist()) == ("overlap", [2])


def test_an_amount_that_overlaps_the_last_of_the_block_before():
    kernel, last = registers(1, cumulative=[False], length=[5]), LastReadings(1, 0)
    first, second = (by_meter(np.zeros(len(at), dtype=np.int64), np.array(at), np.ones(len(at)), 0) for at in ([5, 10], [12]))
    assert not intervals_of(first, kernel, NONE, last)[1]
    _, (fault,) = intervals_of(second, kernel, NONE, last)
    assert fault.kind == "overlap"


def test_what_a_new_register_counts_at_the_time_of_its_change():
    """9 − 5 on the old register, and a half that the new one shows at once: 4.5 in the interval before."""
    intervals, faults, _ = found_in([(0, 5, 5.0), (0, 10, 4.5)], registers(1), resets((0, 10, 9.0, 4.0)))
    assert not faults
    assert amounts(intervals) == [4.5]


def test_a_short_interval_is_held_against_its_own_length():
    rows = [(0, 0, 0.0), (0, 1, 5.0), (0, 3, 9.0)]  # 5 in 1 µs and 4 in 2 µs, at most 3 a µs
    _, (fault,), _ = found_in(rows, registers(1, max_rate=[3.0]))
    assert (fault.kind, fault.row.tolist(), fault.value.tolist()) == ("rate", [1], [3.0])
