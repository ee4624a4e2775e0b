"""What always holds of meters and batches (hypothesis), and a generated month whose truth is known."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textile_pcf as tp
from metered_mill import amounts, batch, meter, of_meter, run
from textile_pcf.factory import streams
from worked import factor_row, write_rule, write_table

FAST = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2024, 3, 4)


def text(minutes: float) -> str:
    return str(START + timedelta(minutes=minutes))


@st.composite
def mills(draw):
    """Registers of a small tree with gaps, and batches on three machines."""
    meters = [meter("E0"), *(meter(f"E{k}", machine=f"M{k}", parent="E0") for k in (1, 2, 3)), meter("E4", parent="E0")]
    read, totals = [], []
    for k in (1, 2, 3, 4):
        steps = draw(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 50)), min_size=2, max_size=15))
        times = [*itertools.accumulate((step for step, _ in steps), initial=0), 3000]
        values = [*itertools.accumulate((use for _, use in steps), initial=draw(st.integers(0, 99)))]
        values.append(values[-1] + draw(st.integers(0, 20)))
        read += [{"meter": f"E{k}", "time": text(time), "value": value} for time, value in zip(times, values, strict=True)]
        totals.append(values[-1] - values[0])
    whole = sum(totals) + draw(st.integers(0, 40))
    read += [{"meter": "E0", "time": text(0), "value": 7}, {"meter": "E0", "time": text(3000), "value": 7 + whole}]
    batches = []
    for k in (1, 2, 3):
        cuts = sorted(draw(st.sets(st.integers(0, 3000), min_size=2, max_size=7)))
        for number, (low, high) in enumerate(itertools.pairwise(cuts)):
            if number % 2 == 0 or draw(st.booleans()):
                cells = {"machine": f"M{k}", "product": f"P{number % 2}"}
                batches.append(batch(f"B{k}-{number}", text(low), text(high), draw(st.integers(1, 500)), **cells))
    return read, meters, batches


OPTIONS = {"incomplete": "keep"}


def balanced(result):
    for row in result["balance"]:
        assert row["metered"] == pytest.approx(row["allocated"] + row["spread"] + row["remainder"], rel=1e-9)
    for carrier in ("electricity",):
        rest = sum(row["amount"] for row in result["remainder"] if row["carrier"] == carrier)
        used = sum(row["amount"] + row["spread"] for row in result["batches"])
        assert used + rest == pytest.approx(of_meter(result, "E0")["total"], rel=1e-9, abs=1e-9)


@FAST
@given(mills(), st.sampled_from(["amount", "mass", "hours"]), st.sampled_from(["1 min", "60 min", "100 h"]))
def test_sums_are_exact(mill, key, gap):
    read, meters, batches = mill
    balanced(run(read, meters, batches, max_gap=gap, **OPTIONS))
    spread = dict.fromkeys(("idle", "unplaced", "unmetered", "common"), key)
    result = run(read, meters, batches, max_gap=gap, spread=spread, **OPTIONS)
    balanced(result)
    activity = sum(row["amount"] for row in result["activity"] if row["flow"] == "electricity")
    assert activity == pytest.approx(sum(row["amount"] + row["spread"] for row in result["batches"]), rel=1e-9)


@FAST
@given(mills(), st.integers(1, 9))
def test_size_of_blocks_changes_no_bit(mill, size):
    import pyarrow as pa

    read, meters, batches = mill
    table = pa.table({name: pa.array([row[name] for row in read]) for name in ("meter", "time", "value")})
    whole = run(table, meters, batches, **OPTIONS).to_json()
    before, streams.BLOCK = streams.BLOCK, size
    try:
        assert run(table, meters, batches, **OPTIONS).to_json() == whole
    finally:
        streams.BLOCK = before


@FAST
@given(mills(), st.randoms(use_true_random=False))
def test_order_of_batches_and_meters_changes_no_bit(mill, random):
    read, meters, batches = mill
    whole = run(read, meters, batches, spread={"unmetered": "mass"}, **OPTIONS).to_json()
    random.shuffle(meters)
    random.shuffle(batches)
    assert run(read, meters, batches, spread={"unmetered": "mass"}, **OPTIONS).to_json() == whole


@FAST
@given(mills())
def test_readings_by_time_or_by_meter(mill):
    read, meters, batches = mill
    whole = run(read, meters, batches, **OPTIONS).to_json()
    assert run(sorted(read, key=lambda row: datetime.fromisoformat(row["time"])), meters, batches, **OPTIONS).to_json() == whole


@FAST
@given(mills(), st.data())
def test_dropping_inner_readings_leaves_the_total(mill, data):
    read, meters, batches = mill
    ends = {(row["meter"], edge) for row in read for edge in (text(0), text(3000))}
    kept = [row for row in read if (row["meter"], row["time"]) in ends or data.draw(st.booleans())]
    before, after = run(read, meters, batches, **OPTIONS), run(kept, meters, batches, **OPTIONS)
    for name in ("E0", "E1", "E2", "E3", "E4"):
        assert of_meter(after, name)["total"] == pytest.approx(of_meter(before, name)["total"], rel=1e-12, abs=1e-9)


@FAST
@given(mills())
def test_doubling_all_values_doubles_all_amounts(mill):
    read, meters, batches = mill
    once = amounts(run(read, meters, batches, **OPTIONS))
    twice = amounts(run([{**row, "value": 2 * row["value"]} for row in read], meters, batches, **OPTIONS))
    assert twice == {name: 2 * amount for name, amount in once.items()}


@FAST
@given(st.lists(st.integers(0, 50), min_size=4, max_size=40), st.integers(1, 30), st.integers(31, 59))
def test_interval_meter_and_register_agree(uses, low, high):
    register = [
        {"meter": "E1", "time": text(15 * k), "value": value} for k, value in enumerate(itertools.accumulate(uses, initial=5))
    ]
    parts = [{"meter": "E1", "time": text(15 * (k + 1)), "value": value} for k, value in enumerate(uses)]
    batches = [batch("B1", text(low), text(high))]
    one = run(register, [meter("E1", machine="M1")], batches)
    other = run(parts, [meter("E1", machine="M1", reading="interval", interval="15 min")], batches)
    for name in ("amount", "interpolated", "coverage"):
        assert other["batches"][0][name] == pytest.approx(one["batches"][0][name], rel=1e-12, abs=1e-12)
    assert of_meter(other, "E1")["idle"] == pytest.approx(of_meter(one, "E1")["idle"], rel=1e-12, abs=1e-12)


# ---------------------------------------------------------------- a generated month


def dyehouse(seed, machines=3, days=30, resolution=0.1, loss=0.02):
    """Minutes of a month: the true power of each machine is known; registers are rounded down, and telegrams are lost."""
    random = np.random.default_rng(seed)
    minutes = days * 1440
    read, meters, batches, truth, bound = [], [], [], {}, {}
    for k in range(machines):
        power = np.full(minutes, 1.0 / 60) + random.random(minutes) * 0.02
        time, edges = int(random.integers(0, 60)), []
        while time < minutes - 600:
            length = int(random.integers(120, 480))
            power[time : time + length] += 0.5 + random.random(length)
            edges.append((time, time + length))
            time += length + int(random.integers(0, 60))
        energy = np.concatenate([[0.0], np.cumsum(power)])
        register = np.floor((energy + random.random()) / resolution) * resolution
        kept = random.random(minutes + 1) >= loss
        kept[[0, -1]] = True
        times = np.flatnonzero(kept)
        read += [
            {"meter": f"E{k}", "time": text(float(time)), "value": round(float(register[time]), 6)} for time in times.tolist()
        ]
        meters.append(meter(f"E{k}", machine=f"M{k}"))
        for number, (low, high) in enumerate(edges):
            name = f"B{k}-{number}"
            batches.append(
                batch(name, text(low), text(high), float(random.integers(100, 900)), machine=f"M{k}", product=f"P{number % 3}")
            )
            truth[name] = energy[high] - energy[low]
            lost = 0.0
            for edge in (low, high):
                before, after = times[times <= edge].max(), times[times >= edge].min()
                lost += energy[after] - energy[before]
            bound[name] = 2 * resolution + lost
    return read, meters, batches, truth, bound


@pytest.mark.parametrize("seed", [1, 2])
def test_every_batch_of_a_month_is_within_one_lost_interval(seed, tmp_path):
    read, meters, batches, truth, bound = dyehouse(seed)
    result = run(read, meters, batches)
    worst = max(abs(amount - truth[name]) / bound[name] for name, amount in amounts(result).items())
    assert worst <= 1
    balanced_total = sum(row["metered"] for row in result["balance"])
    assert balanced_total == pytest.approx(sum(row["total"] for row in result["meters"]), rel=1e-12)
    rule = {"rule": "dyehouse", "edition": "1", "product": {"unit": "kg"},
            "stages": [{"id": "dyeing", "flows": {"electricity": {"unit": "kWh", "factor": "electricity"}}}]}  # fmt: skip
    write_table([factor_row({"item": "electricity", "value": 0.5, "unit": "kgCO2e/kWh"})], tmp_path / "factors.csv")
    footprint = tp.footprint(result.frame(), write_rule(rule, tmp_path), tmp_path / "factors.csv")
    products = {row["product"] for row in batches}
    for product in products:
        used = sum(row["amount"] for row in result["batches"] if row["product"] == product)
        mass = sum(row["output"] for row in batches if row["product"] == product)
        assert footprint.total()[product] == pytest.approx(used / mass * 0.5, rel=1e-12)
