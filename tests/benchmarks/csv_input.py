"""A batch from CSV, against pyarrow's own decoding of the file (target 2c); results are compared with those from Parquet first.

`python tests/benchmarks/csv_input.py --products 100000 --rounds 5` prints one line of JSON per file: the ratio of processor
times, in turns, least and median, for each way of decoding. Texts are in quotes where CSV needs it, or all of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workload
from pyarrow import csv, parquet

import textile_pcf as tp

CODED = csv.ConvertOptions(auto_dict_encode=True)


def seconds(work: Callable[[], Any]) -> float:
    """Processor time of some work. [s]"""
    start = time.process_time()
    work()
    return time.process_time() - start


def totals(source: Path, factors: Path, out: Path) -> Any:
    """Results of a batch into an empty folder."""
    shutil.rmtree(out, ignore_errors=True)
    return tp.calculate_batch(source, workload.RULE, factors, out=out, progress=False, workers=1).read()


def measure(folder: Path, products: int, rounds: int) -> None:
    """Print the ratio for each way of quoting."""
    factors = workload.write_factors(folder / "factors.csv")
    kept = workload.write_parquet(folder / "catalogue.parquet", products)
    known = totals(kept, factors, folder / "out").sort_by("product").column("total")
    for quoted in ("needed", "all_valid"):
        source = folder / f"{quoted}.csv"
        csv.write_csv(parquet.read_table(kept), source, csv.WriteOptions(quoting_style=quoted))
        assert totals(source, factors, folder / "out").sort_by("product").column("total").equals(known)
        works = {
            "texts as they stand": lambda: csv.read_csv(source),  # noqa: B023 - called at once
            "texts coded": lambda: csv.read_csv(source, convert_options=CODED),  # noqa: B023
            "batch": lambda: totals(source, factors, folder / "out"),  # noqa: B023
        }
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                times[name].append(seconds(work))
        whole = times.pop("batch")
        for name, decode in times.items():
            least, median = min(whole) / min(decode), statistics.median(whole) / statistics.median(decode)
            line = {"what": f"batch from CSV, against decoding, {name}", "products": products, "quotes": quoted}
            print(json.dumps({**line, "least": round(least, 3), "median": round(median, 3)}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore", tp.PcfWarning)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options.products, options.rounds)


if __name__ == "__main__":
    main()
