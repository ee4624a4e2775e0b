"""What a batch costs per product and per partition, to plan catalogues too large to try.

Called as `python tests/benchmarks/catalogue_slopes.py [--products N] [--rounds N]`. Products: catalogues of three sizes in
usual partitions of 600,000 rows. Partitions: one catalogue cut three times, so that only their number differs. Lines are
fitted through three points each. Times are of the processor in one thread, least of some rounds. Prints one JSON line for
each measurement and each slope, and the plan of `--products`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

sys.path[:0] = [str(Path(__file__).parent)]

import numpy as np  # noqa: E402
import workload  # noqa: E402

import textile_pcf.batch.run as batch_run  # noqa: E402
from textile_pcf.batch import calculate_batch  # noqa: E402
from textile_pcf.batch.partition_files import read_report  # noqa: E402
from textile_pcf.batch.sources import partition_source  # noqa: E402

ROWS = len(workload.columns())  # of a product
PER_PARTITION = 15_000  # products of a usual partition: 600,000 rows
PRODUCTS = (30_000, 60_000, 120_000)
PARTITIONS = (50, 100, 200)  # of one catalogue
PER_GROUP = 100  # products of a row group of that catalogue
BATCH = 10_000_000  # products of one batch of the plan
Costs = dict[str, float]


class StoppedError(Exception):
    """The batch was stopped before it was finished."""


def seconds_of_batch(source: Path, out: Path, rows: int) -> float:
    """Calculate in one thread, and return the processor time. [s]"""
    factors = source.parent / "factors.csv"
    start = time.process_time()
    calculate_batch(source, workload.RULE, factors, out=out, progress=False, workers=1, partition_rows=rows)
    return time.process_time() - start


def seconds_of_plan(source: Path, out: Path, rows: int) -> float:
    """Plan the partitions of a source, and return the processor time. [s]"""
    start = time.process_time()
    partition_source(str(source), out, rows)
    return time.process_time() - start


def stop_before_end(source: Path, out: Path, rows: int) -> None:
    """Calculate all partitions, and stop before their reports are merged."""
    with mock.patch.object(batch_run, "finish", side_effect=StoppedError):
        try:
            seconds_of_batch(source, out, rows)
        except StoppedError:
            return
    raise AssertionError("the batch was not stopped")


def bytes_of(path: Path) -> int:
    """Return the size of a file, or of all files of a folder. [byte]"""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files)


def memory_of_reports(out: Path, partitions: int) -> int:
    """Return what the reports of all partitions take in memory. [byte]"""
    read_report(out, 0)
    tracemalloc.start()
    reports = [read_report(out, number) for number in range(partitions)]
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert None not in reports
    return taken


def costs(source: Path, folder: Path, partitions: int, rows: int) -> Costs:
    """Run a batch to its end, call it again, and stop another one, which then goes on."""
    out, stopped = folder / "out", folder / "stopped"
    for each in (out, stopped):
        shutil.rmtree(each, ignore_errors=True)
    planned = seconds_of_plan(source, folder / "plan", rows)
    spent = seconds_of_batch(source, out, rows)
    assert len(list((out / "results").iterdir())) == partitions
    again = seconds_of_batch(source, out, rows)
    sizes = {name: bytes_of(out / name) for name in ("results", "manifest.json")}
    log = sum(len(line) for line in (out / "log.jsonl").read_bytes().splitlines(True) if b'"event": "part"' in line)
    stop_before_end(source, stopped, rows)
    reports = {"reports": bytes_of(stopped / "parts"), "memory of reports": memory_of_reports(stopped, partitions)}
    resumed = seconds_of_batch(source, stopped, rows)
    times = {"batch_s": spent, "plan_s": planned, "resume_s": resumed, "called again_s": again}
    return {**times, "input": bytes_of(source), **sizes, "log": log, **reports}


def least(source: Path, folder: Path, partitions: int, rows: int, rounds: int) -> Costs:
    """Return the least of each cost over some rounds, and print them."""
    found = [costs(source, folder, partitions, rows) for _ in range(rounds)]
    lowest = {name: min(each[name] for each in found) for name in found[0]}
    print(json.dumps({"rows": rows, "partitions": partitions, **rounded(lowest)}), flush=True)
    return lowest


def rounded(values: Costs, digits: int = 4) -> Costs:
    """Return values with so many significant digits."""
    return {name: float(f"{value:.{digits}g}") for name, value in values.items()}


def fit(counts: tuple[int, ...], measured: list[Costs]) -> tuple[Costs, Costs]:
    """Return the slope of each cost over the counts, and the largest distance from the line as a share of the largest cost."""
    slopes, distances = {}, {}
    for name in measured[0]:
        values = np.array([each[name] for each in measured])
        line = np.polyfit(counts, values, 1)
        slopes[name] = float(line[0])
        distances[name] = float(np.abs(values - np.polyval(line, counts)).max() / max(values.max(), 1e-12))
    return slopes, distances


def plan(product: Costs, partition: Costs, report: Costs, products: int) -> dict[str, Any]:
    """Return what a catalogue takes by these slopes."""
    partitions = -(-products // PER_PARTITION)
    return {
        "products": products,
        "rows": products * ROWS,
        "partitions": partitions,
        "core_h": products * product["batch_s"] / 3600,
        "plan_h": products * product["plan_s"] / 3600,
        "input_GB": products * product["input"] / 1e9,
        "results_GB": products * product["results"] / 1e9,
        "manifest_MB": partitions * partition["manifest.json"] / 1e6,
        "log_MB": partitions * partition["log"] / 1e6,
        "reports_MB": partitions * report["reports"] / 1e6,
        "memory of reports_MB": partitions * report["memory of reports"] / 1e6,
        "resume_h": products * product["resume_s"] / 3600,
        "called again_h": products * product["called again_s"] / 3600,
    }


def measure_products(folder: Path, rounds: int) -> list[Costs]:
    """Measure catalogues of three sizes in usual partitions."""
    found = []
    for products in PRODUCTS:
        source = workload.write_parquet(folder / f"products_{products}.parquet", products)
        found.append(least(source, folder, products // PER_PARTITION, PER_PARTITION * ROWS, rounds))
    return found


def measure_partitions(folder: Path, rounds: int) -> list[Costs]:
    """Measure one catalogue in three numbers of partitions."""
    products = PARTITIONS[-1] * PER_GROUP
    source = workload.write_parquet(folder / "partitions.parquet", products, group=PER_GROUP)
    return [least(source, folder, count, products // count * ROWS, rounds) for count in PARTITIONS]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--products", type=int, default=10**9, help="of the plan")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workload.write_factors(folder / "factors.csv")
        seconds_of_batch(workload.write_parquet(folder / "first.parquet", 5_000), folder / "first", PER_PARTITION * ROWS)
        by_products = measure_products(folder, told.rounds)
        by_partitions = measure_partitions(folder, told.rounds)
    product, product_distance = fit(PRODUCTS, by_products)
    partition, partition_distance = fit(PARTITIONS, by_partitions)
    usual = PRODUCTS[-1] // PER_PARTITION
    report = {key: by_products[-1][key] / usual for key in ("reports", "memory of reports")}
    print(json.dumps({"per": "product", **rounded(product)}))
    print(json.dumps({"distance from the line": "products", **rounded(product_distance, 2)}))
    print(json.dumps({"per": "partition", **rounded(partition)}))
    print(json.dumps({"distance from the line": "partitions", **rounded(partition_distance, 2)}))
    print(json.dumps({"per": "usual partition", **rounded(report)}))
    for products in (BATCH, told.products):
        print(json.dumps({"plan": "a catalogue of", **rounded(plan(product, partition, report, products), 3)}))


if __name__ == "__main__":
    main()
