"""A batch that is killed, ten times at random, and gone on with: the same bytes, rejected products included."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
import workload

from textile_pcf.batch import calculate_batch
from textile_pcf.batch.partitioning import plan_partitions

PRODUCTS, KILLS = 400, 10
BAD = (7, 250)  # products that are rejected
ROWS = 800  # of a partition: 20 partitions, and a file each
PROCESSES = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    workload.write_factors(folder / "factors.csv")
    workload.write_parquet(folder / "clean.parquet", PRODUCTS, group=20)
    table = pq.read_table(folder / "clean.parquet")
    for bad in BAD:
        table = workload.spoilt(table.combine_chunks(), bad * 40 + workload.BAD)
    pq.write_table(table, folder / "sorted.parquet", row_group_size=800)
    order = np.random.default_rng(1).permutation(table.num_rows)
    pq.write_table(table.take(order), folder / "shuffled.parquet", row_group_size=800)
    PROCESSES.set_forkserver_preload(["textile_pcf.batch.run", "pyarrow.parquet", "pandas"])
    return folder


def begun(source: Path, out: Path, **options: int) -> Any:
    """The batch, running in a process of its own."""
    call = {"out": out, "partition_rows": ROWS, "progress": False, **options}
    process = PROCESSES.Process(
        target=calculate_batch, args=(source, workload.RULE, source.parent / "factors.csv"), kwargs=call
    )
    process.start()
    return process


def files(out: Path) -> dict[str, bytes]:
    """All that is there, but the log."""
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != "log.jsonl"
    }


def events(out: Path) -> list[str]:
    log = out / "log.jsonl"
    return [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def seconds_of_a_run(source: Path, out: Path) -> float:
    """How long a run takes that nobody kills: the second, when the server of processes stands."""
    for _ in range(2):
        shutil.rmtree(out, ignore_errors=True)
        started = time.perf_counter()
        process = begun(source, out)
        process.join()
        seconds = time.perf_counter() - started
        assert process.exitcode == 0
    return seconds


def killed(source: Path, out: Path, delay: float) -> None:
    """Begin a run and kill it after some time; a kill that came too late is repeated earlier, in a new folder."""
    while True:
        shutil.rmtree(out, ignore_errors=True)
        process = begun(source, out)
        process.join(delay)
        process.kill()
        process.join()
        if "end" not in events(out):
            return
        delay *= 0.7


def undisturbed(place: Path) -> Path:
    """Results of a run of sorted.parquet that nobody kills."""
    out = place / "undisturbed"
    calculate_batch(
        place / "sorted.parquet", workload.RULE, place / "factors.csv", out=out, partition_rows=ROWS, progress=False
    )
    return out


@pytest.mark.parametrize("name", ["sorted", "shuffled"])
def test_a_run_killed_at_ten_random_moments_goes_on_and_ends_with_the_same_bytes(place: Path, name: str) -> None:
    source, whole = place / f"{name}.parquet", place / f"whole_{name}"
    assert (plan_partitions(str(source)).partitions is None) == (name == "shuffled")
    seconds, draw = seconds_of_a_run(source, whole), np.random.default_rng(0)
    expected, went_on, kills = files(whole), 0, 0
    assert {"rejected.csv", "rejected_activity.csv", "manifest.json"} < set(expected)
    while kills < KILLS or not went_on:  # some kills must have come when parts were done and others not
        out = place / f"{name}_{kills}"
        killed(source, out, seconds * (kills % KILLS + draw.random()) / KILLS)
        kills += 1
        result = calculate_batch(source, workload.RULE, place / "factors.csv", out=out, partition_rows=ROWS, progress=False)
        assert (result.products, result.rejected) == (PRODUCTS - len(BAD), len(BAD))
        assert files(out) == expected
        went_on += "resume" in events(out)


def test_what_a_killed_run_left_behind_is_removed(place: Path) -> None:
    source, whole, out = place / "sorted.parquet", undisturbed(place), place / "left"
    shutil.copytree(whole, out)
    (out / "parts").mkdir()  # killed when the manifest was written, and what was needed on the way still there
    for name in ("parts/part-00003.json", "results/.part-00003.parquet.77.new", ".rejected.csv.77.new"):
        (out / name).write_text("x")
    calculate_batch(source, workload.RULE, place / "factors.csv", out=out, partition_rows=ROWS, progress=False)
    assert files(out) == files(whole)


def test_workers_end_with_a_killed_run_and_it_goes_on(place: Path) -> None:
    source, whole, out = place / "sorted.parquet", undisturbed(place), place / "workers"
    process = begun(source, out, workers=2)
    while not (out / "results").is_dir():  # the first partition is calculated before there are workers
        process.join(0.01)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.join()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert workers and not alive
    calculate_batch(source, workload.RULE, place / "factors.csv", out=out, partition_rows=ROWS, progress=False)
    assert files(out) == files(whole)
