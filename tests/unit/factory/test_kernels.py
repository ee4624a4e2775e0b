"""The kernels `registers` and `placing` against a plain loop over intervals, on random series."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from textile_pcf.factory.placing import Sums, place, segments_of
from textile_pcf.factory.reading_arrays import Intervals, LastReadings, Registers, Resets, by_meter, ragged_search
from textile_pcf.factory.registers import intervals_of

NO_RESETS = Resets(*(np.zeros(0, dtype=kind) for kind in (np.int64, np.int64, np.float64, np.float64)))


def registers(meters, **changes):
    """Registers that count, without limits."""
    arrays = {
        "cumulative": np.ones(meters, dtype=bool), "length": np.zeros(meters, dtype=np.int64),
        "starts": np.zeros(meters, dtype=bool), "scale": np.ones(meters), "rollover": np.full(meters, np.nan),
        "max_rate": np.full(meters, np.inf), "rollover_part": 0.5,
    }  # fmt: skip
    return Registers(**{**arrays, **changes})


def series(random, meters, length):
    """Registers with lost telegrams, repeated readings, run-overs and changes; rows of readings and what happened."""
    rows, resets, rollover = [], [], 1000.0
    for meter in range(meters):
        time, value = int(random.integers(0, 50)), float(random.integers(0, 900))
        for _ in range(int(random.integers(2, length))):
            rows.append((meter, time, value))
            if random.random() < 0.1:
                rows.append((meter, time, value))
            step, use = int(random.integers(1, 40)), float(random.integers(0, 60))
            if random.random() < 0.08 and step > 1:
                at = time + int(random.integers(1, step + 1))
                old = np.nan if at != time + step and random.random() < 0.3 else value + float(random.integers(0, 20))
                new = float(random.integers(0, 50))
                resets.append((meter, at, old, new))
                value = new + use
            else:
                value = value + use - (rollover if value + use >= rollover else 0)
            time += step
        rows.append((meter, time, value))
    return rows, resets, rollover


def plain_intervals(rows, resets, rollover):
    """What each pair of neighbouring readings says."""
    found, last = [], {}
    for meter, time, value in rows:
        before = last.get(meter)
        last[meter] = (time, value)
        if before is None or before == (time, value):
            continue
        events = [each for each in resets if each[0] == meter and before[0] < each[1] <= time]
        start, low = before
        pieces = []
        for _, at, old, new in sorted(events):
            if not np.isnan(old):
                pieces.append([start, at, old - low])
            start, low = at, new
        rest = value - low
        if rest < 0:
            rest += rollover
        if start < time:
            pieces.append([start, time, rest])
        elif rest:
            pieces[-1][2] += rest
        found += [(meter, *piece) for piece in pieces]
    return sorted(found)


def block_of(rows, first_row=0):
    columns = [np.array([row[k] for row in rows], dtype=np.float64 if k == 2 else np.int64) for k in range(3)]
    return by_meter(*columns, first_row)


def of_intervals(rows):
    """Intervals of rows (meter, start, end, amount), by meter."""
    meter, start, end, amount = (np.array([row[k] for row in rows], dtype=np.float64 if k == 3 else np.int64) for k in range(4))
    head = np.flatnonzero(np.append(True, meter[1:] != meter[:-1]))
    return Intervals(meter[head], head, start, end, amount)


def listed(blocks):
    """Intervals of blocks as sorted rows, without those of no length."""
    return sorted(
        (meter, start, end, amount)
        for block in blocks
        for meter, start, end, amount in zip(np.repeat(block.owner, block.tail - block.head).tolist(), block.start.tolist(),
                                             block.end.tolist(), block.amount.tolist(), strict=True)
        if end > start or amount
    )  # fmt: skip


def in_blocks(rows, resets, rollover, size):
    """The intervals that the kernel finds, block by block."""
    meters = max(row[0] for row in rows) + 1
    kernel = registers(meters, rollover=np.full(meters, rollover))
    ordered = sorted(resets)
    events = Resets(*(np.array([each[k] for each in ordered], dtype=np.float64 if k > 1 else np.int64) for k in range(4)))
    last, blocks, faults = LastReadings(meters, len(ordered)), [], []
    for start in range(0, len(rows), size):
        block = block_of(rows[start : start + size], start)
        found, wrong = intervals_of(block, kernel, events, last)
        blocks += found
        faults += wrong
    return blocks, faults, last


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_registers_against_a_plain_loop(seed, size):
    random = np.random.default_rng(seed)
    rows, resets, rollover = series(random, 4, 25)
    if seed % 2:  # mixed by time, as collectors write
        rows = sorted(rows, key=lambda row: row[1])
    blocks, faults, last = in_blocks(rows, resets, rollover, size)
    assert not faults
    found = listed(blocks)
    assert found == plain_intervals(rows, resets, rollover)
    assert last.duplicates.sum() == len(rows) - len(set(rows))
    assert last.reset_used.all()


def plain_placing(intervals, batches, window, max_gap):
    """Use of each batch, idle, unplaced and known time of one meter, by a loop."""
    edges = sorted({*(edge for batch in batches for edge in batch), *(edge for edge in window if edge is not None)})
    use, known, idle, unplaced = [0.0] * len(batches), [0] * len(batches), 0.0, 0.0
    for start, end, amount in intervals:
        inside = [edge for edge in edges if start < edge < end]
        low = max(start, window[0]) if window[0] is not None else start
        high = min(end, window[1]) if window[1] is not None else end
        if inside and end - start > max_gap:
            unplaced += amount * max(high - low, 0) / (end - start)
            continue
        cuts = [start, *inside, end]
        for begin, finish in itertools.pairwise(cuts):
            if begin < (window[0] if window[0] is not None else begin) or finish > (
                window[1] if window[1] is not None else finish
            ):
                continue
            part = amount * (finish - begin) / (end - start)
            running = [k for k, batch in enumerate(batches) if batch[0] <= begin and finish <= batch[1]]
            for k in running:
                use[k] += part
                known[k] += finish - begin
            idle += 0.0 if running else part
    return use, known, idle, unplaced


@pytest.mark.parametrize("seed", range(25))
def test_placing_against_a_plain_loop(seed):
    random = np.random.default_rng(seed)
    meters, all_intervals, all_batches = 3, [], []
    for _ in range(meters):
        times = np.cumsum(random.integers(1, 20, size=60))
        pairs = [
            (int(low), int(high), float(random.integers(0, 30)))
            for low, high in itertools.pairwise(times)
            if random.random() < 0.9
        ]
        all_intervals.append(pairs)
        cuts = np.unique(random.integers(-10, 620, size=16)).tolist()
        all_batches.append([(low, high) for low, high in itertools.pairwise(cuts) if random.random() < 0.6])
    window = [(None, None), (100, 400), (None, 333), (77, None)][seed % 4]
    max_gap = int(random.integers(5, 25))
    meter = np.repeat(np.arange(meters), [len(batches) for batches in all_batches])
    start, end = (np.array([batch[k] for batches in all_batches for batch in batches], dtype=np.int64) for k in (0, 1))
    segments = segments_of(meters, meter, start, end, window)
    inside = segments.inside(window)
    results = []
    for size in (1, 7, 1000):
        sums = Sums(segments)
        rows = [(number, *interval) for number, intervals in enumerate(all_intervals) for interval in intervals]
        if seed % 3:
            rows.sort(key=lambda row: row[1])
        for first in range(0, len(rows), size):
            part = sorted(rows[first : first + size], key=lambda row: (row[0], row[1]))
            place(of_intervals(part), segments, window, max_gap, sums)
        results.append([sums.whole, sums.split, sums.known, sums.unplaced, sums.covered])
        entry = 0
        for number in range(meters):
            use, known, idle, unplaced = plain_placing(all_intervals[number], all_batches[number], window, max_gap)
            assert sums.unplaced[number] == pytest.approx(unplaced, rel=1e-12, abs=1e-12)
            running = np.zeros(segments.count, dtype=bool)
            for k in range(len(all_batches[number])):
                low, high = segments.at(np.array([number, number]), np.array([start[entry], end[entry]]))
                part = np.arange(low, high)
                running[part] = True
                part = part[inside[part]]
                assert sums.whole[part].sum() + sums.split[part].sum() == pytest.approx(use[k], rel=1e-12, abs=1e-12)
                assert sums.known[part].sum() == known[k]
                entry += 1
            free = inside & (segments.meter == number) & ~running
            assert (sums.whole + sums.split)[free].sum() == pytest.approx(idle, rel=1e-11, abs=1e-11)
            assert sums.check[number] == pytest.approx(sum(use) + idle + unplaced, rel=1e-12, abs=1e-12)
            assert sums.total(segments, inside)[number] == pytest.approx(sum(use) + idle + unplaced, rel=1e-12, abs=1e-12)
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=False):
            assert one.tobytes() == two.tobytes()  # the size of the blocks changes no bit


def test_ragged_search_is_searchsorted_in_each_slice():
    random = np.random.default_rng(1)
    values = np.concatenate([np.sort(random.integers(0, 30, size=20)) for _ in range(4)])
    low = np.array([0, 20, 40, 60, 20]), np.array([20, 40, 60, 80, 20])
    targets = random.integers(-2, 33, size=5)
    for side in ("left", "right"):
        expected = [int(np.searchsorted(values[a:b], t, side)) + a for a, b, t in zip(*low, targets, strict=False)]
        assert ragged_search(values, *low, targets, side).tolist() == expected


def one_block(rows, kernel, events=NO_RESETS):
    found, faults = intervals_of(block_of(rows), kernel, events, LastReadings(len(kernel.scale), len(events.meter)))
    return [[row[1:] for row in listed([each])] for each in found], faults


@pytest.mark.parametrize(
    ("rows", "changes", "kind", "row"),
    [
        ([(0, 5, 1.0), (0, 4, 2.0)], {}, "order", 1),
        ([(0, 5, 1.0), (0, 5, 2.0)], {}, "two_values", 1),
        ([(0, 5, 9.0), (0, 6, 2.0)], {}, "fall", 1),
        ([(0, 5, 9.0), (0, 6, 0.0), (0, 7, 10.0)], {}, "fall", 1),
        ([(0, 5, 90.0), (0, 6, 60.0)], {"rollover": np.array([100.0])}, "fall", 1),
        ([(0, 5, 90.0), (0, 6, 10.0)], {"rollover": np.array([100.0]), "max_rate": np.array([19.0])}, "fall", 1),
        ([(0, 5, 101.0), (0, 6, 10.0)], {"rollover": np.array([100.0])}, "fall", 1),
        ([(0, 5, 0.0), (0, 6, 4.0)], {"max_rate": np.array([3.9])}, "rate", 1),
        ([(0, 5, -1.0)], {"cumulative": np.array([False]), "length": np.array([5])}, "negative", 0),
        ([(0, 5, 1.0), (0, 9, 1.0)], {"cumulative": np.array([False]), "length": np.array([5])}, "overlap", 1),
        ([(0, 9, 1.0), (0, 5, 1.0)], {"cumulative": np.array([False]), "length": np.array([2])}, "order", 1),
        ([(0, 5, 4.0)], {"cumulative": np.array([False]), "length": np.array([2]), "max_rate": np.array([1.9])}, "rate", 0),
    ],
)  # fmt: skip
def test_readings_that_cannot_be_right(rows, changes, kind, row):
    _, faults = one_block(rows, registers(1, **changes))
    assert [(fault.kind, fault.row.tolist()) for fault in faults] == [(kind, [row])]


@pytest.mark.parametrize(
    ("rows", "changes", "amounts"),
    [
        ([(0, 5, 90.0), (0, 6, 10.0)], {"rollover": np.array([100.0]), "max_rate": np.array([20.0])}, [20.0]),
        ([(0, 5, 90.0), (0, 6, 40.0)], {"rollover": np.array([100.0])}, [50.0]),
        ([(0, 5, 90.0), (0, 6, 10.0)], {"rollover": np.array([100.0]), "scale": np.array([3.0])}, [60.0]),
        ([(0, 5, 1.0), (0, 5, 1.0), (0, 6, 4.0)], {}, [3.0]),
        ([(0, 5, 0.0), (0, 6, 4.0)], {"max_rate": np.array([4.0])}, [4.0]),
        ([(0, 5, 4.0), (0, 7, 0.0)], {"cumulative": np.array([False]), "length": np.array([2]), "max_rate": np.array([2.0])},
         [4.0, 0.0]),
    ],
)  # fmt: skip
def test_limits_that_are_just_kept(rows, changes, amounts):
    found, faults = one_block(rows, registers(1, **changes))
    assert not faults
    assert [row[2] for row in found[0]] == amounts


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([(0, 8, 4.0, 0.0)], "reset_below"),  # 4 is below the reading before
        ([(0, 8, 9.0, 8.0)], "reset_below"),  # 7 is below the first reading of the new register
        ([(0, 10, np.nan, 3.0)], "reset_time"),  # 4 of unknown time
    ],
)
def test_resets_that_cannot_be_right(events, kind):
    arrays = Resets(*(np.array([each[k] for each in events], dtype=np.float64 if k > 1 else np.int64) for k in range(4)))
    _, faults = one_block([(0, 5, 5.0), (0, 10, 7.0)], registers(1), arrays)
    assert [fault.kind for fault in faults] == [kind]


def test_interval_meters_keep_their_holes():
    kernel = registers(2, cumulative=np.array([True, False]), length=np.array([0, 3]), starts=np.array([False, True]))
    found, faults = one_block([(0, 0, 1.0), (0, 9, 3.0), (1, 0, 5.0), (1, 3, 6.0), (1, 9, 7.0)], kernel)
    assert not faults
    assert found == [[(0, 9, 2.0)], [(0, 3, 5.0), (3, 6, 6.0), (9, 12, 7.0)]]
